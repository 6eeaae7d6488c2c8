import { entryMobile } from '../../domain/mobile.ts';
import type { AuditEvent } from '../../domain/audit.ts';
import type { KnownMobile, EnrollmentFlow, Flow } from '../../domain/flows/flow.ts';
import {
  attemptsLeft,
  bindsLeft,
  FAILURES_LOOKBACK_MS,
  proofAllowance,
} from '../../domain/flows/lockout.ts';
import type { Problem, Reason } from '../../domain/reasons.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ProofOutcome } from '../../ports/directory.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { Account } from '../../ports/account.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { tellOfLockAfterLift } from '../desk/callers.ts';
import { digestInTurn } from '../reset/digests.ts';
import type { EnrollmentTap } from '../flow/table.ts';
import {
  type Submission,
  advanceEnrollment,
  auditOf,
  changeFlow,
  endTap,
  enrollmentProved,
  enrollmentStarted,
  isAwaited,
  submit,
  submitStep,
} from '../flow/flows.ts';
import type { SecretInput } from '../input.ts';
import { directoryReason, faultOf, tellFault } from '../directoryFault.ts';
import { bindsUnderWay, proofBlock, reserveBind, settleBind } from '../proof/proofLimits.ts';
import type { ReservedBind } from '../proof/proofLimits.ts';

/** A directory keeps no password as long as this; longer input is not asked about. */
const MAX_CURRENT_PASSWORD = 256;

const REFUSED = { type: 'refused', problem: { reason: 'notResponsible' } } as const;

interface CurrentPassword {
  readonly currentPassword: SecretInput;
}

/** Refuses input that can be no password: it asks no directory and is no attempt. */
export function refuseMalformedProof(
  tap: Submission<EnrollmentFlow>,
  { currentPassword }: CurrentPassword,
): Promise<Flow> | undefined {
  if (isPassword(currentPassword)) return undefined;
  const event = { type: 'proofFailed', reason: 'passwordWrong' } as const;
  return submitStep(tap, (tx, current) => advanceEnrollment(tx, current, event));
}

function isPassword(input: SecretInput): input is Secret {
  const value = input?.reveal() ?? '';
  return value.trim() !== '' && [...value].length <= MAX_CURRENT_PASSWORD;
}

/** Proves the account's current password by one bind that can never lock it (requirements P10 to P12). */
export async function proveCurrentPassword(
  tap: EnrollmentTap,
  { currentPassword }: CurrentPassword,
): Promise<Flow> {
  if (!isPassword(currentPassword)) return tap.flow;
  const { deps, account } = tap;
  const known = await deps.store.read((reads) => proofBlock(account, reads));
  // A manager can repeat it at will: what is surely refused costs no hash.
  if (known !== undefined) {
    return submitStep(tap, (tx, current) => refuseAtNoCost(deps, tx, current, known));
  }
  // Before anything is counted or bound: a proof without time for its digest is not begun.
  const [digest] = await digestInTurn(tap, account.id, [currentPassword]);
  // One after another: the directory's count must be read after the last bind, not during it.
  return deps.exclusive(`proof:${account.id}`, () => proveInTurn(tap, currentPassword, digest));
}

async function proveInTurn(
  stale: EnrollmentTap,
  input: Secret,
  digest: PasswordDigest | undefined,
): Promise<Flow> {
  const { deps, manager, signal } = stale;
  const account = await deps.directory.accountOf(manager.entry, stale.account.id, signal);
  if (account === undefined) return endTap(stale, REFUSED);
  const tap = { ...stale, account };
  const { flow, todo } = await submit<EnrollmentFlow, ReservedBind>(tap, async (tx, current) => {
    const underWay = await bindsUnderWay(tx, current);
    const problem = await proofBlock(account, tx, underWay);
    if (problem !== undefined) return { flow: await refuseAtNoCost(deps, tx, current, problem) };
    const todo = await reserveBind(tx, current, underWay);
    const event = { type: 'proofStarted', failureId: todo.failureId } as const;
    return { flow: await advanceEnrollment(tx, current, event), todo };
  });
  if (todo === undefined) return flow;

  const outcome = await deps.directory
    .provePassword(account.id, input, signal, todo.mayBind)
    .catch(faultOf);
  if (outcome === 'wrong') await deps.denials.settle(enrollmentStarted(flow));
  return changeFlow(deps, flow, (tx, current) =>
    takeProof(tap, tx, current, { begun: flow, outcome, digest, reserved: todo }),
  );
}

/** Ends the enrollment after a wrong password. */
async function refuseProof(
  tx: StoreTransaction,
  flow: EnrollmentFlow,
  problem: Problem,
): Promise<EnrollmentFlow> {
  tx.audit(proofRefused(flow, problem.reason));
  return advanceEnrollment(tx, flow, { type: 'refused', problem });
}

/** Ends the enrollment where no attempt counts; a manager can repeat that at will, so the rows are bundled. */
async function refuseAtNoCost(
  { denials }: Deps,
  tx: StoreTransaction,
  flow: EnrollmentFlow,
  problem: Problem,
): Promise<EnrollmentFlow> {
  denials.auditIn(tx, proofRefused(flow, problem.reason), enrollmentStarted(flow));
  return advanceEnrollment(tx, flow, { type: 'refused', problem });
}

function proofRefused(flow: EnrollmentFlow, reason: Reason): AuditEvent {
  return { event: 'enrollment.proofRefused', result: 'refused', reason, ...auditOf(flow) };
}

async function takeProof(
  tap: EnrollmentTap,
  tx: StoreTransaction,
  current: EnrollmentFlow,
  proof: {
    readonly begun: Flow;
    readonly outcome: ProofOutcome | DirectoryError;
    readonly digest: PasswordDigest | undefined;
    readonly reserved: ReservedBind;
  },
): Promise<EnrollmentFlow> {
  const { deps, account } = tap;
  const { begun, outcome, digest, reserved } = proof;
  const isFault = outcome instanceof DirectoryError;
  await settleBind(tx, reserved, isFault ? { error: outcome } : { isWrong: outcome === 'wrong' });
  if (!isAwaited(current, begun)) return current;
  if (outcome instanceof DirectoryError) {
    const reason = directoryReason(outcome);
    tx.afterCommit(() => tellFault(deps, outcome));
    // Trying again does not help there.
    if (reason === 'temporarilyUnavailable') {
      return refuseAtNoCost(deps, tx, current, { reason });
    }
    return advanceEnrollment(tx, current, { type: 'proofFailed', reason }, 'sameDraw');
  }
  switch (outcome) {
    case 'proved': {
      await rememberProved(deps, tx, account.id, digest);
      deps.denials.auditIn(tx, enrollmentProved(current), enrollmentStarted(current));
      const known = await knownMobile(tap, tx);
      return advanceEnrollment(tx, current, { type: 'passwordProved', known }, 'sameDraw');
    }
    case 'locked':
      return refuseAtNoCost(deps, tx, current, { reason: 'proofLocked' });
    case 'wrong': {
      // The directory has counted this bind too, since the account was read.
      const counted = withOneMore(account);
      const problem = (await proofBlock(account, tx)) ?? (await proofBlock(counted, tx));
      if (problem?.until !== undefined) await tellOfLockAfterLift(deps, tx, account.id);
      if (problem !== undefined) return refuseProof(tx, current, problem);
      tx.audit(proofRefused(current, 'passwordWrong'));
      const left = await proofsLeft(counted, tx);
      const event = { type: 'proofFailed', reason: 'passwordWrong', attemptsLeft: left } as const;
      return advanceEnrollment(tx, current, event, 'sameDraw');
    }
  }
}

function withOneMore(account: Account): Account {
  const { lockout } = account;
  return { ...account, lockout: { ...lockout, recentFailures: lockout.recentFailures + 1 } };
}

/** The lesser of the bot's own limit and the directory's remaining attempts. */
async function proofsLeft(account: Account, tx: StoreTransaction): Promise<number> {
  const allowance = proofAllowance(account.lockout);
  if (allowance === 'refused') return 0;
  const since = tx.now - FAILURES_LOOKBACK_MS;
  const times = await tx.failureTimes({ kind: 'proof', accountId: account.id, since });
  return Math.min(attemptsLeft(times, allowance, tx.now), bindsLeft(account.lockout));
}

/** The number that need not be typed: the enrolled one, else the directory's, if it is a mobile. */
async function knownMobile(
  { deps, manager, account }: EnrollmentTap,
  tx: StoreTransaction,
): Promise<KnownMobile | undefined> {
  const enrollment = await tx.enrollment(manager.key, account.id);
  if (enrollment !== undefined) return { mobile: enrollment.mobile, isEnrolled: true };
  const mobile = entryMobile(manager.entry, deps.settings.smsCountries);
  return mobile === undefined ? undefined : { mobile, isEnrolled: false };
}

/** A kept password is not moved up: proving old ones in turn would push the others out. */
async function rememberProved(
  deps: Deps,
  tx: StoreTransaction,
  accountId: string,
  digest: PasswordDigest | undefined,
): Promise<void> {
  const keep = deps.settings.passwordHistory;
  if (digest === undefined || (await tx.isInHistory(accountId, [digest], keep))) return;
  await tx.addToHistory(accountId, digest, keep);
}
