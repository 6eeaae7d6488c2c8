import type { Account, DirectoryManager, Responsibility } from '../ports/directory.ts';
import type { Notice } from '../ports/records.ts';
import type { StoreTransaction } from '../ports/store.ts';
import type { SweepDeps } from './deps.ts';
import { lockAccount } from './flows.ts';
import { nameAmong } from './notices.ts';
import { recipientOf } from './recipients.ts';
import type { SweepLease } from './sweepLease.ts';

/** Who answers for an account now, and those who did before, as the directory has them. */
export interface Answering {
  readonly account: Pick<Account, 'id' | 'name'>;
  readonly managers: readonly DirectoryManager[];
  readonly former: readonly DirectoryManager[];
}

/** Reads what `noteAnswering` needs; undefined where nobody can say who answers. */
export async function readAnswering(
  { store, directory }: Pick<SweepDeps, 'store' | 'directory'>,
  responsibility: Responsibility | undefined,
  signal: AbortSignal,
): Promise<Answering | undefined> {
  if (responsibility === undefined || responsibility.isCrowd) return undefined;
  const { account, managers } = responsibility;
  const seen = (await store.read((reads) => reads.answering(account.id))) ?? [];
  const gone = seen.filter((entry) => managers.every(({ id }) => id !== entry));
  const former: DirectoryManager[] = [];
  for (const id of gone) {
    former.push((await directory.managerById(id, signal)) ?? { id, displayName: '' });
  }
  return { account, managers, former };
}

/**
 * Remembers who answers for the account. A change since that was last seen is told to those who
 * answered before, whoever made it: one who may write in the directory must not get in unseen.
 */
export async function noteAnswering(
  deps: Pick<SweepDeps, 'random' | 'settings'>,
  tx: StoreTransaction,
  { account, managers, former }: Answering,
): Promise<void> {
  const before = await tx.answering(account.id);
  const added = managers.filter(({ id }) => before?.includes(id) === false);
  const removed = (before ?? []).filter((entry) => managers.every(({ id }) => id !== entry));
  if (before !== undefined && added.length === 0 && removed.length === 0) return;
  await tx.rememberAnswering(
    account.id,
    managers.map(({ id }) => id),
  );
  if (before === undefined) return;

  const audited = { actor: 'system', account: account.id, result: 'ok' } as const;
  const reason = removed.length === 0 ? 'added' : added.length === 0 ? 'removed' : 'replaced';
  tx.audit({ event: 'responsibility.changed', ...audited, reason });
  if (await tx.endSilence(account.id)) {
    const why = 'responsibilityChanged';
    tx.audit({ event: 'reminder.notNeededUndone', ...audited, reason: why });
  }

  const known = [...managers, ...former];
  const names = new Map<string, string>();
  const notices: Notice[] = [];
  for (const entry of before) {
    const person = known.find(({ id }) => id === entry) ?? { id: entry, displayName: '' };
    const { way } = await recipientOf(deps, tx, person);
    const record = way && (await tx.manager(way.key));
    names.set(entry, person.displayName === '' ? (record?.displayName ?? '') : person.displayName);
    if (way === undefined) continue;
    notices.push({
      id: deps.random.id(),
      event: 'responsibilityChanged',
      accountId: account.id,
      accountName: account.name,
      byName: '',
      at: tx.now,
      added: added.map(({ id, displayName }) => nameAmong(displayName, id, known)),
      to: { channel: 'chat', manager: way.key },
    });
  }
  const gone = removed.flatMap((entry) => names.get(entry) || []);
  await tx.addNotices(notices.map((notice) => ({ ...notice, removed: gone })));
}

/** Nearly always: then there is no lock to take. */
async function isAsSeen(
  { store }: Pick<SweepDeps, 'store'>,
  { account, managers }: Answering,
): Promise<boolean> {
  const seen = await store.read((reads) => reads.answering(account.id));
  return seen?.length === managers.length && managers.every(({ id }) => seen.includes(id));
}

/** The same for an account that a sweep has read. */
export async function followAnswering(
  deps: SweepDeps,
  responsibility: Responsibility | undefined,
  lease: SweepLease,
  signal: AbortSignal,
): Promise<void> {
  const answering = await readAnswering(deps, responsibility, signal);
  if (answering === undefined || (await isAsSeen(deps, answering))) return;
  await deps.store.transaction(async (tx) => {
    await lockAccount(tx, answering.account.id);
    await lease.keep(tx);
    await noteAnswering(deps, tx, answering);
  });
}
