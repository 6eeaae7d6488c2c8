import { DAY_MS } from '../../domain/durations.ts';
import type { Account, DirectoryManager, Responsibility } from '../../ports/account.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import { recipientOf, type Recipient } from '../chat/recipients.ts';
import type { SweepDeps } from '../deps.ts';
import { enrolledOf } from '../notices/whoIsTold.ts';
import { alreadyBy, INVITATION, NOBODY, reserve, sendOnce, skipOnce } from './sendOnce.ts';
import type { Outcome, Sent, SentRow, Sweeping } from './sendOnce.ts';

/** A manager is invited once in so long for each account. */
export const INVITED_EVERY_MS = 14 * DAY_MS;

/** The outcome of one invitation. */
export interface InvitationRow extends SentRow {
  /** The address in the manager's directory entry. */
  readonly mail?: string | undefined;
}

/** Invites all managers of the account who are not enrolled for it. */
export async function inviteOf(
  sweep: Sweeping,
  { account, managers, isCrowd }: Responsibility,
): Promise<Sent<InvitationRow>> {
  const { deps } = sweep;
  const rowOf = (
    person: DirectoryManager | undefined,
    { result, reason }: Outcome,
  ): InvitationRow => ({
    account: account.name,
    manager: person?.displayName ?? null,
    result,
    reason: reason ?? null,
    mail: person?.mail,
  });
  if (managers.length === 0) {
    const reason = isCrowd ? 'tooManyManagers' : 'noManager';
    if (sweep.lease !== undefined) await skip(deps, account, reason);
    return { rows: new Map([[NOBODY, rowOf(undefined, { result: 'skipped', reason })]]) };
  }
  const enrolled = await deps.store.read((reads) => enrolledOf(reads, account.id));
  const rows = new Map<string, InvitationRow>();
  let waitMs: number | undefined;
  for (const person of managers) {
    if (enrolled.some(({ id }) => id === person.id)) continue;
    const outcome = await invite(sweep, account, person);
    if (outcome === undefined) continue;
    if (outcome.waitMs !== undefined) waitMs = Math.max(waitMs ?? 0, outcome.waitMs);
    rows.set(person.id, rowOf(person, outcome));
  }
  return { rows, waitMs };
}

type Invited = Pick<Account, 'id' | 'name'>;

/** Undefined where the manager is enrolled. */
async function invite(
  sweep: Sweeping,
  account: Invited,
  person: DirectoryManager,
): Promise<Outcome | undefined> {
  const { deps } = sweep;
  const { recipient, isEnrolled, before } = await deps.store.read(async (reads) => {
    const to = await recipientOf(deps, reads, person);
    return {
      recipient: to,
      isEnrolled: to.way && (await reads.enrollment(to.way.key, account.id)) !== undefined,
      before: (await roundOf(reads, account.id, to.name)).before,
    };
  });
  if (isEnrolled === true) return undefined;
  return before ?? sendOnce(sweep, recipient, (tx) => prepare(sweep, tx, account, recipient));
}

async function prepare(sweep: Sweeping, tx: StoreTransaction, account: Invited, to: Recipient) {
  const { round } = await roundOf(tx, account.id, to.name);
  const reminder = invitationOf(sweep.deps, account, to.name, round);
  const refused = await reserve(sweep, tx, reminder, to.way);
  if (refused !== undefined) return refused;
  const { handle, accountName } = reminder;
  return { reminder, view: { card: 'invitation', handle, accountName } as const };
}

/**
 * The number of the invitation that the manager may get now: one that did not come is tried again under its
 * number, the next one begins after fourteen days. `before`: it has come, or may have.
 */
async function roundOf(
  reads: StoreReads,
  accountId: string,
  recipient: string,
): Promise<{ readonly round: number; readonly before?: Outcome }> {
  const last = await reads.lastReminder({ accountId, cycle: INVITATION, recipient });
  if (last === undefined) return { round: 0 };
  const { repeat: round, fate, at } = last;
  if (at <= reads.now - INVITED_EVERY_MS) return { round: round + 1 };
  const before = alreadyBy(fate);
  return before === undefined ? { round } : { round, before };
}

function invitationOf(
  { random }: Pick<SweepDeps, 'random'>,
  { id: accountId, name: accountName }: Invited,
  recipient: string,
  repeat: number,
) {
  const about = { accountId, accountName, cycle: INVITATION, stage: 0 };
  return { handle: random.id(), ...about, recipient, repeat };
}

async function skip(deps: SweepDeps, account: Invited, reason: string): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const { round } = await roundOf(tx, account.id, NOBODY);
    await skipOnce(tx, invitationOf(deps, account, NOBODY, round), reason);
  });
}
