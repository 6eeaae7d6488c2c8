import type { Account, DirectoryLockout, DirectoryRules } from '../../ports/account.ts';

/** A password policy of the directory, whichever way it is written down there. Intervals are ms. */
export interface PasswordRules extends DirectoryRules {
  readonly threshold: DirectoryLockout['threshold'];
  /** How long a wrong bind counts; absent: until a right one. */
  readonly failureWindowMs?: number | undefined;
  /** How long a lockout lasts; absent: until an administrator lifts it. */
  readonly lockoutMs?: number | undefined;
}

/** How far the bot's clock may be ahead of the directory's: as far as Kerberos allows by default. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** A policy applies that the service account may not read. */
export const UNREADABLE: PasswordRules = {
  isReadable: false,
  minLength: 0,
  historyLength: 0,
  requiresComplexity: false,
  threshold: 'unreadable',
};

/** No policy applies. */
export const UNRULED: PasswordRules = { ...UNREADABLE, isReadable: true, threshold: 'none' };

/** The part of a policy that the port knows; `expires` is false for an account that is exempt. */
export function directoryRules(rules: PasswordRules, expires: boolean): DirectoryRules {
  const { isReadable, minLength, historyLength, requiresComplexity } = rules;
  return {
    isReadable,
    minLength,
    historyLength,
    requiresComplexity,
    maxAgeMs: expires ? rules.maxAgeMs : undefined,
    minAgeMs: rules.minAgeMs,
    needsOldPassword: rules.needsOldPassword,
  };
}

/** Whether a password may be too young to be changed; the bot's clock may be ahead of the directory's. */
export function mayBeTooYoung(
  { passwordSetAt, rules: { minAgeMs = 0 } }: Pick<Account, 'passwordSetAt' | 'rules'>,
  now: number,
): boolean {
  return (
    minAgeMs > 0 && passwordSetAt !== undefined && now < passwordSetAt + minAgeMs + CLOCK_SKEW_MS
  );
}

/**
 * Whether a wrong bind at `at`, epoch ms by the directory's clock, may still count against the threshold.
 * `now` is by the bot's own clock: where that is ahead, a bind too many would lock the account (requirement
 * P11), so a failure counts a while longer, at most for the window once more.
 */
export function isRecent(at: number, { failureWindowMs }: PasswordRules, now: number): boolean {
  if (failureWindowMs === undefined) return true;
  return at + failureWindowMs + Math.min(CLOCK_SKEW_MS, failureWindowMs) > now;
}
