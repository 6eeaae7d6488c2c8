import type { Entry } from 'ldapts';
import { forbiddenNames } from '../../../domain/passwords/complexity.ts';
import { filetimeOf, intervalOf, numberOf, textOf } from '../wire/entry.ts';
import type { PasswordState, Session } from '../dialect.ts';
import { directoryRules, isRecent, UNREADABLE, type PasswordRules } from '../passwordRules.ts';

/** LDAP_SERVER_POLICY_HINTS and its predecessor: a reset then obeys the password history (MS-ADTS 3.1.1.3.4.1.27). */
export const POLICY_HINTS = ['1.2.840.113556.1.4.2239', '1.2.840.113556.1.4.2066'];

/** pwdProperties: DOMAIN_PASSWORD_COMPLEX (MS-SAMR 2.2.3.10). */
const COMPLEX = 1;
/** userAccountControl: the password never expires (MS-ADTS 2.2.16). */
const DONT_EXPIRE_PASSWORD = 0x1_0000;
/** msDS-User-Account-Control-Computed: locked out. */
const LOCKOUT = 0x10;

export const DOMAIN_RULE_ATTRIBUTES = [
  'minPwdLength',
  'pwdHistoryLength',
  'pwdProperties',
  'maxPwdAge',
  'minPwdAge',
  'lockoutThreshold',
  'lockOutObservationWindow',
  'lockoutDuration',
];

const PSO_ATTRIBUTES = [
  'msDS-MinimumPasswordLength',
  'msDS-PasswordHistoryLength',
  'msDS-PasswordComplexityEnabled',
  'msDS-MaximumPasswordAge',
  'msDS-MinimumPasswordAge',
  'msDS-LockoutThreshold',
  'msDS-LockoutObservationWindow',
  'msDS-LockoutDuration',
];

export const PASSWORD_ATTRIBUTES = [
  'pwdLastSet',
  'lockoutTime',
  'badPwdCount',
  'badPasswordTime',
  'userAccountControl',
  'msDS-User-Account-Control-Computed',
  'msDS-UserPasswordExpiryTimeComputed',
  'msDS-ResultantPSO',
];

/** The domain's own policy, from the domain's head. */
export function domainRules(head: Entry): PasswordRules {
  const minLength = numberOf(head, 'minPwdLength');
  const threshold = numberOf(head, 'lockoutThreshold');
  if (minLength === undefined || threshold === undefined) return UNREADABLE;
  return {
    isReadable: true,
    minLength,
    historyLength: numberOf(head, 'pwdHistoryLength') ?? 0,
    requiresComplexity: ((numberOf(head, 'pwdProperties') ?? 0) & COMPLEX) !== 0,
    maxAgeMs: intervalOf(head, 'maxPwdAge'),
    minAgeMs: intervalOf(head, 'minPwdAge'),
    threshold: threshold === 0 ? 'none' : threshold,
    failureWindowMs: intervalOf(head, 'lockOutObservationWindow'),
    lockoutMs: intervalOf(head, 'lockoutDuration'),
  };
}

/** A fine-grained policy. Without rights, Active Directory's default, it cannot be read. */
async function fineGrainedRules(session: Session, dn: string): Promise<PasswordRules> {
  const pso = await session.connection.entryAt(dn, PSO_ATTRIBUTES);
  const minLength = pso && numberOf(pso, 'msDS-MinimumPasswordLength');
  const threshold = pso && numberOf(pso, 'msDS-LockoutThreshold');
  if (pso === undefined || minLength === undefined || threshold === undefined) return UNREADABLE;
  return {
    isReadable: true,
    minLength,
    historyLength: numberOf(pso, 'msDS-PasswordHistoryLength') ?? 0,
    requiresComplexity: textOf(pso, 'msDS-PasswordComplexityEnabled') !== 'FALSE',
    maxAgeMs: intervalOf(pso, 'msDS-MaximumPasswordAge'),
    minAgeMs: intervalOf(pso, 'msDS-MinimumPasswordAge'),
    threshold: threshold === 0 ? 'none' : threshold,
    failureWindowMs: intervalOf(pso, 'msDS-LockoutObservationWindow'),
    lockoutMs: intervalOf(pso, 'msDS-LockoutDuration'),
  };
}

/** Reads password states by the policy that holds for each account; policies are read once. */
export function passwordStates(
  session: Session,
  domain: PasswordRules,
): (entry: Entry) => Promise<PasswordState> {
  const read = new Map<string, Promise<PasswordRules>>();

  function rulesOf(entry: Entry): Promise<PasswordRules> {
    const pso = textOf(entry, 'msDS-ResultantPSO');
    if (pso === undefined) return Promise.resolve(domain);
    const rules = read.get(pso) ?? fineGrainedRules(session, pso);
    read.set(pso, rules);
    return rules;
  }

  return async (entry) => {
    const rules = await rulesOf(entry);
    const now = Date.now();
    const flags = numberOf(entry, 'userAccountControl') ?? 0;
    const name = textOf(entry, 'sAMAccountName') ?? '';
    const names = forbiddenNames(name, textOf(entry, 'displayName'));
    const failures = numberOf(entry, 'badPwdCount') ?? 0;
    const failedAt = filetimeOf(entry, 'badPasswordTime') ?? 0;
    return {
      passwordVersion: textOf(entry, 'pwdLastSet') ?? '0',
      passwordSetAt: filetimeOf(entry, 'pwdLastSet'),
      passwordExpiresAt: filetimeOf(entry, 'msDS-UserPasswordExpiryTimeComputed'),
      mustChange: mustChange(entry, flags),
      isLocked: isLocked(entry, rules, now),
      rules: {
        ...directoryRules(rules, (flags & DONT_EXPIRE_PASSWORD) === 0),
        forbiddenNames: rules.requiresComplexity ? names : undefined,
      },
      lockout: {
        threshold: rules.threshold,
        recentFailures: failures > 0 && isRecent(failedAt, rules, now) ? failures : 0,
      },
    };
  };
}

/** MS-ADTS 3.1.1.4.5.33: 0 is computed for a password that must be changed, except on exempt accounts. */
function mustChange(entry: Entry, flags: number): boolean {
  const computed = textOf(entry, 'msDS-UserPasswordExpiryTimeComputed');
  if (computed !== undefined) return computed === '0';
  return textOf(entry, 'pwdLastSet') === '0' && (flags & DONT_EXPIRE_PASSWORD) === 0;
}

function isLocked(entry: Entry, rules: PasswordRules, now: number): boolean {
  const computed = numberOf(entry, 'msDS-User-Account-Control-Computed');
  if (computed !== undefined) return (computed & LOCKOUT) !== 0;
  const lockedAt = filetimeOf(entry, 'lockoutTime');
  if (lockedAt === undefined) return false;
  return rules.lockoutMs === undefined || lockedAt + rules.lockoutMs > now;
}

type BindVerdict = 'proved' | 'wrong' | 'locked' | 'undecided';

/**
 * The Win32 errors (MS-ERREF 2.2) that stand as `data` in a refused bind's text, in hexadecimal. The
 * meanings are Microsoft's, from "System Error Codes (1300-1699)" and "(1700-3999)"; that 530, 531,
 * 532 and 773 come for the right password only was measured on Samba and is in public code lists.
 */
const VERDICTS: Readonly<Record<string, BindVerdict>> = {
  // The password is right, and something else is not.
  '530': 'proved', // ERROR_INVALID_LOGON_HOURS
  '531': 'proved', // ERROR_INVALID_WORKSTATION
  '532': 'proved', // ERROR_PASSWORD_EXPIRED
  '773': 'proved', // ERROR_PASSWORD_MUST_CHANGE

  // The password is wrong, or the account may not be used: requirement P12 takes both for no.
  '525': 'wrong', // ERROR_NO_SUCH_USER
  '52e': 'wrong', // ERROR_LOGON_FAILURE: user name or password
  '533': 'wrong', // ERROR_ACCOUNT_DISABLED
  '701': 'wrong', // ERROR_ACCOUNT_EXPIRED

  '775': 'locked', // ERROR_ACCOUNT_LOCKED_OUT

  // About the account, the controller or the logon, whatever the password.
  '52f': 'undecided', // ERROR_ACCOUNT_RESTRICTION: Protected Users, authentication policies
  '568': 'undecided', // ERROR_TOO_MANY_CONTEXT_IDS: too many groups
  '569': 'undecided', // ERROR_LOGON_TYPE_NOT_GRANTED: no right to log on over the network
};

/**
 * The verdict of a reason, lower-case hexadecimal. A reason that is not in the table says nothing: taken
 * for wrong it would count against people, taken for right it would let them in. A refusal without a reason
 * is a plain "no" (RFC 4511 A.1).
 */
export function verdictOf(bindReason: string | undefined): BindVerdict {
  return bindReason === undefined ? 'wrong' : (VERDICTS[bindReason] ?? 'undecided');
}
