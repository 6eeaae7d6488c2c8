import { LOOKUPS_LOOKBACK_MS, lookUpsSpentUntil } from '../../domain/desk/deskLook.ts';
import { distinctNames } from '../../domain/names.ts';
import { managerName, type ManagerKey } from '../../domain/parties.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { Account } from '../../ports/account.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { View } from '../../ports/view.ts';
import type { Deps } from '../deps.ts';
import type { Manager } from '../people/managers.ts';
import { deskView } from '../tap/home.ts';
import { admit, denyTap, type Tap } from '../tap/tap.ts';

/** A member of the service desk, as the directory knows them now. */
export interface Agent extends Manager {
  /** Those that the agent answers for, which others have to help with. */
  readonly ownAccounts: readonly Account[];
}

/**
 * The person as an agent, or the card that turns them away; read anew at every tap.
 * @throws DirectoryError where the directory does not answer.
 */
export async function admitAgent(tap: Tap): Promise<Agent | { readonly view: View }> {
  const { deps, signal } = tap;
  const manager = await admit(tap);
  if ('view' in manager) return manager;
  const { accounts, isAgent } = await deps.directory.standingOf(manager.entry, signal);
  if (isAgent) return { ...manager, ownAccounts: accounts };
  if (accounts.length === 0) deps.denials.foundNothing(manager.key);
  return denyTap(tap);
}

/**
 * The agent's name as an account's managers are told it: with the address where a word of it is an office's,
 * or where it is one of theirs.
 */
export function agentNameFor(
  { settings }: Pick<Deps, 'settings'>,
  { entry }: Manager,
  managers: readonly { readonly ref: string; readonly name: string }[],
): string {
  const { displayName: name, address } = entry;
  const colleagues = managers.map((manager) => ({ id: manager.ref, name: manager.name }));
  return distinctNames(colleagues, settings.desk.names)(name, undefined, address);
}

/** The card that finds accounts, with a problem where there is one. */
export function backToDesk({ ownAccounts }: Agent, problem?: Problem): { readonly view: View } {
  return { view: deskView({ hasHome: ownAccounts.length > 0, problem }) };
}

/** Lets one count about an agent wait for another, which it then sees. Taken after an account's lock. */
export function lockAgent(tx: StoreTransaction, agent: ManagerKey): Promise<void> {
  return tx.lock(`agent:${managerName(agent)}`);
}

/** Counts a look-up, over all instances; the problem where the agent has none left. */
export async function countLookUp(
  tx: StoreTransaction,
  agent: ManagerKey,
): Promise<Problem | undefined> {
  await lockAgent(tx, agent);
  const times = await tx.lookUpTimes(agent, tx.now - LOOKUPS_LOOKBACK_MS);
  const until = lookUpsSpentUntil(times);
  if (until !== undefined) return { reason: 'tooManyLookups', until };
  await tx.addLookUp(agent);
  return undefined;
}
