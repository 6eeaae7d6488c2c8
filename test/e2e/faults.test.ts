import { describe, expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { PUBLIC_URL } from '../support/product.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  FIRST_PASSWORD,
  MINUTE_MS,
  newEnrolled,
  newManager,
  resetToPassword,
  startReset,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

const product = await productOfSuite();

/** The newest message with a code to that number: notices come in between. */
const newestCodeTo = (mobile: string) =>
  product.twilio.requests.findLast(
    ({ form }) => form['To'] === mobile && /^\d{6}/.test(form['Body'] ?? ''),
  );

describe('an SMS service that', () => {
  it.each([
    ['fails within', { status: 500 }],
    ['cuts its answer', 'cut'],
    ['names no message', { status: 201, text: '{}' }],
  ] as const)('%s may have sent: the card waits, the code is good', async (_name, answer) => {
    const walker = await newEnrolled(product);
    const before = product.twilio.requests.length;
    product.twilio.scriptCodes(answer);
    expect(await startReset(walker)).toBe('reset.code smsUnavailable');
    const own = product.twilio.requests
      .slice(before)
      .filter(({ form }) => /^\d{6}/.test(form['Body'] ?? ''));
    expect(own).toHaveLength(1);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('reports a failure later has it shown on the card by itself', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const request = newestCodeTo(walker.mobile);
    expect(request?.form['StatusCallback']).toBe(`${PUBLIC_URL}/api/sms/status`);
    const status = {
      MessageSid: request?.sid ?? '',
      MessageStatus: 'undelivered',
      ErrorCode: '30006',
    };
    const url = `${product.url}/api/sms/status`;
    const forged = await product.twilio.sendStatus(url, status, { signature: 'AAAA' });
    expect(forged.status).toBe(403);
    await product.teams.until(() => walker.chat.reload() === 'reset.code');
    const signedUrl = `${PUBLIC_URL}/api/sms/status`;
    const taken = await product.twilio.sendStatus(url, status, { signedUrl });
    expect([200, 204]).toContain(taken.status);
    await product.teams.until(() => walker.chat.reload() === 'reset.code smsNumberRefused');
    // Another problem on the card does not make the message arrive.
    const claims = /Koden är skickad|går att använda/;
    expect(await walker.chat.tap('resendCode')).toBe('reset.code tooManyCodes');
    expect(textOf(walker.chat.card)).not.toMatch(claims);
    expect(await walker.chat.tap('confirmCode', { code: 'x' })).toBe('reset.code codeRefused');
    expect(textOf(walker.chat.card)).not.toMatch(claims);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });
});

describe('a status report that is faster than the answer to the message', () => {
  it('is shown all the same', async () => {
    const walker = await newEnrolled(product);
    await walker.chat.say('status');
    const button = walker.chat.button('reset', walker.account);
    const codes = product.codes(walker.mobile).length;
    product.twilio.scriptCodes({ delayMs: 1_000 });
    const tap = walker.chat.sendTap(button);
    await product.teams.until(() => product.codes(walker.mobile).length > codes);
    const sid = newestCodeTo(walker.mobile)?.sid ?? '';
    const status = { MessageSid: sid, MessageStatus: 'failed', ErrorCode: '30005' };
    const signedUrl = `${PUBLIC_URL}/api/sms/status`;
    await product.twilio.sendStatus(`${product.url}/api/sms/status`, status, { signedUrl });
    walker.chat.card = (await tap).card;
    await product.teams.until(() => walker.chat.reload() === 'reset.code smsNumberRefused');
  });
});

describe('a directory that', () => {
  it('hangs while a code is checked compares and counts nothing', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const code = product.code(walker.mobile);
    const rows = product.auditRows();
    // A notice that asks the directory meanwhile would leave one try at it open when the next tap comes.
    const waiting = () => product.database.querySqlite('select id from notice');
    await product.teams.until(() => waiting().length === 0);
    product.directory.fault = () => 'hang';
    expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.code directoryUnavailable');
    product.directory.fault = undefined;
    expect(product.audit(rows)).toEqual([]);
    expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
  });

  it('refuses the connection for the bind counts no try', async () => {
    const walker = newManager(product);
    const { chat, account } = walker;
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    for (let time = 0; time < 4; time += 1) {
      product.directory.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);
      expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
        'enrollment.currentPassword directoryUnavailable',
      );
    }
    product.directory.fault = undefined;
    expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
      'enrollment.mobile',
    );
  });

  it('fails before the write has written nothing, and the code is not asked for again', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    product.directory.fault = () => 'drop';
    expect(await walker.chat.tap('setPassword', both)).toBe(
      'reset.newPassword directoryUnavailable',
    );
    product.directory.fault = undefined;
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
  });

  it('loses the write is tried again by the manager, not by the bot', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    let isLost = false;
    product.directory.fault = ({ name }) => {
      if (name === 'modify' && !isLost) {
        isLost = true;
        return 'drop';
      }
      return undefined;
    };
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
    await product.teams.until(
      () => walker.chat.reload() === 'reset.newPassword directoryUnavailable',
      20_000,
    );
    expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
  });

  it('answers late is believed for when it was asked, not for when it answers', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    let lostAt = Infinity;
    let isAsked = false;
    product.directory.fault = ({ name, dn }) => {
      if (name === 'modify' && lostAt === Infinity) {
        lostAt = performance.now();
        return 'drop';
      }
      const isLook = name === 'search' && dn === product.accountsBase;
      if (!isLook || performance.now() - lostAt < 2_000) return undefined;
      isAsked = true;
      return { lateMs: 4_500 };
    };
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
    await product.teams.until(() => isAsked, 10_000);
    product.directory.fault = undefined;
    // The write is carried out late; the answer under way was true when it was given.
    product.directory.setPassword(walker.accountDn, GOOD);
    await product.teams.until(() => walker.chat.reload() !== 'reset.unknown', 40_000);
    expect(walker.chat.reload()).toBe('reset.done');
  });

  it('comes back late has its late truth told once, and never undoes the next write', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    let isLost = false;
    product.directory.fault = ({ name }) => {
      if (name === 'modify' && !isLost) {
        isLost = true;
        return 'drop';
      }
      return isLost ? 'drop' : undefined;
    };
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
    const rows = product.auditRows();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const nextWrite = Promise.withResolvers<void>();
    let isHeld = false;
    product.directory.fault = ({ name, dn }) => {
      // One of those who look for the truth hears of it when the next write is under way.
      if (name === 'search' && dn === product.accountsBase && !isHeld) {
        isHeld = true;
        return { until: nextWrite.promise };
      }
      if (name !== 'modify') return undefined;
      nextWrite.resolve();
      return { delayMs: 1_500 };
    };
    await product.teams.until(
      () => walker.chat.reload() === 'reset.newPassword directoryUnavailable',
      25_000,
    );
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
    expect(product.directory.hasPassword(walker.accountDn, GOOD)).toBe(true);
    const events = product.audit(rows).map(({ event }) => event);
    expect(events).toEqual(['reset.verified', 'reset.attempted', 'reset.written']);
  });

  it('tells the truth only after the flow’s time has it shown on the card', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    product.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    const tap = walker.chat.sendTap(walker.chat.button('setPassword'), both);
    await product.teams.until(() => product.directory.hasPassword(walker.accountDn, GOOD));
    product.directory.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);
    walker.chat.card = (await tap).card;
    product.passTime(16 * MINUTE_MS);
    product.directory.fault = undefined;
    await product.teams.until(() => walker.chat.reload() === 'reset.done', 40_000);
  });

  it('is slow gets an answer within three seconds, and the card is updated by itself', async () => {
    const walker = await newEnrolled(product);
    await walker.chat.say('status');
    product.directory.fault = ({ name }) => (name === 'search' ? { delayMs: 1_500 } : undefined);
    const button = walker.chat.button('reset', walker.account);
    const began = performance.now();
    const { card } = await walker.chat.sendTap(button);
    expect(performance.now() - began).toBeLessThan(5_000);
    product.directory.fault = undefined;
    expect(card?.body[0]?.id).toBe('working');
    await product.teams.until(() => walker.chat.reload() === 'reset.code', 12_000);
  });
});

describe('a Teams connector that fails', () => {
  it('does not keep a card from the answer', async () => {
    const walker = await newEnrolled(product);
    await walker.chat.say('status');
    product.teams.fail('update', { status: 500 });
    try {
      expect(await walker.chat.tap('reset', {}, walker.account)).toBe('reset.code');
    } finally {
      product.teams.heal('update');
    }
    product.passTime(MINUTE_MS);
  });
});
