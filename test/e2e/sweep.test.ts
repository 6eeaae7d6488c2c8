import { guidBytes } from '../../src/adapters/ldap/wire/entry.ts';
import { describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { noneWaits } from '../support/notices.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import {
  ALWAYS,
  cardsTo,
  firstSweep,
  newDue,
  setAge,
  sweepAgain,
  undate,
} from '../support/rotations.ts';
import { enroll, FIRST_PASSWORD, newMobile, newName } from '../support/walks.ts';

const house = await houseOfSuite({ env: ALWAYS, policy: { maxAgeMs: Infinity } });
await firstSweep(house);

interface SweepResult {
  readonly window: string;
  readonly dryRun: boolean;
  readonly reminders: readonly { account: string; result: string; reason: string | null }[];
}

const GOOD = 'Kaffekanna-Blomma-42';
const eventsOf = (accountId: string) =>
  house
    .audit()
    .filter(({ account, event }) => account === accountId && event.startsWith('reminder.'))
    .map(({ event, result, reason }) => [event, result, ...(reason === null ? [] : [reason])]);

describe('a sweep', () => {
  it('is not kept from its work by a clock that was moved back', async () => {
    const { chat } = await newDue(house, 80);
    const day = String(DAY_MS);
    await house.database.query(
      `update lease set done_at = done_at + ${day}, until = done_at + ${day}`,
    );
    await house.teams.until(() => cardsTo(house, chat).length > 0);
  });

  it('sends only the latest of the stages that were missed', async () => {
    const { chat, accountId } = await newDue(house, 120);
    await sweepAgain(house);
    expect(cardsTo(house, chat)).toHaveLength(1);
    expect(eventsOf(accountId)).toEqual([['reminder.sent', 'ok']]);
  });

  it('reminds every manager of a group, and nobody who has left it', async () => {
    const [asa, bo, cia] = [newName('Asa'), newName('Bo'), newName('Cia')].map((name) =>
      house.manager(name),
    );
    for (const chat of [asa!, bo!, cia!]) await chat.say('status');
    const name = newName('grupp');
    const group = house.directory.group(`${name} chefer`, [asa!.dn, bo!.dn, cia!.dn]);
    const { dn } = house.account(name, group.dn, FIRST_PASSWORD);
    house.directory.put(group.dn, 'member', [asa!.dn, bo!.dn]);
    setAge(house, dn, 89);
    await sweepAgain(house);
    expect([asa, bo, cia].map((chat) => cardsTo(house, chat!).length)).toEqual([1, 1, 0]);
  });

  it('keeps the number of one of a crowd for as long as that one answers, and reminds nobody of it', async () => {
    const walker = { ...(await newDue(house, 80)), mobile: newMobile() };
    await enroll(house, walker);
    const crowd = Array.from({ length: 520 }, () => house.manager(newName('Folk')).dn);
    const group = house.directory.group(newName('stor grupp'), [...crowd, walker.chat.dn]);
    house.directory.put(walker.accountDn, 'manager', group.dn);
    const numbers = () =>
      house.database.query(`select id from enrollment where account_id = '${walker.accountId}'`);
    await sweepAgain(house);
    house.passTime(8 * DAY_MS);
    await sweepAgain(house);
    expect(await numbers()).toHaveLength(1);
    expect(cardsTo(house, walker.chat)).toHaveLength(0);
    expect(eventsOf(walker.accountId)[0]).toEqual([
      'reminder.skipped',
      'refused',
      'tooManyManagers',
    ]);
    house.directory.put(group.dn, 'member', crowd);
    await sweepAgain(house);
    house.passTime(8 * DAY_MS);
    await sweepAgain(house);
    expect(await numbers()).toHaveLength(0);
  });

  it('goes on past accounts of which nothing can be told, and past managers it cannot reach', async () => {
    const undated = await newDue(house, 0);
    undate(house, undated.accountDn);
    const ancient = await newDue(house, 0);
    house.directory.put(ancient.accountDn, 'pwdLastSet', '94354848000000000');
    const future = await newDue(house, -3);
    const orphan = newName('foraldralos');
    const { dn: orphanDn, id: orphanId } = house.account(orphan, '', FIRST_PASSWORD);
    setAge(house, orphanDn, 100);
    const stranger = house.manager(newName('Okand'));
    const strange = house.account(newName('okant'), stranger.dn, FIRST_PASSWORD);
    setAge(house, strange.dn, 100);
    const good = await newDue(house, 100);
    await sweepAgain(house);
    await sweepAgain(house);
    expect(cardsTo(house, good.chat)).toHaveLength(1);
    for (const { chat } of [undated, ancient, future]) expect(cardsTo(house, chat)).toEqual([]);
    expect(eventsOf(orphanId)).toEqual([['reminder.skipped', 'refused', 'noManager']]);
    expect(eventsOf(strange.id)).toEqual([['reminder.skipped', 'refused', 'notInTeams']]);
  });

  it('names in its result each account of which nothing can be told, and changes nothing when dry', async () => {
    const accounts = [await newDue(house, 0), await newDue(house, 0), await newDue(house, -3)];
    const [undated, ancient, future] = accounts.map(({ account }) => account);
    undate(house, accounts[0]!.accountDn);
    house.directory.put(accounts[1]!.accountDn, 'pwdLastSet', '94354848000000000');
    const orphan = newName('foraldralos');
    setAge(house, house.account(orphan, '', FIRST_PASSWORD).dn, 100);
    const stranger = house.manager(newName('Okand'));
    const strange = newName('okant');
    setAge(house, house.account(strange, stranger.dn, FIRST_PASSWORD).dn, 100);
    const good = await newDue(house, 100);
    const rows = house.auditRows();
    const value = await house.administer<SweepResult>(['sweep', '--dry-run']);
    expect(value).toMatchObject({ window: 'open', dryRun: true });
    const told = new Map(
      value.reminders.map(({ account, result, reason }) => [account, [result, reason]]),
    );
    expect(told.get(undated!)).toEqual(['skipped', 'dateUnknown']);
    expect(told.get(ancient!)).toEqual(['skipped', 'dateImplausible']);
    expect(told.get(future!)).toEqual(['skipped', 'dateImplausible']);
    expect(told.get(orphan)).toEqual(['skipped', 'noManager']);
    expect(told.get(strange)).toEqual(['skipped', 'notInTeams']);
    expect(told.get(good.account)).toEqual(['due', null]);
    expect(house.audit(rows)).toEqual([]);
    expect(cardsTo(house, good.chat)).toHaveLength(0);
  });

  it('tells enrolled managers once of a password that was changed elsewhere, and not of its own', async () => {
    const due = await newDue(house, 10);
    const walker = { ...due, mobile: newMobile() };
    await enroll(house, walker);
    await noneWaits(house);
    const told = cardsTo(house, due.chat, 'notice').length;
    const changes = () => cardsTo(house, due.chat, 'notice').slice(told);
    await sweepAgain(house);
    setAge(house, due.accountDn, 1);
    await sweepAgain(house);
    await house.teams.until(() => changes().length > 0);
    await sweepAgain(house);
    expect(changes()).toHaveLength(1);
    expect(textOf(changes()[0]?.card)).toContain('på annat sätt');
    expect(eventsOf(due.accountId)).toEqual([['reminder.skipped', 'ok', 'changedOutside']]);

    await due.chat.say('status');
    await due.chat.tap('reset', {}, due.account);
    await due.chat.tap('confirmCode', { code: house.code(walker.mobile) });
    await due.chat.tap('setPassword', { newPassword: GOOD, confirmPassword: GOOD });
    expect(due.chat.shown).toBe('reset.done');
    await sweepAgain(house);
    expect(eventsOf(due.accountId)).toHaveLength(1);
  });

  it('tries again to tell of such a change, also where it was noticed days late', async () => {
    const due = await newDue(house, 10);
    await enroll(house, { ...due, mobile: newMobile() });
    await noneWaits(house);
    const told = cardsTo(house, due.chat, 'notice').length;
    await sweepAgain(house);
    house.teams.fail('post', { status: 400 });
    setAge(house, due.accountDn, 3);
    await sweepAgain(house);
    const tries = () => house.database.querySqlite<{ tries: number }>('select tries from notice');
    await house.teams.until(() => tries().some((row) => row.tries > 1));
    house.teams.heal('post');
    await house.teams.until(() => cardsTo(house, due.chat, 'notice').length === told + 1);
    expect(house.output).not.toContain('noticeLost');
  });

  it('removes a number when its manager has not answered for the account for seven days', async () => {
    const walker = { ...(await newDue(house, 10)), mobile: newMobile() };
    await enroll(house, walker);
    const numbers = () =>
      house.database.query(`select id from enrollment where account_id = '${walker.accountId}'`);
    const successor = house.manager(newName('Ny'));
    house.directory.put(walker.accountDn, 'manager', successor.dn);
    await sweepAgain(house);
    house.passTime(6 * DAY_MS);
    await sweepAgain(house);
    expect(await numbers()).toHaveLength(1);
    // A manager seen again in between begins the days anew.
    house.directory.put(walker.accountDn, 'manager', walker.chat.dn);
    await sweepAgain(house);
    house.directory.put(walker.accountDn, 'manager', successor.dn);
    await sweepAgain(house);
    house.passTime(6 * DAY_MS);
    await sweepAgain(house);
    expect(await numbers()).toHaveLength(1);
    house.passTime(DAY_MS);
    await sweepAgain(house);
    expect(await numbers()).toHaveLength(0);
    expect(house.wholeAudit()).toContainEqual(
      expect.objectContaining({
        event: 'enrollment.revoked',
        actor: 'system',
        account: walker.accountId,
      }),
    );
  });

  it('tells the number and its manager once, two days before it is removed', async () => {
    const walker = { ...(await newDue(house, 10)), mobile: newMobile() };
    const { chat, account, accountDn, mobile } = walker;
    await enroll(house, walker);
    await sweepAgain(house);
    await noneWaits(house);
    const sentBefore = [house.texts(mobile).length, cardsTo(house, chat, 'notice').length];
    const told = () => [
      house.texts(mobile).slice(sentBefore[0]),
      cardsTo(house, chat, 'notice')
        .slice(sentBefore[1])
        .map(({ card }) => textOf(card)),
    ];
    const ahead = () => told().map((some) => some.filter((text) => text.includes('tas bort')));
    house.directory.put(accountDn, 'manager', house.manager(newName('Ny')).dn);
    await sweepAgain(house);
    house.passTime(4.9 * DAY_MS);
    await sweepAgain(house);
    await noneWaits(house);
    expect(ahead()).toEqual([[], []]);
    for (const hours of [3, 3, 20]) {
      house.passTime((hours / 24) * DAY_MS);
      await sweepAgain(house);
      await noneWaits(house);
    }
    const [texts, cards] = ahead();
    expect(texts).toEqual([
      expect.stringMatching(
        new RegExp(`^Ditt mobilnummer för ${account} tas bort \\d+ \\p{L}+: du ansvarar inte`, 'u'),
      ),
    ]);
    expect(cards).toEqual([expect.stringMatching(/tas bort från kontot \d+ \p{L}+, eftersom/u)]);
    // Another absence is told anew.
    house.directory.put(accountDn, 'manager', chat.dn);
    await sweepAgain(house);
    house.directory.put(accountDn, 'manager', house.manager(newName('Nyare')).dn);
    await sweepAgain(house);
    house.passTime(5 * DAY_MS);
    await sweepAgain(house);
    await noneWaits(house);
    expect(ahead().map((some) => some.length)).toEqual([2, 2]);
  });

  it('goes on past an account that the directory does not answer for', async () => {
    const walkers = await Promise.all(
      [10, 11].map(async (days) => ({ ...(await newDue(house, days)), mobile: newMobile() })),
    );
    for (const walker of walkers) await enroll(house, walker);
    const [unread, read] = walkers.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1));
    house.directory.put(read!.accountDn, 'manager', house.manager(newName('Ny')).dn);
    house.directory.fault = ({ content }) =>
      content.includes(guidBytes(unread!.accountId))
        ? [52, '00002024: LdapErr: DSID-0C0904A4']
        : undefined;
    await sweepAgain(house);
    house.directory.fault = undefined;
    const missing = await house.database.query(
      `select account_id from enrollment where missing_since is not null`,
    );
    expect(missing).toContainEqual({ account_id: read!.accountId });
    expect(house.output).toContain('a sweep passed an account that cannot be read');
  });
});
