import { withDeadline } from '../../ports/deadline.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { nextReminder, cycleOf, rotationOf } from '../../domain/rotation/rotation.ts';
import type { NextReminder } from '../../domain/rotation/rotation.ts';
import type { Account, Responsibility } from '../../ports/account.ts';
import type { StoreReads } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { recipientsOf } from '../chat/recipients.ts';

const LOOKUP_MS = 10_000;

/** A manager of an account. */
export interface ListedManager {
  readonly name: string;
  readonly isEnrolled: boolean;
  /** Whether a reminder has a way to them: the bot met them, or the directory has their Entra id. */
  readonly isReachable: boolean;
}

/** One shared account as it is listed. Times are epoch ms. */
export interface ListedAccount extends Pick<Account, 'id' | 'name' | 'mustChange'> {
  /** Empty where they are a crowd. */
  readonly managers: readonly ListedManager[];
  readonly isCrowd: boolean;
  /** Numbers that are enrolled, also of managers who no longer answer for it. */
  readonly enrolled: number;
  readonly passwordSetAt: number | undefined;
  /** Days since then, whole. */
  readonly passwordAgeDays: number | undefined;
  /** Absent where the account has no manager or no date is known. */
  readonly nextReminder: NextReminder | undefined;
}

/**
 * All shared accounts by name.
 * @throws DirectoryError, StoreError
 */
export async function listAccounts(
  deps: Pick<Deps, 'store' | 'directory' | 'settings'>,
  signal: AbortSignal,
): Promise<ListedAccount[]> {
  const listed: ListedAccount[] = [];
  await deps.directory.sweepAccounts(async (page) => {
    for (const { id } of page) {
      const found = await withDeadline(LOOKUP_MS, signal, (deadline) =>
        deps.directory.responsibilityFor(id, deadline),
      );
      // Protected, disabled or gone meanwhile.
      if (found === undefined) continue;
      listed.push(await deps.store.read((reads) => toListed(deps, reads, found)));
    }
  }, signal);
  return listed.toSorted((a, b) => a.name.localeCompare(b.name, 'sv'));
}

async function toListed(
  deps: Pick<Deps, 'settings'>,
  reads: StoreReads,
  { account, managers, isCrowd }: Responsibility,
): Promise<ListedAccount> {
  const numbers = await reads.enrollmentsOf(account.id);
  const enrolled = await reads.managers(numbers.map(({ manager }) => manager));
  const listed: ListedManager[] = [];
  for (const { person, way } of await recipientsOf(deps, reads, managers)) {
    const isEnrolled = enrolled.some(({ directoryId }) => directoryId === person.id);
    listed.push({ name: person.displayName, isEnrolled, isReachable: way !== undefined });
  }
  const { passwordSetAt, mustChange } = account;
  return {
    id: account.id,
    name: account.name,
    managers: listed,
    isCrowd,
    enrolled: numbers.length,
    passwordSetAt,
    mustChange,
    passwordAgeDays:
      passwordSetAt === undefined ? undefined : Math.floor((reads.now - passwordSetAt) / DAY_MS),
    nextReminder: managers.length === 0 ? undefined : await nextOf(deps, reads, account),
  };
}

async function nextOf(
  { settings }: Pick<Deps, 'settings'>,
  reads: StoreReads,
  account: Account,
): Promise<NextReminder | undefined> {
  const { rotationDays, reminderDays, calendar } = settings.rotation;
  const rotation = rotationOf(account, rotationDays, reads.now);
  if (typeof rotation === 'string') return undefined;
  const cycle = cycleOf(account, rotation, reads.now, calendar);
  const about = { accountId: account.id, cycle };
  const reminded = await reads.remindedStage(about);
  // Without a recipient: only a pause of all the account's reminders counts here.
  const { silencedUntil = 0 } = await reads.reminderPause({ ...about, recipient: '' });
  const from = Math.max(reads.now, silencedUntil);
  return nextReminder(rotation, { from, reminded }, reminderDays, calendar);
}
