import type { Locale, ManagerKey } from '../domain/parties.ts';
import type { DirectoryError } from '../ports/directory.ts';
import { type DirectoryManager } from '../ports/directory.ts';
import type { ManagerRecord } from '../ports/records.ts';
import type { Deps } from './deps.ts';
import type { Person } from './input.ts';
import { deny } from './denials.ts';
import { changeManager } from './managers.ts';
import { denyTaken, isAnothers, pin } from './pins.ts';

/** The person behind a tap, as the directory knows them now. */
export interface Manager {
  readonly key: ManagerKey;
  readonly locale: Locale;
  readonly entry: DirectoryManager;
}

/** Why a person is not let in. */
export type NotLetIn = 'notResponsible' | 'temporarilyUnavailable';

/** The record of the person, made or brought up to date with where they were last heard from. */
export async function meet(
  deps: Deps,
  { key, conversation }: Pick<Person, 'key' | 'conversation'>,
  isReachable: boolean,
  known: ManagerRecord = { key },
): Promise<ManagerRecord> {
  const heardFrom = isReachable ? conversation : undefined;
  if (JSON.stringify(known.conversation) === JSON.stringify(heardFrom)) return known;
  return changeManager(deps, { key }, (record) => ({ ...record, conversation: heardFrom }));
}

/**
 * Finds the directory entry of the person. The first match is pinned: a Teams account that later
 * shows another one's address does not become that other one.
 * @throws DirectoryError where the directory does not answer.
 */
export async function identify(
  deps: Deps,
  person: Person,
  record: ManagerRecord,
  signal: AbortSignal,
): Promise<DirectoryManager | NotLetIn> {
  const { roster } = person;
  if (roster.status === 'notAllowed') return deny(deps, person.key);
  const query =
    roster.status === 'member'
      ? { upn: roster.upn, mail: roster.mail, aadObjectId: person.key.aadObjectId }
      : undefined;
  const found = query === undefined ? undefined : await deps.directory.findManager(query, signal);
  if (record.directoryId !== undefined) {
    if (found?.id === record.directoryId) return letIn(deps, person.key, found);
    const pinned = await deps.directory.managerById(record.directoryId, signal);
    if (pinned !== undefined) {
      // An address may be missing, or have changed in the directory first; another's is refused.
      const isOwn =
        query === undefined ||
        (found === undefined && !(await deps.directory.fitsAnother(query, pinned.id, signal)));
      return isOwn ? letIn(deps, person.key, pinned) : deny(deps, person.key);
    }
  }
  if (roster.status === 'unavailable') return 'temporarilyUnavailable';
  if (found === undefined) return deny(deps, person.key);
  return pin(deps, person.key, found);
}

async function letIn(
  deps: Deps,
  key: ManagerKey,
  entry: DirectoryManager,
): Promise<DirectoryManager | NotLetIn> {
  const isTaken = await deps.store.read((reads) => isAnothers(reads, key, entry));
  return isTaken ? denyTaken(deps, key, entry) : entry;
}

/** What the manager is told of a directory that failed; the log gets the rest. */
export function directoryReason(
  deps: Deps,
  error: DirectoryError,
): 'directoryUnavailable' | 'temporarilyUnavailable' {
  if (error.code === 'noRights') {
    deps.log.error({ alarm: 'directoryRights', detail: error.detail }, 'directory denies the bot');
    return 'temporarilyUnavailable';
  }
  if (error.code === 'policy') {
    const text = "the directory's password policy lets the bot write no password";
    deps.log.error({ alarm: 'directoryPolicy', detail: error.detail }, text);
    return 'temporarilyUnavailable';
  }
  if (error.code === 'undecided') {
    const text = 'the directory does not say whether a password is right';
    deps.log.error({ alarm: 'proofUndecided', detail: error.detail }, text);
    return 'temporarilyUnavailable';
  }
  deps.log.warn({ code: error.code, detail: error.detail }, 'directory failed');
  return 'directoryUnavailable';
}
