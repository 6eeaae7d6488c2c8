import { isEnded, operationSince, OPERATION_LOST_MS } from '../domain/flow.ts';
import type { Deps } from './deps.ts';
import { endFlow, lockFlow, settleLost } from './flows.ts';

const AT_ONCE = 100;

/**
 * Settles what nobody else will: operations whose process died, and flows whose time is over. Safe
 * to run in several instances. Gives the number of flows it changed.
 */
export async function recover(deps: Deps): Promise<number> {
  const idle = await deps.store.transaction((tx) =>
    tx.idleFlows(tx.now - OPERATION_LOST_MS, AT_ONCE),
  );
  let changed = 0;
  for (const flow of idle) {
    changed += await deps.store.transaction(async (tx) => {
      const current = await lockFlow(tx, flow);
      if (isEnded(current.state)) return 0;
      if (operationSince(current.state) !== undefined) {
        return (await settleLost(tx, current)) === current ? 0 : 1;
      }
      if (tx.now <= current.expiresAt || current.state.step === 'unknown') return 0;
      await endFlow(tx, current, { type: 'expired' });
      return 1;
    });
  }
  return changed;
}
