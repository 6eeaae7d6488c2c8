import type { SweptAccount } from '../ports/directory.ts';
import type { Notice } from '../ports/records.ts';
import type { StoreTransaction } from '../ports/store.ts';
import type { SweepDeps } from './deps.ts';
import type { SweepLease } from './sweepLease.ts';

/** How far the directory's clock and the database's may be apart. */
const CLOCK_SLACK_MS = 5 * 60_000;

/**
 * Notices passwords that were changed by somebody else since the last sweep, and tells the account's
 * enrolled managers once. The first sight of an account is no change.
 */
export async function noteOutsideChanges(
  deps: SweepDeps,
  lease: SweepLease,
  page: readonly SweptAccount[],
): Promise<void> {
  const ids = page.map(({ id }) => id);
  const enrolled = new Set(await deps.store.read((reads) => reads.enrolledAmong(ids)));
  if (enrolled.size === 0) return;
  await deps.store.transaction(async (tx) => {
    await lease.keep(tx);
    const seen = await tx.passwordsSeen([...enrolled]);
    const changed = page.filter(
      // Without a date the password awaits a change: it was not changed.
      ({ id, passwordVersion, passwordSetAt }) =>
        enrolled.has(id) && passwordSetAt !== undefined && seen.get(id) !== passwordVersion,
    );
    await tx.sawPasswords(
      changed.map(({ id, passwordVersion }) => ({ accountId: id, version: passwordVersion })),
    );
    for (const account of changed) {
      if (seen.has(account.id) && !(await isOwnWrite(tx, account))) await tell(deps, tx, account);
    }
  });
}

/** Whether a reset of the bot was at its write, or beyond, when the password changed. */
async function isOwnWrite(
  tx: StoreTransaction,
  { id, passwordSetAt = 0 }: SweptAccount,
): Promise<boolean> {
  const [from, to] = [passwordSetAt - CLOCK_SLACK_MS, passwordSetAt + CLOCK_SLACK_MS];
  const resets = await tx.resetsAround(id, from, to);
  return resets.some(({ state: { step } }) =>
    ['writingPassword', 'unknown', 'done'].includes(step),
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
  // Reminders of the former password are over with it (requirement N3).
  const reason = 'changedOutside';
  tx.audit({ event: 'reminder.skipped', actor: 'system', account: id, result: 'ok', reason });
}
