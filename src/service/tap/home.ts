import { MINUTE_MS } from '../../domain/durations.ts';
import { maskMobile } from '../../domain/mobile.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { DeskView } from '../../ports/deskView.ts';
import type { HomeAccount, View } from '../../ports/view.ts';
import type { Account, Standing } from '../../ports/account.ts';
import type { Enrollment } from '../../ports/store/enrollments.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { codeBudget } from '../flow/codeBudget.ts';
import { codeAttempts } from '../flow/codesLocked.ts';
import type { Manager } from '../people/managers.ts';

/** With the longest names a card of so many accounts still fits Teams' limit (80 KB of UTF-16). */
export const ACCOUNTS_ON_CARD = 20;

/** Options of a home card. */
export interface HomeOptions {
  readonly problem?: Problem | undefined;
  /** How many accounts come before the first one on the card, where there are too many for one. */
  readonly from?: number | undefined;
  /** The id of an account that has to be on it. */
  readonly about?: string | undefined;
  /** The first card after an installation. */
  readonly isWelcome?: boolean | undefined;
  /** An unlock was asked for: it says so where no account is locked. */
  readonly isUnlockAsked?: boolean | undefined;
}

/** The card for a person who manages no account, in place of `home`. */
export const NOT_RESPONSIBLE = {
  card: 'refused',
  problem: { reason: 'notResponsible' },
  isHome: true,
} satisfies View;

/** The card on which an agent looks for an account; in place of home for one who answers for nothing. */
export function deskView(
  shown: Pick<DeskView, 'hasHome'> & Partial<Pick<DeskView, 'problem' | 'found' | 'hasMore'>>,
): DeskView {
  return { card: 'desk', found: [], hasMore: false, ...shown };
}

/**
 * The manager's accounts with their buttons.
 * @throws DirectoryError where the directory does not answer.
 */
export async function homeView(
  deps: Deps,
  manager: Manager,
  signal: AbortSignal,
  options: HomeOptions = {},
): Promise<View> {
  const standing = await deps.directory.standingOf(manager.entry, signal);
  return homeViewOf(deps, manager, standing, options);
}

/** The card of these accounts, with a way to the service desk's for its agents. Each account's buttons get a handle that begins one flow of each purpose. */
export async function homeViewOf(
  deps: Deps,
  manager: Manager,
  { accounts, isAgent }: Standing,
  options: HomeOptions = {},
): Promise<View> {
  if (accounts.length === 0 && isAgent) return deskView({ hasHome: false });
  if (accounts.length === 0) {
    deps.denials.foundNothing(manager.key);
    return NOT_RESPONSIBLE;
  }
  const start = startOf(accounts, options);
  const shown = accounts.slice(start, start + ACCOUNTS_ON_CARD);
  const { handles, enrolled, codesFrom, now } = await deps.store.transaction(async (tx) => {
    const enrollments = await tx.enrollmentsOfManager(manager.key);
    const enrolled = new Map(enrollments.map((enrollment) => [enrollment.accountId, enrollment]));
    return {
      handles: await handlesOf(deps, tx, manager, shown),
      enrolled,
      codesFrom: await codesFromOf(deps, tx, manager, shown, enrolled),
      now: tx.now,
    };
  });
  const isPart = shown.length < accounts.length;
  return {
    card: 'home',
    problem: options.problem,
    isWelcome: options.isWelcome === true,
    isNothingLocked: options.isUnlockAsked === true && accounts.every(({ isLocked }) => !isLocked),
    isAgent,
    part: isPart
      ? {
          first: start + 1,
          of: accounts.length,
          isAnyEnrolled: accounts.some(({ id }) => enrolled.has(id)),
        }
      : undefined,
    accounts: shown.map((account) => ({
      handle: handles.get(account.id) ?? '',
      name: account.name,
      displayName: account.displayName,
      number: numberOf(enrolled.get(account.id), now),
      isLocked: account.isLocked,
      codesFrom: codesFrom.get(account.id),
      mustChange: account.mustChange,
      passwordSetAt: account.passwordSetAt,
      passwordExpiresAt: account.passwordExpiresAt,
    })),
  };
}

/** Each account's handle; a card that is drawn again soon has those of the one before, if unused. */
async function handlesOf(
  { random }: Deps,
  tx: StoreTransaction,
  manager: Manager,
  accounts: readonly Account[],
): Promise<ReadonlyMap<string, string>> {
  const unused = await tx.unusedButtons(manager.key, tx.now - MINUTE_MS);
  const handles = new Map(unused.map(({ accountId, handle }) => [accountId, handle]));
  const added = accounts
    .filter(({ id }) => !handles.has(id))
    .map(({ id }) => ({ handle: random.id(), manager: manager.key, accountId: id }));
  await tx.addButtons(added);
  for (const { accountId, handle } of added) handles.set(accountId, handle);
  return handles;
}

/** When the next code can go out, for the accounts that are locked in the directory and have to wait for one. */
async function codesFromOf(
  deps: Deps,
  reads: StoreReads,
  manager: Manager,
  accounts: readonly Account[],
  enrolled: ReadonlyMap<string, Enrollment>,
): Promise<ReadonlyMap<string, number>> {
  const found = accounts.map(async ({ id, isLocked }) => {
    const mobile = enrolled.get(id)?.mobile;
    if (!isLocked || mobile === undefined) return [];
    const { lockedUntil = 0 } = await codeAttempts(deps, reads, manager.key, id);
    const { refused } = await codeBudget(deps, reads, { mobile, manager });
    const from = Math.max(lockedUntil, refused?.until ?? 0);
    return from > 0 ? [[id, from] as const] : [];
  });
  return new Map((await Promise.all(found)).flat());
}

function numberOf(enrollment: Enrollment | undefined, now: number): HomeAccount['number'] {
  if (enrollment === undefined) return undefined;
  const { mobile, enrolledAt: since, usableFrom } = enrollment;
  const waits = usableFrom > now ? { usableFrom } : {};
  return { masked: maskMobile(mobile), since, ...waits };
}

/** How many accounts come before the first one on the card. */
function startOf(accounts: readonly Account[], { from = 0, about }: HomeOptions): number {
  const at = accounts.findIndex(({ id }) => id === about);
  if (at >= 0) return at - (at % ACCOUNTS_ON_CARD);
  // Some accounts may have gone since the card before was drawn.
  return from < accounts.length ? from : 0;
}
