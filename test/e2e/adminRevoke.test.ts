import { userInfo } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { cardsTo, noneWaits, noticesTo } from '../support/notices.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, newManager, prove, startReset, wrongCode } from '../support/walks.ts';

const ACTOR = `os:${userInfo().username}`;

const house = await houseOfSuite();

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
const statusOf = (account: string) => house.administer<Status>(['status', account]);

describe('revoke', () => {
  it('works by the id while the directory is down', async () => {
    const walker = await newEnrolled(house);
    const env = { LDAP_URL: 'ldaps://127.0.0.1:1' };
    const done = await house.administer(['revoke', walker.accountId], env);
    expect(done).toMatchObject({ numbers: 1 });
  });

  it.each([
    ['0', 'can reset at once.'],
    ['45', 'can reset 45 s after its enrollment.'],
    ['5400', 'can reset 90 min after its enrollment.'],
    ['86400', 'can reset 24 h after its enrollment.'],
  ])('tells from when the next number can reset after %s s', async (seconds, told) => {
    const { account } = newManager(house);
    const env = { NEW_NUMBER_COOLDOWN_SECONDS: seconds };
    expect((await house.runAdmin(['revoke', account], env)).stdout).toContain(told);
  });
});

describe('status and clear-lockout', () => {
  it('show what the service desk needs, with the number masked', async () => {
    const walker = await newEnrolled(house);
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
    const { stdout } = await house.runAdmin(['status', walker.accountId]);
    expect(stdout).toContain(`••• •• •• ${walker.mobile.slice(-2)}`);
    expect(stdout).not.toContain(walker.mobile.slice(3));
  });

  it('tell of a lockout by codes until when, and lift it', async () => {
    const walker = await newEnrolled(house);
    const { chat, account, accountId } = walker;
    await startReset(walker);
    const right = house.code(walker.mobile);
    for (let time = 1; time <= 5; time += 1) {
      await chat.tap('confirmCode', { code: wrongCode(right, time) });
    }
    const [lockout, ...more] = (await statusOf(account)).lockouts;
    expect(more).toEqual([]);
    expect(lockout).toMatchObject({ kind: 'code', manager: expect.stringContaining('/') });
    expect(Date.parse(lockout?.until ?? '') - Date.now()).toBeGreaterThan(23 * HOUR_MS);

    const before = house.auditRows();
    const done = await house.administer(['clear-lockout', account]);
    expect(done).toMatchObject({ failures: 5 });
    expect(house.audit(before)).toMatchObject([
      { event: 'admin.clear-lockout', actor: ACTOR, account: accountId, result: 'ok' },
    ]);
    expect((await statusOf(account)).lockouts).toEqual([]);
    // Told like a revoke: an attacker may have asked for new attempts in the manager's name.
    await noneWaits(house);
    expect(noticesTo(house, walker.mobile).at(-1)).toMatch(/tog .* bort spärren för/);
    const card = cardsTo(house, chat, 'notice').at(-1)?.card;
    expect(textOf(card)).toContain('tog bort spärren');
    expect(await startReset(walker)).toBe('reset.code');
    await house.administer(['clear-lockout', account]);
    await noneWaits(house);
    expect(cardsTo(house, chat, 'notice').at(-1)?.card).toBe(card);
  });

  it('say that the directory’s own lock is not known while it does not answer', async () => {
    const { chat, account, accountDn } = await newEnrolled(house);
    await chat.say('status');
    house.directory.lock(accountDn);
    expect(await house.administer(['clear-lockout', account])).toMatchObject({
      isLockedInDirectory: true,
    });
    house.directory.fault = () => 'drop';
    const done = await house.administer(['clear-lockout', account]);
    const { stdout } = await house.runAdmin(['clear-lockout', account]);
    house.heal();
    expect(done).toMatchObject({ isLockedInDirectory: null });
    expect(stdout).toContain(
      'not known whether the directory has locked the account: the directory does',
    );
  });

  it('tell of a lockout by wrong current passwords, and lift it', async () => {
    const walker = newManager(house);
    for (let time = 0; time < 3; time += 1) await prove(walker, `Fel-losen-${String(time)}`);
    expect((await statusOf(walker.account)).lockouts).toMatchObject([
      { kind: 'proof', manager: null },
    ]);
    await house.administer(['clear-lockout', walker.account]);
    const after = await statusOf(walker.account);
    expect(after.lockouts).toEqual([]);
    expect(after.directory).toMatchObject({ recentWrongPasswords: 3, lockoutThreshold: 5 });
    // The directory's own count stands: the bot still keeps away from its threshold.
    expect(await prove(walker)).toBe('refused proofLocked');
    house.directory.unlock(walker.accountDn);
    expect(await prove(walker)).toBe('enrollment.mobile');
  });
});
