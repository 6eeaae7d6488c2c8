import { userInfo } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { admin, adminJson } from '../support/adminCli.ts';
import { textOf } from '../support/chatDriver.ts';
import { nameOf } from '../support/connector.ts';
import { noneWaits } from '../support/notices.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  enroll,
  enrollToCode,
  FIRST_PASSWORD,
  HOUR_MS,
  MINUTE_MS,
  newEnrolled,
  newManager,
  newMobile,
  newName,
  prove,
  reset,
  startReset,
  wrongCode,
  type Walker,
} from '../support/walks.ts';

const ACTOR = `os:${userInfo().username}`;
const PASSWORD = 'Kaffekanna-Blomma-42';

const product = await productOfSuite();

interface Status {
  readonly account: string;
  readonly id: string;
  readonly directory: { readonly isLocked: boolean | null; readonly fault: string | null };
  readonly managers: readonly { readonly name: string }[] | null;
  readonly numbers: readonly { readonly mobile: string; readonly usableFrom: string | null }[];
  readonly lockouts: readonly {
    readonly kind: string;
    readonly manager: string | null;
    readonly until: string;
  }[];
  readonly flows: readonly { readonly purpose: string; readonly step: string }[];
  readonly lastSms: { readonly outcome: string; readonly fate: string | null } | null;
}
const statusOf = async (account: string) => {
  const { code, value } = await adminJson<Status>(product, ['status', account]);
  expect(code).toBe(0);
  return value;
};

/** The product's texts to a number, once there are so many. */
async function textsTo(mobile: string, count: number): Promise<string[]> {
  const deadline = Date.now() + 30_000;
  while (product.texts(mobile).length < count && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return product.texts(mobile);
}

const noticesTo = (chat: Walker['chat']) =>
  product.teams.sent.filter(
    ({ conversationId, card }) =>
      conversationId === chat.person.conversationId && nameOf(card) === 'notice',
  );

describe('revoke', () => {
  it('removes the number, tells it, and makes the next one wait before its first reset', async () => {
    const walker = await newEnrolled(product);
    const { chat, account, accountId, mobile } = walker;
    const before = product.auditRows();
    const { code, value } = await adminJson(product, ['revoke', account.toUpperCase()]);
    expect({ code, value }).toEqual({
      code: 0,
      value: { account, id: accountId, numbers: 1, flows: 0 },
    });
    expect(product.audit(before)).toMatchObject([
      { event: 'admin.revoke', actor: ACTOR, account: accountId, result: 'ok' },
      { event: 'enrollment.revoked', actor: ACTOR, account: accountId, result: 'ok' },
    ]);
    const [, notice] = await textsTo(mobile, 3).then((texts) => texts.slice(-2));
    expect(notice).toMatch(/togs bort/);
    expect(notice).not.toMatch(/\d{6}/);

    await chat.say('status');
    expect(() => chat.button('reset', account)).toThrow();
    expect(await chat.say('reset')).toBe('home notEnrolled');

    const again = { ...walker, mobile: newMobile() };
    product.passTime(HOUR_MS);
    expect(await enroll(product, again)).toBe('enrollment.done');
    expect(await startReset(again)).toBe('refused numberTooNew');
    const [number] = (await statusOf(account)).numbers;
    const wait = Date.parse(number?.usableFrom ?? '') - Date.now();
    expect(wait).toBeGreaterThan(24 * HOUR_MS - MINUTE_MS);
    expect(wait).toBeLessThanOrEqual(24 * HOUR_MS);

    product.passTime(24 * HOUR_MS + MINUTE_MS);
    expect(await reset(product, again, PASSWORD)).toBe('reset.done');
  });

  it('does not let a change of number shorten the wait', async () => {
    const walker = await newEnrolled(product);
    await admin(product, ['revoke', walker.account]);
    // Its notice comes in its own time, and would lie above the next card.
    await product.teams.until(() => noticesTo(walker.chat).length > 1);
    product.passTime(HOUR_MS);
    const second = { ...walker, mobile: newMobile() };
    await enroll(product, second);
    product.passTime(HOUR_MS);

    const third = newMobile();
    await prove(second);
    await second.chat.tap('setMobile', { mobile: third });
    await second.chat.tap('confirmOldCode', { code: product.code(second.mobile) });
    expect(await second.chat.tap('confirmCode', { code: product.code(third) })).toBe(
      'enrollment.done',
    );
    expect(await startReset(second)).toBe('refused numberTooNew');
    product.passTime(22 * HOUR_MS);
    expect(await startReset(second)).toBe('refused numberTooNew');
    product.passTime(HOUR_MS + MINUTE_MS);
    expect(await startReset({ ...second, mobile: third })).toBe('reset.code');
  });

  it('makes each manager of the account wait, also one who had no number', async () => {
    const [first, second] = [newName('Chef'), newName('Chef')].map((name) => product.manager(name));
    const group = product.directory.group(newName('grp'), [first!.dn, second!.dn]);
    const account = newName('delad');
    product.account(account, group.dn, FIRST_PASSWORD);
    const one = { chat: first!, account, mobile: newMobile() };
    const other = { chat: second!, account, mobile: newMobile() };
    await other.chat.say('status');
    await enroll(product, one);
    await noneWaits(product);
    await admin(product, ['revoke', account]);
    // Both are told in chat: there is no card of a flow that would tell the one who lost the number.
    for (const { chat } of [one, other]) {
      await product.teams.until(() => noticesTo(chat).length === 2);
      expect(textOf(noticesTo(chat).at(-1)?.card)).toContain(account);
    }
    expect(await enroll(product, other)).toBe('enrollment.done');
    await other.chat.say('status');
    expect(await other.chat.tap('reset', {}, account)).toBe('refused numberTooNew');
  });

  it('kills the code of a reset under way, and the verified flow too', async () => {
    const walker = await newEnrolled(product);
    const { chat, account } = walker;
    await startReset(walker);
    const { value } = await adminJson<{ flows: number }>(product, ['revoke', account]);
    expect(value.flows).toBe(1);
    const before = product.audit().length;
    expect(await chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'home flowExpired',
    );
    expect(product.audit().slice(before)).toEqual([]);

    const other = await newEnrolled(product);
    await startReset(other);
    await other.chat.tap('confirmCode', { code: product.code(other.mobile) });
    await admin(product, ['revoke', other.account]);
    const writes = product.directory.writes.length;
    const typed = { newPassword: PASSWORD, confirmPassword: PASSWORD };
    expect(await other.chat.tap('setPassword', typed)).toBe('home flowExpired');
    expect(product.directory.writes.length).toBe(writes);
  });

  it('kills the code of an enrollment under way', async () => {
    const walker = newManager(product);
    await enrollToCode(product, walker);
    await admin(product, ['revoke', walker.account]);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'home flowExpired',
    );
    expect((await statusOf(walker.account)).numbers).toEqual([]);
  });

  it('works by the id while the directory is down', async () => {
    const walker = await newEnrolled(product);
    const env = { LDAP_URL: 'ldaps://127.0.0.1:1' };
    const { code, value } = await adminJson<{ numbers: number }>(
      product,
      ['revoke', walker.accountId],
      env,
    );
    expect({ code, numbers: value.numbers }).toEqual({ code: 0, numbers: 1 });
  });
});

describe('status and clear-lockout', () => {
  it('show what the service desk needs, with the number masked', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const shown = await statusOf(walker.account);
    expect(shown).toMatchObject({
      account: walker.account,
      id: walker.accountId,
      directory: { isLocked: false, fault: null },
      managers: [{ name: walker.chat.person.name }],
      numbers: [{ mobile: `+46 ••• •• •• ${walker.mobile.slice(-2)}`, usableFrom: null }],
      lockouts: [],
      flows: [{ purpose: 'reset', step: 'code' }],
      lastSms: { outcome: 'accepted', fate: null },
    });
    const { stdout } = await admin(product, ['status', walker.accountId]);
    expect(stdout).toContain(`••• •• •• ${walker.mobile.slice(-2)}`);
    expect(stdout).not.toContain(walker.mobile.slice(3));
  });

  it('tell of a lockout by codes until when, and lift it', async () => {
    const walker = await newEnrolled(product);
    const { chat, account, accountId } = walker;
    await startReset(walker);
    const right = product.code(walker.mobile);
    for (let time = 1; time <= 5; time += 1) {
      await chat.tap('confirmCode', { code: wrongCode(right, time) });
    }
    const [lockout, ...more] = (await statusOf(account)).lockouts;
    expect(more).toEqual([]);
    expect(lockout).toMatchObject({ kind: 'code', manager: expect.stringContaining('/') });
    expect(Date.parse(lockout?.until ?? '') - Date.now()).toBeGreaterThan(23 * HOUR_MS);

    const before = product.auditRows();
    const { code, value } = await adminJson(product, ['clear-lockout', account]);
    expect({ code, value }).toMatchObject({ code: 0, value: { failures: 5 } });
    expect(product.audit(before)).toMatchObject([
      { event: 'admin.clear-lockout', actor: ACTOR, account: accountId, result: 'ok' },
    ]);
    expect((await statusOf(account)).lockouts).toEqual([]);
    expect(await startReset(walker)).toBe('reset.code');
  });

  it('tell of a lockout by wrong current passwords, and lift it', async () => {
    const walker = newManager(product);
    for (let time = 0; time < 3; time += 1) await prove(walker, `Fel-losen-${String(time)}`);
    expect((await statusOf(walker.account)).lockouts).toMatchObject([
      { kind: 'proof', manager: null },
    ]);
    await admin(product, ['clear-lockout', walker.account]);
    const after = await statusOf(walker.account);
    expect(after.lockouts).toEqual([]);
    expect(after.directory).toMatchObject({ recentWrongPasswords: 3, lockoutThreshold: 5 });
    // The directory's own count stands: the bot still keeps away from its threshold.
    expect(await prove(walker)).toBe('refused proofLocked');
    product.directory.unlock(walker.accountDn);
    expect(await prove(walker)).toBe('enrollment.mobile');
  });
});
