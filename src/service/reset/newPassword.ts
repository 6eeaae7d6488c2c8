import type { Flow, ResetFlow } from '../../domain/flows/flow.ts';
import { operationSince } from '../../domain/flows/lifetime.ts';
import {
  CHECKED_FAULTS,
  forbiddenCharacter,
  loweredPasswords,
  MAX_PASSWORD_LENGTH,
  passwordFaults,
} from '../../domain/passwords/passwordPolicy.ts';
import { complexityOf } from '../../domain/passwords/complexity.ts';
import { byPrecedence, type Reason } from '../../domain/reasons.ts';
import { sentBy } from '../../domain/flows/reset.ts';
import { Secret } from '../../domain/secret.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { ResetTap } from '../flow/table.ts';
import {
  type Submission,
  advanceReset,
  auditOf,
  isStillEnrolled,
  settled,
  submit,
  submitStep,
} from '../flow/flows.ts';
import { digestInTurn, digestText } from './digests.ts';
import type { NewPassword, SecretInput } from '../input.ts';
import { completeReset } from './recordReset.ts';
import { refusedPassword, writePassword, type Write } from './passwordWrite.ts';
import { proveLostWrite, provesInForce, sentEarlier } from './lostWriteRetyped.ts';

/** Answers inputs that hold nothing to compare or check; undefined where the password has to be checked. */
export function refuseMalformedPassword(
  tap: Submission<ResetFlow>,
  input: NewPassword,
): Promise<Flow> | undefined {
  const reason = malformedPassword(input);
  if (reason === undefined) return undefined;
  const isEmpty = isBlank(input.newPassword);
  return submitStep(tap, (tx, current) => {
    tap.deps.denials.auditIn(tx, refusedPassword(current, reason));
    return advanceReset(tx, current, { type: 'passwordRefused', reasons: [reason], isEmpty });
  });
}

const isBlank = (input: SecretInput): boolean => (input?.reveal() ?? '') === '';

function malformedPassword({ newPassword, confirmPassword }: NewPassword): Reason | undefined {
  if (isBlank(newPassword)) return 'passwordTooShort';
  const typed = newPassword?.reveal() ?? '';
  if ([...typed].length > MAX_PASSWORD_LENGTH) return 'passwordTooLong';
  const confirmed = confirmPassword?.reveal() ?? '';
  const isMissing = confirmed === '' || [...confirmed].length > MAX_PASSWORD_LENGTH;
  return isMissing ? 'passwordMismatch' : undefined;
}

/** Checks a new password by all rules and, where it keeps them, writes it: once. */
export async function setPassword(tap: ResetTap, input: NewPassword): Promise<Flow> {
  const { account, flow } = tap;
  const checked = await checkPassword(tap, input);
  return account.passwordVersion === flow.passwordVersion
    ? takeChecked(tap, input, checked)
    : takeChanged(tap, input, checked.write);
}

/**
 * The password was changed since the flow began. Where a write of this flow was taken for lost, that one
 * may have come late, and the flow says so; an earlier reset's write is tried by bind. Else the flow's card
 * is out of date.
 */
async function takeChanged(
  tap: ResetTap,
  input: NewPassword,
  write: Write | undefined,
  isTried = false,
): Promise<Flow> {
  const { flow: saved, todo } = await submit<ResetFlow, Earlier>(tap, async (tx, current) => {
    if (sentBy(current.state).length > 0) {
      tx.audit({ event: 'reset.unknown', result: 'unknown', ...auditOf(current) });
      return { flow: await advanceReset(tx, current, { type: 'lateChangeSeen' }) };
    }
    const earlier = write && !isTried ? await sentEarlier(tx, tap, write.digest) : undefined;
    if (write !== undefined && earlier !== undefined) {
      return { flow: current, todo: { earlier, write } };
    }
    tx.audit(refusedPassword(current, 'flowExpired'));
    return { flow: await advanceReset(tx, current, { type: 'expired' }) };
  });
  if (todo !== undefined) {
    return (await takeInForce(tap, todo)) ?? takeChanged(tap, input, write, true);
  }
  if (saved.state.step !== 'unknown') return saved;
  return proveLostWrite({ ...tap, flow: saved }, input);
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
  tap: ResetTap,
  input: NewPassword,
  checked: CheckedPassword,
  isTried = false,
): Promise<Flow> {
  const { deps, account } = tap;
  const { flow: saved, todo } = await submit<ResetFlow, Todo>(tap, async (tx, current) => {
    const { write, faults } = checked;
    if (!isTried && write !== undefined && faults.length === 0) {
      const earlier = await sentEarlier(tx, tap, write.digest);
      const isChanged = earlier && earlier.passwordVersion !== account.passwordVersion;
      if (isChanged === true) return { flow: current, todo: { sent: { earlier, write } } };
    }
    const reasons = await allFaults(tap, tx, checked);
    if (reasons.length > 0 || write === undefined) {
      deps.denials.auditIn(tx, refusedPassword(current, reasons[0]));
      const absent = checked.lookedFor.filter((fault) => !reasons.includes(fault));
      const typed = input.newPassword?.reveal() ?? '';
      const event = {
        type: 'passwordRefused',
        reasons,
        absent,
        ...complexityOf(typed, account.rules.forbiddenNames),
        forbidden: forbiddenCharacter(typed, deps.settings.passwordForbiddenCharacters),
      } as const;
      return { flow: await advanceReset(tx, current, event) };
    }
    if (!(await isStillEnrolled(tx, current))) {
      tx.audit(refusedPassword(current, 'flowExpired'));
      return { flow: await advanceReset(tx, current, { type: 'expired' }) };
    }
    const other = await otherWrite(tx, current);
    if (other !== undefined) return { flow: current, todo: { other } };
    deps.denials.settleIn(tx, refusedPassword(current, undefined));
    tx.audit({ event: 'reset.attempted', result: 'ok', ...auditOf(current) });
    const event = { type: 'writeStarted', digest: digestText(write.digest) } as const;
    return { flow: await advanceReset(tx, current, event), todo: { write } };
  });
  if (todo === undefined) return saved;
  if ('write' in todo) return writePassword(tap, saved, todo.write);
  if ('sent' in todo) {
    return (await takeInForce(tap, todo.sent)) ?? takeChecked(tap, input, checked, true);
  }
  const quiet = await settled(deps, todo.other, tap.signal);
  if (operationSince(quiet.state) === undefined) return takeChecked(tap, input, checked, isTried);
  throw new DirectoryError('unreachable', 'another write on the account is under way');
}

/**
 * Ends the flow where the password is in force already, by an earlier reset; records that reset unless a
 * record exists. Undefined where it is not.
 */
async function takeInForce(
  tap: ResetTap,
  { earlier, write: { password, digest } }: Earlier,
): Promise<Flow | undefined> {
  const { deps, manager, account } = tap;
  if (!(await provesInForce(tap, password))) return undefined;
  return submitStep(tap, async (tx, current) => {
    const former = await tx.flow(earlier.id, earlier);
    if (former?.purpose === 'reset') {
      const byName = manager.entry.displayName;
      await completeReset(deps, tx, former, { digest, byName, version: account.passwordVersion });
    }
    tx.audit({ event: 'reset.verified', result: 'ok', ...auditOf(current) });
    return advanceReset(tx, current, { type: 'passwordInForce' }, 'sameDraw');
  });
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

async function checkPassword(tap: ResetTap, input: NewPassword): Promise<CheckedPassword> {
  const { deps, account } = tap;
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
  const [digest, ...digests] = await digestInTurn(tap, account.id, [password, ...lowered]);
  if (digest === undefined) throw new Error('a password has no digest');
  return {
    faults,
    lookedFor: [...CHECKED_FAULTS, 'passwordUsedBefore'],
    write: { password, digest },
    lowered: digests,
  };
}

/** By the bot's own rules, and the account's last passwords. */
async function allFaults(
  { deps, account }: ResetTap,
  tx: StoreTransaction,
  { faults, write, lowered }: CheckedPassword,
): Promise<Reason[]> {
  const digests = write === undefined ? [] : [write.digest, ...lowered];
  const isUsed = await tx.isInHistory(account.id, digests, deps.settings.passwordHistory);
  return byPrecedence(isUsed ? [...faults, 'passwordUsedBefore'] : faults);
}
