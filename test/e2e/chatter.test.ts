import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../src/domain/durations.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { textOf, type ChatDriver } from '../support/chatDriver.ts';
import { newAgent } from '../support/desk.ts';
import {
  FIRST_PASSWORD,
  newEnrolled,
  newManager,
  newMobile,
  newName,
  wrongCode,
} from '../support/walks.ts';

const house = await houseOfSuite();

const denials = (after: number) =>
  house
    .audit(after)
    .filter(({ event }) => event === 'access.denied')
    .map(({ reason }) => reason);

/** The number of operations that the directory is asked for meanwhile. */
async function operationsOf(work: () => Promise<unknown>): Promise<number> {
  let operations = 0;
  house.directory.fault = () => {
    operations += 1;
    return undefined;
  };
  await work();
  house.directory.fault = undefined;
  return operations;
}

describe('a person who is turned away again and again', () => {
  it('costs a few looks into the directory and one row a minute, with a count', async () => {
    const stranger = house.manager(newName('Framling'));
    house.directory.put(stranger.dn, 'userAccountControl', '514');
    const rows = house.auditRows();
    const operations = await operationsOf(async () => {
      for (let time = 0; time < 40; time += 1) {
        expect(await stranger.say('hej')).toBe('refused notResponsible');
      }
    });
    expect(operations).toBeLessThan(40);
    expect(denials(rows)).toEqual(['notResponsible']);

    await house.end();
    expect(denials(rows)).toEqual(['notResponsible', 'notResponsible ×39']);
    await house.start();
  });

  it('costs a few looks too by asking for help, and an agent’s words are shown each time', async () => {
    const nobody = house.manager(newName('Ingen'));
    const agent = newAgent(house);
    expect(await nobody.say('hej')).toBe('refused notResponsible');
    expect(await agent.say('hej')).toBe('desk');
    const ask = async (chat: ChatDriver, times: number) => {
      for (let time = 0; time < times; time += 1) expect(await chat.say('hjälp')).toBe('help');
    };
    await ask(nobody, 4);
    expect(await operationsOf(() => ask(nobody, 20))).toBeLessThan(20);
    await ask(agent, 6);
    expect(textOf(agent.card)).toContain('Skriv servicedesk');
  });

  it('is let in by the next look', async () => {
    const newcomer = house.manager(newName('Nykomling'));
    expect(await newcomer.say('hej')).toBe('refused notResponsible');
    house.account(newName('grupp'), newcomer.dn, 'Vinterkoppar-7-Skog');
    expect(await newcomer.say('hej')).toBe('home');
  });
});

describe('a manager who taps on cards of an account that is another’s now', () => {
  it('costs a few looks a minute and one row, and keeps the other accounts', async () => {
    const { chat, account, accountDn, mobile } = await newEnrolled(house);
    const kept = newName('grupp');
    house.account(kept, chat.dn, FIRST_PASSWORD);
    await chat.say('status');
    expect(await chat.tap('reset', {}, account)).toBe('reset.code');
    const submit = chat.button('confirmCode');
    await chat.say('status');
    const begin = chat.button('enroll', account);
    const beginKept = chat.button('enroll', kept);
    const rows = house.auditRows();
    house.directory.put(accountDn, 'manager', []);
    const operations = await operationsOf(async () => {
      for (let time = 0; time < 30; time += 1) {
        expect(await chat.tapButton(begin)).toBe('refused notResponsible');
      }
      const code = house.code(mobile);
      for (let time = 0; time < 10; time += 1) {
        expect(await chat.tapButton(submit, { code })).toBe('refused notResponsible');
      }
    });
    expect(operations).toBeLessThan(20);
    expect(denials(rows)).toEqual(['notResponsible']);
    expect(await chat.tapButton(beginKept)).toBe('enrollment.currentPassword');
    expect(await chat.say('status')).toBe('home');

    await house.end();
    expect(denials(rows)).toEqual(['notResponsible', 'notResponsible ×39']);
    await house.start();
  });
});

describe('a manager who sends handles that nobody was given', () => {
  it('is refused each time, with one row a minute and a count', async () => {
    const { chat } = newManager(house);
    await chat.say('status');
    const rows = house.auditRows();
    for (let time = 0; time < 30; time += 1) {
      const handle = `${String(time).padStart(24, 'A')}.1`;
      const forged = { verb: 'confirmCode', title: '', data: { verb: 'confirmCode', handle } };
      expect(await chat.tapButton(forged, { code: '123456' })).toBe('refused notResponsible');
    }
    expect(denials(rows)).toEqual(['notResponsible']);
    expect(await chat.say('status')).toBe('home');

    await house.end();
    expect(denials(rows)).toEqual(['notResponsible', 'notResponsible ×29']);
    await house.start();
  });
});

describe('a manager who begins again and again', () => {
  const rowsOf = (after: number, event: string) =>
    house
      .audit(after)
      .filter((row) => row.event === event)
      .map(({ reason }) => reason);

  it('has one row a minute, with a count, for enrollments that lead nowhere', async () => {
    const { chat } = newManager(house);
    await chat.say('status');
    const rows = house.auditRows();
    const prove = async () => {
      expect(await chat.say('registrera')).toBe('enrollment.currentPassword');
      expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
        'enrollment.mobile',
      );
    };
    for (let time = 0; time < 20; time += 1) {
      if (time < 5) await prove();
      else expect(await chat.say('registrera')).toBe('enrollment.currentPassword');
      expect(await chat.say('avbryt')).toBe('cancelled');
    }
    expect(rowsOf(rows, 'enrollment.started')).toEqual([null]);
    expect(rowsOf(rows, 'enrollment.proved')).toEqual([null]);

    await prove();
    for (let time = 0; time < 4; time += 1) {
      house.twilio.scriptCodes({ status: 400, code: 21614 });
      expect(await chat.tap('setMobile', { mobile: newMobile() })).toBe(
        'enrollment.mobile smsNumberRefused',
      );
    }
    expect(await chat.tap('setMobile', { mobile: newMobile() })).toBe('enrollment.code');
    expect(house.audit(rows).map(({ event, reason }) => [event, reason])).toEqual([
      ['enrollment.started', null],
      ['enrollment.proved', null],
      ['code.notSent', 'smsNumberRefused'],
      ['enrollment.started', '×20'],
      ['enrollment.proved', '×5'],
      ['code.notSent', 'smsNumberRefused ×3'],
      ['code.sent', null],
    ]);
  });

  it('is stopped for a while where the SMS service refuses message after message', async () => {
    const { chat, mobile } = await newEnrolled(house);
    const refused = { status: 400, code: 21610 };
    const rows = house.auditRows();
    const begin = () => {
      house.twilio.scriptCodes(refused);
      return chat.say('byt lösenord');
    };
    for (let time = 0; time < 30; time += 1) {
      expect(await begin()).toBe('refused smsNumberRefused');
    }
    const asked = house.texts(mobile).length;
    for (let time = 0; time < 5; time += 1) expect(await begin()).toBe('refused tooManyCodes');
    expect(house.texts(mobile)).toHaveLength(asked);
    expect(rowsOf(rows, 'reset.started')).toHaveLength(30);
    expect(rowsOf(rows, 'code.notSent')).toEqual(['smsNumberRefused', 'tooManyCodes']);
    house.twilio.scriptCodes();
    house.passTime(HOUR_MS);
    expect(await chat.say('byt lösenord')).toBe('reset.code');
  });

  it('has one set of buttons a minute, until one of them has begun something', async () => {
    const { chat, account } = newManager(house);
    const handles = new Set<unknown>();
    for (let time = 0; time < 20; time += 1) {
      expect(await chat.say('hej')).toBe('home');
      handles.add(chat.button('enroll', account).data['handle']);
    }
    expect(handles.size).toBe(1);
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    expect(await chat.say('avbryt')).toBe('cancelled');
    expect(await chat.say('hej')).toBe('home');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    expect(await chat.say('avbryt')).toBe('cancelled');
    expect(await chat.say('hej')).toBe('home');
    handles.add(chat.button('enroll', account).data['handle']);
    house.passTime(61_000);
    expect(await chat.say('hej')).toBe('home');
    handles.add(chat.button('enroll', account).data['handle']);
    expect(handles.size).toBe(3);
  });

  it('has one row a minute, with a count, for what is locked', async () => {
    const walker = await newEnrolled(house);
    const { chat, mobile } = walker;
    expect(await chat.say('byt lösenord')).toBe('reset.code');
    for (let guess = 1; guess <= 5; guess += 1) {
      await chat.tap('confirmCode', { code: wrongCode(house.code(mobile), guess) });
    }
    const rows = house.auditRows();
    for (let time = 0; time < 20; time += 1) {
      expect(await chat.say('byt lösenord')).toBe('refused locked');
      expect(await chat.say('registrera')).toBe('refused locked');
    }
    expect(rowsOf(rows, 'code.locked')).toEqual(['locked']);

    await house.end();
    expect(rowsOf(rows, 'code.locked')).toEqual(['locked', 'locked ×39']);
    await house.start();
  });
});

describe('a manager who taps twice and walks quickly', () => {
  it('is asked after each time', async () => {
    const { chat } = newManager(house);
    for (let time = 0; time < 12; time += 1) expect(await chat.say('status')).toBe('home');
  });
});
