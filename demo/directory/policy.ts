import type { Entries, Entry } from './entries.ts';
import { first, number, strings } from './entries.ts';
import { groupsOf } from './membership.ts';
import { dnKey } from './names.ts';
import { epochMs, interval, intervalMs } from './values.ts';

/** The demands on passwords of the domain, or of a password settings object (PSO) for some accounts. */
export interface Policy {
  readonly minLength: number;
  /** The current password and the ones before it that a change may not take again; 0: none. */
  readonly historyLength: number;
  /** Three of five character classes, and no name of the account. */
  readonly requiresComplexity: boolean;
  /** Age that a password must have before its own user may change it. */
  readonly minAgeMs: number;
  /** Infinity: a password never expires. */
  readonly maxAgeMs: number;
  /** Wrong binds that lock; 0: never. */
  readonly lockoutThreshold: number;
  /** Infinity: until an administrator unlocks. */
  readonly lockoutMs: number;
  readonly observationMs: number;
}

const DAY_MS = 24 * 3_600_000;
const COMPLEX = 1;

/** Windows' own defaults with a lockout. */
export const DEFAULT_POLICY: Policy = {
  minLength: 8,
  historyLength: 24,
  requiresComplexity: true,
  minAgeMs: 0,
  maxAgeMs: 90 * DAY_MS,
  lockoutThreshold: 5,
  lockoutMs: 30 * 60_000,
  observationMs: 30 * 60_000,
};

/** The policy as attributes of the domain's head. */
export function domainAttributes(policy: Policy): Record<string, string> {
  return {
    minPwdLength: String(policy.minLength),
    pwdHistoryLength: String(policy.historyLength),
    pwdProperties: policy.requiresComplexity ? String(COMPLEX) : '0',
    minPwdAge: interval(policy.minAgeMs),
    maxPwdAge: interval(policy.maxAgeMs),
    lockoutThreshold: String(policy.lockoutThreshold),
    lockoutDuration: interval(policy.lockoutMs),
    lockOutObservationWindow: interval(policy.observationMs),
  };
}

/** The policy as attributes of a PSO. */
export function psoAttributes(policy: Policy): Record<string, string> {
  return {
    'msDS-MinimumPasswordLength': String(policy.minLength),
    'msDS-PasswordHistoryLength': String(policy.historyLength),
    'msDS-PasswordComplexityEnabled': policy.requiresComplexity ? 'TRUE' : 'FALSE',
    'msDS-PasswordReversibleEncryptionEnabled': 'FALSE',
    'msDS-MinimumPasswordAge': interval(policy.minAgeMs),
    'msDS-MaximumPasswordAge': interval(policy.maxAgeMs),
    'msDS-LockoutThreshold': String(policy.lockoutThreshold),
    'msDS-LockoutDuration': interval(policy.lockoutMs),
    'msDS-LockoutObservationWindow': interval(policy.observationMs),
  };
}

/** The rules that hold for one account now, read from its PSO or the domain's head. */
export function policyFor(entries: Entries, domainHead: Entry, account: Entry): Policy {
  const pso = resultantPso(entries, account);
  if (pso === undefined) {
    return {
      minLength: number(domainHead, 'minPwdLength'),
      historyLength: number(domainHead, 'pwdHistoryLength'),
      requiresComplexity: (number(domainHead, 'pwdProperties') & COMPLEX) !== 0,
      minAgeMs: duration(domainHead, 'minPwdAge'),
      maxAgeMs: duration(domainHead, 'maxPwdAge') || Infinity,
      lockoutThreshold: number(domainHead, 'lockoutThreshold'),
      lockoutMs: duration(domainHead, 'lockoutDuration') || Infinity,
      observationMs: duration(domainHead, 'lockOutObservationWindow'),
    };
  }
  return {
    minLength: number(pso, 'msDS-MinimumPasswordLength'),
    historyLength: number(pso, 'msDS-PasswordHistoryLength'),
    requiresComplexity: first(pso, 'msDS-PasswordComplexityEnabled') === 'TRUE',
    minAgeMs: duration(pso, 'msDS-MinimumPasswordAge'),
    maxAgeMs: duration(pso, 'msDS-MaximumPasswordAge') || Infinity,
    lockoutThreshold: number(pso, 'msDS-LockoutThreshold'),
    lockoutMs: duration(pso, 'msDS-LockoutDuration') || Infinity,
    observationMs: duration(pso, 'msDS-LockoutObservationWindow'),
  };
}

/** MS-ADTS 3.1.1.4.5.36: one that names the account comes before one that names its groups. */
export function resultantPso(entries: Entries, account: Entry): Entry | undefined {
  const all: Entry[] = [];
  for (const entry of entries.all()) {
    // Looked up as it is stored: every entry is asked for every account.
    if (!entry.attributes.has('msds-psoappliesto')) continue;
    if (strings(entry, 'objectClass').includes('msDS-PasswordSettings')) all.push(entry);
  }
  if (all.length === 0) return undefined;
  const groups = new Set(groupsOf(entries, account).map(({ key }) => key));
  const applied = (keys: ReadonlySet<string>) =>
    all
      .filter((pso) => strings(pso, 'msDS-PSOAppliesTo').some((dn) => keys.has(dnKey(dn))))
      .sort((one, other) => precedence(one) - precedence(other))[0];
  return applied(new Set([account.key])) ?? applied(groups);
}

/** Whether the account is locked now; lockoutTime alone keeps standing after the lockout's end. */
export function isLocked(account: Entry, policy: Policy, now: number): boolean {
  const since = first(account, 'lockoutTime') ?? '0';
  return since !== '0' && now < epochMs(since) + policy.lockoutMs;
}

/** Minimum length, complexity (of the password and against the names) and, if asked, history. */
export function meetsPolicy(
  account: Entry,
  password: string,
  policy: Policy,
  checksHistory: boolean,
): boolean {
  if ([...password].length < policy.minLength) return false;
  if (policy.requiresComplexity && !isComplex(account, password)) return false;
  return !checksHistory || !account.passwords.slice(0, policy.historyLength).includes(password);
}

/** "Password must meet complexity requirements": three classes of five; names of 3 letters or more. */
function isComplex(account: Entry, password: string): boolean {
  const classes = [/\p{Lu}/u, /\p{Ll}/u, /\d/, /[^\p{L}\d]/u, /\p{Lo}/u];
  if (classes.filter((one) => one.test(password)).length < 3) return false;
  const names = [
    first(account, 'sAMAccountName') ?? '',
    ...(first(account, 'displayName') ?? '').split(/[\s,.\-_#]+/),
  ];
  const text = password.toLowerCase();
  return !names.some((name) => name.length >= 3 && text.includes(name.toLowerCase()));
}

function duration(entry: Entry, attribute: string): number {
  return intervalMs(first(entry, attribute) ?? '0');
}

function precedence(pso: Entry): number {
  return number(pso, 'msDS-PasswordSettingsPrecedence');
}
