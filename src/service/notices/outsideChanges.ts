import { DAY_MS } from '../../domain/durations.ts';
import { mayBeChangeOf } from '../../domain/flows/lostWrite.ts';
import { sentBy } from '../../domain/flows/reset.ts';
import type { SweptAccount } from '../../ports/account.ts';
import type { Notice } from '../../ports/store/notices.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { SweepDeps } from '../deps.ts';
import { lockAccount } from '../flow/flows.ts';
import type { SweepLease } from '../upkeep/sweepLease.ts';

/** For at most this long a server that lags behind shows the password that a reset replaced, ms. */
const REPLICATION_MS = DAY_MS;

/**
 * Finds passwords of `enrolled` accounts that another client has changed since the last sweep, and tells the account's
 * enrolled managers once. The first sight of an account is no change. Versions decide, not clocks: the bot has recorded its
 * own writes (see `recordReset`).
 */
export async function noteOutsideChanges(
  deps: SweepDeps,
  lease: SweepLease,
  enrolled: readonly SweptAccount[],
): Promise<void> {
  const seen = await deps.store.read((reads) => reads.passwordsSeen(enrolled.map(({ id }) => id)));
  for (const account of enrolled) {
    const { id, passwordVersion: version, passwordSetAt, mustChange } = account;
    // Without a date the password's age is unknown, save that it must be changed.
    const isDated = passwordSetAt !== undefined || mustChange;
    if (!isDated || seen.get(id) === version) continue;
    await deps.store.transaction(async (tx) => {
      await lockAccount(tx, id);
      await lease.keep(tx);
      await noteChange(deps, tx, account);
    });
  }
}

/** Under the account's lock: a reset records its end and its version together, and both are read. */
async function noteChange(
  deps: SweepDeps,
  tx: StoreTransaction,
  account: SweptAccount,
): Promise<void> {
  const { id, passwordVersion: version } = account;
  const known = (await tx.passwordsSeen([id])).get(id);
  if (known === version || (await mayBeOwn(tx, account, known))) return;
  if (known !== undefined) await tell(deps, tx, account);
  await tx.sawPassword(id, version);
}

/**
 * Whether a reset of the bot explains the directory's state: one that may have left it without the bot's
 * knowing yet, or one that this server has not heard of. A later sweep decides.
 */
async function mayBeOwn(
  tx: StoreTransaction,
  { id, passwordVersion: version, passwordSetAt: changedAt }: SweptAccount,
  knownVersion: string | undefined,
): Promise<boolean> {
  const resets = await tx.resetsAround(id, tx.now - REPLICATION_MS, tx.now);
  return resets.some(({ state, passwordVersion: former }) =>
    former === version
      ? state.step === 'done' || sentBy(state).some(({ isRecorded }) => isRecorded)
      : mayBeChangeOf(sentBy(state), { version, changedAt, knownVersion }),
  );
}

async function tell(deps: SweepDeps, tx: StoreTransaction, account: SweptAccount): Promise<void> {
  const { id, name, passwordSetAt = tx.now } = account;
  const enrollments = await tx.enrollmentsOf(id);
  const notices: Notice[] = enrollments.map(({ manager }) => ({
    id: deps.random.id(),
    event: 'outsideChange',
    accountId: id,
    accountName: name,
    byName: '',
    at: passwordSetAt,
    noticedAt: tx.now,
    to: { channel: 'chat', manager },
  }));
  await tx.addNotices(notices);
  // Reminders of the former password end with it (requirement N3).
  const reason = 'changedOutside';
  tx.audit({ event: 'reminder.skipped', actor: 'system', account: id, result: 'ok', reason });
}
