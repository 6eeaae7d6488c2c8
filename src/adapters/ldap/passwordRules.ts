import type { DirectoryLockout, DirectoryRules } from '../../ports/directory.ts';

/** A password policy of the directory, whichever way it is written down there. Intervals are ms. */
export interface PasswordRules extends DirectoryRules {
  readonly threshold: DirectoryLockout['threshold'];
  /** How long a wrong bind counts; absent: until a right one. */
  readonly failureWindowMs?: number;
  /** How long a lockout lasts; absent: until somebody lifts it. */
  readonly lockoutMs?: number;
}

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
  const { isReadable, minLength, historyLength, requiresComplexity, maxAgeMs } = rules;
  return {
    isReadable,
    minLength,
    historyLength,
    requiresComplexity,
    ...(maxAgeMs === undefined || !expires ? {} : { maxAgeMs }),
  };
}

/** Whether a wrong bind at `at` (epoch ms) still counts against the threshold. */
export function isRecent(at: number, rules: PasswordRules, now: number): boolean {
  return rules.failureWindowMs === undefined || at + rules.failureWindowMs > now;
}

/** The properties whose value is known: absent and undefined are not the same to a reader. */
export function known<K extends string>(key: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: number });
}
