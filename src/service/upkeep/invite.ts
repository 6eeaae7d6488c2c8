import type { SweptAccount } from '../../ports/account.ts';
import { createSendPace } from '../chat/sendPace.ts';
import type { SweepDeps } from '../deps.ts';
import { inviteOf, type InvitationRow } from '../reminders/invitations.ts';
import { settleLost } from '../reminders/sendOnce.ts';
import { type SweepOptions, byHand, type RunByHand, type SweepLease } from './sweepLease.ts';
import { sendPatiently, throughAccounts } from './sweeping.ts';

/** All invitations of one run, in the words of `admin invite`. */
export interface InviteReport extends RunByHand {
  /** Accounts that the directory has. */
  readonly accounts: number;
  readonly invitations: readonly InvitationRow[];
}

/**
 * Invites every manager who is not enrolled, for `admin invite`. Outside the sending hours and as a dry run
 * it sends and changes nothing and tells whom it would invite; undefined where another instance is sweeping.
 * @throws DirectoryError where the accounts cannot be read.
 */
export async function inviteNow(
  deps: SweepDeps,
  { isDryRun, ...watch }: SweepOptions,
  signal: AbortSignal,
): Promise<InviteReport | undefined> {
  return byHand(deps, { isDryRun, isSweep: false }, signal, async (run, lease, stopped) => ({
    ...run,
    ...(await inviteAll(deps, lease, stopped, watch)),
  }));
}

async function inviteAll(
  deps: SweepDeps,
  lease: SweepLease | undefined,
  signal: AbortSignal,
  { onProgress, onBegin }: Omit<SweepOptions, 'isDryRun'>,
): Promise<Pick<InviteReport, 'accounts' | 'invitations'>> {
  if (lease !== undefined) await settleLost(deps, lease);
  const accounts: Pick<SweptAccount, 'id' | 'name'>[] = [];
  await deps.directory.sweepAccounts(async (page) => {
    for (const { id, name } of page) accounts.push({ id, name });
  }, signal);
  if (lease !== undefined) await onBegin?.();
  const invitations: InvitationRow[] = [];
  const onRow = (row: InvitationRow): void => void invitations.push(row);
  const onUnread = (account: string): void => {
    onRow({ account, manager: null, result: 'failed', reason: 'directoryUnavailable' });
  };
  const sweeping = { deps, pace: createSendPace(deps), signal, lease };
  await throughAccounts(sweeping, accounts, { onProgress, onUnread }, async ({ id }) => {
    await sendPatiently(sweeping, id, (found) => inviteOf(sweeping, found), onRow);
  });
  return { accounts: accounts.length, invitations };
}
