import type { Flow } from '../../domain/flows/flow.ts';
import { isPast } from '../../domain/flows/lifetime.ts';
import { DirectoryError } from '../../ports/errors.ts';
import { auditOf, changeFlow, endFlow, leftByLaterTap, settled } from '../flow/flows.ts';
import { UnsavedOutcome } from '../flow/unsaved.ts';
import { cancelledView, viewOf } from '../flow/views.ts';
import type { FlowInput } from '../input.ts';
import { directoryReason, tellFault } from '../directoryFault.ts';
import { admitTo, denyTap, isBeyondRecall, ownFlow, showFlow } from './tap.ts';
import type { Reply, Tap } from './tap.ts';
import { ENROLLMENT } from '../enrollment/enrollment.ts';
import { RESET } from '../reset/reset.ts';
import { UNLOCK } from '../unlock/unlock.ts';
import type { Verb } from '../flow/table.ts';

/** A submission on the card of a running flow, rule by rule. */
export async function takeOnCard(tap: Tap, input: FlowInput): Promise<Reply> {
  const { deps, signal } = tap;
  // 1. The card is the manager's own.
  const own = ownFlow(tap, input.handle);
  if (own === undefined) return denyTap(tap);
  const cardDraw = own.draw;
  // 2. No operation of the flow is under way.
  const flow = await settled(deps, own.flow, signal);
  // 3. The flow takes this input now; else the card shows where things stand.
  const verb = verbOf(flow, input.type);
  const isNewest = cardDraw === flow.draw;
  if (
    verb === undefined ||
    !(isNewest || verb.isFromAnyCard === true) ||
    isPast(flow, deps.store.now())
  ) {
    return showFlow(tap, flow);
  }
  // 4. The input is not wrong by itself.
  const refused = await verb.refuse?.({ deps, flow, cardDraw }, input);
  if (refused !== undefined) return showFlow(tap, refused);
  try {
    // 5. The directory, once: the person, and the account that they answer for.
    const admitted = await admitTo(tap, flow.accountId, () => endDenied(tap, flow));
    if ('view' in admitted) return admitted;
    // 6. The step, and 7. its card.
    return await showFlow(
      tap,
      await verb.take({ deps, ...admitted, flow, cardDraw, signal }, input),
    );
  } catch (error) {
    if (error instanceof UnsavedOutcome) return showUnsaved(error);
    if (error instanceof DirectoryError) return showFault(tap, flow, error);
    throw error;
  }
}

/** The directory failed before anything was compared, counted or sent: the same card, inputs offered again. */
async function showFault(tap: Tap, flow: Flow, error: DirectoryError): Promise<Reply> {
  tellFault(tap.deps, error);
  const later = await leftByLaterTap(tap.deps, flow);
  if (later !== undefined) return showFlow(tap, later);
  const reason = directoryReason(error);
  // The search for an unknown outcome goes on, and its card stays.
  return reason === 'temporarilyUnavailable' && flow.state.step !== 'unknown'
    ? { view: { card: 'refused', problem: { reason }, accountName: flow.accountName } }
    : showFlow(tap, flow, { reason });
}

/** The database is away: the card says that the outcome is not known, and nothing is asked of it. */
function showUnsaved({ flow }: UnsavedOutcome): Reply {
  const view = viewOf(flow, flow.startedAt);
  return view === undefined
    ? { view: cancelledView([]) }
    : { view, flow: { id: flow.id, messageId: flow.messageId } };
}

/** The manager no longer answers for the account: the flow ends with the one refusal. */
async function endDenied(tap: Tap, flow: Flow): Promise<Reply> {
  if (isBeyondRecall(flow)) return denyTap(tap, flow.accountId);
  const ended = await changeFlow(tap.deps, flow, async (tx, current) => {
    const reason = 'notResponsible';
    tx.audit({ event: 'access.denied', result: 'refused', reason, ...auditOf(flow) });
    return endFlow(tx, current, { type: 'refused', problem: { reason } });
  });
  return showFlow(tap, ended);
}

/** The handler of the input at the flow's step; undefined where its card takes no such input. */
function verbOf(flow: Flow, input: FlowInput['type']): Verb<Flow> | undefined {
  switch (flow.purpose) {
    case 'enrollment':
      return ENROLLMENT[flow.state.step][input];
    case 'reset':
      return RESET[flow.state.step][input];
    case 'unlock':
      return UNLOCK[flow.state.step][input];
  }
}
