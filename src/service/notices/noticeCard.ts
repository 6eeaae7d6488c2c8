import type { ManagerKey } from '../../domain/parties.ts';
import type { Notice } from '../../ports/store/notices.ts';
import type { View } from '../../ports/view.ts';
import { post, type Delivered } from '../chat/post.ts';
import type { Deps } from '../deps.ts';

/** Posts a notice's card to one manager. */
export async function postNotice(
  deps: Deps,
  notice: Notice,
  manager: ManagerKey,
  signal: AbortSignal,
): Promise<Delivered> {
  const record = await deps.store.read((reads) => reads.manager(manager));
  // The bot was removed there.
  if (record !== undefined && record.address === undefined) return { outcome: 'unreachable' };
  const locale = record?.locale ?? deps.settings.defaultLocale;
  return post(deps, { way: record ?? { key: manager }, locale }, viewOf(notice), signal);
}

function viewOf(notice: Notice): View {
  const { event, accountName, byName, agentName, at, maskedMobile, until } = notice;
  const { handle, hasReader, owners, added, removed, more } = notice;
  if (event === 'overdue') throw new Error('an overdue password is told by SMS only');
  const about = { agentName, maskedMobile, until, handle, hasReader, owners, added, removed, more };
  return { card: 'notice', event, accountName, byName, at, ...about };
}
