import type { EnrollmentFlow, Flow, ResetFlow, UnlockFlow } from '../../domain/flows/flow.ts';
import type { Account } from '../../ports/account.ts';
import type { Deps } from '../deps.ts';
import type { Manager } from '../people/people.ts';

/** A tap on a card of the manager's own flow. */
export interface Submission<F extends Flow> {
  readonly deps: Deps;
  readonly flow: F;
  /** The draw of the tapped card. */
  readonly cardDraw: number;
}

/** Such a tap once the directory has been read for it. */
export interface FlowTap<F extends Flow> extends Submission<F> {
  readonly manager: Manager;
  /** The account as the directory has it now; the manager answers for it. */
  readonly account: Account;
  readonly signal: AbortSignal;
}

export type EnrollmentTap = FlowTap<EnrollmentFlow>;
export type ResetTap = FlowTap<ResetFlow>;
export type UnlockTap = FlowTap<UnlockFlow>;
