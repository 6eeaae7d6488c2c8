import { cycleOf, rotationOf, stageAt, type Rotation } from '../../domain/rotation/rotation.ts';
import type { ManagerKey } from '../../domain/parties.ts';
import type { Account, Responsibility } from '../../ports/account.ts';
import type { Reminder } from '../../ports/store/reminders.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import type { View } from '../../ports/view.ts';
import type { ReminderView } from '../../ports/noticeView.ts';
import type { SweepDeps } from '../deps.ts';
import { recipientsOf, type Recipient } from '../chat/recipients.ts';
import { remindBySms } from './smsReminder.ts';
import { NOBODY, reserve, sendOnce, skipOnce } from './sendOnce.ts';
import type { Outcome, Sent, SentRow, Sweeping } from './sendOnce.ts';

/** The outcome of one reminder, as `admin sweep` tells it. */
export interface ReminderRow extends SentRow {
  /** Days before the due date, negative once it is overdue; null where no due date can be told. */
  readonly stage: number | null;
  /** ISO 8601, UTC. */
  readonly due: string | null;
}

/** An account that is due, as the directory has it right now. */
interface DueAccount {
  readonly account: Account;
  readonly rotation: Rotation;
  readonly stage: number;
  readonly cycle: string;
}

/** The outcome of an account's reminders. */
export interface Reminded extends Sent<ReminderRow> {
  /** The account is overdue and none of its managers can be reached. */
  readonly isUnanswered: boolean;
  /** Until when one of its managers has silenced it for all. */
  readonly silencedUntil?: number | undefined;
  readonly dueAt: number;
}

/** Reminds all managers of an account that is due now; undefined where it is not. */
export async function remindOf(
  sweep: Sweeping,
  { account, managers, isCrowd }: Responsibility,
): Promise<Reminded | undefined> {
  const { deps } = sweep;
  const now = deps.store.now();
  const due = dueAt(deps, account, now);
  if (due === undefined) return undefined;
  const { dueAt: at } = due.rotation;
  const isOverdue = at < now;
  if (managers.length === 0) {
    const reason = isCrowd ? 'tooManyManagers' : 'noManager';
    await skip(sweep, due, reason);
    const rows = new Map([[NOBODY, rowOf(due, null, 'skipped', reason)]]);
    return { rows, isUnanswered: isOverdue, dueAt: at };
  }
  const rows = new Map<string, ReminderRow>();
  let isReachable = false;
  let waitMs: number | undefined;
  let silencedUntil: number | undefined;
  const recipients = await deps.store.read((reads) => recipientsOf(deps, reads, managers));
  for (const recipient of recipients) {
    const { id, displayName } = recipient.person;
    const outcome = await remind(sweep, due, recipient);
    if (outcome.waitMs !== undefined) waitMs = Math.max(waitMs ?? 0, outcome.waitMs);
    silencedUntil ??= outcome.silencedUntil;
    isReachable ||= outcome.reason !== 'notInTeams';
    rows.set(id, rowOf(due, displayName, outcome.result, outcome.reason ?? null));
  }
  const isUnanswered = isOverdue && !isReachable;
  return { rows, waitMs, isUnanswered, silencedUntil, dueAt: at };
}

function dueAt(deps: SweepDeps, account: Account, now: number): DueAccount | undefined {
  const { rotationDays, reminderDays, calendar } = deps.settings.rotation;
  const rotation = rotationOf(account, rotationDays, now);
  if (typeof rotation === 'string') return undefined;
  const stage = stageAt(rotation, now, reminderDays, calendar);
  if (stage === undefined) return undefined;
  return { account, rotation, stage, cycle: cycleOf(account, rotation, now, calendar) };
}

function rowOf(
  { account, rotation, stage }: DueAccount,
  manager: string | null,
  result: ReminderRow['result'],
  reason: string | null,
): ReminderRow {
  const due = new Date(rotation.dueAt).toISOString();
  return { account: account.name, manager, stage, due, result, reason };
}

/** One manager's reminder: a card, or a text where it is overdue and no card reaches them. */
async function remind(sweep: Sweeping, due: DueAccount, recipient: Recipient): Promise<Outcome> {
  const outcome = await sendOnce(sweep, recipient, (tx) => prepare(sweep, tx, due, recipient));
  if (outcome.reason !== 'notInTeams' || due.stage >= 0) return outcome;
  const { deps } = sweep;
  const about = { accountId: due.account.id, cycle: due.cycle, recipient: recipient.name };
  const { snoozes } = await deps.store.read((reads) => reads.reminderPause(about));
  const reminder = reminderOf(deps, due, recipient.name, snoozes);
  return (await remindBySms(sweep, reminder, recipient, due.rotation.dueAt)) ?? outcome;
}

/** Reserves the reminder, or says why there is none to send. */
async function prepare(
  sweep: Sweeping,
  tx: StoreTransaction,
  due: DueAccount,
  { name: recipient, way }: Recipient,
): Promise<Outcome | { readonly reminder: Reminder; readonly view: View }> {
  const about = { accountId: due.account.id, cycle: due.cycle, recipient };
  const { snoozes, snoozedUntil = 0, silencedUntil = 0 } = await tx.reminderPause(about);
  if (silencedUntil > tx.now) {
    return { result: 'skipped', reason: 'notNeeded', silencedUntil };
  }
  if (snoozedUntil > tx.now) return { result: 'skipped', reason: 'snoozed' };

  const reminder = reminderOf(sweep.deps, due, recipient, snoozes);
  const refused = await reserve(sweep, tx, reminder, way);
  if (refused !== undefined) return refused;
  const number =
    way === undefined ? { isEnrolled: false } : await numberOf(tx, way.key, due.account);
  return { reminder, view: reminderView(reminder, due.rotation, number) };
}

function reminderOf(
  { random }: SweepDeps,
  { account, stage, cycle }: DueAccount,
  recipient: string,
  repeat: number,
): Reminder {
  const about = { accountId: account.id, accountName: account.name, cycle, stage };
  return { handle: random.id(), ...about, recipient, repeat };
}

async function skip({ deps, lease }: Sweeping, due: DueAccount, reason: string): Promise<void> {
  if (lease === undefined) return;
  const reminder = reminderOf(deps, due, NOBODY, 0);
  await deps.store.transaction((tx) => skipOnce(tx, reminder, reason));
}

/** A manager's number, as the cards of reminders tell it. */
type KnownNumber = Pick<ReminderView, 'isEnrolled' | 'usableFrom'>;

export async function numberOf(
  reads: StoreReads,
  manager: ManagerKey,
  { id }: Pick<Account, 'id'>,
): Promise<KnownNumber> {
  const enrollment = await reads.enrollment(manager, id);
  const isWaiting = enrollment !== undefined && enrollment.usableFrom > reads.now;
  return {
    isEnrolled: enrollment !== undefined,
    ...(isWaiting ? { usableFrom: enrollment.usableFrom } : {}),
  };
}

/** The card of a reminder. */
export function reminderView(
  { handle, accountName }: Pick<Reminder, 'handle' | 'accountName'>,
  { dueAt, setAt, isEnforced, expiredAt, mustChange }: Rotation,
  number: KnownNumber,
): ReminderView {
  return {
    card: 'reminder',
    handle,
    accountName,
    dueAt,
    setAt,
    ...number,
    isEnforced,
    expiredAt,
    mustChange,
  };
}
