import { describe, expect, it } from '@jest/globals';
import { adminJson } from '../support/adminCli.ts';
import { textOf } from '../support/chatDriver.ts';
import { noneWaits } from '../support/notices.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  ALWAYS,
  cardsTo,
  DAY_MS,
  firstSweep,
  newDue,
  setAge,
  sweepAgain,
} from '../support/rotations.ts';
import { enroll, FIRST_PASSWORD, newMobile, newName } from '../support/walks.ts';

const product = await productOfSuite({ env: ALWAYS, policy: { maxAgeMs: Infinity } });
await firstSweep(product);

interface SweepResult {
  readonly window: string;
  readonly dryRun: boolean;
  readonly reminders: readonly { account: string; result: string; reason: string | null }[];
}

const GOOD = 'Kaffekanna-Blomma-42';
/** Takes the password's date away, where none need be changed. */
function undate(dn: string): void {
  product.directory.put(dn, 'pwdLastSet', '0');
  product.directory.put(dn, 'userAccountControl', '66048');
}

const eventsOf = (accountId: string) =>
  product
    .audit()
    .filter(({ account, event }) => account === accountId && event.startsWith('reminder.'))
    .map(({ event, result, reason }) => [event, result, ...(reason === null ? [] : [reason])]);

describe('a sweep', () => {
  it('is not kept from its work by a clock that was moved back', async () => {
    const { chat } = await newDue(product, 80);
    const day = String(DAY_MS);
    await product.database.query(
      `update lease set done_at = done_at + ${day}, until = done_at + ${day}`,
    );
    await product.teams.until(() => cardsTo(product, chat).length > 0);
  });

  it('sends only the latest of the stages that were missed', async () => {
    const { chat, accountId } = await newDue(product, 120);
    await sweepAgain(product);
    expect(cardsTo(product, chat)).toHaveLength(1);
    expect(eventsOf(accountId)).toEqual([['reminder.sent', 'ok']]);
  });

  it('reminds every manager of a group, and nobody who has left it', async () => {
    const [asa, bo, cia] = [newName('Asa'), newName('Bo'), newName('Cia')].map((name) =>
      product.manager(name),
    );
    for (const chat of [asa!, bo!, cia!]) await chat.say('status');
    const name = newName('grupp');
    const group = product.directory.group(`${name} chefer`, [asa!.dn, bo!.dn, cia!.dn]);
    const { dn } = product.account(name, group.dn, FIRST_PASSWORD);
    product.directory.put(group.dn, 'member', [asa!.dn, bo!.dn]);
    setAge(product, dn, 89);
    await sweepAgain(product);
    expect([asa, bo, cia].map((chat) => cardsTo(product, chat!).length)).toEqual([1, 1, 0]);
  });

  it('keeps the number of one of a crowd for as long as that one answers, and reminds nobody of it', async () => {
    const walker = { ...(await newDue(product, 80)), mobile: newMobile() };
    await enroll(product, walker);
    const crowd = Array.from({ length: 520 }, () => product.manager(newName('Folk')).dn);
    const group = product.directory.group(newName('stor grupp'), [...crowd, walker.chat.dn]);
    product.directory.put(walker.accountDn, 'manager', group.dn);
    const numbers = () =>
      product.database.query(`select id from enrollment where account_id = '${walker.accountId}'`);
    await sweepAgain(product);
    product.passTime(8 * DAY_MS);
    await sweepAgain(product);
    expect(await numbers()).toHaveLength(1);
    expect(cardsTo(product, walker.chat)).toHaveLength(0);
    expect(eventsOf(walker.accountId)[0]).toEqual([
      'reminder.skipped',
      'refused',
      'tooManyManagers',
    ]);
    product.directory.put(group.dn, 'member', crowd);
    await sweepAgain(product);
    product.passTime(8 * DAY_MS);
    await sweepAgain(product);
    expect(await numbers()).toHaveLength(0);
  });

  it('goes on past accounts of which nothing can be told, and past managers it cannot reach', async () => {
    const undated = await newDue(product, 0);
    undate(undated.accountDn);
    const ancient = await newDue(product, 0);
    product.directory.put(ancient.accountDn, 'pwdLastSet', '94354848000000000');
    const future = await newDue(product, -3);
    const orphan = newName('foraldralos');
    const { dn: orphanDn, id: orphanId } = product.account(orphan, '', FIRST_PASSWORD);
    setAge(product, orphanDn, 100);
    const stranger = product.manager(newName('Okand'));
    const strange = product.account(newName('okant'), stranger.dn, FIRST_PASSWORD);
    setAge(product, strange.dn, 100);
    const good = await newDue(product, 100);
    await sweepAgain(product);
    await sweepAgain(product);
    expect(cardsTo(product, good.chat)).toHaveLength(1);
    for (const { chat } of [undated, ancient, future]) expect(cardsTo(product, chat)).toEqual([]);
    expect(eventsOf(orphanId)).toEqual([['reminder.skipped', 'refused', 'noManager']]);
    expect(eventsOf(strange.id)).toEqual([['reminder.skipped', 'refused', 'notInTeams']]);
  });

  it('names in its result each account of which nothing can be told, and changes nothing when dry', async () => {
    const accounts = [
      await newDue(product, 0),
      await newDue(product, 0),
      await newDue(product, -3),
    ];
    const [undated, ancient, future] = accounts.map(({ account }) => account);
    undate(accounts[0]!.accountDn);
    product.directory.put(accounts[1]!.accountDn, 'pwdLastSet', '94354848000000000');
    const orphan = newName('foraldralos');
    setAge(product, product.account(orphan, '', FIRST_PASSWORD).dn, 100);
    const stranger = product.manager(newName('Okand'));
    const strange = newName('okant');
    setAge(product, product.account(strange, stranger.dn, FIRST_PASSWORD).dn, 100);
    const good = await newDue(product, 100);
    const rows = product.auditRows();
    const { code, value } = await adminJson<SweepResult>(product, ['sweep', '--dry-run']);
    expect(code).toBe(0);
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
    expect(product.auditRows()).toBe(rows);
    expect(cardsTo(product, good.chat)).toHaveLength(0);
  });

  it('tells enrolled managers once of a password that was changed elsewhere, and not of its own', async () => {
    const due = await newDue(product, 10);
    const walker = { ...due, mobile: newMobile() };
    await enroll(product, walker);
    await noneWaits(product);
    const told = cardsTo(product, due.chat, 'notice').length;
    const changes = () => cardsTo(product, due.chat, 'notice').slice(told);
    await sweepAgain(product);
    setAge(product, due.accountDn, 1);
    await sweepAgain(product);
    await product.teams.until(() => changes().length > 0);
    await sweepAgain(product);
    expect(changes()).toHaveLength(1);
    expect(textOf(changes()[0]?.card)).toContain('på annat sätt');
    expect(eventsOf(due.accountId)).toEqual([['reminder.skipped', 'ok', 'changedOutside']]);

    await due.chat.say('status');
    await due.chat.tap('reset', {}, due.account);
    await due.chat.tap('confirmCode', { code: product.code(walker.mobile) });
    await due.chat.tap('setPassword', { newPassword: GOOD, confirmPassword: GOOD });
    expect(due.chat.shown).toBe('reset.done');
    await sweepAgain(product);
    expect(eventsOf(due.accountId)).toHaveLength(1);
  });

  it('tries again to tell of such a change, also where it was noticed days late', async () => {
    const due = await newDue(product, 10);
    await enroll(product, { ...due, mobile: newMobile() });
    await noneWaits(product);
    const told = cardsTo(product, due.chat, 'notice').length;
    await sweepAgain(product);
    product.teams.fail('post', { status: 400 });
    setAge(product, due.accountDn, 3);
    await sweepAgain(product);
    const tries = () => product.database.querySqlite<{ tries: number }>('select tries from notice');
    await product.teams.until(() => tries().some((row) => row.tries > 1), 20_000);
    product.teams.heal('post');
    await product.teams.until(
      () => cardsTo(product, due.chat, 'notice').length === told + 1,
      20_000,
    );
    expect(product.output).not.toContain('noticeLost');
  });

  it('removes a number when its manager has not answered for the account for seven days', async () => {
    const walker = { ...(await newDue(product, 10)), mobile: newMobile() };
    await enroll(product, walker);
    const numbers = () =>
      product.database.query(`select id from enrollment where account_id = '${walker.accountId}'`);
    const successor = product.manager(newName('Ny'));
    product.directory.put(walker.accountDn, 'manager', successor.dn);
    await sweepAgain(product);
    product.passTime(6 * DAY_MS);
    await sweepAgain(product);
    expect(await numbers()).toHaveLength(1);
    // Seen again in between, the days begin anew.
    product.directory.put(walker.accountDn, 'manager', walker.chat.dn);
    await sweepAgain(product);
    product.directory.put(walker.accountDn, 'manager', successor.dn);
    await sweepAgain(product);
    product.passTime(6 * DAY_MS);
    await sweepAgain(product);
    expect(await numbers()).toHaveLength(1);
    product.passTime(DAY_MS);
    await sweepAgain(product);
    expect(await numbers()).toHaveLength(0);
    expect(product.audit().at(-1)).toMatchObject({ event: 'enrollment.revoked', actor: 'system' });
  });
});
