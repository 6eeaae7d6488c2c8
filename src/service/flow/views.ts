import type {
  CodeProgress,
  EnrollmentState,
  Flow,
  StoppedState,
  ResetState,
  UnlockState,
  Vouch,
} from '../../domain/flows/flow.ts';
import { FLOW_LIFETIME_MS, isStopped } from '../../domain/flows/lifetime.ts';
import { maskMobile } from '../../domain/mobile.ts';
import type { Problem } from '../../domain/reasons.ts';
import { sentBy } from '../../domain/flows/reset.ts';
import type { CodeView, Progress, View } from '../../ports/view.ts';
import { flowHandle } from '../tap/handles.ts';

/** The parts that the cards of a running flow share. */
interface Frame {
  readonly handle: string;
  readonly accountName: string;
  readonly problem: Problem | undefined;
}

/**
 * The card of a flow as it stands; undefined where the flow no longer has one of its own and `home`
 * answers. `problem` takes the place of the one that the state remembers.
 */
export function viewOf(flow: Flow, now: number, problem?: Problem): View | undefined {
  if (flow.endedAt !== undefined && now > lastCardUntil(flow, flow.endedAt)) return undefined;
  const { accountName, state } = flow;
  const remembered = 'problem' in state ? state.problem : undefined;
  const frame = { handle: flowHandle(flow), accountName, problem: problem ?? remembered };
  if (isStopped(flow.state)) return stoppedView(flow.state, flow);
  switch (flow.purpose) {
    case 'enrollment':
      return enrollmentView(flow.state, frame);
    case 'reset':
      return resetView(flow.state, frame);
    case 'unlock':
      return unlockView(flow.state, frame);
  }
}

/**
 * An ended flow keeps its last card for the rest of its time; a write that was found to be done only after
 * that, for as long again.
 */
function lastCardUntil({ state, expiresAt }: Flow, endedAt: number): number {
  const isLateNews = state.step === 'done' && endedAt > expiresAt;
  return isLateNews ? endedAt + FLOW_LIFETIME_MS : expiresAt;
}

/**
 * Where in an enrollment a card stands. A number that replaces another is confirmed from both: four
 * steps, unless the same number is chosen again.
 */
function enrollmentProgress(
  state: Extract<EnrollmentState, { step: 'currentPassword' | 'mobile' | 'oldCode' | 'code' }>,
): Progress {
  switch (state.step) {
    case 'currentPassword':
      return { step: 1, of: state.isChange === true ? 4 : 3 };
    case 'mobile':
      if (state.vouch !== undefined) return { step: 1, of: 2 };
      return { step: 2, of: state.known?.isEnrolled === true ? 4 : 3 };
    case 'oldCode':
      return { step: 3, of: 4 };
    case 'code':
      if (state.vouch !== undefined) return { step: 2, of: 2 };
      return state.isOldProven ? { step: 4, of: 4 } : { step: 3, of: 3 };
  }
}

function enrollmentView(state: Exclude<EnrollmentState, StoppedState>, frame: Frame): View {
  const { handle, accountName } = frame;
  switch (state.step) {
    case 'currentPassword':
      return {
        card: 'enrollment.currentPassword',
        ...frame,
        progress: enrollmentProgress(state),
        advisesDeletion: state.advisesDeletion,
        usableFrom: state.usableFrom,
      };
    case 'mobile':
      return {
        card: 'enrollment.mobile',
        ...frame,
        progress: enrollmentProgress(state),
        shownMobile: state.known === undefined ? undefined : maskMobile(state.known.mobile),
        shownIsEnrolled: state.known?.isEnrolled,
        vouchedBy: state.vouch?.agentName,
        heldUntil: state.held?.expiresAt,
        isCodeVoid: state.isCodeVoid,
        usableFrom: state.usableFrom,
      };
    case 'oldCode':
      return codeView('enrollment.oldCode', state, frame, enrollmentProgress(state));
    case 'code':
      return codeView('enrollment.code', state, frame, enrollmentProgress(state));
    case 'done':
      return {
        card: 'enrollment.done',
        handle,
        accountName,
        maskedMobile: maskMobile(state.mobile),
        usableFrom: state.usableFrom,
      };
    case 'provingPassword':
    case 'sendingCode':
      return { card: 'working', handle };
  }
}

function resetView(state: Exclude<ResetState, StoppedState>, frame: Frame): View {
  const { handle, accountName } = frame;
  switch (state.step) {
    case 'code':
      return codeView('reset.code', state, frame, { step: 1, of: 2 });
    case 'newPassword':
      return {
        card: 'reset.newPassword',
        ...frame,
        progress: { step: 2, of: 2 },
        rules: state.rules,
        advisesDeletion: state.advisesDeletion,
      };
    case 'unknown':
      return { card: 'reset.unknown', handle, accountName, passwordSetAt: state.passwordSetAt };
    case 'done':
      return { card: 'reset.done', accountName, changedAt: state.changedAt };
    case 'sendingCode':
    case 'writingPassword':
      return { card: 'working', handle };
  }
}

function unlockView(state: Exclude<UnlockState, StoppedState>, frame: Frame): View {
  const { handle, accountName } = frame;
  switch (state.step) {
    case 'code':
      return codeView('unlock.code', state, frame);
    case 'unlocking':
      if (state.problem === undefined) return { card: 'working', handle };
      return {
        card: 'unlock.code',
        ...frame,
        maskedMobile: maskMobile(state.mobile),
        hasInput: false,
      };
    case 'done':
      return {
        card: 'unlock.done',
        handle,
        accountName,
        shut: state.shut,
        usableFrom: state.usableFrom,
      };
    case 'sendingCode':
      return { card: 'working', handle };
  }
}

/**
 * The card of flows that their manager has cancelled. It names no account: that the password is kept is said
 * where that holds for each reset, since one that was sent may still come into force.
 */
export function cancelledView(flows: readonly Flow[]): View {
  const resets = flows.filter((flow) => flow.purpose === 'reset');
  const isPasswordKept =
    resets.length > 0 &&
    resets.every(({ state }) => state.step === 'cancelled' && sentBy(state).length === 0);
  return { card: 'cancelled', isPasswordKept };
}

function codeView(
  card: CodeView['card'],
  state: CodeProgress & { readonly mobile: string; readonly vouch?: Vouch | undefined },
  frame: Frame,
  progress?: Progress,
): CodeView {
  return {
    card,
    ...frame,
    progress,
    maskedMobile: maskMobile(state.mobile),
    expiresAt: state.expiresAt,
    isLast: state.isLast,
    nextFrom: state.nextFrom,
    isVouched: state.vouch !== undefined,
    hasFailed: state.hasFailed,
    hasInput: true,
  };
}

function stoppedView(state: StoppedState, flow: Flow): View | undefined {
  switch (state.step) {
    case 'refused':
      return { card: 'refused', problem: state.problem, accountName: flow.accountName };
    case 'cancelled':
      return cancelledView([flow]);
    case 'superseded':
    case 'expired':
      return undefined;
  }
}
