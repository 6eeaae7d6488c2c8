import type { Answer } from './answers.ts';
import {
  CHANGE_AGAINST_POLICY,
  CHANGE_WHILE_LOCKED,
  NO_RIGHT_TO_RESET,
  OLD_PASSWORD_WRONG,
  PASSWORD_NOT_ACCEPTED,
  RESET_AGAINST_POLICY,
} from './answers.ts';
import type { Domain } from './domain.ts';
import { countFailure, isLockedNow, policyOf } from './domain.ts';
import type { Entry } from './entries.ts';
import { first } from './entries.ts';
import type { Change } from './protocol.ts';
import { ADD, DELETE, REPLACE } from './protocol.ts';
import type { Policy } from './policy.ts';
import { meetsPolicy } from './policy.ts';
import { mayReset } from './rights.ts';
import { epochMs } from './values.ts';

interface Attempt {
  readonly domain: Domain;
  readonly who: Entry;
  readonly target: Entry;
  readonly isEncrypted: boolean;
  /** Whether a reset respects the history, as a change always does. */
  readonly enforcesHistory: boolean;
}

/**
 * The new password of a unicodePwd modification, or why it is refused (MS-ADTS 3.1.1.3.1.5): one replace is
 * a reset by a client with the right to; a delete of the old and an add of the new value is a change by a
 * client that knows the old one.
 */
export function findNewPassword(
  attempt: Attempt,
  changes: readonly Change[],
): Answer | { password: string } {
  if (!attempt.isEncrypted) return PASSWORD_NOT_ACCEPTED;
  const passwords = changes.map(readPassword);
  const [one, other] = passwords;
  const kinds = changes.map(({ kind }) => kind).join();
  if (passwords.includes(undefined) || one === undefined) return PASSWORD_NOT_ACCEPTED;
  if (kinds === String(REPLACE)) return reset(attempt, one);
  if (kinds === `${DELETE},${ADD}` && other !== undefined) return change(attempt, one, other);
  return PASSWORD_NOT_ACCEPTED;
}

/** Quoted, UTF-16LE. */
function readPassword({ values }: Change): string | undefined {
  const [value] = values;
  if (values.length !== 1 || value === undefined || value.length % 2 === 1) return undefined;
  const text = value.toString('utf16le');
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1)
    : undefined;
}

function reset(attempt: Attempt, password: string): Answer | { password: string } {
  const { domain, who, target, enforcesHistory } = attempt;
  if (!mayReset(domain, who, target)) return NO_RIGHT_TO_RESET;
  const policy = policyOf(domain, target);
  // With the policy hints the minimum age binds a reset too, as administrators report of real domains.
  if (enforcesHistory && isTooYoung(domain, target, policy)) return RESET_AGAINST_POLICY;
  const isGood = meetsPolicy(target, password, policy, enforcesHistory);
  return isGood ? { password } : RESET_AGAINST_POLICY;
}

function change(
  { domain, target }: Attempt,
  old: string,
  password: string,
): Answer | { password: string } {
  if (isLockedNow(domain, target)) return CHANGE_WHILE_LOCKED;
  if (old !== target.passwords[0]) {
    countFailure(domain, target);
    return OLD_PASSWORD_WRONG;
  }
  const policy = policyOf(domain, target);
  if (isTooYoung(domain, target, policy)) return CHANGE_AGAINST_POLICY;
  return meetsPolicy(target, password, policy, true) ? { password } : CHANGE_AGAINST_POLICY;
}

function isTooYoung(domain: Domain, target: Entry, { minAgeMs }: Policy): boolean {
  const set = first(target, 'pwdLastSet') ?? '0';
  return minAgeMs > 0 && set !== '0' && domain.now() < epochMs(set) + minAgeMs;
}
