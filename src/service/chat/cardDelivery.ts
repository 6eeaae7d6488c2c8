import type { View } from '../../ports/view.ts';
import { NotifierError } from '../../ports/notifier.ts';
import type { Conversation } from '../../ports/notifier.ts';
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
 * Posts one card to a person, once. A chat that does not exist yet, or not any more, is opened first.
 * Opening says nothing to anybody, so that only the post itself can be ambiguous.
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
    const known = way.conversation;
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

/** Only here something may have come although the answer did not. */
async function postTo(
  deps: SweepDeps,
  recipient: Recipient,
  conversation: Conversation,
  view: View,
): Promise<Delivered | 'gone'> {
  try {
    const signal = AbortSignal.timeout(CALL_MS);
    await deps.notifier.post(conversation, view, recipient.locale, signal);
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
 * Opens a chat and remembers it in place of the one that was tried: "Remove chat history" ends a
 * conversation for good, and the next one has another id.
 */
export async function openChat(
  deps: Pick<SweepDeps, 'store' | 'notifier'>,
  reached: Reached,
  signal: AbortSignal,
): Promise<Conversation> {
  const { key, conversation: tried } = reached;
  const via = tried ?? (await deps.store.transaction((tx) => tx.anyConversation(key.tenantId)));
  const opened = await deps.notifier.open(key, via, signal);
  // The channel's own id of the person outlives the chat: the roster is asked by it.
  const conversation = { ...opened, userId: tried?.userId ?? opened.userId };
  await rememberWay(deps, reached, conversation);
  return conversation;
}

async function notDelivered(
  deps: SweepDeps,
  reached: Reached,
  error: NotifierError,
): Promise<Delivered> {
  if (error.isBusy) {
    const asked = error.retryAfterMs ?? DEFAULT_WAIT_MS;
    // Jitter: what was refused at once must not come back at once.
    const waitMs = Math.min(asked, LONGEST_WAIT_MS) * (1 + deps.random.fraction() / 5);
    return { outcome: 'busy', waitMs };
  }
  if (error.code !== 'unreachable') return { outcome: 'failed' };
  await rememberWay(deps, reached, undefined);
  return { outcome: 'unreachable' };
}
