import { operationSince, type Flow, type ResetFlow } from '../../domain/flows/flow.ts';
import type { Purpose } from '../../domain/parties.ts';
import { readPasscode } from '../../domain/flows/passcode.ts';
import { Secret } from '../../domain/secret.ts';
import { DirectoryError } from '../../ports/directory.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { readOrigin } from './begin.ts';
import {
  enrollmentTakes,
  refuseMalformedEnrollment,
  takeEnrollment,
} from '../enrollment/enrollment.ts';
import {
  advanceEnrollment,
  advanceReset,
  auditOf,
  changeFlow,
  endFlow,
  flowHandle,
  settled,
} from '../flow/flows.ts';
import type { FlowTurn, Submission } from '../flow/flowTurn.ts';
import type { FlowInput } from '../input.ts';
import { directoryReason, tellFault } from './people.ts';
import { refuseMalformedReset, resetTakes, takeReset } from '../reset/reset.ts';
import { proveLostWrite } from '../reset/retypedPassword.ts';
import {
  admitTo,
  denyTap,
  isPast,
  ownFlow,
  showFlow,
  showHome,
  type Reply,
  type Tap,
} from './tap.ts';
import { refuseMalformedUnlock, takeUnlock, unlockTakes } from '../unlock/unlock.ts';
import { UnsavedOutcome } from '../flow/unsaved.ts';
import { viewOf } from '../flow/views.ts';

const PURPOSES: readonly Purpose[] = ['enrollment', 'reset', 'unlock'];

/** A submission on the card of a running flow; a card that is not current gets the current one. */
export async function takeOnCard(tap: Tap, input: FlowInput): Promise<Reply> {
  const { deps, signal } = tap;
  const own = ownFlow(tap, input.handle);
  if (own === undefined) return denyTap(tap);
  const flow = await settled(deps, own.flow, signal);
  if (flow.purpose === 'reset' && flow.state.step === 'unknown' && input.type === 'setPassword') {
    return retypeLostWrite(tap, flow, input);
  }
  if (!isTaken(flow, own.turn, input)) return showFlow(tap, flow);
  if (isPast(deps, flow)) return showFlow(tap, flow);
  const refused = await refuseMalformed({ deps, cardTurn: own.turn }, flow, input);
  if (refused !== undefined) return showFlow(tap, refused);
  try {
    const admitted = await admitTo(tap, flow.accountId);
    if ('view' in admitted) return admitted;
    const { manager, account } = admitted;
    if (account === undefined) return showFlow(tap, await endDenied(tap, flow));
    const turn = { deps, manager, account, cardTurn: own.turn, signal };
    return await showFlow(tap, await dispatch(turn, flow, input));
  } catch (error) {
    if (error instanceof UnsavedOutcome) return showUnsaved(error);
    // Nothing was compared, counted or sent yet: the same card, inputs offered again.
    if (!(error instanceof DirectoryError)) throw error;
    tellFault(deps, error);
    const reason = directoryReason(error);
    return reason === 'temporarilyUnavailable'
      ? { view: { card: 'refused', problem: { reason }, accountName: flow.accountName } }
      : showFlow(tap, flow, { reason });
  }
}

/** The database is away: the card says that the outcome is not known, and nothing is asked of it. */
function showUnsaved({ flow }: UnsavedOutcome): Reply {
  const view = viewOf(flow, flow.startedAt);
  return view === undefined
    ? { view: { card: 'cancelled' } }
    : { view, flow: { id: flow.id, messageId: flow.messageId } };
}

/** After a crash the same submission may come again: it cannot write, but it can prove. */
async function retypeLostWrite(
  tap: Tap,
  flow: ResetFlow,
  input: Extract<FlowInput, { type: 'setPassword' }>,
): Promise<Reply> {
  const { deps, signal } = tap;
  try {
    const admitted = await admitTo(tap, flow.accountId);
    if ('view' in admitted) return admitted;
    const { manager, account } = admitted;
    if (account === undefined) return denyTap(tap, flow.accountId);
    await proveLostWrite({ deps, manager, account, flow, signal }, input);
  } catch (error) {
    // Nobody knows yet, and the card stays: the truth will be shown on it.
    if (!(error instanceof DirectoryError)) throw error;
    tellFault(deps, error);
  }
  const current = await deps.store.read((reads) => reads.flow(flow.id));
  return showFlow(tap, current ?? flow);
}

function isTaken(flow: Flow, cardTurn: number, input: FlowInput): boolean {
  if (flow.endedAt !== undefined || !takes(flow, input.type)) return false;
  const isGuess = input.type === 'confirmCode' || input.type === 'confirmOldCode';
  return isGuess || cardTurn === flow.turn;
}

function takes(flow: Flow, input: FlowInput['type']): boolean {
  switch (flow.purpose) {
    case 'enrollment':
      return enrollmentTakes(flow, input);
    case 'reset':
      return resetTakes(flow, input);
    case 'unlock':
      return unlockTakes(flow, input);
  }
}

async function refuseMalformed(
  turn: Omit<Submission<Flow>, 'flow'>,
  flow: Flow,
  input: FlowInput,
): Promise<Flow | undefined> {
  switch (flow.purpose) {
    case 'enrollment':
      return refuseMalformedEnrollment({ ...turn, flow }, input);
    case 'reset':
      return refuseMalformedReset({ ...turn, flow }, input);
    case 'unlock':
      return refuseMalformedUnlock({ ...turn, flow }, input);
  }
}

async function dispatch(
  turn: Omit<FlowTurn<Flow>, 'flow'>,
  flow: Flow,
  input: FlowInput,
): Promise<Flow> {
  switch (flow.purpose) {
    case 'enrollment':
      return takeEnrollment({ ...turn, flow }, input);
    case 'reset':
      return takeReset({ ...turn, flow }, input);
    case 'unlock':
      return takeUnlock({ ...turn, flow }, input);
  }
}

/** The manager no longer answers for the account: the flow ends with the one refusal. */
async function endDenied(tap: Tap, flow: Flow): Promise<Flow> {
  return changeFlow(tap.deps, flow, async (tx, current) => {
    const reason = 'notResponsible';
    tx.audit({ event: 'access.denied', result: 'refused', reason, ...auditOf(flow) });
    return endFlow(tx, current, { type: 'refused', problem: { reason } });
  });
}

/** Ends the flow of this card, unless the card is stale or a write is under way. */
export async function cancelCard(tap: Tap, handle: string): Promise<Reply> {
  const own = ownFlow(tap, handle);
  if (own === undefined) return denyTap(tap);
  const flow = await settled(tap.deps, own.flow, tap.signal);
  if (flow.endedAt !== undefined || flow.turn !== own.turn) return showFlow(tap, flow);
  const ended = await changeFlow(tap.deps, flow, async (tx, current) =>
    current.turn === own.turn ? cancelFlow(tx, current) : current,
  );
  return showFlow(tap, ended);
}

/** What is under way, or done and not yet known, cannot be called off any more. */
async function cancelFlow(tx: StoreTransaction, flow: Flow): Promise<Flow> {
  const isBeyondRecall = operationSince(flow.state) !== undefined || flow.state.step === 'unknown';
  return isBeyondRecall ? flow : endFlow(tx, flow, { type: 'cancelled' });
}

/** Ends all of the person's own flows, save those whose outcome is being sought. */
export async function cancelAll(tap: Tap): Promise<Reply> {
  const { deps, person } = tap;
  const open = await deps.store.read((reads) => reads.openFlows(person.key));
  for (const flow of open) {
    const quiet = await settled(deps, flow, tap.signal);
    await changeFlow(deps, quiet, cancelFlow);
  }
  return { view: { card: 'cancelled' } };
}

/** Shows where things stand, and does nothing. */
export async function refresh(tap: Tap, handle: string | undefined): Promise<Reply> {
  if (handle === undefined) return showHome(tap);
  const own = ownFlow(tap, handle);
  if (own !== undefined) return showFlow(tap, own.flow);
  // After the tap that is under way: its card would be out of date before it is seen.
  return tap.deps.exclusive(handle, () => showBegun(tap, handle));
}

/** The newest flow that a button began. */
async function showBegun(tap: Tap, handle: string): Promise<Reply> {
  const begun = await tap.deps.store.read(async (reads) => {
    const origin = await readOrigin(tap, reads, handle);
    if (origin === undefined) return undefined;
    return Promise.all(PURPOSES.map((purpose) => reads.flowFrom(origin.origin, purpose)));
  });
  if (begun === undefined) return denyTap(tap);
  const [newest] = begun
    .filter((flow) => flow !== undefined)
    .sort((a, b) => b.startedAt - a.startedAt);
  return newest === undefined ? showHome(tap) : showFlow(tap, newest);
}

/**
 * A chat message that is no command: a code where exactly one flow waits for one; in a password step
 * the advice to delete it, for it may be a password; else home. The text itself is kept nowhere.
 */
export async function takeText(tap: Tap, text: Secret): Promise<Reply> {
  const { deps, person } = tap;
  const flows = await deps.store.read(async (reads) =>
    (await reads.openFlows(person.key)).filter((flow) => reads.now <= flow.expiresAt),
  );
  const code = readPasscode(text.reveal(), deps.settings.codeLength);
  const waiting = flows.filter(({ state }) => state.step === 'code' || state.step === 'oldCode');
  const [flow, ...others] = waiting;
  if (code !== undefined && flow !== undefined && others.length === 0) {
    const type = flow.state.step === 'oldCode' ? 'confirmOldCode' : 'confirmCode';
    const input = { type, handle: flowHandle(flow), code: new Secret(code) } as const;
    return deps.exclusive(flow.id, async () => {
      const named = await deps.store.read((reads) => reads.flow(flow.id));
      return takeOnCard({ ...tap, named }, input);
    });
  }
  for (const open of flows) {
    const advised = await adviseDeletion(tap, open);
    if (advised !== undefined) return showFlow(tap, advised);
  }
  return showHome(tap);
}

async function adviseDeletion(tap: Tap, flow: Flow): Promise<Flow | undefined> {
  return changeFlow(tap.deps, flow, async (tx, current) => {
    const event = { type: 'passwordTypedInChat' } as const;
    if (current.purpose === 'enrollment' && current.state.step === 'currentPassword') {
      return advanceEnrollment(tx, current, event, 'sameTurn');
    }
    if (current.purpose === 'reset' && current.state.step === 'newPassword') {
      return advanceReset(tx, current, event, 'sameTurn');
    }
    return undefined;
  });
}
