import type { Locale } from '../domain/parties.ts';
import type { Problem } from '../domain/reasons.ts';
import type { View } from '../domain/view.ts';
import type { Account } from '../ports/directory.ts';
import type { Deps } from './deps.ts';
import type { Manager } from './people.ts';

/** The card for somebody who answers for nothing. */
export const NOT_RESPONSIBLE: View = { card: 'refused', problem: { reason: 'notResponsible' } };

/**
 * The manager's accounts with fresh buttons.
 * @throws DirectoryError where the directory does not answer.
 */
export async function homeView(
  deps: Deps,
  manager: Manager,
  signal: AbortSignal,
  problem?: Problem,
): Promise<View> {
  const accounts = await deps.directory.accountsOf(manager.entry.id, signal);
  return listAccounts(deps, manager, accounts, problem);
}

/** The card of these accounts. Each account's buttons get a handle that begins one flow of each purpose. */
export async function listAccounts(
  deps: Deps,
  manager: Manager,
  accounts: readonly Account[],
  problem?: Problem,
): Promise<View> {
  if (accounts.length === 0) return NOT_RESPONSIBLE;
  const buttons = accounts.map(({ id }) => ({
    handle: deps.random.id(),
    manager: manager.key,
    accountId: id,
  }));
  const enrollments = await deps.store.transaction(async (tx) => {
    await tx.addButtons(buttons);
    return tx.enrollmentsOfManager(manager.key);
  });
  const enrolled = new Set(enrollments.map(({ accountId }) => accountId));
  return {
    card: 'home',
    problem,
    accounts: accounts.map((account, index) => ({
      handle: buttons[index]?.handle ?? '',
      name: account.name,
      displayName: account.displayName,
      isEnrolled: enrolled.has(account.id),
      isLocked: account.isLocked,
      passwordSetAt: account.passwordSetAt,
      passwordExpiresAt: account.passwordExpiresAt,
    })),
  };
}

/** Keeps the manager's choice of language. */
export async function chooseLocale(
  deps: Deps,
  manager: Manager['key'],
  locale: Locale,
): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const record = (await tx.manager(manager)) ?? { key: manager };
    if (record.locale !== locale) await tx.saveManager({ ...record, locale });
  });
}
