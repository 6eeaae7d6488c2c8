import { recipientOf } from '../chat/recipients.ts';
import { ALL_ACCOUNTS, reserve, sendOnce, type Sweeping } from './sendOnce.ts';

/** As many as a card can hold; the rest is told as a number. */
const MAX_SHOWN = 20;

/** An overdue account that has no manager who can be reminded. */
export interface Unanswered {
  readonly name: string;
  readonly dueAt: number;
}

/** An account that is due, and of which a manager said that no change is needed. */
export interface Silenced {
  readonly name: string;
  readonly until: number;
}

/**
 * Tells the fallback person once a week which overdue accounts have no manager (requirement N4), and which
 * due ones are silenced.
 */
export async function tellFallback(
  sweep: Sweeping,
  found: { readonly unanswered: readonly Unanswered[]; readonly silenced: readonly Silenced[] },
): Promise<void> {
  const { deps, lease, signal } = sweep;
  const { fallbackUpn: upn, calendar } = deps.settings.rotation;
  const { unanswered, silenced } = found;
  if (unanswered.length + silenced.length === 0) return;
  if (upn === undefined || lease === undefined) return;
  const person = await deps.directory.findManager({ upn, mail: upn, aadObjectId: '' }, signal);
  if (person === undefined) {
    deps.log.warn({}, 'the directory knows nobody by REMINDER_FALLBACK_UPN');
    return;
  }
  const recipient = await deps.store.read((reads) => recipientOf(deps, reads, person));
  if (recipient.way === undefined) {
    deps.log.warn({}, 'the person of REMINDER_FALLBACK_UPN has not met the bot in Teams');
    return;
  }
  const reminder = {
    handle: deps.random.id(),
    accountId: ALL_ACCOUNTS,
    accountName: '',
    stage: 0,
    recipient: recipient.name,
    repeat: 0,
  };
  const view = {
    card: 'notice',
    event: 'unanswered',
    overdue: unanswered.slice(0, MAX_SHOWN),
    count: unanswered.length,
    silenced: silenced.slice(0, MAX_SHOWN),
    silencedCount: silenced.length,
  } as const;
  await sendOnce(sweep, recipient, async (tx) => {
    const weekly = { ...reminder, cycle: calendar.weekOf(tx.now) };
    return (await reserve(sweep, tx, weekly, recipient.way)) ?? { reminder: weekly, view };
  });
}
