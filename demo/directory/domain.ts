import type { Attributes, Entries, Entry } from './entries.ts';
import { first, number, put } from './entries.ts';
import type { Policy } from './policy.ts';
import { isLocked, policyFor } from './policy.ts';
import { epochMs, fileTime, sidBytes } from './values.ts';

/** One Active Directory domain: what all operations look at. */
export interface Domain {
  readonly entries: Entries;
  readonly head: Entry;
  /** `ad.orebro.example` */
  readonly dnsName: string;
  /** `OREBRO` in `OREBRO\name` */
  readonly netbiosName: string;
  /** A read-only domain controller refers writes to another one. */
  readonly isReadOnly: boolean;
  readonly supportedControls: readonly string[];
  /** Entries in one answer; more need paging. */
  readonly maxPageSize: number;
  /** Values of one attribute in one answer; more need ranges. */
  readonly maxValueRange: number;
  /** How long the former password still binds (KB906305). */
  readonly oldPasswordAllowedMs: number;
  /** Accounts, by key, without the right to log on to this controller over the network. */
  readonly notOverNetwork: Set<string>;
  readonly delegations: { readonly trustee: string; readonly below: string }[];
  /** Entries, by key, that clients may not read: `hidden` ones are not even found. */
  readonly hidden: Map<string, 'nameOnly' | 'hidden'>;
  now(): number;
}

/** userAccountControl (MS-ADTS 2.2.16). */
export const DISABLED = 0x2;
const NEVER_EXPIRES = 0x10000;
/** msDS-User-Account-Control-Computed only. */
export const LOCKED = 0x10;
export const EXPIRED = 0x800000;

export const DOMAIN_SID = 'S-1-5-21-1004336348-1177238915-682003330';

export function domainSid(relativeId: number): Buffer {
  return sidBytes(`${DOMAIN_SID}-${relativeId}`);
}

export function policyOf(domain: Domain, account: Entry): Policy {
  return policyFor(domain.entries, domain.head, account);
}

/** Makes `password` the current one, as of now. */
export function setPassword(domain: Domain, account: Entry, password: string): void {
  const { historyLength } = policyOf(domain, account);
  // The former password is kept even without a history: it may bind for a while.
  account.passwords = [password, ...account.passwords].slice(0, Math.max(2, historyLength));
  put(account, 'pwdLastSet', fileTime(domain.now()));
}

/** When the password expires: epoch ms, Infinity, or 0 where it must be changed at once. */
export function expiresAt(domain: Domain, account: Entry): number {
  if (number(account, 'userAccountControl') & NEVER_EXPIRES) return Infinity;
  const set = first(account, 'pwdLastSet') ?? '0';
  return set === '0' ? 0 : epochMs(set) + policyOf(domain, account).maxAgeMs;
}

/** Counts a wrong password; too many within the observation window lock the account. */
export function countFailure(domain: Domain, account: Entry): void {
  const policy = policyOf(domain, account);
  const now = domain.now();
  const last = first(account, 'badPasswordTime') ?? '0';
  const isRecent = last !== '0' && now < epochMs(last) + policy.observationMs;
  const count = (isRecent ? number(account, 'badPwdCount') : 0) + 1;
  put(account, 'badPwdCount', String(count));
  put(account, 'badPasswordTime', fileTime(now));
  if (policy.lockoutThreshold > 0 && count >= policy.lockoutThreshold) {
    put(account, 'lockoutTime', fileTime(now));
  }
}

export function clearLockout(account: Entry): void {
  put(account, 'lockoutTime', '0');
  put(account, 'badPwdCount', '0');
}

export function isLockedNow(domain: Domain, account: Entry): boolean {
  return isLocked(account, policyOf(domain, account), domain.now());
}

/** The groups and accounts that every domain has, as far as a password bot can meet them. */
export function builtIn(base: string): [dn: string, attributes: Attributes][] {
  const users = `CN=Users,${base}`;
  const builtin = `CN=Builtin,${base}`;
  const group = (dn: string, name: string, sid: Buffer, members: string[] = []) =>
    [
      dn,
      {
        objectClass: ['top', 'group'],
        sAMAccountName: name,
        objectSid: sid,
        groupType: '-2147483646',
        isCriticalSystemObject: 'TRUE',
        ...(name === 'Domain Users' ? {} : { adminCount: '1' }),
        ...(members.length === 0 ? {} : { member: members }),
      },
    ] satisfies [string, Attributes];
  const container = (dn: string) =>
    [dn, { objectClass: ['top', 'container'] }] satisfies [string, Attributes];
  const inUsers = (name: string, id: number) => group(`CN=${name},${users}`, name, domainSid(id));
  const inBuiltin = (name: string, id: number, members: string[] = []) =>
    group(`CN=${name},${builtin}`, name, sidBytes(`S-1-5-32-${id}`), members);
  return [
    container(users),
    container(builtin),
    container(`CN=System,${base}`),
    container(`CN=Password Settings Container,CN=System,${base}`),
    inUsers('Domain Users', 513),
    inUsers('Domain Admins', 512),
    inUsers('Enterprise Admins', 519),
    inUsers('Schema Admins', 518),
    inBuiltin('Administrators', 544, [
      `CN=Domain Admins,${users}`,
      `CN=Enterprise Admins,${users}`,
    ]),
    inBuiltin('Account Operators', 548),
    inBuiltin('Server Operators', 549),
    inBuiltin('Print Operators', 550),
    inBuiltin('Backup Operators', 551),
  ];
}
