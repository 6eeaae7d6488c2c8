import type { Flow, ResetFlow } from '../domain/flow.ts';
import {
  CHECKED_FAULTS,
  isComplex,
  loweredPasswords,
  MAX_PASSWORD_LENGTH,
  passwordFaults,
} from '../domain/passwordPolicy.ts';
import { byPrecedence, type Reason } from '../domain/reasons.ts';
import { stepReset } from '../domain/reset.ts';
import { Secret } from '../domain/secret.ts';
import { DirectoryError, type WriteOutcome } from '../ports/directory.ts';
import type { PasswordDigest } from '../ports/records.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { advanceReset, auditOf, changeFlow } from './flows.ts';
import { submit, type FlowTurn, type Submission } from './flowTurn.ts';
import type { SecretInput } from './input.ts';
import { completeReset, lookForOutcome, noteUnknown, seekOutcome } from './outcome.ts';
import { directoryReason } from './people.ts';
import { proofBlock } from './proof.ts';
import { saveOutcome } from './unsaved.ts';

type ResetTurn = FlowTurn<ResetFlow>;

/** A new password as it was typed, twice. */
export interface NewPassword {
  readonly newPassword: SecretInput;
  readonly confirmPassword: SecretInput;
}

/**
 * Answers inputs that hold nothing to compare or check, without the directory; undefined where the
 * password has to be looked at.
 */
export async function refuseMalformedPassword(
  turn: Submission<ResetFlow>,
  input: NewPassword,
): Promise<Flow | undefined> {
  const reason = malformedPassword(input);
  if (reason === undefined) return undefined;
  const { flow } = await submit(turn, async (tx, current) => {
    auditRefused(tx, current, reason);
    const event = { type: 'passwordRefused', reasons: [reason] } as const;
    return { flow: await advanceReset(tx, current, event) };
  });
  return flow;
}

function malformedPassword({ newPassword, confirmPassword }: NewPassword): Reason | undefined {
  const typed = newPassword?.reveal() ?? '';
  if (typed === '') return 'passwordTooShort';
  if ([...typed].length > MAX_PASSWORD_LENGTH) return 'passwordTooLong';
  const confirmed = confirmPassword?.reveal() ?? '';
  const isMissing = confirmed === '' || [...confirmed].length > MAX_PASSWORD_LENGTH;
  return isMissing ? 'passwordMismatch' : undefined;
}

interface Write {
  readonly password: Secret;
  readonly digest: PasswordDigest;
}

/** Checks a new password by all rules and, where none is broken, writes it: once. */
export async function setPassword(turn: ResetTurn, input: NewPassword): Promise<Flow> {
  const { account, flow } = turn;
  if (account.passwordVersion !== flow.passwordVersion) {
    // Somebody else changed it since: this flow answers a question that is no longer asked.
    const { flow: ended } = await submit(turn, async (tx, current) => {
      auditRefused(tx, current, 'flowExpired');
      return { flow: await advanceReset(tx, current, { type: 'expired' }) };
    });
    return ended;
  }
  const checked = await checkPassword(turn, input);
  const { flow: saved, todo } = await submit<ResetFlow, Write>(turn, async (tx, current) => {
    const reasons = await allFaults(turn, tx, checked);
    if (reasons.length > 0 || checked.write === undefined) {
      auditRefused(tx, current, reasons[0]);
      const absent = checked.lookedFor.filter((fault) => !reasons.includes(fault));
      const typed = input.newPassword?.reveal() ?? '';
      const event = {
        type: 'passwordRefused',
        reasons,
        absent,
        isComplex: isComplex(typed),
      } as const;
      return { flow: await advanceReset(tx, current, event) };
    }
    tx.audit({ event: 'reset.attempted', result: 'ok', ...auditOf(current) });
    const writing = await advanceReset(tx, current, { type: 'writeStarted' });
    return { flow: writing, todo: checked.write };
  });
  return todo === undefined ? saved : write(turn, saved, todo);
}

interface CheckedPassword {
  readonly faults: readonly Reason[];
  /** All faults that were, or with `write` will be, looked for. */
  readonly lookedFor: readonly Reason[];
  /** Absent where a plain fault makes the costly comparison with earlier passwords needless. */
  readonly write?: Write;
  /** What earlier passwords would be that this one only counts up from. */
  readonly lowered: readonly PasswordDigest[];
}

async function checkPassword(turn: ResetTurn, input: NewPassword): Promise<CheckedPassword> {
  const { deps, account } = turn;
  const faults = passwordFaults({
    newPassword: input.newPassword?.reveal(),
    confirmPassword: input.confirmPassword?.reveal(),
    rules: {
      minLength: deps.settings.passwordMinLength,
      forbiddenCharacters: deps.settings.passwordForbiddenCharacters,
    },
    directoryMinLength: account.rules.minLength,
    contextNames: account.contextNames,
  });
  const isTyped = faults.every((fault) => fault === 'passwordTooCommon');
  if (input.newPassword === undefined || !isTyped) {
    return { faults, lookedFor: CHECKED_FAULTS, lowered: [] };
  }

  const password = input.newPassword;
  const digestOf = (value: Secret): Promise<PasswordDigest> =>
    deps.store.digestPassword(account.id, value);
  const lowered = loweredPasswords(password.reveal()).map((value) => new Secret(value));
  return {
    faults,
    lookedFor: [...CHECKED_FAULTS, 'passwordUsedBefore'],
    write: { password, digest: await digestOf(password) },
    lowered: await Promise.all(lowered.map(digestOf)),
  };
}

async function allFaults(
  { deps, account }: ResetTurn,
  tx: StoreTransaction,
  { faults, write, lowered }: CheckedPassword,
): Promise<Reason[]> {
  const last = deps.settings.passwordHistory;
  for (const digest of write === undefined ? [] : [write.digest, ...lowered]) {
    if (await tx.isInHistory(account.id, digest, last)) {
      return byPrecedence([...faults, 'passwordUsedBefore']);
    }
  }
  return byPrecedence(faults);
}

function auditRefused(tx: StoreTransaction, flow: ResetFlow, reason: string | undefined): void {
  tx.audit({ event: 'reset.refused', result: 'refused', reason, ...auditOf(flow) });
}

/** The one write of this submission. Its answer, whatever it is, is taken into the flow. */
async function write(turn: ResetTurn, flow: ResetFlow, todo: Write): Promise<Flow> {
  const { deps, manager, account, signal } = turn;
  let outcome: WriteOutcome | DirectoryError;
  try {
    outcome = await deps.directory.writePassword(
      {
        managerId: manager.entry.id,
        accountId: account.id,
        password: todo.password,
        expectedVersion: flow.passwordVersion,
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    outcome = error;
  }
  const meanwhile = stepReset(flow.state, { type: 'outcomeUnknown' }, flow.startedAt);
  return saveOutcome(deps, { ...flow, state: meanwhile.state }, async () => {
    const saved = await changeFlow(deps, flow, (tx, current) =>
      takeOutcome(turn, tx, current, outcome, todo),
    );
    if (saved.state.step === 'unknown') {
      const byName = manager.entry.displayName;
      seekOutcome(deps, saved, { ...todo, byName, isTheOneSent: true });
    }
    return saved;
  });
}

async function takeOutcome(
  turn: ResetTurn,
  tx: StoreTransaction,
  current: ResetFlow,
  outcome: WriteOutcome | DirectoryError,
  { digest, password }: Write,
): Promise<ResetFlow> {
  const { deps, manager } = turn;
  const isGivenUp = turn.signal.aborted;
  // A write that was given up for lost may still report its success: that is never thrown away.
  const isWritten = !(outcome instanceof DirectoryError) && outcome.outcome === 'written';
  const isAwaited = current.state.step === 'writingPassword';
  if (!isAwaited && (!isWritten || current.state.step === 'done')) return current;
  if (outcome instanceof DirectoryError) {
    if (outcome.code === 'noAnswer') {
      return noteUnknown(tx, current, { server: undefined, isGivenUp });
    }
    const reason = directoryReason(deps, outcome);
    auditRefused(tx, current, reason);
    return reason === 'temporarilyUnavailable'
      ? advanceReset(tx, current, { type: 'refused', problem: { reason } })
      : advanceReset(tx, current, { type: 'writeNotDone', reason }, 'sameTurn');
  }
  switch (outcome.outcome) {
    case 'written':
      return completeReset(deps, tx, current, { digest, byName: manager.entry.displayName });
    case 'refused': {
      const reason = REFUSALS[outcome.reason];
      auditRefused(tx, current, reason);
      const event = {
        type: 'passwordRefused',
        reasons: [reason],
        absent: ABSENT_IN_REFUSED.filter((fault) => fault !== reason),
        isComplex: isComplex(password.reveal()),
      } as const;
      return advanceReset(tx, current, event, 'sameTurn');
    }
    case 'stale':
      auditRefused(tx, current, 'flowExpired');
      return advanceReset(tx, current, { type: 'expired' });
    case 'notResponsible': {
      const reason = 'notResponsible';
      tx.audit({ event: 'access.denied', result: 'refused', reason, ...auditOf(current) });
      return advanceReset(tx, current, { type: 'refused', problem: { reason } });
    }
    case 'unknown':
      return noteUnknown(tx, current, { server: outcome.server, isGivenUp });
  }
}

/** The directory may not name its reason: of its history and its own words nothing is said. */
const ABSENT_IN_REFUSED = CHECKED_FAULTS.filter((fault) => fault !== 'passwordTooCommon');

const REFUSALS = {
  usedBefore: 'passwordUsedBefore',
  tooShort: 'passwordTooShort',
  policy: 'passwordRefusedByDirectory',
} as const;

/**
 * The same password typed again on the old card after a crash: where the directory shows a change
 * and this password binds, the write was carried out. Reads, and binds once at most.
 */
export async function proveLostWrite(
  turn: Omit<ResetTurn, 'cardTurn'>,
  input: NewPassword,
): Promise<void> {
  const { deps, flow, manager, account } = turn;
  const { accountId } = flow;
  const password = input.newPassword;
  const isTyped = password !== undefined && password.reveal() === input.confirmPassword?.reveal();
  if (!isTyped || flow.state.step !== 'unknown' || flow.state.server !== undefined) return;

  const failureId = await changeFlow(deps, flow, async (tx) => {
    if ((await proofBlock(account, tx)) !== undefined) return undefined;
    return tx.addFailure({ kind: 'proof', manager: manager.key, accountId });
  });
  if (failureId === undefined) return;
  const digest = await deps.store.digestPassword(accountId, password);
  const byName = manager.entry.displayName;
  const sought = { password, digest, byName, isTheOneSent: false };
  const outcome = await lookForOutcome(deps, flow, sought);
  if (outcome === 'settled') await deps.store.transaction((tx) => tx.removeFailure(failureId));
}
