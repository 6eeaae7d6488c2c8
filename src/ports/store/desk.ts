import type { CallerCheck } from '../../domain/desk/callerCheck.ts';
import type { DeskLook } from '../../domain/desk/deskLook.ts';
import type { ManagerKey } from '../../domain/parties.ts';

/** The accounts on agents' cards, read. */
export interface LookReads {
  look(id: string): Promise<DeskLook | undefined>;
}

/** The accounts on agents' cards, and the look-ups that are counted. */
export interface LookQueries extends LookReads {
  /** Counts a look-up of the agent now. */
  addLookUp(agent: ManagerKey): Promise<void>;
  /** Times of the agent's look-ups since `since`, newest first. */
  lookUpTimes(agent: ManagerKey, since: number): Promise<number[]>;
  addLooks(looks: readonly DeskLook[]): Promise<void>;
  /** Saves under the version that was read and gives the saved look; undefined when it was no longer that version. */
  saveLook(look: DeskLook): Promise<DeskLook | undefined>;
  /** The message shows this look from now on, and no other of the agent; undefined: no message does. */
  setLookMessage(id: string, messageId: string | undefined): Promise<void>;
}

/** Questions to managers who call, read. */
export interface CallerReads {
  callerCheck(id: string): Promise<CallerCheck | undefined>;
  /** Questions about the account since `since`, newest first. */
  callerChecksOf(accountId: string, since: number): Promise<CallerCheck[]>;
}

/** The message that shows a question to the manager. */
interface CallerMessage {
  readonly check: CallerCheck;
  readonly messageId: string | undefined;
}

/** Questions to managers who call. */
export interface CallerQueries extends CallerReads {
  /** `dueAt`: when the cards that show it have to be drawn anew. */
  addCallerCheck(check: CallerCheck, dueAt: number): Promise<void>;
  /** The same as `saveLook`; `dueAt` as above, absent: never. A question that was vouched for stays so since then. */
  saveCallerCheck(
    check: CallerCheck,
    dueAt: number | 'asBefore' | undefined,
  ): Promise<CallerCheck | undefined>;
  setCallerMessage(id: string, messageId: string): Promise<void>;
  /** Questions to the manager by all agents, or of the agent to all managers, since `since`. */
  callerChecksWith(
    who: { readonly manager: ManagerKey } | { readonly agent: ManagerKey },
    since: number,
  ): Promise<CallerCheck[]>;
  /** Questions whose cards are due to be drawn; they are due again after `leaseMs`. */
  claimDueCallers(leaseMs: number, limit: number): Promise<CallerMessage[]>;
  /** The cards show the question as it was saved under that version. */
  callerDrawn(id: string, version: number): Promise<void>;
  /** How often agents have vouched since `since`. */
  countVouches(since: number): Promise<number>;
}
