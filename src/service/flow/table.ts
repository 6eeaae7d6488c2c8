import type { Submission } from './flows.ts';
import type { Flow, EnrollmentFlow, ResetFlow, UnlockFlow } from '../../domain/flows/flow.ts';
import type { FlowInput } from '../input.ts';
import type { Account } from '../../ports/account.ts';
import type { Manager } from '../people/managers.ts';

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

/** An input that a flow's card takes at one step: `refuse` before the directory is asked, `take` after. */
export interface Verb<F extends Flow, I = FlowInput> {
  /** Every card of the step may bring this input, not the newest alone: a repetition is told otherwise. */
  readonly isFromAnyCard?: true;
  /** Answers an input that is wrong by itself; undefined where it has to be looked at. */
  refuse?(tap: Submission<F>, input: I): Promise<Flow> | undefined;
  /** Gives the flow as it is afterwards. @throws DirectoryError, and nothing is done then. */
  take(tap: FlowTap<F>, input: I): Promise<Flow>;
}

/** The inputs of one step, each with its handler; any other is answered with the card as it stands. */
type Verbs<F extends Flow> = {
  readonly [V in FlowInput['type']]?: Verb<F, Extract<FlowInput, { readonly type: V }>>;
};

/** A flow, step by step. */
export type FlowTable<F extends Flow> = Readonly<Record<F['state']['step'], Verbs<F>>>;

/** The ends of every flow, which take no input. */
export const ENDS = { refused: {}, cancelled: {}, superseded: {}, expired: {} };
