import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../demo/directory/fault.ts';
import { textOf, type Button } from '../support/chatDriver.ts';
import { newCall, openAccount, pick, shownNumber, type Call } from '../support/desk.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import { ALWAYS, cardsTo, newDue, sweepAgain } from '../support/rotations.ts';
import {
  FIRST_PASSWORD,
  newEnrolled,
  resetToPassword,
  startReset,
  type Walker,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

const product = await productOfSuite({ env: ALWAYS, policy: { maxAgeMs: Infinity } });

/** The same bot after a kill, for all that was under way. */
async function killAndStart(meanwhile: () => void = () => undefined): Promise<void> {
  await product.end('SIGKILL');
  product.directory.fault = undefined;
  meanwhile();
  await product.start();
}

const writesOf = ({ accountDn }: Walker): number =>
  product.directory.writes.filter(({ dn }) => dn === accountDn).length;

/** As far as the card that takes the new password, and its button. */
async function newAtPassword() {
  const walker = await newEnrolled(product);
  await resetToPassword(product, walker);
  return { walker, button: walker.chat.button('setPassword') };
}
type AtPassword = Awaited<ReturnType<typeof newAtPassword>>;

describe('a bot killed while passwords are written', () => {
  let notWritten: AtPassword;
  let written: AtPassword;
  let writtenLate: AtPassword;
  let unreadable: AtPassword;
  let startedOver: AtPassword;

  beforeAll(async () => {
    const cells: [AtPassword, Fault][] = [
      [(writtenLate = await newAtPassword()), 'hang'],
      [(notWritten = await newAtPassword()), 'hang'],
      [(unreadable = await newAtPassword()), 'hang'],
      [(written = await newAtPassword()), 'applyThenHang'],
      [(startedOver = await newAtPassword()), 'applyThenHang'],
    ];
    const faults = new Map(cells.map(([{ walker }, fault]) => [walker.accountDn, fault]));
    product.directory.fault = ({ name, dn }) => (name === 'modify' ? faults.get(dn) : undefined);
    const taps = cells.map(([{ walker, button }]) =>
      walker.chat.sendTap(button, both).catch(() => undefined),
    );
    await product.teams.until(() => cells.every(([{ walker }]) => writesOf(walker) === 1));
    await killAndStart(() => {
      const { aadObjectId } = unreadable.walker.chat.person;
      product.database.querySqlite(
        `update manager set conversation = 'v1:gone:AAAA' where manager like '%${aadObjectId}'`,
      );
    });
    await Promise.all(taps);
  });

  it('counts no try of the password while there is nothing to try it on', async () => {
    const { walker, button } = writtenLate;
    for (let time = 0; time < 3; time += 1) {
      expect(await walker.chat.tapButton(button, both)).toBe('reset.unknown');
    }
    // The write is carried out late.
    product.directory.setPassword(walker.accountDn, GOOD);
    expect(await walker.chat.tapButton(button, both)).toBe('reset.done');
  });

  it('finds that nothing was written, and goes on with the same flow', async () => {
    const { walker, button } = notWritten;
    await product.teams.until(
      () => walker.chat.reload() === 'reset.newPassword directoryUnavailable',
    );
    expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    expect(await walker.chat.tapButton(button, both)).toBe(
      'reset.newPassword directoryUnavailable',
    );
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
    expect(writesOf(walker)).toBe(2);
  });

  it('never says done of a change alone, but proves it by the same password typed again', async () => {
    const { walker, button } = written;
    expect(product.directory.hasPassword(walker.accountDn, GOOD)).toBe(true);
    await product.teams.until(() => walker.chat.reload() === 'reset.unknown');
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    expect(walker.chat.reload()).toBe('reset.unknown');
    expect(await walker.chat.tap('refresh')).toBe('reset.unknown');
    expect(await walker.chat.tapButton(button, both)).toBe('reset.done');
    expect(writesOf(walker)).toBe(1);
    const events = product
      .audit()
      .filter(({ account, event }) => account === walker.accountId || event === 'service.started')
      .map(({ event }) => event);
    expect(events.slice(-3)).toEqual(['reset.unknown', 'service.started', 'reset.verified']);
  });

  it('goes on working where the chat of that write cannot be read any more', async () => {
    await product.teams.until(() => product.output.includes('"why":"unknownKey"'));
    expect(await newEnrolled(product)).toBeDefined();
    expect(product.bot.exitCode).toBeNull();
  });

  it('lets the manager start over from the unknown', async () => {
    const { walker } = startedOver;
    await product.teams.until(() => walker.chat.reload() === 'reset.unknown');
    product.passTime(61_000);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
    await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
    const other = { newPassword: 'Annan-Blomma-77', confirmPassword: 'Annan-Blomma-77' };
    expect(await walker.chat.tap('setPassword', other)).toBe('reset.done');
  });
});

describe('a bot killed after the answer to a write was lost', () => {
  it('proves the password typed again also where it had learnt that the answer was lost', async () => {
    const { walker, button } = await newAtPassword();
    product.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    const tap = walker.chat.sendTap(button, both);
    await product.teams.until(() => product.directory.hasPassword(walker.accountDn, GOOD));
    product.directory.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);
    walker.chat.card = (await tap).card;
    expect(walker.chat.shown).toBe('reset.unknown');
    await killAndStart();
    const end = Date.now() + 90_000;
    while (walker.chat.shown !== 'reset.done' && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await walker.chat.tapButton(button, both);
    }
    expect(walker.chat.shown).toBe('reset.done');
  });
});

describe('a bot killed while messages are sent', () => {
  let asked: Call;
  let atCode: { readonly walker: Walker; readonly button: Button };
  let askedBy: Button;
  let reminded: Awaited<ReturnType<typeof newDue>>;

  const isReserved = async (): Promise<boolean> =>
    (await product.database.query(`select 1 from reminder where fate = 'reserved'`)).length > 0;

  beforeAll(async () => {
    const walker = await newEnrolled(product);
    await walker.chat.say('status');
    atCode = { walker, button: walker.chat.button('reset', walker.account) };
    asked = await newCall(product);
    await openAccount(asked.agent, asked.account);
    askedBy = asked.agent.button('deskConfirm', asked.name);
    reminded = await newDue(product, 80);

    const killed = Promise.withResolvers<void>();
    const until = killed.promise;
    product.twilio.scriptCodes({ until });
    const codes = product.codes(walker.mobile).length;
    const tap = walker.chat.sendTap(atCode.button).catch(() => undefined);
    product.teams.fail('post', { until }, 1, 'caller');
    const question = asked.agent.sendTap(askedBy).catch(() => undefined);
    await product.teams.until(() => product.teams.hasFailed('post'));
    product.teams.fail('post', 'hang', 1, 'reminder');
    await product.database.query('update lease set done_at = null');
    while (!(await isReserved())) await new Promise((resolve) => setTimeout(resolve, 50));
    await product.teams.until(() => product.codes(walker.mobile).length > codes);
    await product.end('SIGKILL');
    killed.resolve();
    await Promise.all([tap, question]);
    // The question has come; the reminder has not.
    await product.teams.until(() => asked.chat.reload() === 'caller');
    product.teams.heal('post');
    await product.start();
  });

  it('sends no second code; the one that may have come is good', async () => {
    const { walker, button } = atCode;
    const codes = product.codes(walker.mobile).length;
    expect(await walker.chat.tapButton(button)).toBe('reset.code smsUnavailable');
    expect(product.codes(walker.mobile).length).toBe(codes);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('asks a manager who calls no second time; the question that may have come can be answered', async () => {
    const { agent, chat } = asked;
    expect(await agent.tapButton(askedBy)).toBe('desk.account');
    expect(cardsTo(product, chat, 'caller')).toHaveLength(1);
    expect(await pick(chat, shownNumber(agent))).toBe('caller.done');
    await product.teams.until(() => {
      agent.reload();
      return textOf(agent.card).includes('Bekräftad');
    });
  });

  it('does not know whether a reminder came, and sends it no more', async () => {
    const remindersOf = () =>
      product
        .audit()
        .filter(({ account }) => account === reminded.accountId)
        .filter(({ event }) => event.startsWith('reminder.'))
        .map(({ event, result }) => [event, result]);
    await product.teams.until(() => remindersOf().length > 0);
    await sweepAgain(product);
    expect(remindersOf()).toEqual([['reminder.failed', 'unknown']]);
    expect(cardsTo(product, reminded.chat)).toHaveLength(0);
  });
});

describe('a bot that is told to stop', () => {
  it('lets the turn under way end and exits with 0', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const button = walker.chat.button('confirmCode');
    let isAsked = false;
    product.directory.fault = ({ name }) => {
      isAsked ||= name === 'search';
      return name === 'search' ? { delayMs: 300 } : undefined;
    };
    const tap = walker.chat.sendTap(button, { code: product.code(walker.mobile) });
    await product.teams.until(() => isAsked);
    const ended = product.end('SIGTERM');
    expect((await tap).card?.body[0]?.id).toBe('reset.newPassword');
    expect(await ended).toBe(0);
    await product.start();
    const events = product.audit().map(({ event }) => event);
    expect(events.slice(-2)).toEqual(['service.stopped', 'service.started']);
  });
});
