import { describe, expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { newCall, openAccount, pick, shownNumber } from '../support/desk.ts';
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

/** Kills the bot while the write is under way, applied or not, and starts it again. */
async function killInWrite(
  fault: 'hang' | 'applyThenHang',
  meanwhile: (walker: Walker) => void = () => undefined,
) {
  const walker = await newEnrolled(product);
  await resetToPassword(product, walker);
  const button = walker.chat.button('setPassword');
  const writes = product.directory.writes.length;
  product.directory.fault = ({ name }) => (name === 'modify' ? fault : undefined);
  const tap = walker.chat.sendTap(button, both).catch(() => undefined);
  await product.teams.until(() => product.directory.writes.length > writes);
  await product.end('SIGKILL');
  await tap;
  product.directory.fault = undefined;
  meanwhile(walker);
  await product.start();
  return { walker, button, writes };
}

describe('a bot killed while a password is written', () => {
  it('finds that nothing was written, and goes on with the same flow', async () => {
    const { walker, button, writes } = await killInWrite('hang');
    await product.teams.until(
      () => walker.chat.reload() === 'reset.newPassword directoryUnavailable',
      25_000,
    );
    expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    expect(await walker.chat.tapButton(button, both)).toBe(
      'reset.newPassword directoryUnavailable',
    );
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
    expect(product.directory.writes.length).toBe(writes + 2);
  });

  it('never says done of a change alone, but proves it by the same password typed again', async () => {
    const { walker, button, writes } = await killInWrite('applyThenHang');
    expect(product.directory.hasPassword(walker.accountDn, GOOD)).toBe(true);
    await product.teams.until(() => walker.chat.reload() === 'reset.unknown', 25_000);
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    expect(walker.chat.reload()).toBe('reset.unknown');
    expect(await walker.chat.tap('refresh')).toBe('reset.unknown');
    expect(await walker.chat.tapButton(button, both)).toBe('reset.done');
    expect(product.directory.writes.length).toBe(writes + 1);
    const events = product.audit().map(({ event }) => event);
    expect(events.slice(-3)).toEqual(['reset.unknown', 'service.started', 'reset.verified']);
  });

  it('counts no try of the password while there is nothing to try it on', async () => {
    const { walker, button } = await killInWrite('hang');
    for (let time = 0; time < 3; time += 1) {
      expect(await walker.chat.tapButton(button, both)).toBe('reset.unknown');
    }
    // The write is carried out late.
    product.directory.setPassword(walker.accountDn, GOOD);
    expect(await walker.chat.tapButton(button, both)).toBe('reset.done');
  });

  it('proves the password typed again also where it had learnt that the answer was lost', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    const button = walker.chat.button('setPassword');
    product.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    const tap = walker.chat.sendTap(button, both);
    await product.teams.until(() => product.directory.hasPassword(walker.accountDn, GOOD));
    product.directory.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);
    walker.chat.card = (await tap).card;
    expect(walker.chat.shown).toBe('reset.unknown');
    await product.end('SIGKILL');
    product.directory.fault = undefined;
    await product.start();
    const end = Date.now() + 30_000;
    while (walker.chat.shown !== 'reset.done' && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await walker.chat.tapButton(button, both);
    }
    expect(walker.chat.shown).toBe('reset.done');
  });

  it('goes on working where the chat of that write cannot be read any more', async () => {
    await killInWrite('hang', ({ chat }) => {
      const { aadObjectId } = chat.person;
      product.database.querySqlite(
        `update manager set conversation = 'v1:gone:AAAA' where manager like '%${aadObjectId}'`,
      );
    });
    await product.teams.until(() => product.output.includes('"why":"unknownKey"'));
    expect(await newEnrolled(product)).toBeDefined();
    expect(product.bot.exitCode).toBeNull();
  });

  it('lets the manager start over from the unknown', async () => {
    const { walker } = await killInWrite('applyThenHang');
    await product.teams.until(() => walker.chat.reload() === 'reset.unknown', 25_000);
    product.passTime(61_000);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
    await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
    const other = { newPassword: 'Annan-Blomma-77', confirmPassword: 'Annan-Blomma-77' };
    expect(await walker.chat.tap('setPassword', other)).toBe('reset.done');
  });
});

describe('a bot killed while a code is sent', () => {
  it('sends no second one; the code that may have come is good', async () => {
    const walker = await newEnrolled(product);
    await walker.chat.say('status');
    const button = walker.chat.button('reset', walker.account);
    const codes = product.codes(walker.mobile).length;
    product.twilio.scriptCodes({ delayMs: 5_000 });
    const tap = walker.chat.sendTap(button).catch(() => undefined);
    await product.teams.until(() => product.codes(walker.mobile).length > codes);
    await product.end('SIGKILL');
    await tap;
    await product.start();
    expect(await walker.chat.tapButton(button)).toBe('reset.code smsUnavailable');
    expect(product.codes(walker.mobile).length).toBe(codes + 1);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
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

describe('a bot killed while it asks a manager who calls', () => {
  it('asks no second time; the question that may have come can be answered', async () => {
    const call = await newCall(product);
    const { agent, chat, account, name } = call;
    await openAccount(agent, account);
    const button = agent.button('deskConfirm', name);
    const stopped = Promise.withResolvers<void>();
    product.teams.fail('post', { until: stopped.promise }, 1);
    const tap = agent.sendTap(button).catch(() => undefined);
    await product.teams.until(() => product.teams.hasFailed('post'));
    await product.end('SIGKILL');
    stopped.resolve();
    await tap;
    await product.teams.until(() => chat.reload() === 'caller');
    await product.start();
    expect(await agent.tapButton(button)).toBe('desk.account');
    expect(cardsTo(product, chat, 'caller')).toHaveLength(1);
    expect(await pick(chat, shownNumber(agent))).toBe('caller.done');
    await product.teams.until(() => {
      agent.reload();
      return textOf(agent.card).includes('Bekräftad');
    });
  });
});

describe('a bot killed while a reminder is sent', () => {
  const remindersOf = (accountId: string) =>
    product
      .audit()
      .filter(({ account, event }) => account === accountId && event.startsWith('reminder.'))
      .map(({ event, result }) => [event, result]);

  it('does not know whether it came, and sends it no more', async () => {
    const { chat, accountId } = await newDue(product, 80);
    product.teams.fail('post', 'hang', 1);
    await product.database.query('update lease set done_at = null');
    const isReserved = async (): Promise<boolean> =>
      (await product.database.query(`select 1 from reminder where fate = 'reserved'`)).length > 0;
    while (!(await isReserved())) await new Promise((resolve) => setTimeout(resolve, 50));
    await product.end('SIGKILL');
    product.teams.heal('post');
    await product.start();
    await product.teams.until(() => remindersOf(accountId).length > 0, 20_000);
    await sweepAgain(product);
    expect(remindersOf(accountId)).toEqual([['reminder.failed', 'unknown']]);
    expect(cardsTo(product, chat)).toHaveLength(0);
  });
});
