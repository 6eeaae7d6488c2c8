import type { Flow } from '../domain/flow.ts';
import { NotifierError } from '../ports/notifier.ts';
import type { Deps } from './deps.ts';
import { viewOf } from './views.ts';

const UPDATE_MS = 10_000;

/** Brings the message that shows the flow up to date, without a tap. One try: the next tap shows it anyway. */
export async function showCard(deps: Deps, flow: Flow): Promise<void> {
  const { record, messageId, now } = await deps.store.transaction(async (tx) => ({
    record: await tx.manager(flow.manager),
    messageId: (await tx.flow(flow.id))?.messageId,
    now: tx.now,
  }));
  const view = viewOf(flow, now);
  const conversation = record?.conversation;
  if (view === undefined || messageId === undefined || conversation === undefined) return;
  const locale = record?.locale ?? deps.settings.defaultLocale;
  try {
    const signal = AbortSignal.timeout(UPDATE_MS);
    await deps.notifier.update(conversation, messageId, view, locale, signal);
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    deps.log.warn({ flow: flow.id, code: error.code }, 'the card could not be brought up to date');
  }
}
