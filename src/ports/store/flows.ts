import type { Flow, ResetFlow } from '../../domain/flows/flow.ts';
import type { ManagerKey, Purpose } from '../../domain/parties.ts';

/** Flows, read. */
export interface FlowReads {
  /** `known`: the flow as it was read before, which is given back where it has not been saved since. */
  flow(id: string, known?: Flow): Promise<Flow | undefined>;
  /** The flow that this button began for this purpose. */
  flowFrom(origin: string, purpose: Purpose): Promise<Flow | undefined>;
  /** The flow of the manager on the account that has not ended; there is at most one. */
  openFlow(manager: ManagerKey, accountId: string): Promise<Flow | undefined>;
  openFlows(manager: ManagerKey): Promise<Flow[]>;
}

/** Flows. */
export interface FlowQueries extends FlowReads {
  /**
   * Open flows last saved before `before` that need upkeep, oldest first: an operation is under way, an
   * outcome unknown, or their time is over. Flows that cannot be read make room for the others.
   */
  unsettledFlows(before: number, limit: number): Promise<Flow[]>;
  /** Open flows of one account, of all managers. */
  openFlowsOf(accountId: string): Promise<Flow[]>;
  /** Resets of the account, open or ended, that were under way between the two times. */
  resetsAround(accountId: string, from: number, to: number): Promise<ResetFlow[]>;
  /** The account of that name (in any case) or id, as the flows and numbers that are kept know it. */
  rememberedAccount(
    nameOrId: string,
  ): Promise<{ readonly id: string; readonly name: string | undefined } | undefined>;
  addFlow(flow: Flow): Promise<void>;
  /** Saves under the version that was read and gives the saved flow; undefined when it was no longer that version. */
  saveFlow<F extends Flow>(flow: F): Promise<F | undefined>;
  /** The message shows this flow from now on, and no other open flow of the manager. */
  setFlowMessage(flowId: string, messageId: string): Promise<void>;
}
