import type { AuditEvent } from '../../domain/audit.ts';
import type { View } from '../../ports/view.ts';
import type { Reminder, ReminderFate } from '../../ports/store/reminders.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { post, type Delivered } from '../chat/post.ts';
import type { Recipient, Way } from '../chat/recipients.ts';
import type { SendPace } from '../chat/sendPace.ts';
import type { SweepDeps } from '../deps.ts';
import type { SweepLease } from '../upkeep/sweepLease.ts';

/** Stands for the manager of an account that has none. */
export const NOBODY = 'nobody';
/** No account has this id: the summary for the fallback person is one reminder about all of them. */
export const ALL_ACCOUNTS = 'unanswered';

/** The parts that the cards of one sweep share. */
export interface Sweeping {
  readonly deps: SweepDeps;
  readonly pace: SendPace;
  readonly signal: AbortSignal;
  /** Absent where nothing may be sent or changed. */
  readonly lease?: SweepLease | undefined;
}

/** `due`: it would be sent, but this sweep sends nothing. `ambiguous`: it may have come, and is not repeated. */
type SentResult = 'due' | 'sent' | 'already' | 'skipped' | 'ambiguous' | 'failed';

/** The outcome of one card, as the administration tells it. */
export interface SentRow {
  /** sAMAccountName / uid. */
  readonly account: string;
  /** Display name; null where the account has no manager. */
  readonly manager: string | null;
  readonly result: SentResult;
  readonly reason: string | null;
}

/** An account's cards. */
export interface Sent<Row> {
  /** By the id of the manager's entry; `NOBODY` where the account has none. */
  readonly rows: ReadonlyMap<string, Row>;
  /** How long the channel asks to wait before the rest. */
  readonly waitMs?: number | undefined;
}

/** The outcome of one card. */
export interface Outcome {
  readonly result: SentResult;
  readonly reason?: string | undefined;
  readonly silencedUntil?: number | undefined;
  readonly waitMs?: number | undefined;
}

/**
 * Sends one card that its recipient did not ask for, at most once: `prepare` reserves it, or says why there
 * is none to send, in one transaction; the answer is recorded in a second one.
 */
export async function sendOnce(
  sweep: Sweeping,
  recipient: Recipient,
  prepare: (
    tx: StoreTransaction,
  ) => Promise<Outcome | { readonly reminder: Reminder; readonly view: View }>,
): Promise<Outcome> {
  const { deps, pace, lease, signal } = sweep;
  if (lease !== undefined && recipient.way !== undefined) await pace.turn(recipient.name, signal);
  signal.throwIfAborted();
  const prepared = await deps.store.transaction(prepare);
  if ('result' in prepared) return prepared;
  const delivered = await post(deps, recipient, prepared.view);
  await settle(deps, prepared.reminder, delivered);
  return outcomeOf(delivered);
}

/** The cycle of all invitations: they are reminders that belong to no password. */
export const INVITATION = 'invitation';

/** Tells the auditor of a card's fate; the summary for the fallback person is a notice. */
function auditFate(
  tx: StoreTransaction,
  { cycle, accountId }: Reminder,
  fate: 'sent' | 'failed',
  audited: Pick<AuditEvent, 'result' | 'reason'>,
): void {
  const actor = 'system';
  if (accountId === ALL_ACCOUNTS) {
    tx.audit({ event: `notice.${fate}`, actor, ...audited, reason: accountId });
  } else tx.audit({ event: `${kindOf(cycle)}.${fate}`, actor, account: accountId, ...audited });
}

function kindOf(cycle: string): 'invitation' | 'reminder' {
  return cycle === INVITATION ? INVITATION : 'reminder';
}

/** The outcome where the card has come, or may have; undefined where it surely has not. */
export function alreadyBy(fate: ReminderFate | undefined): Outcome | undefined {
  switch (fate) {
    case 'sent':
      return { result: 'already' };
    case 'unknown':
    case 'reserved':
      return { result: 'already', reason: 'ambiguous' };
    case 'failed':
    case 'skipped':
    case undefined:
      return undefined;
  }
}

/** Reserves the card; gives why there is none to send. */
export async function reserve(
  { deps, lease }: Sweeping,
  tx: StoreTransaction,
  reminder: Reminder,
  way: Way | undefined,
): Promise<Outcome | undefined> {
  const before = alreadyBy(await tx.reminderFate(reminder));
  if (before !== undefined) return before;
  if (way === undefined) {
    if (lease !== undefined) await skipOnce(tx, reminder, 'notInTeams');
    return { result: 'skipped', reason: 'notInTeams' };
  }
  if (lease === undefined || !deps.settings.rotation.calendar.isSending(tx.now)) {
    return { result: 'due' };
  }
  await lease.keep(tx);
  return (await tx.reserveReminder(reminder)) ? undefined : { result: 'already' };
}

/** The auditor hears of it once for each reserved row, not every hour. */
export async function skipOnce(
  tx: StoreTransaction,
  reminder: Reminder,
  reason: string,
): Promise<void> {
  if (!(await tx.skipReminder(reminder))) return;
  const { cycle, accountId: account } = reminder;
  const event = `${kindOf(cycle)}.skipped` as const;
  tx.audit({ event, actor: 'system', account, result: 'refused', reason });
}

async function settle(deps: SweepDeps, reminder: Reminder, { outcome }: Delivered): Promise<void> {
  await deps.store.transaction(async (tx) => {
    switch (outcome) {
      case 'sent':
        await tx.settleReminder(reminder.handle, 'sent');
        auditFate(tx, reminder, 'sent', { result: 'ok' });
        return;
      case 'unknown':
        await tx.settleReminder(reminder.handle, 'unknown');
        auditLost(tx, reminder);
        return;
      case 'busy':
      case 'unreachable':
      case 'failed':
        await tx.settleReminder(reminder.handle, 'failed');
        // A busy channel is asked again soon, save for the summary.
        if (outcome === 'busy' && reminder.accountId !== ALL_ACCOUNTS) return;
        auditFate(tx, reminder, 'failed', { result: 'failed', reason: FAULTS[outcome] });
    }
  });
}

const FAULTS = {
  busy: 'temporarilyUnavailable',
  failed: 'temporarilyUnavailable',
  unreachable: 'notInTeams',
} as const;

/** A card that may or may not have come: it is not repeated in its stage (requirement N5). */
function auditLost(tx: StoreTransaction, reminder: Reminder): void {
  auditFate(tx, reminder, 'failed', { result: 'unknown' });
}

/** Settles the cards of an instance that died: no other instance sends while this one has the lease. */
export async function settleLost(deps: Pick<SweepDeps, 'store'>, lease: SweepLease): Promise<void> {
  await deps.store.transaction(async (tx) => {
    await lease.keep(tx);
    for (const reminder of await tx.settleLostReminders()) auditLost(tx, reminder);
  });
}

function outcomeOf(delivered: Delivered): Outcome {
  switch (delivered.outcome) {
    case 'sent':
      return { result: 'sent' };
    case 'unknown':
      return { result: 'ambiguous' };
    case 'unreachable':
    case 'failed':
      return { result: 'failed', reason: FAULTS[delivered.outcome] };
    case 'busy':
      return { result: 'failed', reason: FAULTS.busy, waitMs: delivered.waitMs };
  }
}
