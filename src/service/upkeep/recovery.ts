import type { Flow } from '../../domain/flows/flow.ts';
import { isPast, operationSince, isEnded } from '../../domain/flows/lifetime.ts';
import type { Deps } from '../deps.ts';
import { changeFlow, endFlow, settleLost } from '../flow/flows.ts';
import { lookForOutcome } from '../reset/lostWriteSearch.ts';
import { showCard } from '../chat/showCard.ts';

const AT_ONCE = 100;
/** Flows saved later than this count as active, ms. */
const QUIET_MS = 4_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Settles every operation under way as lost, at the start of a bot that is alone on its database: their
 * process is dead. Sends nothing; gives the flows whose cards are out of date.
 */
export async function settleAtStart(deps: Deps): Promise<Flow[]> {
  const settled: Flow[] = [];
  for (const flow of await deps.store.transaction((tx) => tx.unsettledFlows(tx.now, AT_ONCE))) {
    if (operationSince(flow.state) === undefined) continue;
    settled.push(await changeFlow(deps, flow, (tx, locked) => settleLost(tx, locked, 0)));
  }
  return settled;
}

/**
 * Gives what settles, in one round, the flows that no tap takes further: operations whose process died, outcomes
 * that are still unknown, and flows whose time is over. Safe to run in several instances.
 */
export function createRecovery(deps: Deps): () => Promise<void> {
  /** When this process next looks for each unknown outcome, by its own clock. */
  const looks = new Map<string, { readonly at: number; readonly pause: number }>();

  async function recover(flow: Flow): Promise<void> {
    const current = await changeFlow(deps, flow, async (tx, locked) => {
      if (isEnded(locked.state)) return locked;
      if (operationSince(locked.state) !== undefined) return settleLost(tx, locked);
      return isPast(locked, tx.now) ? endFlow(tx, locked, { type: 'expired' }) : locked;
    });
    const isSettled = operationSince(flow.state) !== undefined && current.version > flow.version;
    if (isSettled) await showCard(deps, current);
    if (current.purpose !== 'reset' || current.state.step !== 'unknown') {
      looks.delete(current.id);
      return;
    }
    const { at, pause } = looks.get(current.id) ?? { at: 0, pause: FIRST_PAUSE_MS };
    if (performance.now() < at) return;
    const next = Math.min(2 * pause, LONGEST_PAUSE_MS);
    looks.set(current.id, { at: performance.now() + pause, pause: next });
    await lookForOutcome(deps, current);
  }

  return async () => {
    const unsettled = await deps.store.transaction((tx) =>
      tx.unsettledFlows(tx.now - QUIET_MS, AT_ONCE),
    );
    deps.metrics.unknownOutcomes(unsettled.filter(({ state }) => state.step === 'unknown').length);
    for (const flow of unsettled) {
      try {
        await recover(flow);
      } catch (error) {
        deps.log.error({ err: error, flow: flow.id }, 'a flow could not be recovered');
      }
    }
  };
}
