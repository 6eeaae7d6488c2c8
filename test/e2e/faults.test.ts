import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { PUBLIC_URL } from '../support/product.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import {
  FIRST_PASSWORD,
  newEnrolled,
  newManager,
  resetToPassword,
  startReset,
  type Walker,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

const house = await houseOfSuite();

/** The newest message with a code to that number: notices come in between. */
const newestCodeTo = (mobile: string) =>
  house.twilio.requests.findLast(
    ({ form }) => form['To'] === mobile && /^\d{6}/.test(form['Body'] ?? ''),
  );

describe('an SMS service that', () => {
  it.each([
    ['fails within', { status: 500 }],
    ['cuts its answer', 'cut'],
    ['names no message', { status: 201, text: '{}' }],
  ] as const)('%s may have sent: the card waits, the code is good', async (_name, answer) => {
    const walker = await newEnrolled(house);
    const before = house.twilio.requests.length;
    house.twilio.scriptCodes(answer);
    expect(await startReset(walker)).toBe('reset.code smsUnavailable');
    const own = house.twilio.requests
      .slice(before)
      .filter(({ form }) => /^\d{6}/.test(form['Body'] ?? ''));
    expect(own).toHaveLength(1);
    expect(await walker.chat.tap('confirmCode', { code: house.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('reports a failure later has it shown on the card by itself', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    const request = newestCodeTo(walker.mobile);
    expect(request?.form['StatusCallback']).toBe(`${PUBLIC_URL}/api/sms/status`);
    const status = {
      MessageSid: request?.sid ?? '',
      MessageStatus: 'undelivered',
      ErrorCode: '30006',
    };
    const url = `${house.url}/api/sms/status`;
    const forged = await house.twilio.sendStatus(url, status, { signature: 'AAAA' });
    expect(forged.status).toBe(403);
    await house.teams.until(() => walker.chat.reload() === 'reset.code');
    const signedUrl = `${PUBLIC_URL}/api/sms/status`;
    const taken = await house.twilio.sendStatus(url, status, { signedUrl });
    expect([200, 204]).toContain(taken.status);
    await house.teams.until(() => walker.chat.reload() === 'reset.code smsNumberRefused');
    // Another problem on the card does not make the message arrive.
    const claims = /Koden är skickad|går att använda/;
    expect(await walker.chat.tap('resendCode')).toBe('reset.code tooManyCodes');
    expect(textOf(walker.chat.card)).not.toMatch(claims);
    expect(await walker.chat.tap('confirmCode', { code: 'x' })).toBe('reset.code codeRefused');
    expect(textOf(walker.chat.card)).not.toMatch(claims);
    expect(await walker.chat.tap('confirmCode', { code: house.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });
});

describe('a status report that is faster than the answer to the message', () => {
  it('is shown all the same', async () => {
    const walker = await newEnrolled(house);
    await walker.chat.say('status');
    const button = walker.chat.button('reset', walker.account);
    const codes = house.codes(walker.mobile).length;
    house.twilio.scriptCodes({ delayMs: 100 });
    const tap = walker.chat.sendTap(button);
    await house.teams.until(() => house.codes(walker.mobile).length > codes);
    const sid = newestCodeTo(walker.mobile)?.sid ?? '';
    const status = { MessageSid: sid, MessageStatus: 'failed', ErrorCode: '30005' };
    const signedUrl = `${PUBLIC_URL}/api/sms/status`;
    await house.twilio.sendStatus(`${house.url}/api/sms/status`, status, { signedUrl });
    walker.chat.card = (await tap).card;
    await house.teams.until(() => walker.chat.reload() === 'reset.code smsNumberRefused');
  });
});

describe('a directory that', () => {
  it('hangs while a code is checked compares and counts nothing', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    const code = house.code(walker.mobile);
    const rows = house.auditRows();
    // A notice that asks the directory meanwhile would use up the one try that is left for the next tap.
    const waiting = () => house.database.querySqlite('select id from notice');
    await house.teams.until(() => waiting().length === 0);
    house.directory.fault = () => 'hang';
    expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.code directoryUnavailable');
    house.directory.fault = undefined;
    expect(house.audit(rows)).toEqual([]);
    expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
  });

  it('is gone between the count of a try and its bind counts none', async () => {
    const tried = async ({ chat, account }: Walker) => {
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      return (passed: number) => {
        let seen = 0;
        house.directory.fault = ({ name, dn }) => {
          // A new connection asks the server for its description.
          if (name === 'search' && dn !== '') seen += 1;
          return seen > passed && ['search', 'connect'].includes(name) ? 'drop' : undefined;
        };
        return chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
      };
    };
    const refusal = 'enrollment.currentPassword directoryUnavailable';
    let searches = 0;
    const first = await tried(newManager(house));
    for (let shown = refusal; shown === refusal; searches += 1) shown = await first(searches);
    const last = searches - 2;
    expect(last).toBeGreaterThan(0);
    house.directory.fault = undefined;
    const second = await tried(newManager(house));
    for (let time = 0; time < 4; time += 1) expect(await second(last)).toBe(refusal);
    house.directory.fault = undefined;
    expect(await second(Infinity)).toBe('enrollment.mobile');
  });

  it('fails before the write has written nothing, and the code is not asked for again', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    house.directory.fault = () => 'drop';
    expect(await walker.chat.tap('setPassword', both)).toBe(
      'reset.newPassword directoryUnavailable',
    );
    house.directory.fault = undefined;
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
  });

  it('loses the write is tried again by the manager, not by the bot', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    let isLost = false;
    house.directory.fault = ({ name }) => {
      if (name === 'modify' && !isLost) {
        isLost = true;
        return 'drop';
      }
      return undefined;
    };
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
    await house.teams.until(
      () => walker.chat.reload() === 'reset.newPassword directoryUnavailable',
    );
    expect(house.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
  });

  it('answers late is believed for when it was asked, not for when it answers', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    let lostAt = Infinity;
    let isAsked = false;
    house.directory.fault = ({ name, dn }) => {
      if (name === 'modify' && lostAt === Infinity) {
        lostAt = performance.now();
        return 'drop';
      }
      const isLook = name === 'search' && dn === house.accountsBase;
      if (!isLook || performance.now() - lostAt < 2_000) return undefined;
      isAsked = true;
      return { lateMs: 4_500 };
    };
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
    await house.teams.until(() => isAsked);
    house.directory.fault = undefined;
    // The write is carried out late; the answer under way was true when it was given.
    house.directory.setPassword(walker.accountDn, GOOD);
    await house.teams.until(() => walker.chat.reload() !== 'reset.unknown');
    expect(walker.chat.reload()).toBe('reset.done');
  });

  it('comes back late has its late truth told once, and never undoes the next write', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    let isLost = false;
    house.directory.fault = ({ name }) => {
      if (name === 'modify' && !isLost) {
        isLost = true;
        return 'drop';
      }
      return isLost ? 'drop' : undefined;
    };
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
    const rows = house.auditRows();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const nextWrite = Promise.withResolvers<void>();
    let isHeld = false;
    house.directory.fault = ({ name, dn }) => {
      // One of the searches for the truth hears of it when the next write is under way.
      if (name === 'search' && dn === house.accountsBase && !isHeld) {
        isHeld = true;
        return { until: nextWrite.promise };
      }
      if (name !== 'modify') return undefined;
      nextWrite.resolve();
      return { delayMs: 1_500 };
    };
    await house.teams.until(
      () => walker.chat.reload() === 'reset.newPassword directoryUnavailable',
    );
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
    expect(house.directory.hasPassword(walker.accountDn, GOOD)).toBe(true);
    const events = house.audit(rows).map(({ event }) => event);
    expect(events).toEqual(['reset.verified', 'reset.attempted', 'reset.written']);
  });

  it('tells the truth only after the flow’s time has it shown on the card', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    const tap = walker.chat.sendTap(walker.chat.button('setPassword'), both);
    await house.teams.until(() => house.directory.hasPassword(walker.accountDn, GOOD));
    house.directory.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);
    walker.chat.card = (await tap).card;
    house.passTime(16 * MINUTE_MS);
    house.directory.fault = undefined;
    await house.teams.until(() => walker.chat.reload() === 'reset.done');
  });

  it('is slow gets an answer within three seconds, and the card is updated by itself', async () => {
    const walker = await newEnrolled(house);
    await walker.chat.say('status');
    house.directory.fault = ({ name }) => (name === 'search' ? { delayMs: 1_500 } : undefined);
    const button = walker.chat.button('reset', walker.account);
    const tookMs = startStopwatch();
    const { card } = await walker.chat.sendTap(button);
    expect(tookMs()).toBeLessThan(5_000);
    house.directory.fault = undefined;
    expect(card?.body[0]?.id).toBe('working');
    await house.teams.until(() => walker.chat.reload() === 'reset.code');
  });
});

describe('a Teams connector that fails', () => {
  it('does not keep a card from the answer', async () => {
    const walker = await newEnrolled(house);
    await walker.chat.say('status');
    house.teams.fail('update', { status: 500 });
    try {
      expect(await walker.chat.tap('reset', {}, walker.account)).toBe('reset.code');
    } finally {
      house.teams.heal('update');
    }
    house.passTime(MINUTE_MS);
  });
});
