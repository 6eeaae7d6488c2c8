import type { Flow } from '../../domain/flows/flow.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { changeFlow, endFlow, settled } from '../flow/flows.ts';
import { cancelledView } from '../flow/views.ts';
import { denyTap, isBeyondRecall, ownFlow, showFlow, type Reply, type Tap } from './tap.ts';

/** Ends the flow of this card, unless the card is stale or a write is under way. */
export async function cancelCard(tap: Tap, handle: string): Promise<Reply> {
  const own = ownFlow(tap, handle);
  if (own === undefined) return denyTap(tap);
  const flow = await settled(tap.deps, own.flow, tap.signal);
  if (flow.endedAt !== undefined || flow.draw !== own.draw) return showFlow(tap, flow);
  const ended = await changeFlow(tap.deps, flow, async (tx, current) =>
    current.draw === own.draw ? cancelFlow(tx, current) : current,
  );
  return showFlow(tap, ended);
}

async function cancelFlow(tx: StoreTransaction, flow: Flow): Promise<Flow> {
  return isBeyondRecall(flow) ? flow : endFlow(tx, flow, { type: 'cancelled' });
}

/** Ends all of the person's own flows, save those whose outcome is being sought. */
export async function cancelAll(tap: Tap): Promise<Reply> {
  const { deps, person } = tap;
  const open = await deps.store.read((reads) => reads.openFlows(person.key));
  const ended: Flow[] = [];
  for (const flow of open) {
    const quiet = await settled(deps, flow, tap.signal);
    ended.push(await changeFlow(deps, quiet, cancelFlow));
  }
  return { view: cancelledView(ended) };
}
