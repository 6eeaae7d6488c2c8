import { withDeadline } from '../../../ports/deadline.ts';
import { DAY_MS } from '../../../domain/durations.ts';
import { rotationOf } from '../../../domain/rotation/rotation.ts';
import type { SweptAccount } from '../../../ports/account.ts';
import { recipientsOf } from '../../chat/recipients.ts';
import type { Deps } from '../../deps.ts';

const LOOKUP_MS = 10_000;
/** Lookups under way at once: a directory of many managers is read in time, and no server is flooded. */
const AT_ONCE = 8;
/** Accounts of which one question asks whether they are protected. */
const ASKED_AT_ONCE = 100;
/** Width of the bins of ages, and how many there are; the last one is open. */
const BIN_DAYS = 30;
const BINS = 13;

interface Managers {
  readonly names: readonly string[];
  readonly notInTeams: readonly string[];
  readonly isCrowd: boolean;
}

interface ManagedAccount {
  readonly account: string;
  readonly managers: readonly string[];
}

/** Ages of passwords: how many accounts are within their rotation, and how many past it. */
interface AgeBin {
  /** In days, inclusive. */
  readonly from: number;
  readonly within: number;
  readonly past: number;
}

/** The directory's figures now. */
export interface AccountsTally {
  readonly accounts: number;
  /** Each account's id with its place among them, from 0. */
  readonly places: ReadonlyMap<string, number>;
  /** Accounts with an enrolled number. */
  readonly enrolled: number;
  readonly ages: readonly AgeBin[];
  readonly withoutAge: number;
  /** `dueAt`: epoch ms. */
  readonly overdue: readonly (ManagedAccount & { readonly dueAt: number })[];
  readonly unanswered: readonly {
    readonly account: string;
    readonly reason: 'noManager' | 'tooManyManagers';
  }[];
  readonly notInTeams: readonly ManagedAccount[];
}

type ReportDeps = Pick<Deps, 'store' | 'directory' | 'settings'>;

/**
 * Reads all shared accounts. Who answers is looked up once for all accounts that name the same persons.
 * @throws DirectoryError, StoreError
 */
export async function tallyAccounts(deps: ReportDeps, signal: AbortSignal): Promise<AccountsTally> {
  const { store, directory, settings } = deps;
  const places = new Map<string, number>();
  const byResponsible = new Map<string, Pick<SweptAccount, 'id' | 'name'>[]>();
  const due = new Map<string, number>();
  const ages = Array.from({ length: BINS }, (_, n) => ({ from: n * BIN_DAYS, within: 0, past: 0 }));
  let enrolled = 0;
  let withoutAge = 0;
  await directory.sweepAccounts(async (page) => {
    enrolled += (await store.read((reads) => reads.enrolledAmong(page.map(({ id }) => id)))).length;
    const now = store.now();
    for (const account of page) {
      const { id, name, responsible, passwordSetAt } = account;
      places.set(id, places.size);
      const named = byResponsible.get(responsible) ?? [];
      named.push({ id, name });
      byResponsible.set(responsible, named);
      const rotation = rotationOf(account, settings.rotation.rotationDays, now);
      const isPast = typeof rotation !== 'string' && rotation.dueAt < now;
      if (isPast) due.set(id, rotation.dueAt);
      if (passwordSetAt === undefined || typeof rotation === 'string') withoutAge += 1;
      else addAge(ages, (now - passwordSetAt) / DAY_MS, isPast);
    }
  }, signal);
  const managers = await managersOf(deps, byResponsible, signal);
  const listed = [...byResponsible].flatMap(([responsible, accounts]) => {
    const { names, notInTeams } = managers.get(responsible) ?? NOBODY;
    const isListed = names.length === 0 || notInTeams.length > 0;
    return accounts.flatMap(({ id }) => (isListed || due.has(id) ? id : []));
  });
  const unprotected = await unprotectedOf(deps, listed, signal);
  const overdue: AccountsTally['overdue'][number][] = [];
  const unanswered: AccountsTally['unanswered'][number][] = [];
  const notInTeams: ManagedAccount[] = [];
  for (const [responsible, accounts] of byResponsible) {
    const { names, notInTeams: unreached, isCrowd } = managers.get(responsible) ?? NOBODY;
    for (const { id, name: account } of accounts) {
      if (!unprotected.has(id)) continue;
      const dueAt = due.get(id);
      if (dueAt !== undefined) overdue.push({ account, dueAt, managers: names });
      const reason = isCrowd ? 'tooManyManagers' : 'noManager';
      if (names.length === 0) unanswered.push({ account, reason });
      if (unreached.length > 0) notInTeams.push({ account, managers: unreached });
    }
  }
  const byName = <T extends { readonly account: string }>(some: readonly T[]): T[] =>
    some.toSorted((a, b) => (a.account < b.account ? -1 : 1));
  return {
    accounts: places.size,
    places,
    enrolled,
    ages,
    withoutAge,
    // The sort is stable: those of one moment stay by name.
    overdue: byName(overdue).toSorted((a, b) => a.dueAt - b.dueAt),
    unanswered: byName(unanswered),
    notInTeams: byName(notInTeams),
  };
}

const NOBODY: Managers = { names: [], notInTeams: [], isCrowd: false };

function addAge(ages: { within: number; past: number }[], days: number, isPast: boolean): void {
  const bin = ages[Math.min(BINS - 1, Math.max(0, Math.floor(days / BIN_DAYS)))];
  if (bin === undefined) return;
  if (isPast) bin.past += 1;
  else bin.within += 1;
}

/**
 * Those that are not protected: the sweep passes over what only the server knows. Protected ones count, and
 * are no work for anyone.
 */
async function unprotectedOf(
  { directory }: ReportDeps,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const unprotected = new Set<string>();
  const starts = Array.from({ length: Math.ceil(ids.length / ASKED_AT_ONCE) }, (_, n) => n);
  await eachAtOnce(starts, async (n) => {
    signal.throwIfAborted();
    const some = ids.slice(n * ASKED_AT_ONCE, (n + 1) * ASKED_AT_ONCE);
    const found = await withDeadline(LOOKUP_MS, signal, (deadline) =>
      directory.unprotectedAmong(some, deadline),
    );
    for (const id of found) unprotected.add(id);
  });
  return unprotected;
}

async function managersOf(
  deps: ReportDeps,
  byResponsible: ReadonlyMap<string, readonly Pick<SweptAccount, 'id'>[]>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Managers>> {
  const found = new Map<string, Managers>();
  await eachAtOnce(byResponsible, async ([responsible, accounts]) => {
    signal.throwIfAborted();
    if (responsible !== '') found.set(responsible, await managersOfAny(deps, accounts, signal));
  });
  return found;
}

async function eachAtOnce<T>(some: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  // All of them draw from the one iterator.
  const open = [...some].values();
  const worker = async (): Promise<void> => {
    for (const one of open) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The managers of the first account that is read: a protected one is not. */
async function managersOfAny(
  deps: ReportDeps,
  accounts: readonly Pick<SweptAccount, 'id'>[],
  signal: AbortSignal,
): Promise<Managers> {
  for (const { id } of accounts) {
    const responsibility = await withDeadline(LOOKUP_MS, signal, (deadline) =>
      deps.directory.responsibilityFor(id, deadline),
    );
    if (responsibility === undefined) continue;
    const { managers, isCrowd } = responsibility;
    const notInTeams = await deps.store.read(async (reads) => {
      const recipients = await recipientsOf(deps, reads, managers);
      return recipients.flatMap(({ person, way }) => (way === undefined ? person.displayName : []));
    });
    return { names: managers.map(({ displayName }) => displayName), notInTeams, isCrowd };
  }
  return NOBODY;
}
