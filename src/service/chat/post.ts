import type { View } from '../../ports/view.ts';
import { withDeadline } from '../../ports/deadline.ts';
import { NotifierError } from '../../ports/errors.ts';
import type { Address } from '../../domain/parties.ts';
import type { SweepDeps } from '../deps.ts';
import { rememberWay, type Recipient, type Way } from './recipients.ts';

const CALL_MS = 8_000;
const DEFAULT_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/** `unknown`: it may have come. `unreachable`: the bot was removed or blocked there, or no chat stays open. */
export type Delivered =
  | { readonly outcome: 'sent'; readonly messageId: string }
  | { readonly outcome: 'unknown' | 'unreachable' | 'failed' }
  /** Nothing came; the channel asks to wait. */
  | { readonly outcome: 'busy'; readonly waitMs: number };

/**
 * Posts one card to a manager who did not ask for it, once. A chat that does not exist yet, or not any
 * more, is opened first. Opening says nothing to anyone, so that only the post itself can be ambiguous.
 */
export async function post(
  deps: Pick<SweepDeps, 'store' | 'notifier' | 'random'>,
  { way, locale }: Pick<Recipient, 'way' | 'locale'>,
  view: View,
  signal?: AbortSignal,
): Promise<Delivered> {
  if (way === undefined) return { outcome: 'unreachable' };

  /** Only here something may have come although the answer did not. */
  async function postTo(address: Address): Promise<Delivered | 'gone'> {
    try {
      const messageId = await withDeadline(CALL_MS, signal, (deadline) =>
        deps.notifier.post(address, view, locale, deadline),
      );
      return { outcome: 'sent', messageId };
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      if (error.code === 'ambiguous') return { outcome: 'unknown' };
      if (error.code === 'messageGone') return 'gone';
      throw error;
    }
  }

  try {
    const posted = way.address === undefined ? 'gone' : await postTo(way.address);
    if (posted !== 'gone') return posted;
    const again = await postTo(await openChat(deps, way, signal));
    return again === 'gone' ? { outcome: 'unreachable' } : again;
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    return notDelivered(deps, way, error);
  }
}

/**
 * Opens a chat and remembers it in place of the one that was tried: "Remove chat history" ends a chat
 * for good, and the next one has another address.
 */
async function openChat(
  deps: Pick<SweepDeps, 'store' | 'notifier'>,
  way: Way,
  signal: AbortSignal | undefined,
): Promise<Address> {
  const { key, address } = way;
  const via = address ?? (await deps.store.transaction((tx) => tx.anyAddress(key.tenantId)));
  const opened = await withDeadline(CALL_MS, signal, (deadline) =>
    deps.notifier.open(key, via, deadline),
  );
  await rememberWay(deps, way, opened);
  return opened;
}

async function notDelivered(
  deps: Pick<SweepDeps, 'store' | 'random'>,
  way: Way,
  error: NotifierError,
): Promise<Delivered> {
  if (error.isBusy) {
    const asked = error.retryAfterMs ?? DEFAULT_WAIT_MS;
    // Jitter: what was refused at once must not come back at once.
    const waitMs = Math.min(asked, LONGEST_WAIT_MS) * (1 + deps.random.fraction() / 5);
    return { outcome: 'busy', waitMs };
  }
  if (error.code !== 'unreachable') return { outcome: 'failed' };
  await rememberWay(deps, way, undefined);
  return { outcome: 'unreachable' };
}
