import type { SmsStatus } from '../../ports/sms.ts';
import { notDelivered } from '../flow/codeSending.ts';
import type { Deps } from '../deps.ts';
import { advanceAny, lockAccount } from '../flow/flows.ts';
import { showCard } from '../chat/showCard.ts';
import { again } from '../waiting/waiting.ts';

/** When a message that is not known yet is looked for again: one that is being sent is known by 9 s. */
const PAUSES = { first: 500, factor: 2.2, longest: 5_000 };
const LOOKS = 4;

/**
 * Takes reports. Each goes into the flow that waits for the message: one that did not arrive is said on the card
 * at once. Unknown messages, repeats and reports out of order change nothing (requirement R3).
 */
export function createSmsReports(deps: Deps): (report: SmsStatus) => Promise<void> {
  /** Reports whose message is not known yet; one that is sent again and again is looked for once. */
  const awaited = new Set<string>();

  return async (report) => {
    if (await takeReport(deps, report)) return;
    const id = `${report.messageId} ${report.fate}`;
    if (awaited.has(id)) return;
    awaited.add(id);
    // The report may be faster than the answer that names the message.
    void repeatReport(deps, report)
      .catch((error: unknown) => {
        deps.log.warn({ err: error }, 'a status report was not taken');
      })
      .finally(() => awaited.delete(id));
  };
}

async function repeatReport(deps: Deps, report: SmsStatus): Promise<void> {
  let looks = 0;
  await again(deps.delay, PAUSES, deps.stopping, async () => {
    looks += 1;
    return (await takeReport(deps, report)) || looks === LOOKS ? 'ended' : undefined;
  });
}

/** False where the message is unknown: nothing is written for messages without a code, which are many. */
async function takeReport(deps: Deps, report: SmsStatus): Promise<boolean> {
  const isKnown = await deps.store.read((reads) => reads.isSendKnown(report.messageId));
  if (!isKnown) return false;
  const failed = await deps.store.transaction(async (tx) => {
    const message = await tx.setSendFate(report.messageId, report.fate);
    if (message === undefined || report.fate !== 'failed') return undefined;
    const found = await tx.flow(message.flowId);
    if (found === undefined) return undefined;
    await lockAccount(tx, found.accountId);
    const flow = (await tx.flow(found.id, found)) ?? found;
    const newest = await tx.lastSend(flow.id);
    const { state } = flow;
    const isHeld = state.step === 'mobile' && state.held !== undefined;
    const isAwaited = isHeld || state.step === 'code' || state.step === 'oldCode';
    if (!isAwaited || newest?.id !== message.id) return undefined;
    const reason = notDelivered(report.fault);
    return advanceAny(tx, flow, { type: 'smsFailed', reason }, 'sameDraw');
  });
  // A card on which a number may be half typed is not drawn anew.
  if (failed !== undefined && failed.state.step !== 'mobile') await showCard(deps, failed);
  return true;
}
