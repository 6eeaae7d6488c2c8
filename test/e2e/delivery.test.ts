import { describe, expect, it } from '@jest/globals';
import { adminJson } from '../support/adminCli.ts';
import { textOf } from '../support/chatDriver.ts';
import type { Fault } from '../support/faults.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import { ALWAYS, cardsTo, firstSweep, newDue, setAge, sweepAgain } from '../support/rotations.ts';
import { FIRST_PASSWORD, newName } from '../support/walks.ts';

const product = await productOfSuite({ env: ALWAYS, policy: { maxAgeMs: Infinity } });
await firstSweep(product);

const eventsOf = (accountId: string) =>
  product
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

async function sweepByHand(args: readonly string[] = [], env: Record<string, string> = {}) {
  const { code, value } = await adminJson<Report>(product, ['sweep', ...args], env);
  expect(code).toBe(0);
  return value;
}
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
    const { chat, account, accountId } = await newDue(product, 80);
    product.teams.fail('post', fault, 1);
    await sweepAgain(product);
    product.teams.heal('post');
    await sweepAgain(product);
    expect(cardsTo(product, chat)).toHaveLength(fault === 'cutAfter' ? 1 : 0);
    expect(eventsOf(accountId)).toEqual([['reminder.failed', 'unknown']]);
    expect(rowOf(await sweepByHand(['--dry-run']), account)).toMatchObject({
      result: 'already',
      reason: 'ambiguous',
    });
  });

  it('waits as long as a 429 asks, then comes once', async () => {
    const { chat, accountId } = await newDue(product, 80);
    const began = Date.now();
    product.teams.fail('post', { status: 429, headers: { 'retry-after': '2' } }, 1);
    await sweepAgain(product);
    const [sent] = cardsTo(product, chat);
    expect(sent?.at).toBeGreaterThanOrEqual(began + 2_000);
    expect(cardsTo(product, chat)).toHaveLength(1);
    expect(eventsOf(accountId)).toEqual([['reminder.sent', 'ok']]);
  });

  it('is read anew after the wait: a password that was changed meanwhile is not reminded of', async () => {
    const { chat, accountDn } = await newDue(product, 80);
    product.teams.fail('post', { status: 429, headers: { 'retry-after': '3' } }, 1);
    setTimeout(() => {
      setAge(product, accountDn, 0);
    }, 2_500);
    await sweepAgain(product);
    expect(cardsTo(product, chat)).toHaveLength(0);
  });

  it('is tried again after 412 and, in the next sweep, after a definite refusal', async () => {
    const { chat, accountId } = await newDue(product, 80);
    product.teams.fail('post', { status: 412 }, 1);
    await sweepAgain(product);
    expect(cardsTo(product, chat)).toHaveLength(1);
    const other = await newDue(product, 80);
    product.teams.fail('post', { status: 400 }, 1);
    await sweepAgain(product);
    expect(cardsTo(product, other.chat)).toHaveLength(0);
    await sweepAgain(product);
    expect(cardsTo(product, other.chat)).toHaveLength(1);
    expect(eventsOf(accountId)).toEqual([['reminder.sent', 'ok']]);
    expect(eventsOf(other.accountId)).toEqual([
      ['reminder.failed', 'failed', 'temporarilyUnavailable'],
      ['reminder.sent', 'ok'],
    ]);
  });

  it('stops where the bot was removed, and comes when it is installed again', async () => {
    const { chat, account, accountId } = await newDue(product, 80);
    product.teams.fail('post', { status: 403, code: 'ConversationBlockedByUser' }, 1);
    await sweepAgain(product);
    await sweepAgain(product);
    expect(cardsTo(product, chat)).toHaveLength(0);
    expect(eventsOf(accountId)).toEqual([['reminder.failed', 'failed', 'notInTeams']]);
    expect(rowOf(await sweepByHand(['--dry-run']), account)).toMatchObject({
      manager: chat.person.name,
      result: 'skipped',
      reason: 'notInTeams',
    });
    await chat.install();
    await sweepAgain(product);
    expect(cardsTo(product, chat)).toHaveLength(1);
  });

  it('opens a new chat once where the old one is gone, and keeps to it', async () => {
    const { chat, accountDn } = await newDue(product, 80);
    const created = product.teams.created.length;
    product.teams.goneConversations.add(chat.person.conversationId);
    await sweepAgain(product);
    expect(product.teams.created).toHaveLength(created + 1);
    const { conversationId, body } = product.teams.created.at(-1)!;
    expect(body).toMatchObject({
      isGroup: false,
      members: [{ id: chat.person.aadObjectId }],
      tenantId: product.tenantId,
      channelData: { tenant: { id: product.tenantId } },
    });
    const reminders = () =>
      product.teams.sent.filter((sent) => sent.conversationId === conversationId);
    expect(reminders()).toHaveLength(1);
    setAge(product, accountDn, 81);
    await sweepAgain(product);
    expect(product.teams.created).toHaveLength(created + 1);
    expect(reminders()).toHaveLength(2);
  });

  it('reaches somebody the bot never met by the object id that the directory holds', async () => {
    const chat = product.manager(newName('Nychef'));
    const { person, dn } = chat;
    product.directory.put(dn, 'msDS-ExternalDirectoryObjectId', `User_${person.aadObjectId}`);
    const name = newName('forfallen');
    const account = product.account(name, dn, FIRST_PASSWORD);
    setAge(product, account.dn, 80);
    // What fails while a chat is opened has told nobody anything.
    product.teams.fail('create', { status: 503 }, 1);
    await sweepAgain(product);
    expect(eventsOf(account.id).map(([event]) => event)).toEqual(['reminder.failed']);
    await sweepAgain(product);
    await sweepAgain(product);
    const { conversationId } = product.teams.created.at(-1)!;
    const sent = product.teams.sent.filter((one) => one.conversationId === conversationId);
    expect(sent).toHaveLength(1);
    expect(textOf(sent[0]?.card)).toContain(name);
  });

  it('goes out at most 20 times a second, one after another', async () => {
    const group: Promise<unknown>[] = [];
    for (let n = 0; n < 30; n += 1) group.push(newDue(product, 80));
    await Promise.all(group);
    const from = product.teams.sent.length;
    await sweepAgain(product);
    const times = product.teams.sent.slice(from).map(({ at }) => at);
    expect(times).toHaveLength(30);
    for (const [index, at] of times.entries()) {
      const inSecond = times.slice(index).filter((other) => other < at + 1_000);
      expect(inSecond.length).toBeLessThanOrEqual(20);
    }
  });

  it('becomes ambiguous when the bot dies before it knows', async () => {
    const { chat, accountId } = await newDue(product, 80);
    product.teams.fail('post', 'hang', 1);
    await product.database.query('update lease set done_at = null');
    const isReserved = async (): Promise<boolean> =>
      (await product.database.query(`select 1 from reminder where fate = 'reserved'`)).length > 0;
    while (!(await isReserved())) await new Promise((resolve) => setTimeout(resolve, 50));
    await product.end('SIGKILL');
    product.teams.heal('post');
    await product.start();
    await product.teams.until(() => eventsOf(accountId).length > 0, 20_000);
    await sweepAgain(product);
    expect(eventsOf(accountId)).toEqual([['reminder.failed', 'unknown']]);
    expect(cardsTo(product, chat)).toHaveLength(0);
  });
});

describe('admin sweep', () => {
  it('says with --dry-run what would be sent, and does nothing', async () => {
    const { chat, account, accountId } = await newDue(product, 80);
    const rows = product.auditRows();
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
    expect(product.auditRows()).toBe(rows);

    expect(rowOf(await sweepByHand(), account)).toMatchObject({ result: 'sent' });
    expect(rowOf(await sweepByHand(), account)).toMatchObject({ result: 'already' });
    expect(cardsTo(product, chat)).toHaveLength(1);
    expect(eventsOf(accountId)).toEqual([['reminder.sent', 'ok']]);
    expect(product.audit().at(-1)).toMatchObject({ event: 'admin.sweep', result: 'ok' });
  });

  it('sends nothing outside the sending hours', async () => {
    const { chat, account } = await newDue(product, 80);
    // The auditor would hear of this one.
    setAge(product, product.account(newName('foraldralos'), '', FIRST_PASSWORD).dn, 100);
    const later = new Date(Date.now() + 3 * 86_400_000);
    const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][later.getUTCDay()]!;
    const rows = product.auditRows();
    const report = await sweepByHand([], { REMINDER_HOURS: `${day} 00-24` });
    expect(report).toMatchObject({ window: 'closed', dryRun: false });
    expect(rowOf(report, account)).toMatchObject({ result: 'due' });
    expect(product.auditRows()).toBe(rows);
    expect(cardsTo(product, chat)).toHaveLength(0);
  });

  it('names what it cannot tell of an account', async () => {
    const undated = await newDue(product, 0);
    product.directory.put(undated.accountDn, 'pwdLastSet', '0');
    const future = await newDue(product, -3);
    const orphan = newName('foraldralos');
    setAge(product, product.account(orphan, '', FIRST_PASSWORD).dn, 100);
    const report = await sweepByHand(['--dry-run']);
    const nobody = { manager: null, result: 'skipped' };
    expect(rowOf(report, undated.account)).toMatchObject({ ...nobody, reason: 'dateUnknown' });
    expect(rowOf(report, future.account)).toMatchObject({ ...nobody, reason: 'dateImplausible' });
    expect(rowOf(report, orphan)).toMatchObject({ ...nobody, stage: -7, reason: 'noManager' });
  });
});

describe('the weekly summary', () => {
  it('tells the fallback person once of overdue accounts that nobody answers for', async () => {
    const desk = product.manager(newName('Reserv'));
    await desk.say('status');
    const orphan = newName('foraldralos');
    setAge(product, product.account(orphan, '', FIRST_PASSWORD).dn, 120);
    await product.end();
    await product.start({ REMINDER_FALLBACK_UPN: desk.person.upn });
    await sweepAgain(product);
    await sweepAgain(product);
    const notices = cardsTo(product, desk, 'notice');
    expect(notices).toHaveLength(1);
    expect(textOf(notices[0]?.card)).toContain(orphan);
  });

  it('reaches a fallback person the bot never met by the object id that the directory holds', async () => {
    // Somebody has to have met it: the channel's address is known from them.
    await product.manager(newName('Annan')).say('status');
    const { person, dn } = product.manager(newName('Reserv'));
    product.directory.put(dn, 'msDS-ExternalDirectoryObjectId', `User_${person.aadObjectId}`);
    const orphan = newName('foraldralos');
    setAge(product, product.account(orphan, '', FIRST_PASSWORD).dn, 120);
    const created = product.teams.created.length;
    await product.end();
    await product.start({ REMINDER_FALLBACK_UPN: person.upn });
    await sweepAgain(product);
    expect(product.teams.created).toHaveLength(created + 1);
    const { conversationId, body } = product.teams.created.at(-1)!;
    expect(body).toMatchObject({ members: [{ id: person.aadObjectId }] });
    const sent = product.teams.sent.filter((one) => one.conversationId === conversationId);
    expect(sent).toHaveLength(1);
    expect(textOf(sent[0]?.card)).toContain(orphan);
  });
});
