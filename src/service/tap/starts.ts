import type { Purpose } from '../../domain/parties.ts';
import { isCycleOf } from '../../domain/rotation/rotation.ts';
import type { Account } from '../../ports/account.ts';
import { vouchedFor } from '../enrollment/vouched.ts';
import { begin, readStart } from './begin.ts';
import { refuseWhereLocked } from '../flow/codeGuess.ts';
import { homeViewOf } from './home.ts';
import type { Manager } from '../people/managers.ts';
import { admit, admitTo, denyTap, showFlow, showHome, type Reply, type Tap } from './tap.ts';

/** A tap on a button that begins a flow, on `home` or at the end of another flow. */
export async function startFromButton(tap: Tap, purpose: Purpose, handle: string): Promise<Reply> {
  return tap.deps.exclusive(handle, () => startInTurn(tap, purpose, handle));
}

async function startInTurn(tap: Tap, purpose: Purpose, handle: string): Promise<Reply> {
  const { deps } = tap;
  const known = await readStart(tap, purpose, handle);
  if (known === undefined) return denyTap(tap);
  const { origin, before, isEnrolled } = known;
  if (before !== undefined) return showFlow(tap, await refuseWhereLocked(deps, before));
  // First of all: without a number there is nothing to begin with.
  if (purpose !== 'enrollment' && !isEnrolled)
    return showHome(tap, { problem: { reason: 'notEnrolled' }, about: origin.accountId });
  const admitted = await admitTo(tap, origin.accountId);
  if ('view' in admitted) return admitted;
  const { manager, account } = admitted;
  // A reminder of a password that has been changed since is answered with how things stand.
  if (origin.cycle !== undefined && !isCycleOf(account, origin.cycle)) {
    return showHome(tap, { about: account.id });
  }
  return start(tap, manager, account, purpose, origin.origin);
}

/** Words typed in the chat: they begin a flow at once where there is only one account to choose. */
export async function startByWord(tap: Tap, purpose: Purpose): Promise<Reply> {
  const { deps, person, signal } = tap;
  const manager = await admit(tap);
  if ('view' in manager) return manager;
  const standing = await deps.directory.standingOf(manager.entry, signal);
  const [account, ...others] = standing.accounts;
  if (account === undefined || others.length > 0) {
    const isUnlockAsked = purpose === 'unlock';
    return { view: await homeViewOf(deps, manager, standing, { isUnlockAsked }) };
  }
  if (purpose !== 'enrollment') {
    const enrolled = await deps.store.read((reads) => reads.enrollment(person.key, account.id));
    if (enrolled === undefined) {
      const problem = { reason: 'notEnrolled' } as const;
      return { view: await homeViewOf(deps, manager, standing, { problem }) };
    }
  }
  return start(tap, manager, account, purpose, undefined);
}

async function start(
  tap: Tap,
  manager: Manager,
  account: Account,
  purpose: Purpose,
  origin: string | undefined,
): Promise<Reply> {
  const { deps, signal } = tap;
  if (purpose === 'unlock' && !account.isLocked) {
    return showHome(tap, { about: account.id, isUnlockAsked: true });
  }
  const vouched =
    purpose === 'enrollment' ? await vouchedFor(deps, manager, account, signal) : undefined;
  const begun = await begin(deps, { manager, account, purpose, origin, vouched }, signal);
  if ('refused' in begun) {
    return { view: { card: 'refused', problem: begun.refused, accountName: account.name } };
  }
  return showFlow(tap, begun);
}
