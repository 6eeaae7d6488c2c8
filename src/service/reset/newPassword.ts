import { operationSince, type Flow, type ResetFlow } from '../../domain/flows/flow.ts';
import {
  CHECKED_FAULTS,
  forbiddenCharacter,
  isComplex,
  loweredPasswords,
  MAX_PASSWORD_LENGTH,
  passwordFaults,
} from '../../domain/passwords/passwordPolicy.ts';
import { byPrecedence, type Reason } from '../../domain/reasons.ts';
import { sentBy } from '../../domain/flows/reset.ts';
import { Secret } from '../../domain/secret.ts';
import { DirectoryError } from '../../ports/directory.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { advanceReset, auditOf, settled } from '../flow/flows.ts';
import { submit } from '../flow/flowTurn.ts';
import type { ResetTurn, Submission } from '../flow/submission.ts';
import { digestInTurn, digestText } from './digests.ts';
import type { NewPassword } from '../input.ts';
import { completeReset } from './recordReset.ts';
import { refusedPassword, writePassword, type Write } from './passwordWrite.ts';
import { proveLostWrite, provesInForce, sentEarlier } from './lostWriteRetyped.ts';

/** Answers inputs that hold nothing to compare or check; undefined where the password has to be checked. */
export function refuseMalformedPassword(
  turn: Submission<ResetFlow>,
  input: NewPassword,
): Promise<Flow> | undefined {
  const reason = malformedPassword(input);
  return reason === undefined ? undefined : refusePassword(turn, reason);
}

async function refusePassword(turn: Submission<ResetFlow>, reason: Reason): Promise<Flow> {
  const { flow } = await submit(turn, async (tx, current) => {
    turn.deps.denials.auditIn(tx, refusedPassword(current, reason));
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

/** Checks a new password by all rules and, where it keeps them, writes it: once. */
export async function setPassword(turn: ResetTurn, input: NewPassword): Promise<Flow> {
  const { account, flow } = turn;
  const checked = await checkPassword(turn, input);
  return account.passwordVersion === flow.passwordVersion
    ? takeChecked(turn, input, checked)
    : takeChanged(turn, input, checked.write);
}

/**
 * The password was changed since the flow began. Where a write of this flow was taken for lost, that one
 * may have come late, and the flow says so; an earlier reset's write is tried by bind. Else the flow's card
 * is out of date.
 */
async function takeChanged(
  turn: ResetTurn,
  input: NewPassword,
  write: Write | undefined,
  isTried = false,
): Promise<Flow> {
  const { flow: saved, todo } = await submit<ResetFlow, Earlier>(turn, async (tx, current) => {
    if (sentBy(current.state).length > 0) {
      tx.audit({ event: 'reset.unknown', result: 'unknown', ...auditOf(current) });
      return { flow: await advanceReset(tx, current, { type: 'lateChangeSeen' }) };
    }
    const earlier = write && !isTried ? await sentEarlier(tx, turn, write.digest) : undefined;
    if (write !== undefined && earlier !== undefined) {
      return { flow: current, todo: { earlier, write } };
    }
    tx.audit(refusedPassword(current, 'flowExpired'));
    return { flow: await advanceReset(tx, current, { type: 'expired' }) };
  });
  if (todo !== undefined) {
    return (await takeInForce(turn, todo)) ?? takeChanged(turn, input, write, true);
  }
  if (saved.state.step !== 'unknown') return saved;
  return proveLostWrite({ ...turn, flow: saved }, input);
}

/** A password sent by an earlier reset whose outcome the manager was not told. */
interface Earlier {
  readonly earlier: ResetFlow;
  readonly write: Write;
}

/**
 * The next operation with a password: write it, wait for another manager's write, or try whether it is in
 * force.
 */
type Todo = { readonly write: Write } | { readonly other: Flow } | { readonly sent: Earlier };

async function takeChecked(
  turn: ResetTurn,
  input: NewPassword,
  checked: CheckedPassword,
  isTried = false,
): Promise<Flow> {
  const { deps, account } = turn;
  const { flow: saved, todo } = await submit<ResetFlow, Todo>(turn, async (tx, current) => {
    const { write, faults } = checked;
    if (!isTried && write !== undefined && faults.length === 0) {
      const earlier = await sentEarlier(tx, turn, write.digest);
      const isChanged = earlier && earlier.passwordVersion !== account.passwordVersion;
      if (isChanged === true) return { flow: current, todo: { sent: { earlier, write } } };
    }
    const reasons = await allFaults(turn, tx, checked);
    if (reasons.length > 0 || write === undefined) {
      deps.denials.auditIn(tx, refusedPassword(current, reasons[0]));
      const absent = checked.lookedFor.filter((fault) => !reasons.includes(fault));
      const typed = input.newPassword?.reveal() ?? '';
      const event = {
        type: 'passwordRefused',
        reasons,
        absent,
        isComplex: isComplex(typed),
        forbidden: forbiddenCharacter(typed, deps.settings.passwordForbiddenCharacters),
      } as const;
      return { flow: await advanceReset(tx, current, event) };
    }
    const other = await otherWrite(tx, current);
    if (other !== undefined) return { flow: current, todo: { other } };
    tx.audit({ event: 'reset.attempted', result: 'ok', ...auditOf(current) });
    const event = { type: 'writeStarted', digest: digestText(write.digest) } as const;
    return { flow: await advanceReset(tx, current, event), todo: { write } };
  });
  if (todo === undefined) return saved;
  if ('write' in todo) return writePassword(turn, saved, todo.write);
  if ('sent' in todo) {
    return (await takeInForce(turn, todo.sent)) ?? takeChecked(turn, input, checked, true);
  }
  const quiet = await settled(deps, todo.other, turn.signal);
  if (operationSince(quiet.state) === undefined) return takeChecked(turn, input, checked, isTried);
  throw new DirectoryError('unreachable', 'another write on the account is under way');
}

/**
 * Ends the flow where the password is in force already, by an earlier reset; records that reset unless a
 * record exists. Undefined where it is not.
 */
async function takeInForce(
  turn: ResetTurn,
  { earlier, write: { password, digest } }: Earlier,
): Promise<Flow | undefined> {
  const { deps, manager, account } = turn;
  if (!(await provesInForce(turn, password))) return undefined;
  const { flow } = await submit(turn, async (tx, current) => {
    const former = await tx.flow(earlier.id, earlier);
    if (former?.purpose === 'reset') {
      const byName = manager.entry.displayName;
      await completeReset(deps, tx, former, { digest, byName, version: account.passwordVersion });
    }
    tx.audit({ event: 'reset.verified', result: 'ok', ...auditOf(current) });
    return { flow: await advanceReset(tx, current, { type: 'passwordInForce' }, 'sameTurn') };
  });
  return flow;
}

/**
 * Another manager's write on the account: of two at once the directory would take both, each in the belief
 * that the password is as its flow found it.
 */
async function otherWrite(tx: StoreTransaction, own: ResetFlow): Promise<Flow | undefined> {
  const open = await tx.openFlowsOf(own.accountId);
  return open.find(({ id, state }) => id !== own.id && state.step === 'writingPassword');
}

interface CheckedPassword {
  readonly faults: readonly Reason[];
  /** All faults that were, or with `write` will be, checked for. */
  readonly lookedFor: readonly Reason[];
  /** Absent where a plain fault makes the costly comparison with earlier passwords needless. */
  readonly write?: Write;
  /** The digests that earlier passwords would have if this one only counts up from them. */
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
  const lowered = loweredPasswords(password.reveal()).map((value) => new Secret(value));
  const [digest, ...digests] = await digestInTurn(turn, account.id, [password, ...lowered]);
  if (digest === undefined) throw new Error('a password has no digest');
  return {
    faults,
    lookedFor: [...CHECKED_FAULTS, 'passwordUsedBefore'],
    write: { password, digest },
    lowered: digests,
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
