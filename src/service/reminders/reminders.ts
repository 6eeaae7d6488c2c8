import { cycleOf, rotationOf, stageAt, type Rotation } from '../../domain/rotation/rotation.ts';
import type { Account, Responsibility } from '../../ports/directory.ts';
import type { Reminder } from '../../ports/store/reminders.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { post, type Delivered } from '../chat/post.ts';
import type { SweepDeps } from '../deps.ts';
import { recipientOf, type Recipient } from '../chat/recipients.ts';
import { reminderView } from './reminderCard.ts';
import type { SendPace } from '../chat/sendPace.ts';
import type { SweepLease } from '../upkeep/sweepLease.ts';

/** `due`: it would be sent, but this sweep sends nothing. `ambiguous`: it may have come, and is not repeated. */
type ReminderResult = 'due' | 'sent' | 'already' | 'skipped' | 'ambiguous' | 'failed';

/** The outcome of one reminder, as `admin sweep` tells it. */
export interface ReminderRow {
  /** sAMAccountName / uid. */
  readonly account: string;
  /** Display name; null where the account has no manager. */
  readonly manager: string | null;
  /** Days before the due date, negative once it is overdue; null where no due date can be told. */
  readonly stage: number | null;
  /** ISO 8601, UTC. */
  readonly due: string | null;
  readonly result: ReminderResult;
  readonly reason: string | null;
}

/** The parts that the reminders of one sweep share. */
export interface Reminding {
  readonly deps: SweepDeps;
  readonly pace: SendPace;
  readonly signal: AbortSignal;
  /** Absent where nothing may be sent or changed. */
  readonly lease?: SweepLease | undefined;
}

/** An account that is due, as the directory has it right now. */
interface DueAccount {
  readonly account: Account;
  readonly rotation: Rotation;
  readonly stage: number;
  readonly cycle: string;
}

/** The outcome of an account's reminders. */
export interface Reminded {
  readonly rows: readonly ReminderRow[];
  /** How long the channel asks to wait before the rest. */
  readonly waitMs?: number | undefined;
  /** The account is overdue and none of its managers can be reached. */
  readonly isUnanswered: boolean;
  /** Until when one of its managers has silenced it for all. */
  readonly silencedUntil?: number | undefined;
  readonly dueAt: number;
}

const NOBODY = 'nobody';

/** Reminds all managers of an account that is due now; undefined where it is not. */
export async function remindOf(
  sweep: Reminding,
  { account, managers, isCrowd }: Responsibility,
): Promise<Reminded | undefined> {
  const { deps } = sweep;
  const due = dueAt(deps, account, deps.store.now());
  if (due === undefined) return undefined;
  const { dueAt: at } = due.rotation;
  if (managers.length === 0) {
    const reason = isCrowd ? 'tooManyManagers' : 'noManager';
    await skip(sweep, due, NOBODY, reason);
    const rows = [rowOf(due, null, 'skipped', reason)];
    return { rows, isUnanswered: due.stage < 0, dueAt: at };
  }
  const rows: ReminderRow[] = [];
  let isReachable = false;
  let waitMs: number | undefined;
  let silencedUntil: number | undefined;
  for (const person of managers) {
    const recipient = await deps.store.read((reads) => recipientOf(deps, reads, person));
    const outcome = await remind(sweep, due, recipient);
    if (outcome.waitMs !== undefined) waitMs = Math.max(waitMs ?? 0, outcome.waitMs);
    silencedUntil ??= outcome.silencedUntil;
    isReachable ||= outcome.reason !== 'notInTeams';
    rows.push(rowOf(due, person.displayName, outcome.result, outcome.reason ?? null));
  }
  const isUnanswered = due.stage < 0 && !isReachable;
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
  result: ReminderResult,
  reason: string | null,
): ReminderRow {
  const due = new Date(rotation.dueAt).toISOString();
  return { account: account.name, manager, stage, due, result, reason };
}

interface Outcome {
  readonly result: ReminderResult;
  readonly reason?: string | undefined;
  readonly silencedUntil?: number | undefined;
  readonly waitMs?: number | undefined;
}

async function remind(sweep: Reminding, due: DueAccount, recipient: Recipient): Promise<Outcome> {
  const { deps, pace, lease, signal } = sweep;
  if (lease !== undefined && recipient.way !== undefined) await pace.turn(recipient.name, signal);
  signal.throwIfAborted();
  const prepared = await deps.store.transaction((tx) => prepare(sweep, tx, due, recipient));
  if ('result' in prepared) return prepared;
  const { reminder, isEnrolled } = prepared;
  const view = reminderView(reminder, due.rotation, isEnrolled);
  const delivered = await post(deps, recipient, view);
  await settle(deps, reminder, delivered);
  return outcomeOf(delivered);
}

/** Reserves the reminder, or says why there is none to send. */
async function prepare(
  { deps, lease }: Reminding,
  tx: StoreTransaction,
  due: DueAccount,
  { name: recipient, way }: Recipient,
): Promise<Outcome | { readonly reminder: Reminder; readonly isEnrolled: boolean }> {
  const about = { accountId: due.account.id, cycle: due.cycle, recipient };
  const { snoozes, snoozedUntil = 0, silencedUntil = 0 } = await tx.reminderPause(about);
  if (silencedUntil > tx.now) {
    return { result: 'skipped', reason: 'notNeeded', silencedUntil };
  }
  if (snoozedUntil > tx.now) return { result: 'skipped', reason: 'snoozed' };

  const reminder = {
    ...about,
    handle: deps.random.id(),
    accountName: due.account.name,
    stage: due.stage,
    repeat: snoozes,
  };
  const fate = await tx.reminderFate(reminder);
  if (fate === 'unknown' || fate === 'reserved') return { result: 'already', reason: 'ambiguous' };
  if (fate === 'sent') return { result: 'already' };
  if (way === undefined) {
    if (lease !== undefined) await skipOnce(tx, reminder, 'notInTeams');
    return { result: 'skipped', reason: 'notInTeams' };
  }
  if (lease === undefined || !deps.settings.rotation.calendar.isSending(tx.now)) {
    return { result: 'due' };
  }
  await lease.keep(tx);
  if (!(await tx.reserveReminder(reminder))) return { result: 'already' };
  const enrollment = await tx.enrollment(way.key, about.accountId);
  return { reminder, isEnrolled: enrollment !== undefined };
}

async function skip(
  { deps, lease }: Reminding,
  { account, stage, cycle }: DueAccount,
  recipient: string,
  reason: string,
): Promise<void> {
  if (lease === undefined) return;
  const reminder = {
    handle: deps.random.id(),
    accountId: account.id,
    accountName: account.name,
    cycle,
    stage,
    recipient,
    repeat: 0,
  };
  await deps.store.transaction((tx) => skipOnce(tx, reminder, reason));
}

/** The auditor hears of it once in each stage, not every hour. */
async function skipOnce(tx: StoreTransaction, reminder: Reminder, reason: string): Promise<void> {
  if (!(await tx.skipReminder(reminder))) return;
  const account = reminder.accountId;
  tx.audit({ event: 'reminder.skipped', actor: 'system', account, result: 'refused', reason });
}

async function settle(deps: SweepDeps, reminder: Reminder, delivered: Delivered): Promise<void> {
  const audited = { actor: 'system', account: reminder.accountId } as const;
  await deps.store.transaction(async (tx) => {
    switch (delivered.outcome) {
      case 'sent':
        await tx.settleReminder(reminder.handle, 'sent');
        tx.audit({ event: 'reminder.sent', result: 'ok', ...audited });
        return;
      case 'unknown':
        await tx.settleReminder(reminder.handle, 'unknown');
        auditLost(tx, reminder);
        return;
      case 'busy':
        await tx.settleReminder(reminder.handle, 'failed');
        return;
      case 'unreachable':
      case 'failed': {
        const reason = delivered.outcome === 'failed' ? 'temporarilyUnavailable' : 'notInTeams';
        await tx.settleReminder(reminder.handle, 'failed');
        tx.audit({ event: 'reminder.failed', result: 'failed', reason, ...audited });
      }
    }
  });
}

/** A reminder that may or may not have come: it is not repeated in its stage (requirement N5). */
export function auditLost(tx: StoreTransaction, { accountId: account }: Reminder): void {
  tx.audit({ event: 'reminder.failed', actor: 'system', account, result: 'unknown' });
}

function outcomeOf(delivered: Delivered): Outcome {
  switch (delivered.outcome) {
    case 'sent':
      return { result: 'sent' };
    case 'unknown':
      return { result: 'ambiguous' };
    case 'unreachable':
      return { result: 'failed', reason: 'notInTeams' };
    case 'failed':
      return { result: 'failed', reason: 'temporarilyUnavailable' };
    case 'busy': {
      const { waitMs } = delivered;
      return { result: 'failed', reason: 'temporarilyUnavailable', waitMs };
    }
  }
}
