import type { AuditEvent } from '../../domain/audit.ts';
import type { Flow, ResetFlow } from '../../domain/flows/flow.ts';
import { complexityOf } from '../../domain/passwords/complexity.ts';
import { CHECKED_FAULTS } from '../../domain/passwords/passwordPolicy.ts';
import { sentBy, stepReset } from '../../domain/flows/reset.ts';
import type { Secret } from '../../domain/secret.ts';
import type { WriteOutcome } from '../../ports/directory.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { Account } from '../../ports/account.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { advanceReset, auditOf, changeFlow } from '../flow/flows.ts';
import type { ResetTap } from '../flow/table.ts';
import { seekOutcome } from './lostWriteSearch.ts';
import { completeReset, noteUnknown } from './recordReset.ts';
import { directoryReason, faultOf, tellFault } from '../directoryFault.ts';
import { hasSent } from './digests.ts';
import { saveOutcome } from '../flow/unsaved.ts';

/** A password that may be written. */
export interface Write {
  readonly password: Secret;
  readonly digest: PasswordDigest;
}

/** The outcome of a write that was sent; a fault is one before the write. */
type Outcome = WriteOutcome | DirectoryError;

/** A write with the tap that sent it, and the flow at that time. */
interface SentWrite extends Write {
  readonly tap: ResetTap;
  readonly sent: ResetFlow;
}

/** The one write of a submission. Its answer, whatever it is, is taken into the flow. */
export async function writePassword(tap: ResetTap, sent: ResetFlow, write: Write): Promise<Flow> {
  const { deps, manager, account, signal } = tap;
  const { password } = write;
  const { passwordVersion: expectedVersion } = sent;
  const asked = { manager: manager.entry, accountId: account.id, password, expectedVersion };
  const outcome = await deps.directory.writePassword(asked, signal).catch(faultOf);
  const state = stepReset(sent.state, { type: 'outcomeUnknown' }, sent.startedAt);
  return saveOutcome(deps, { ...sent, state }, async () => {
    const saved = await changeFlow(deps, sent, (tx, current) =>
      takeOutcome({ tap, sent, ...write }, tx, current, outcome),
    );
    if (saved.state.step === 'unknown' && hasSent(saved, write.digest)) {
      const byName = manager.entry.displayName;
      seekOutcome(deps, saved, { ...write, byName, isTyped: false });
    }
    return saved;
  });
}

async function takeOutcome(
  write: SentWrite,
  tx: StoreTransaction,
  current: ResetFlow,
  outcome: Outcome,
): Promise<ResetFlow> {
  const { tap, sent } = write;
  const { step } = current.state;
  // A write that was taken for lost may be settled, and the next one under way: at a later draw.
  const isOwn = current.draw === sent.draw;
  const isAwaited = isOwn && step === 'writingPassword';
  if (outcome instanceof DirectoryError) {
    if (outcome.code !== 'noAnswer') {
      return isAwaited ? takeFault(write, tx, current, outcome) : current;
    }
  } else if (outcome.outcome === 'written') {
    return takeSuccess(write, tx, current, outcome);
  } else if (outcome.outcome !== 'unknown') {
    return isAwaited ? takeRefusal(write, tx, current, outcome) : current;
  }
  const server = outcome instanceof DirectoryError ? undefined : outcome.server;
  const isOpen = isAwaited || (isOwn && step === 'unknown');
  return isOpen ? noteUnknown(tx, current, { server, isGivenUp: tap.signal.aborted }) : current;
}

/** A success is never thrown away, however late it is. */
async function takeSuccess(
  { tap, sent, digest }: SentWrite,
  tx: StoreTransaction,
  current: ResetFlow,
  { version, isBeforeMinAge }: Extract<WriteOutcome, { outcome: 'written' }>,
): Promise<ResetFlow> {
  const { deps, manager } = tap;
  const done = { digest, byName: manager.entry.displayName, version, isBeforeMinAge };
  const isDone = current.draw === sent.draw && current.state.step === 'done';
  return isDone ? current : completeReset(deps, tx, current, done);
}

async function takeFault(
  { tap }: SentWrite,
  tx: StoreTransaction,
  current: ResetFlow,
  fault: DirectoryError,
): Promise<ResetFlow> {
  const reason = directoryReason(fault);
  tx.afterCommit(() => tellFault(tap.deps, fault));
  tx.audit(refusedPassword(current, reason));
  return reason === 'temporarilyUnavailable'
    ? advanceReset(tx, current, { type: 'refused', problem: { reason } })
    : advanceReset(tx, current, { type: 'writeNotDone', reason }, 'sameDraw');
}

async function takeRefusal(
  { tap, password }: SentWrite,
  tx: StoreTransaction,
  current: ResetFlow,
  outcome: Exclude<WriteOutcome, { readonly outcome: 'written' | 'unknown' }>,
): Promise<ResetFlow> {
  switch (outcome.outcome) {
    case 'refused': {
      const reason = REFUSALS[outcome.reason];
      tx.audit(refusedPassword(current, reason));
      const event = {
        type: 'passwordRefused',
        reasons: [reason],
        absent: ABSENT_IN_REFUSED.filter((fault) => fault !== reason),
        ...complexityOf(password.reveal(), tap.account.rules.forbiddenNames),
        ...(outcome.reason === 'tooYoung' ? oldEnough(tap.account) : {}),
      } as const;
      return advanceReset(tx, current, event, 'sameDraw');
    }
    case 'stale':
      // Although this password was not written, an earlier one may have come late: a bind tells.
      if (sentBy(current.state).length > 1) {
        tx.audit({ event: 'reset.unknown', result: 'unknown', ...auditOf(current) });
        return advanceReset(tx, current, { type: 'lateChangeSeen' }, 'sameDraw');
      }
      tx.audit(refusedPassword(current, 'flowExpired'));
      return advanceReset(tx, current, { type: 'expired' });
    case 'notResponsible': {
      const reason = 'notResponsible';
      tx.audit({ event: 'access.denied', result: 'refused', reason, ...auditOf(current) });
      return advanceReset(tx, current, { type: 'refused', problem: { reason } });
    }
  }
}

/** When the password may be changed again, where the policy is known. */
function oldEnough({ passwordSetAt, rules: { minAgeMs } }: Account): { readonly until?: number } {
  if (passwordSetAt === undefined || minAgeMs === undefined) return {};
  return { until: passwordSetAt + minAgeMs };
}

/** The directory may give no reason: its history and its list of forbidden words stay unmarked. */
const ABSENT_IN_REFUSED = CHECKED_FAULTS.filter((fault) => fault !== 'passwordTooCommon');

const REFUSALS = {
  usedBefore: 'passwordUsedBefore',
  tooShort: 'passwordTooShort',
  tooYoung: 'passwordTooYoung',
  policy: 'passwordRefusedByDirectory',
} as const;

export function refusedPassword(flow: ResetFlow, reason: string | undefined): AuditEvent {
  return { event: 'reset.refused', result: 'refused', reason, ...auditOf(flow) };
}
