import type { Entry } from 'ldapts';

import type { PasswordState, Session } from '../dialect.ts';
import { generalizedTimesOf, numberOf, textOf } from '../wire/entry.ts';
import { equals } from '../wire/filters.ts';
import { directoryRules, isRecent, UNREADABLE, UNRULED } from '../passwordRules.ts';
import type { PasswordRules } from '../passwordRules.ts';

/** The control of draft-behera-ldap-password-policy; a server that knows no policies does not offer it. */
export const PASSWORD_POLICY = '1.3.6.1.4.1.42.2.27.8.5.1';
/** The time that an administrator writes to lock an account for good. */
const LOCKED_FOR_GOOD = '000001010000Z';

const POLICY_ATTRIBUTES = [
  'pwdMinLength',
  'pwdInHistory',
  'pwdCheckQuality',
  'pwdCheckModule',
  'pwdUseCheckModule',
  'pwdMaxAge',
  'pwdMinAge',
  'pwdLockout',
  'pwdMaxFailure',
  'pwdFailureCountInterval',
  'pwdLockoutDuration',
  'pwdMustChange',
  'pwdSafeModify',
];

export const PASSWORD_ATTRIBUTES = [
  'pwdChangedTime',
  'entryCSN',
  'pwdAccountLockedTime',
  'pwdAccountTmpLockoutEnd',
  'pwdFailureTime',
  'pwdPolicySubentry',
  'pwdReset',
];

/** Whether an administrator has locked the entry for good, which is how ppolicy disables. */
export function isDisabled(entry: Entry): boolean {
  return textOf(entry, 'pwdAccountLockedTime') === LOCKED_FOR_GOOD;
}

/** A policy with the part that only OpenLDAP has. */
interface PpolicyRules extends PasswordRules {
  /** Whether a password that an administrator has marked must be changed. */
  readonly obeysReset: boolean;
}

function rulesFrom(policy: Entry): PpolicyRules {
  const checksQuality = (numberOf(policy, 'pwdCheckQuality') ?? 0) > 0;
  const checksMore =
    textOf(policy, 'pwdCheckModule') !== undefined ||
    textOf(policy, 'pwdUseCheckModule') === 'TRUE';
  const threshold = textOf(policy, 'pwdLockout') === 'TRUE' ? numberOf(policy, 'pwdMaxFailure') : 0;
  return {
    isReadable: true,
    minLength: checksQuality ? (numberOf(policy, 'pwdMinLength') ?? 0) : 0,
    historyLength: numberOf(policy, 'pwdInHistory') ?? 0,
    requiresComplexity: checksQuality && checksMore,
    maxAgeMs: secondsOf(policy, 'pwdMaxAge'),
    minAgeMs: secondsOf(policy, 'pwdMinAge'),
    threshold: threshold === undefined || threshold === 0 ? 'none' : threshold,
    failureWindowMs: secondsOf(policy, 'pwdFailureCountInterval'),
    lockoutMs: secondsOf(policy, 'pwdLockoutDuration'),
    needsOldPassword: textOf(policy, 'pwdSafeModify') === 'TRUE',
    obeysReset: textOf(policy, 'pwdMustChange') === 'TRUE',
  };
}

/** An interval as ms; undefined for absent and 0, which both mean no end. */
function secondsOf(entry: Entry, attribute: string): number | undefined {
  const seconds = numberOf(entry, attribute) ?? 0;
  return seconds === 0 ? undefined : seconds * 1_000;
}

/** A policy that is not shown may be one that obeys the mark. */
const UNSEEN: PpolicyRules = { ...UNREADABLE, obeysReset: true };

async function rulesAt(session: Session, base: string): Promise<PpolicyRules> {
  const policy = await session.connection.entryAt(base, POLICY_ATTRIBUTES);
  return policy === undefined ? UNSEEN : rulesFrom(policy);
}

function knowsPolicies(session: Session): boolean {
  return session.facts.controls.includes(PASSWORD_POLICY);
}

/**
 * The policy of accounts that name none. Which one that is stands in the server's configuration only,
 * so it is known where there is exactly one policy to choose from.
 */
async function defaultRules(session: Session): Promise<PpolicyRules> {
  if (!knowsPolicies(session)) return { ...UNRULED, obeysReset: false };
  const found: Entry[] = [];
  for (const base of session.facts.namingContexts) {
    const filter = equals('objectClass', 'pwdPolicy');
    const search = { base, scope: 'sub', filter, attributes: POLICY_ATTRIBUTES, limit: 2 } as const;
    found.push(...(await session.connection.search(search)));
  }
  const [policy, another] = found;
  return policy === undefined || another !== undefined ? UNSEEN : rulesFrom(policy);
}

/** Reads password states by the policy that holds for each account; policies are read once. */
export function passwordStates(session: Session): (entry: Entry) => Promise<PasswordState> {
  const read = new Map<string, Promise<PpolicyRules>>();

  function rulesOf(entry: Entry): Promise<PpolicyRules> {
    const dn = textOf(entry, 'pwdPolicySubentry') ?? '';
    const rules = read.get(dn) ?? (dn === '' ? defaultRules(session) : rulesAt(session, dn));
    read.set(dn, rules);
    return rules;
  }

  return async (entry) => {
    const rules = await rulesOf(entry);
    const now = Date.now();
    const [setAt] = generalizedTimesOf(entry, 'pwdChangedTime');
    const failures = generalizedTimesOf(entry, 'pwdFailureTime');
    const expiresAt =
      setAt === undefined || rules.maxAgeMs === undefined ? undefined : setAt + rules.maxAgeMs;
    return {
      passwordVersion: versionOf(entry, session),
      passwordSetAt: setAt,
      passwordExpiresAt: expiresAt,
      mustChange: rules.obeysReset && textOf(entry, 'pwdReset') === 'TRUE',
      isLocked: isLocked(entry, rules, now),
      rules: directoryRules(rules, true),
      lockout: {
        threshold: rules.threshold,
        recentFailures: failures.filter((at) => isRecent(at, rules, now)).length,
      },
    };
  };
}

/** Without ppolicy no time of change is kept; the mark of the entry's last change stands in for it. */
function versionOf(entry: Entry, session: Session): string {
  const changed = knowsPolicies(session) ? 'pwdChangedTime' : 'entryCSN';
  return textOf(entry, changed) ?? 'unchanged';
}

function isLocked(entry: Entry, rules: PasswordRules, now: number): boolean {
  const delayedUntil = generalizedTimesOf(entry, 'pwdAccountTmpLockoutEnd')[0] ?? 0;
  const [lockedAt] = generalizedTimesOf(entry, 'pwdAccountLockedTime');
  if (lockedAt === undefined) return delayedUntil > now;
  return rules.lockoutMs === undefined || lockedAt + rules.lockoutMs > now;
}
