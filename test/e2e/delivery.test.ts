import { describe, expect, it } from '@jest/globals';
import { delay } from '../../src/wiring.ts';
import { textOf } from '../support/chatDriver.ts';
import type { Fault } from '../support/faults.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import type { World } from '../support/world.ts';
import {
  ALWAYS,
  cardsTo,
  firstSweep,
  newDue,
  setAge,
  sweepAgain,
  undate,
} from '../support/rotations.ts';
import { FIRST_PASSWORD, newName } from '../support/walks.ts';

const rotation = { env: ALWAYS, policy: { maxAgeMs: Infinity } };
const house = await houseOfSuite(rotation);
/** Its pauses last as long as they do at work. */
const unhurried = await houseOfSuite({ ...rotation, circumstances: { delay } });
await firstSweep(house);
await firstSweep(unhurried);

const eventsOf = (accountId: string, of: World = house) =>
  of
    .audit()
    .filter(({ account, event }) => account === accountId && event.startsWith('reminder.'))
    .map(({ event, result, reason }) => [event, result, ...(reason === null ? [] : [reason])]);

interface Report {
  readonly window: string;
  readonly dryRun: boolean;
  readonly accounts: number;
  readonly reminders: readonly {
    readonly account: string;
    readonly manager: string | null;
    readonly stage: number | null;
    readonly due: string | null;
    readonly result: string;
    readonly reason: string | null;
  }[];
}

const sweepByHand = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  house.administer<Report>(['sweep', ...args], env);
const rowOf = ({ reminders }: Report, account: string) =>
  reminders.find((row) => row.account === account);

describe('a reminder that meets a fault of the channel', () => {
  const ambiguous: [string, Fault][] = [
    ['a cut connection', 'cut'],
    ['an answer that is lost', 'cutAfter'],
    ['no answer', 'hang'],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['408', { status: 408 }],
  ];
  it.each(ambiguous)('is recorded as ambiguous and not repeated after %s', async (_, fault) => {
    const { chat, account, accountId } = await newDue(house, 80);
    house.teams.fail('post', fault, 1);
    await sweepAgain(house);
    house.teams.heal('post');
    await sweepAgain(house);
    expect(cardsTo(house, chat)).toHaveLength(fault === 'cutAfter' ? 1 : 0);
    expect(eventsOf(accountId)).toEqual([['reminder.failed', 'unknown']]);
    expect(rowOf(await sweepByHand(['--dry-run']), account)).toMatchObject({
      result: 'already',
      reason: 'ambiguous',
    });
  });

  it('is tried again after 412 and, in the next sweep, after a definite refusal', async () => {
    const { chat, accountId } = await newDue(house, 80);
    house.teams.fail('post', { status: 412 }, 1);
    await sweepAgain(house);
    expect(cardsTo(house, chat)).toHaveLength(1);
    const other = await newDue(house, 80);
    house.teams.fail('post', { status: 400 }, 1);
    await sweepAgain(house);
    expect(cardsTo(house, other.chat)).toHaveLength(0);
    await sweepAgain(house);
    expect(cardsTo(house, other.chat)).toHaveLength(1);
    expect(eventsOf(accountId)).toEqual([['reminder.sent', 'ok']]);
    expect(eventsOf(other.accountId)).toEqual([
      ['reminder.failed', 'failed', 'temporarilyUnavailable'],
      ['reminder.sent', 'ok'],
    ]);
  });

  it('stops where the bot was removed, and comes when it is installed again', async () => {
    const { chat, account, accountId } = await newDue(house, 80);
    house.teams.fail('post', { status: 403, code: 'ConversationBlockedByUser' }, 1);
    await sweepAgain(house);
    await sweepAgain(house);
    expect(cardsTo(house, chat)).toHaveLength(0);
    expect(eventsOf(accountId)).toEqual([['reminder.failed', 'failed', 'notInTeams']]);
    expect(rowOf(await sweepByHand(['--dry-run']), account)).toMatchObject({
      manager: chat.person.name,
      result: 'skipped',
      reason: 'notInTeams',
    });
    await chat.install();
    await sweepAgain(house);
    expect(cardsTo(house, chat)).toHaveLength(1);
  });

  it('opens a new chat once where the old one is gone, and keeps to it', async () => {
    const { chat, accountDn } = await newDue(house, 80);
    const created = house.teams.created.length;
    house.teams.goneConversations.add(chat.person.conversationId);
    await sweepAgain(house);
    expect(house.teams.created).toHaveLength(created + 1);
    const { conversationId, body } = house.teams.created.at(-1)!;
    expect(body).toMatchObject({
      isGroup: false,
      members: [{ id: chat.person.aadObjectId }],
      tenantId: house.tenantId,
      channelData: { tenant: { id: house.tenantId } },
    });
    const reminders = () =>
      house.teams.sent.filter((sent) => sent.conversationId === conversationId);
    expect(reminders()).toHaveLength(1);
    setAge(house, accountDn, 81);
    await sweepAgain(house);
    expect(house.teams.created).toHaveLength(created + 1);
    expect(reminders()).toHaveLength(2);
  });

  it('reaches somebody the bot never met by the object id that the directory holds', async () => {
    const chat = house.manager(newName('Nychef'));
    const { person, dn } = chat;
    house.directory.put(dn, 'msDS-ExternalDirectoryObjectId', `User_${person.aadObjectId}`);
    const name = newName('forfallen');
    const account = house.account(name, dn, FIRST_PASSWORD);
    setAge(house, account.dn, 80);
    // A fault while a chat is opened has reached no recipient.
    house.teams.fail('create', { status: 503 }, 1);
    await sweepAgain(house);
    expect(eventsOf(account.id).map(([event]) => event)).toEqual(['reminder.failed']);
    await sweepAgain(house);
    await sweepAgain(house);
    const { conversationId } = house.teams.created.at(-1)!;
    const sent = house.teams.sent.filter((one) => one.conversationId === conversationId);
    expect(sent).toHaveLength(1);
    expect(textOf(sent[0]?.card)).toContain(name);
  });
});

describe('a reminder that has to wait', () => {
  it('waits as long as a 429 asks, then comes once', async () => {
    const { chat, accountId } = await newDue(unhurried, 80);
    const began = Date.now();
    unhurried.teams.fail('post', { status: 429, headers: { 'retry-after': '2' } }, 1);
    await sweepAgain(unhurried);
    const [sent] = cardsTo(unhurried, chat);
    expect(sent?.at).toBeGreaterThanOrEqual(began + 2_000);
    expect(cardsTo(unhurried, chat)).toHaveLength(1);
    expect(eventsOf(accountId, unhurried)).toEqual([['reminder.sent', 'ok']]);
  });

  it('is read anew after the wait: a password that was changed meanwhile is not reminded of', async () => {
    const { chat, accountDn } = await newDue(unhurried, 80);
    unhurried.teams.fail('post', { status: 429, headers: { 'retry-after': '3' } }, 1);
    const changed = unhurried.teams
      .until(() => unhurried.teams.hasFailed('post'))
      .then(() => setAge(unhurried, accountDn, 0));
    await sweepAgain(unhurried);
    await changed;
    expect(cardsTo(unhurried, chat)).toHaveLength(0);
  });

  it('goes out at most 20 times a second, one after another', async () => {
    const group: Promise<unknown>[] = [];
    for (let n = 0; n < 30; n += 1) group.push(newDue(unhurried, 80));
    await Promise.all(group);
    const from = unhurried.teams.sent.length;
    const sent = () => unhurried.teams.sent.slice(from);
    // A sweep of a busy machine may leave some to the next one.
    for (let sweep = 0; sweep < 5 && sent().length < 30; sweep += 1) await sweepAgain(unhurried);
    const times = sent().map(({ at }) => at);
    expect(times).toHaveLength(30);
    for (const [index, at] of times.entries()) {
      const inSecond = times.slice(index).filter((other) => other < at + 1_000);
      expect(inSecond.length).toBeLessThanOrEqual(20);
    }
  });
});

describe('admin sweep', () => {
  it('says with --dry-run what would be sent, and does nothing', async () => {
    const { chat, account, accountId } = await newDue(house, 80);
    const rows = house.auditRows();
    const report = await sweepByHand(['--dry-run']);
    expect(report).toMatchObject({ window: 'open', dryRun: true });
    expect(report.accounts).toBeGreaterThan(0);
    const row = rowOf(report, account);
    expect(row).toMatchObject({
      manager: chat.person.name,
      stage: 14,
      result: 'due',
      reason: null,
    });
    expect(Date.parse(row?.due ?? '') - Date.now()).toBeGreaterThan(9 * 86_400_000);
    expect(house.audit(rows)).toEqual([]);

    expect(rowOf(await sweepByHand(), account)).toMatchObject({ result: 'sent' });
    expect(rowOf(await sweepByHand(), account)).toMatchObject({ result: 'already' });
    expect(cardsTo(house, chat)).toHaveLength(1);
    expect(eventsOf(accountId)).toEqual([['reminder.sent', 'ok']]);
    const own = house.audit(rows).filter(({ event }) => event === 'admin.sweep');
    expect(own).toMatchObject([{ result: 'ok' }, { result: 'ok' }]);
  });

  it('sends nothing outside the sending hours', async () => {
    const { chat, account } = await newDue(house, 80);
    // The auditor would hear of this one.
    setAge(house, house.account(newName('foraldralos'), '', FIRST_PASSWORD).dn, 100);
    const later = new Date(Date.now() + 3 * 86_400_000);
    const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][later.getUTCDay()]!;
    const rows = house.auditRows();
    const report = await sweepByHand([], { REMINDER_HOURS: `${day} 00-24` });
    expect(report).toMatchObject({ window: 'closed', dryRun: false });
    expect(rowOf(report, account)).toMatchObject({ result: 'due' });
    expect(house.audit(rows)).toEqual([]);
    expect(cardsTo(house, chat)).toHaveLength(0);
  });

  it('names what it cannot tell of an account', async () => {
    const undated = await newDue(house, 0);
    undate(house, undated.accountDn);
    const future = await newDue(house, -3);
    const orphan = newName('foraldralos');
    setAge(house, house.account(orphan, '', FIRST_PASSWORD).dn, 100);
    const report = await sweepByHand(['--dry-run']);
    const nobody = { manager: null, result: 'skipped' };
    expect(rowOf(report, undated.account)).toMatchObject({ ...nobody, reason: 'dateUnknown' });
    expect(rowOf(report, future.account)).toMatchObject({ ...nobody, reason: 'dateImplausible' });
    expect(rowOf(report, orphan)).toMatchObject({ ...nobody, stage: -7, reason: 'noManager' });
    // People do answer for an account whose date is not known.
    const { stdout } = await house.runAdmin(['sweep', '--dry-run']);
    const lineOf = (name: string) => stdout.split('\n').find((line) => line.startsWith(name));
    expect(lineOf(undated.account)).not.toContain('nobody');
    expect(lineOf(orphan)).toContain('nobody');
  });
});

describe('the weekly summary', () => {
  it('tells the fallback person once of overdue accounts that nobody answers for', async () => {
    const desk = house.manager(newName('Reserv'));
    await desk.say('status');
    const orphan = newName('foraldralos');
    setAge(house, house.account(orphan, '', FIRST_PASSWORD).dn, 120);
    await house.end();
    await house.start({ REMINDER_FALLBACK_UPN: desk.person.upn });
    await sweepAgain(house);
    await sweepAgain(house);
    const notices = cardsTo(house, desk, 'notice');
    expect(notices).toHaveLength(1);
    expect(textOf(notices[0]?.card)).toContain(orphan);
  });

  it('tells of an account from the day after its due date', async () => {
    const desk = house.manager(newName('Reserv'));
    await desk.say('status');
    const [late, early] = [newName('sen'), newName('tidig')];
    setAge(house, house.account(late, '', FIRST_PASSWORD).dn, 91);
    setAge(house, house.account(early, '', FIRST_PASSWORD).dn, 89);
    await house.end();
    await house.start({ REMINDER_FALLBACK_UPN: desk.person.upn });
    await sweepAgain(house);
    const summary = textOf(cardsTo(house, desk, 'notice')[0]?.card);
    expect([summary.includes(late), summary.includes(early)]).toEqual([true, false]);
  });

  it('lists the accounts of which a manager said that no change is needed', async () => {
    const desk = house.manager(newName('Reserv'));
    await desk.say('status');
    const due = await newDue(house, 120);
    await house.end();
    await house.start();
    await sweepAgain(house);
    await house.teams.until(() => cardsTo(house, due.chat).length === 1);
    due.chat.reload();
    expect(await due.chat.tap('notNeeded', { reason: 'notUsed' })).toBe('reminder.done');
    await house.end();
    await house.start({ REMINDER_FALLBACK_UPN: desk.person.upn });
    await sweepAgain(house);
    const [summary] = cardsTo(house, desk, 'notice');
    expect(textOf(summary?.card)).toContain(`${due.account}, ingen påminns före`);
  });

  it('reaches a fallback person the bot never met by the object id that the directory holds', async () => {
    // The bot has to have met one person: the channel's address is known from them.
    await house.manager(newName('Annan')).say('status');
    const { person, dn } = house.manager(newName('Reserv'));
    house.directory.put(dn, 'msDS-ExternalDirectoryObjectId', `User_${person.aadObjectId}`);
    const orphan = newName('foraldralos');
    setAge(house, house.account(orphan, '', FIRST_PASSWORD).dn, 120);
    const created = house.teams.created.length;
    await house.end();
    await house.start({ REMINDER_FALLBACK_UPN: person.upn });
    await sweepAgain(house);
    expect(house.teams.created).toHaveLength(created + 1);
    const { conversationId, body } = house.teams.created.at(-1)!;
    expect(body).toMatchObject({ members: [{ id: person.aadObjectId }] });
    const sent = house.teams.sent.filter((one) => one.conversationId === conversationId);
    expect(sent).toHaveLength(1);
    expect(textOf(sent[0]?.card)).toContain(orphan);
  });
});
