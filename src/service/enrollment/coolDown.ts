import { firstUse } from '../../domain/flows/coolDown.ts';
import type { ManagerKey } from '../../domain/parties.ts';
import type { Enrollment } from '../../ports/store/enrollments.ts';
import type { StoreReads } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';

/**
 * When a number that the manager enrolls now can first be used for a reset (requirement A14). After a revoke
 * that is the cool-down later, for the first number of each of the account's managers: a thief of one
 * manager's phone or chat could as well come as another manager, and several may have lost theirs at once. A
 * revoke of one manager's number alone delays that manager. A number that only replaces an enrolled one keeps
 * that one's time.
 */
export async function usableFromOf(
  { settings }: Pick<Deps, 'settings'>,
  reads: StoreReads,
  accountId: string,
  manager: ManagerKey,
  former: Enrollment | undefined,
): Promise<number> {
  if (former !== undefined) return former.usableFrom;
  const revokedAt = await reads.revokedAt(accountId, manager);
  return firstUse(revokedAt, settings.newNumberCooldownSeconds, reads.now);
}
