import { withDeadline } from '../../ports/deadline.ts';
import type { Flow } from '../../domain/flows/flow.ts';
import { isPast, operationSince } from '../../domain/flows/lifetime.ts';
import type { ManagerKey } from '../../domain/parties.ts';
import type { View } from '../../ports/view.ts';
import { NotifierError } from '../../ports/errors.ts';
import type { ManagerRecord } from '../../ports/store/people.ts';
import type { Deps } from '../deps.ts';
import { nothingSeen } from '../directoryFault.ts';
import { homeView } from '../tap/home.ts';
import { viewOf } from '../flow/views.ts';

const UPDATE_MS = 10_000;

/** Puts a card in the place of an earlier one's, without a tap. One try: the next tap shows it anyway. */
export async function updateCard(
  { notifier, settings, log }: Deps,
  record: ManagerRecord | undefined,
  messageId: string,
  view: View,
  flow?: string,
): Promise<void> {
  if (record?.address === undefined) return;
  const { address, locale = settings.defaultLocale } = record;
  try {
    await withDeadline(UPDATE_MS, undefined, (signal) =>
      notifier.update(address, messageId, view, locale, signal),
    );
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    log.warn(
      { flow, card: view.card, code: error.code },
      'the card could not be brought up to date',
    );
  }
}

/** Brings the message that shows the flow up to date. */
export async function showCard(deps: Deps, flow: Flow): Promise<void> {
  const [record, current = flow] = await deps.store.read((reads) =>
    // It may have gone on since it was read: an older card must not cover a newer one.
    Promise.all([reads.manager(flow.manager), reads.flow(flow.id, flow)]),
  );
  const { messageId } = current;
  if (messageId === undefined || record?.address === undefined) return;
  const view =
    viewOf(current, deps.store.now()) ?? (await expiredView(deps, record, current.accountId));
  if (view !== undefined) await updateCard(deps, record, messageId, view, flow.id);
}

/** Draws the cards on which the manager's flows wait anew, in the language that was just chosen. */
export async function showOpenCards(deps: Deps, manager: ManagerKey): Promise<void> {
  const waiting = await deps.store.read(async (reads) =>
    (await reads.openFlows(manager)).filter(
      // A flow with an operation under way is drawn in the new language when the operation ends.
      (flow) => operationSince(flow.state) === undefined && !isPast(flow, reads.now),
    ),
  );
  for (const flow of waiting) await showCard(deps, flow);
}

/** The card for a flow that no longer has a card of its own; undefined while the directory is away. */
async function expiredView(
  deps: Deps,
  { key, directoryId, locale = deps.settings.defaultLocale }: ManagerRecord,
  accountId: string,
): Promise<View | undefined> {
  if (directoryId === undefined) return undefined;
  return withDeadline(UPDATE_MS, undefined, async (signal) => {
    const entry = await deps.directory.managerById(directoryId, signal);
    if (entry === undefined) return undefined;
    const options = { problem: { reason: 'flowExpired' }, about: accountId } as const;
    return homeView(deps, { key, locale, entry }, signal, options);
  }).catch(nothingSeen);
}
