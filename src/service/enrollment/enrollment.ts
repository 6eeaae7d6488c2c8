import { DAY_MS } from '../../domain/durations.ts';
import {
  firstRecipient,
  type EnrollmentEvent,
  type KnownMobile,
} from '../../domain/flows/enrollment.ts';
import type { EnrollmentFlow, Flow } from '../../domain/flows/flow.ts';
import { parseMobile } from '../../domain/mobile.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import {
  codeBudgetRefusal,
  codeExpiry,
  codesLockedUntil,
  issueCode,
  type ReservedCode,
} from '../flow/codes.ts';
import type { Deps } from '../deps.ts';
import { advanceEnrollment, auditOf } from '../flow/flows.ts';
import {
  deliver,
  guessCode,
  isCode,
  refuseMalformedCode,
  resendCode,
  submit,
  type EnrollmentTurn,
  type Submission,
  type Submitted,
} from '../flow/flowTurn.ts';
import type { FlowInput, SecretInput } from '../input.ts';
import { addFirstEnrollmentNotices, addNotices } from '../notices/notices.ts';
import { isPassword, proveCurrentPassword } from './proof.ts';
import { noteAnswering, readAnswering } from '../tap/responsibility.ts';

/** Which input the enrollment's card takes now. */
export function enrollmentTakes(flow: EnrollmentFlow, input: FlowInput['type']): boolean {
  switch (flow.state.step) {
    case 'currentPassword':
      return input === 'proveCurrentPassword';
    case 'mobile':
      return input === 'setMobile' || input === 'useShownMobile';
    case 'oldCode':
      return input === 'confirmOldCode' || input === 'resendCode' || input === 'changeMobile';
    case 'code':
      return input === 'confirmCode' || input === 'resendCode' || input === 'changeMobile';
    case 'provingPassword':
    case 'sendingCode':
    case 'done':
    case 'refused':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return false;
  }
}

/** Answers an input that is wrong by itself, without the directory; undefined where it has to be asked. */
export async function refuseMalformedEnrollment(
  turn: Submission<EnrollmentFlow>,
  input: FlowInput,
): Promise<Flow | undefined> {
  switch (input.type) {
    case 'proveCurrentPassword':
      if (isPassword(input.currentPassword)) return undefined;
      return refuse(turn, { type: 'proofFailed', reason: 'passwordWrong' });
    case 'setMobile':
      if (parseMobile(input.mobile ?? '', turn.deps.settings.smsCountries) !== undefined) {
        return undefined;
      }
      return refuse(turn, { type: 'mobileRefused', problem: { reason: 'mobileInvalid' } });
    case 'confirmCode':
    case 'confirmOldCode':
      return isCode(turn.deps, input.code) ? undefined : refuseMalformedCode(turn);
    case 'useShownMobile':
    case 'changeMobile':
    case 'resendCode':
    case 'setPassword':
      return undefined;
  }
}

async function refuse(turn: Submission<EnrollmentFlow>, event: EnrollmentEvent): Promise<Flow> {
  const { flow } = await submit(turn, async (tx, current) => ({
    flow: await advanceEnrollment(tx, current, event),
  }));
  return flow;
}

/** One submission on an enrollment's card; gives the flow as it is afterwards. */
export async function takeEnrollment(turn: EnrollmentTurn, input: FlowInput): Promise<Flow> {
  switch (input.type) {
    case 'proveCurrentPassword':
      return isPassword(input.currentPassword)
        ? proveCurrentPassword(turn, input.currentPassword)
        : turn.flow;
    case 'setMobile': {
      const { smsCountries } = turn.deps.settings;
      return chooseMobile(turn, () => parseMobile(input.mobile ?? '', smsCountries));
    }
    case 'useShownMobile':
      return chooseMobile(turn, (known) => known?.mobile);
    case 'changeMobile':
      return changeMobile(turn);
    case 'confirmOldCode':
      return confirmOldCode(turn, input.code);
    case 'confirmCode':
      return confirmNewCode(turn, input.code);
    case 'resendCode':
      return resendCode(turn);
    case 'setPassword':
      return turn.flow;
  }
}

async function chooseMobile(
  turn: EnrollmentTurn,
  choose: (known: KnownMobile | undefined) => string | undefined,
): Promise<Flow> {
  const { deps, manager } = turn;
  const { flow, todo } = await submit<EnrollmentFlow, ReservedCode>(turn, async (tx, current) => {
    const { state } = current;
    if (state.step !== 'mobile') return { flow: current };
    const locked = await refuseWhereLocked(deps, tx, current);
    if (locked !== undefined) return { flow: locked };
    const mobile = choose(state.known);
    if (mobile === undefined) {
      const event = { type: 'mobileRefused', problem: { reason: 'mobileInvalid' } } as const;
      return { flow: await advanceEnrollment(tx, current, event) };
    }
    const to = firstRecipient(state, mobile);
    const recipient = to === 'old' && state.known !== undefined ? state.known.mobile : mobile;
    const budget = { flowId: current.id, mobile: recipient, manager: manager.key };
    const problem = await codeBudgetRefusal(deps, tx, budget);
    if (problem !== undefined) {
      return { flow: await advanceEnrollment(tx, current, { type: 'mobileRefused', problem }) };
    }
    const expiresAt = codeExpiry(deps, tx);
    const saved = await advanceEnrollment(tx, current, { type: 'mobileChosen', mobile, expiresAt });
    const purpose = to === 'old' ? 'oldNumber' : 'enrollment';
    const todo = await issueCode(deps, tx, saved, { mobile: recipient, purpose, expiresAt });
    return { flow: saved, todo };
  });
  return todo === undefined ? flow : deliver(turn, flow, todo);
}

/** Ends the enrollment while codes are locked: none it sent would count. */
async function refuseWhereLocked(
  deps: Deps,
  tx: StoreTransaction,
  flow: EnrollmentFlow,
): Promise<EnrollmentFlow | undefined> {
  const until = await codesLockedUntil(deps, tx, flow.manager, flow.accountId);
  if (until === undefined) return undefined;
  tx.audit({ event: 'code.locked', result: 'refused', reason: 'locked', ...auditOf(flow) });
  const event = { type: 'refused', problem: { reason: 'locked', until } } as const;
  return advanceEnrollment(tx, flow, event);
}

async function changeMobile(turn: EnrollmentTurn): Promise<Flow> {
  const { flow } = await submit(turn, async (tx, current) => {
    const locked = await refuseWhereLocked(turn.deps, tx, current);
    if (locked !== undefined) return { flow: locked };
    await tx.removePasscode(current.id);
    return { flow: await advanceEnrollment(tx, current, { type: 'mobileChangeAsked' }) };
  });
  return flow;
}

/** The old number agrees: the new one gets its code. */
async function confirmOldCode(turn: EnrollmentTurn, input: SecretInput): Promise<Flow> {
  const { deps, manager } = turn;
  const { flow, todo } = await guessCode<EnrollmentFlow, ReservedCode>(
    turn,
    input,
    async (tx, current): Promise<Submitted<EnrollmentFlow, ReservedCode>> => {
      if (current.state.step !== 'oldCode') return { flow: current };
      const mobile = current.state.newMobile;
      const to = { flowId: current.id, mobile, manager: manager.key };
      const problem = await codeBudgetRefusal(deps, tx, to);
      if (problem !== undefined) {
        return {
          flow: await advanceEnrollment(tx, current, { type: 'oldCodeAcceptedOnly', problem }),
        };
      }
      const expiresAt = codeExpiry(deps, tx);
      const saved = await advanceEnrollment(tx, current, { type: 'oldCodeAccepted', expiresAt });
      const code = { mobile, purpose: 'enrollment', expiresAt } as const;
      return { flow: saved, todo: await issueCode(deps, tx, saved, code) };
    },
  );
  return todo === undefined ? flow : deliver(turn, flow, todo);
}

/** The number is proven: it counts from here on. */
async function confirmNewCode(turn: EnrollmentTurn, input: SecretInput): Promise<Flow> {
  const { deps, manager, account, signal } = turn;
  const responsibility = await deps.directory.responsibilityFor(account.id, signal);
  const answering = await readAnswering(deps, responsibility, signal);
  let others = 0;
  const { flow } = await guessCode<EnrollmentFlow, never>(turn, input, async (tx, current) => {
    if (current.state.step !== 'code') return { flow: current };
    const { mobile } = current.state;
    const former = await tx.enrollment(manager.key, account.id);
    if (former !== undefined && former.mobile !== mobile && !current.state.isOldProven) {
      // The enrolled number changed under the flow's feet: it has not agreed.
      return { flow: await advanceEnrollment(tx, current, { type: 'expired' }) };
    }
    const usableFrom = former?.usableFrom ?? (await firstUse(deps, tx, current));
    await tx.saveEnrollment({
      id: deps.random.id(),
      manager: manager.key,
      accountId: account.id,
      mobile,
      enrolledAt: tx.now,
      usableFrom,
    });
    tx.audit({ event: 'enrollment.completed', result: 'ok', ...auditOf(current) });
    others = await tx.countOthersWith(mobile, manager.key);
    const by = {
      manager: manager.key,
      accountId: account.id,
      accountName: account.name,
      byName: manager.entry.displayName,
      flow: current.id,
    };
    if (answering !== undefined) await noteAnswering(deps, tx, answering);
    if (former === undefined) {
      await addFirstEnrollmentNotices(deps, tx, by, {
        mobile,
        entryMobile: parseMobile(manager.entry.mobile ?? '', deps.settings.smsCountries),
        managers: [manager.entry, ...(answering?.managers ?? []), ...(answering?.former ?? [])],
      });
    } else {
      await addNotices(deps, tx, { ...by, event: 'numberChange' }, [former.mobile, mobile]);
    }
    const waits = usableFrom > tx.now ? usableFrom : undefined;
    return {
      flow: await advanceEnrollment(tx, current, { type: 'codeAccepted', usableFrom: waits }),
    };
  });
  if (others > 0) {
    const alarm = 'sharedNumber';
    deps.log.error({ alarm, flow: flow.id, others }, 'a number is enrolled by several managers');
  }
  return flow;
}

/** A revoke of so long ago delays nobody any more, ms: who came by a phone or a chat then has been found. */
const REVOKE_FELT_MS = 90 * DAY_MS;

/**
 * When a number without a predecessor can first be used for a reset (requirement A14). After a revoke
 * that is the cool-down later, for the first number of each of the account's managers: whoever took
 * one manager's phone or chat could as well come as another, and several may have lost theirs at once.
 * A revoke of one manager's number alone delays that manager.
 * A number that only replaces an enrolled one keeps that one's time.
 */
async function firstUse(deps: Deps, tx: StoreTransaction, flow: Flow): Promise<number> {
  const revokedAt = await tx.revokedAt(flow.accountId, flow.manager);
  if (revokedAt === undefined || tx.now - revokedAt >= REVOKE_FELT_MS) return tx.now;
  return tx.now + deps.settings.newNumberCooldownSeconds * 1000;
}
