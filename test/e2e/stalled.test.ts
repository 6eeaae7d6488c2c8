import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { postgresOfSuite, productOfSuite } from '../support/ofSuite.ts';
import {
  FIRST_PASSWORD,
  greet,
  newEnrolled,
  newManager,
  resetToPassword,
  startReset,
} from '../support/walks.ts';

const FIRST = 'Gladiolus-Kanna-77';
const NEXT = 'Kaffekanna-Blomma-42';
/** Until a write is taken for lost, and surely not carried out any more. */
const GIVEN_UP_MS = 60_000;

const postgres = await postgresOfSuite();
const product = await productOfSuite({ databaseUrl: postgres.url });
const another = await product.startAnother();
/** One instance has all taps, until it stands still and the other one gets them. */
beforeEach(() => {
  product.front = product.bot.url;
});
afterEach(() => {
  product.bot.goOn();
});
function standStill(): void {
  product.bot.pause();
  product.front = another.url;
}

describe('an instance that stood still in the middle of a write', () => {
  it('does not take its answer for that of the next write, which another one sent', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    let isSent = false;
    product.directory.fault = ({ name }) => {
      if (name !== 'modify') return undefined;
      isSent = true;
      standStill();
      return [19, '0000052D: Constraint violation - password does not meet the requirements'];
    };
    const first = { newPassword: FIRST, confirmPassword: FIRST };
    const lost = walker.chat.sendTap(walker.chat.button('setPassword'), first);
    await product.teams.until(() => isSent);
    await product.teams.until(
      () => walker.chat.reload() === 'reset.newPassword directoryUnavailable',
      GIVEN_UP_MS,
    );

    let isNextSent = false;
    product.directory.fault = ({ name }) => {
      if (name !== 'modify') return undefined;
      isNextSent = true;
      return { delayMs: 2_500 };
    };
    const next = { newPassword: NEXT, confirmPassword: NEXT };
    const tap = walker.chat.tap('setPassword', next);
    await product.teams.until(() => isNextSent);
    product.bot.goOn();
    await lost;
    await tap;
    await product.teams.until(() => walker.chat.reload() === 'reset.done', GIVEN_UP_MS);
    expect(product.directory.hasPassword(walker.accountDn, NEXT)).toBe(true);
    const rows = await product.database.audit();
    const events = rows.map(({ event }) => event).filter((event) => /^reset/.test(event));
    expect(events.slice(events.indexOf('reset.attempted'))).toEqual([
      'reset.attempted',
      'reset.unknown',
      'reset.verified',
      'reset.attempted',
      'reset.written',
    ]);
  });
});

/** Until a proof or a code message is taken for lost. */
const LOST_MS = 40_000;

describe('an instance that stood still', () => {
  it('in the middle of a code message does not take its end for that of the next one', async () => {
    const walker = await newEnrolled(product);
    const { chat, mobile } = walker;
    const passMinute = () =>
      product.database.query('update code_send set created_at = created_at - 60000');
    const codes = () =>
      product.twilio.requests.filter(({ form }) => /^\d{6} /.test(form['Body'] ?? '')).length;
    await passMinute();
    expect(await startReset(walker)).toBe('reset.code');
    await passMinute();
    const { promise: isTaken, resolve: take } = Promise.withResolvers<void>();
    product.twilio.scriptCodes('hang', { until: isTaken });
    const sent = codes();
    const lost = chat.sendTap(chat.button('resendCode'));
    await product.teams.until(() => codes() === sent + 1);
    standStill();
    await product.teams.until(() => chat.reload() === 'reset.code smsUnavailable', LOST_MS);

    await passMinute();
    const tap = chat.tap('resendCode');
    await product.teams.until(() => codes() === sent + 2);
    product.bot.goOn();
    await lost;
    take();
    expect(await tap).toBe('reset.code');
    expect(await chat.tap('confirmCode', { code: product.code(mobile) })).toBe('reset.newPassword');
  });

  it('in the middle of a proof does not take its end for that of the next one', async () => {
    const walker = newManager(product);
    const { chat, account, accountDn } = walker;
    await greet(walker);
    await chat.tap('enroll', {}, account);
    const typed = { currentPassword: FIRST_PASSWORD };
    const isBind = ({ name, dn }: { readonly name: string; readonly dn?: string | undefined }) =>
      name === 'bind' && dn === accountDn;
    let isSent = false;
    product.directory.fault = (operation) => {
      if (!isBind(operation)) return undefined;
      isSent = true;
      standStill();
      return 'hang';
    };
    const lost = chat.sendTap(chat.button('proveCurrentPassword'), typed);
    await product.teams.until(() => isSent);
    const unavailable = 'enrollment.currentPassword directoryUnavailable';
    await product.teams.until(() => chat.reload() === unavailable, LOST_MS);

    let isNextSent = false;
    product.directory.fault = (operation) => {
      if (!isBind(operation)) return undefined;
      isNextSent = true;
      return { delayMs: 2_500 };
    };
    const tap = chat.tap('proveCurrentPassword', typed);
    await product.teams.until(() => isNextSent);
    product.bot.goOn();
    await lost;
    expect(await tap).toBe('enrollment.mobile');
  });
});
