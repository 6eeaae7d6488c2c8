import { firstRecipient } from '../../domain/flows/enrollment.ts';
import type { KnownMobile, EnrollmentFlow, Flow } from '../../domain/flows/flow.ts';
import { parseMobile } from '../../domain/mobile.ts';
import { endWhereLocked, guess, guessCode } from '../flow/codeGuess.ts';
import { nextCode } from '../flow/codeBudget.ts';
import { RESEND, type ReservedCode, deliver, issueCode } from '../flow/codeSending.ts';
import { ENDS, type EnrollmentTap, type FlowTable } from '../flow/table.ts';
import {
  type Submission,
  type Submitted,
  advanceEnrollment,
  endTap,
  submit,
  submitStep,
} from '../flow/flows.ts';
import type { TypedCode } from '../input.ts';
import { enrollNumber } from './enrollNumber.ts';
import { proveCurrentPassword, refuseMalformedProof } from './proof.ts';
import { isVouchGood } from './vouched.ts';

/** The enrollment, step by step. */
export const ENROLLMENT: FlowTable<EnrollmentFlow> = {
  currentPassword: {
    proveCurrentPassword: { refuse: refuseMalformedProof, take: proveCurrentPassword },
  },
  provingPassword: {},
  mobile: {
    setMobile: {
      refuse: (tap, input) => keepVouched(tap) ?? refuseMalformedMobile(tap, input),
      take: (tap, { mobile }) => chooseMobile(tap, () => readMobile(tap, mobile)),
    },
    useShownMobile: { take: takeShownMobile },
  },
  sendingCode: {},
  oldCode: {
    confirmOldCode: guess(confirmOldCode),
    resendCode: RESEND,
    changeMobile: { take: changeMobile },
  },
  code: {
    confirmCode: guess(enrollNumber),
    resendCode: RESEND,
    changeMobile: { take: changeMobile },
  },
  done: {},
  ...ENDS,
};

function readMobile(
  { deps }: Submission<EnrollmentFlow>,
  typed: string | undefined,
): string | undefined {
  return parseMobile(typed ?? '', deps.settings.smsCountries);
}

function refuseMalformedMobile(
  tap: Submission<EnrollmentFlow>,
  { mobile }: { readonly mobile: string | undefined },
): Promise<Flow> | undefined {
  if (readMobile(tap, mobile) !== undefined) return undefined;
  const event = mobileInvalid((mobile ?? '').trim() === '');
  return submitStep(tap, (tx, current) => advanceEnrollment(tx, current, event));
}

/** Where an agent vouched only the directory's number counts: one that is typed changes nothing. */
function keepVouched({ flow }: Submission<EnrollmentFlow>): Promise<Flow> | undefined {
  const isVouched = flow.state.step === 'mobile' && flow.state.vouch !== undefined;
  return isVouched ? Promise.resolve(flow) : undefined;
}

/** The agent's word for a number has to be good still. */
async function takeShownMobile(tap: EnrollmentTap): Promise<Flow> {
  const { deps, flow, manager, account, signal } = tap;
  const { state } = flow;
  if (state.step === 'mobile' && state.vouch !== undefined) {
    const isGood = await isVouchGood(
      deps,
      manager,
      account,
      state.vouch,
      state.known?.mobile,
      signal,
    );
    if (!isGood) return endTap(tap, { type: 'expired' });
  }
  return chooseMobile(tap, (known) => known?.mobile);
}

const mobileInvalid = (isEmpty: boolean) =>
  ({ type: 'mobileRefused', problem: { reason: 'mobileInvalid', isEmpty } }) as const;

async function chooseMobile(
  tap: EnrollmentTap,
  choose: (known: KnownMobile | undefined) => string | undefined,
): Promise<Flow> {
  const { deps, manager } = tap;
  const submitted = await submit<EnrollmentFlow, ReservedCode, Flow>(tap, async (tx, current) => {
    const { state } = current;
    if (state.step !== 'mobile') return { flow: current };
    const locked = await endWhereLocked(deps, tx, current);
    if (locked !== undefined) return { flow: locked };
    const mobile = choose(state.known);
    if (mobile === undefined) {
      return { flow: await advanceEnrollment(tx, current, mobileInvalid(false)) };
    }
    if (state.held !== undefined && tx.now <= state.held.expiresAt) {
      return { flow: await advanceEnrollment(tx, current, { type: 'heldCodeAsked' }) };
    }
    const first = firstRecipient(state, mobile);
    const recipient = first === 'old' && state.known !== undefined ? state.known.mobile : mobile;
    const budget = { flowId: current.id, mobile: recipient, manager };
    const { refused: problem, code } = await nextCode(deps, tx, budget);
    if (problem !== undefined) {
      return { flow: await advanceEnrollment(tx, current, { type: 'mobileRefused', problem }) };
    }
    const chosen = { type: 'mobileChosen', mobile, ...code.terms } as const;
    const saved = await advanceEnrollment(tx, current, chosen);
    const purpose = first === 'old' ? 'oldNumber' : 'enrollment';
    const to = { mobile: recipient, purpose } as const;
    return { flow: saved, todo: await issueCode(deps, tx, saved, to, code) };
  });
  return deliver(tap, submitted);
}

function changeMobile(tap: EnrollmentTap): Promise<Flow> {
  return submitStep<EnrollmentFlow, Flow>(tap, async (tx, current) => {
    const locked = await endWhereLocked(tap.deps, tx, current);
    if (locked !== undefined) return locked;
    const saved = await advanceEnrollment(tx, current, { type: 'mobileChangeAsked' });
    const isHeld = saved.state.step === 'mobile' && saved.state.held !== undefined;
    if (!isHeld) await tx.removePasscode(current.id);
    return saved;
  });
}

/** The old number agrees: the new one gets its code. */
async function confirmOldCode(tap: EnrollmentTap, input: TypedCode): Promise<Flow> {
  const { deps, manager } = tap;
  const submitted = await guessCode<EnrollmentFlow, ReservedCode>(
    tap,
    input,
    async (tx, current): Promise<Submitted<EnrollmentFlow, ReservedCode>> => {
      if (current.state.step !== 'oldCode') return { flow: current };
      const mobile = current.state.newMobile;
      const to = { flowId: current.id, mobile, manager };
      const { refused: problem, code } = await nextCode(deps, tx, to);
      if (problem !== undefined) {
        return {
          flow: await advanceEnrollment(tx, current, { type: 'oldCodeAcceptedOnly', problem }),
        };
      }
      const accepted = { type: 'oldCodeAccepted', ...code.terms } as const;
      const saved = await advanceEnrollment(tx, current, accepted);
      const next = { mobile, purpose: 'enrollment' } as const;
      return { flow: saved, todo: await issueCode(deps, tx, saved, next, code) };
    },
  );
  return deliver(tap, submitted);
}
