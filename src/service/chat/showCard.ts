import { isPast, operationSince, type Flow } from '../../domain/flows/flow.ts';
import type { Locale, ManagerKey } from '../../domain/parties.ts';
import type { View } from '../../ports/view.ts';
import { NotifierError } from '../../ports/notifier.ts';
import type { ManagerRecord } from '../../ports/store/people.ts';
import type { Deps } from '../deps.ts';
import { nothingSeen } from '../directoryFault.ts';
import { homeView } from '../tap/home.ts';
import { viewOf } from '../flow/views.ts';

const UPDATE_MS = 10_000;

/** Brings the message that shows the flow up to date, without a tap. One try: the next tap shows it anyway. */
export async function showCard(deps: Deps, flow: Flow): Promise<void> {
  const [record, current = flow] = await deps.store.read((reads) =>
    // It may have gone on since it was read: an older card must not cover a newer one.
    Promise.all([reads.manager(flow.manager), reads.flow(flow.id, flow)]),
  );
  const { messageId } = current;
  const address = record?.address;
  if (messageId === undefined || address === undefined) return;
  const locale = record?.locale ?? deps.settings.defaultLocale;
  const view =
    viewOf(current, deps.store.now()) ??
    (await expiredView(deps, record, locale, current.accountId));
  if (view === undefined) return;
  try {
    const signal = AbortSignal.timeout(UPDATE_MS);
    await deps.notifier.update(address, messageId, view, locale, signal);
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    deps.log.warn({ flow: flow.id, code: error.code }, 'the card could not be brought up to date');
  }
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
  record: ManagerRecord | undefined,
  locale: Locale,
  accountId: string,
): Promise<View | undefined> {
  if (record?.directoryId === undefined) return undefined;
  const signal = AbortSignal.timeout(UPDATE_MS);
  const entry = await deps.directory.managerById(record.directoryId, signal).catch(nothingSeen);
  if (entry === undefined) return undefined;
  const options = { problem: { reason: 'flowExpired' }, about: accountId } as const;
  const manager = { key: record.key, locale, entry };
  return homeView(deps, manager, signal, options).catch(nothingSeen);
}
