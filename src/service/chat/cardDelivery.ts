import type { View } from '../../ports/view.ts';
import { NotifierError } from '../../ports/notifier.ts';
import type { Address } from '../../ports/notifier.ts';
import type { SweepDeps } from '../deps.ts';
import { rememberWay, type Reached, type Recipient, type Way } from './recipients.ts';

const CALL_MS = 8_000;
const DEFAULT_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/** `unknown`: it may have come. `unreachable`: the bot was removed or blocked there. */
export type Delivered =
  | { readonly outcome: 'sent' | 'unknown' | 'unreachable' | 'failed' }
  /** Nothing came; the channel asks to wait. */
  | { readonly outcome: 'busy'; readonly waitMs: number };

/**
 * Posts one card to a person, once. A chat that does not exist yet, or no longer, is opened first. Opening
 * a chat shows nothing, so that only the post itself can be ambiguous.
 */
export async function deliverCard(
  deps: SweepDeps,
  recipient: Recipient,
  view: View,
): Promise<Delivered> {
  const { way } = recipient;
  if (way === undefined) return { outcome: 'unreachable' };
  const reached = reachedOf(recipient, way);
  try {
    const known = way.address;
    if (known !== undefined) {
      const posted = await postTo(deps, recipient, known, view);
      if (posted !== 'gone') return posted;
    }
    const signal = AbortSignal.timeout(CALL_MS);
    const opened = await openChat(deps, reached, signal);
    const posted = await postTo(deps, recipient, opened, view);
    return posted === 'gone' ? { outcome: 'failed' } : posted;
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    return notDelivered(deps, reached, error);
  }
}

/** Only here the card may have come without an answer. */
async function postTo(
  deps: SweepDeps,
  recipient: Recipient,
  to: Address,
  view: View,
): Promise<Delivered | 'gone'> {
  try {
    const signal = AbortSignal.timeout(CALL_MS);
    await deps.notifier.post(to, view, recipient.locale, signal);
    return { outcome: 'sent' };
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    if (error.code === 'ambiguous') return { outcome: 'unknown' };
    if (error.code === 'messageGone') return 'gone';
    throw error;
  }
}

function reachedOf({ person }: Recipient, way: Way): Reached {
  return { ...way, directoryId: person.id, displayName: person.displayName };
}

/**
 * Opens a chat and remembers it in place of the one that was tried: "Remove chat history" ends a chat
 * for good, and the next one has another address.
 */
export async function openChat(
  deps: Pick<SweepDeps, 'store' | 'notifier'>,
  reached: Reached,
  signal: AbortSignal,
): Promise<Address> {
  const { key, address } = reached;
  const via = address ?? (await deps.store.transaction((tx) => tx.anyAddress(key.tenantId)));
  const opened = await deps.notifier.open(key, via, signal);
  await rememberWay(deps, reached, opened);
  return opened;
}

async function notDelivered(
  deps: SweepDeps,
  reached: Reached,
  error: NotifierError,
): Promise<Delivered> {
  if (error.isBusy) {
    const asked = error.retryAfterMs ?? DEFAULT_WAIT_MS;
    // Jitter: refused posts must not all come back at once.
    const waitMs = Math.min(asked, LONGEST_WAIT_MS) * (1 + deps.random.fraction() / 5);
    return { outcome: 'busy', waitMs };
  }
  if (error.code !== 'unreachable') return { outcome: 'failed' };
  await rememberWay(deps, reached, undefined);
  return { outcome: 'unreachable' };
}
