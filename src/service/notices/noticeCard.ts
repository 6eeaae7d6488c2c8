import type { ManagerKey } from '../../domain/parties.ts';
import type { View } from '../../ports/view.ts';
import { NotifierError, type Address } from '../../ports/notifier.ts';
import type { Notice } from '../../ports/store/notices.ts';
import { openChat } from '../chat/cardDelivery.ts';
import type { Deps } from '../deps.ts';

/**
 * `notInTeams`: no chat leads to the manager any longer. `failed`: for now; the card may still have come.
 */
export type NoticePosted = 'posted' | 'notInTeams' | 'failed';

/** Posts a notice's card to one manager. */
export async function postNotice(
  deps: Deps,
  notice: Notice,
  manager: ManagerKey,
  signal: AbortSignal,
): Promise<NoticePosted> {
  const record = await deps.store.read((reads) => reads.manager(manager));
  const known = record?.address;
  // The bot was removed there.
  if (record !== undefined && known === undefined) return 'notInTeams';
  const view = viewOf(notice);
  const locale = record?.locale ?? deps.settings.defaultLocale;
  const postIn = (to: Address) => deps.notifier.post(to, view, locale, signal);
  try {
    if (known !== undefined && (await isPosted(postIn(known)))) return 'posted';
    await postIn(await openChat(deps, record ?? { key: manager }, signal));
    return 'posted';
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    return error.code === 'unreachable' || error.code === 'messageGone' ? 'notInTeams' : 'failed';
  }
}

function viewOf(notice: Notice): View {
  const { event, accountName, byName, at, maskedMobile, until, handle, added, removed } = notice;
  const more = { maskedMobile, until, handle, added, removed };
  return { card: 'notice', event, accountName, byName, at, ...more };
}

/** False where the chat is gone: another one may lead to the same person. */
async function isPosted(post: Promise<unknown>): Promise<boolean> {
  try {
    await post;
    return true;
  } catch (error) {
    if (error instanceof NotifierError && error.code === 'messageGone') return false;
    throw error;
  }
}
