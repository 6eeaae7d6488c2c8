import { ExtensibleFilter, type Entry, type Filter } from 'ldapts';
import type { Session } from '../dialect.ts';
import {
  bufferOf,
  BUILTIN_DOMAIN_SID,
  numberOf,
  relativeIdOf,
  sidWithin,
  textOf,
  textsOf,
} from '../wire/entry.ts';
import { allOf, anyOf, equals, not } from '../wire/filters.ts';
import { DirectoryError } from '../../../ports/errors.ts';
import { DOMAIN_RULE_ATTRIBUTES, domainRules } from './activeDirectoryRules.ts';
import type { PasswordRules } from '../passwordRules.ts';

/** LDAP_MATCHING_RULE_TRANSITIVE_EVAL: follows links through nested groups (MS-ADTS 3.1.1.3.4.4). */
const IN_CHAIN = '1.2.840.113556.1.4.1941';
/** LDAP_MATCHING_RULE_BIT_AND. */
const BIT_AND = '1.2.840.113556.1.4.803';
const ACCOUNT_DISABLED = 0x2;
const NORMAL_ACCOUNT = 0x200;

/** Built-in groups whose members run the domain: Administrators, Account, Server, Print and Backup Operators, Replicator. */
const BUILTIN_RIDS = [544, 548, 549, 550, 551, 552];
/**
 * Groups of the domain by the last part of their SID, since names are translated: Domain Admins, Domain
 * Controllers, Cert Publishers, Schema Admins, Enterprise Admins, Group Policy Creator Owners,
 * read-only controllers, Key Admins, Enterprise Key Admins.
 */
const DOMAIN_RIDS = [512, 516, 517, 518, 519, 520, 521, 526, 527];
/** Administrator, Guest, krbtgt. */
const PROTECTED_ACCOUNT_RIDS = new Set([500, 501, 502]);
const MACHINE_CLASSES = new Set([
  'computer',
  'msds-managedserviceaccount',
  'msds-groupmanagedserviceaccount',
  'msds-delegatedmanagedserviceaccount',
]);

export const PROTECTION_ATTRIBUTES = [
  'objectClass',
  'objectSid',
  'adminCount',
  'primaryGroupID',
  'userAccountControl',
];

/** Entries whose `attribute` leads to `dn` through any number of groups. */
export function inChain(attribute: string, dn: string): Filter {
  return new ExtensibleFilter({ matchType: attribute, rule: IN_CHAIN, value: dn });
}

export const ENABLED_FILTER: Filter = not(
  new ExtensibleFilter({
    matchType: 'userAccountControl',
    rule: BIT_AND,
    value: String(ACCOUNT_DISABLED),
  }),
);

/** Whether an entry is an enabled account of a person or a group of persons, not of a machine. */
export function isEnabledUser(entry: Entry): boolean {
  const flags = numberOf(entry, 'userAccountControl');
  if (flags === undefined || (flags & ACCOUNT_DISABLED) !== 0) return false;
  const isMachine = textsOf(entry, 'objectClass').some((name) =>
    MACHINE_CLASSES.has(name.toLowerCase()),
  );
  return (flags & NORMAL_ACCOUNT) !== 0 && !isMachine;
}

/**
 * The filter that an account must match to be touched. adminCount alone lags up to an hour behind and
 * memberOf knows nothing of primary groups, so all three are asked. The server answers for a value that the
 * service account may not see with "unknown", of which the opposite is unknown too: refused.
 */
function unprotectedFilter(groups: readonly string[]): Filter {
  return allOf([
    not(equals('adminCount', '1')),
    ...DOMAIN_RIDS.map((rid) => not(equals('primaryGroupID', String(rid)))),
    ...groups.map((dn) => not(inChain('memberOf', dn))),
  ]);
}

async function protectedGroups(session: Session, head: Entry): Promise<string[]> {
  const domain = bufferOf(head, 'objectSid');
  const sids = [
    ...BUILTIN_RIDS.map((rid) => sidWithin(BUILTIN_DOMAIN_SID, rid)),
    ...(domain === undefined ? [] : DOMAIN_RIDS.map((rid) => sidWithin(domain, rid))),
  ];
  const groups = await session.connection.search({
    base: head.dn,
    scope: 'sub',
    filter: allOf([
      equals('objectClass', 'group'),
      anyOf(sids.map((sid) => equals('objectSid', sid))),
    ]),
    attributes: ['1.1'],
  });
  return groups.map((group) => group.dn);
}

/** The same, as far as the entry tells it; and no built-in account, whatever its name. */
export function isUnprotected(entry: Entry): boolean {
  const sid = bufferOf(entry, 'objectSid');
  return (
    isEnabledUser(entry) &&
    textOf(entry, 'adminCount') !== '1' &&
    !DOMAIN_RIDS.includes(numberOf(entry, 'primaryGroupID') ?? 0) &&
    (sid === undefined || !PROTECTED_ACCOUNT_RIDS.has(relativeIdOf(sid))) &&
    !/^krbtgt(?:_|$)/i.test(textOf(entry, 'sAMAccountName') ?? '')
  );
}

/**
 * How long a domain's policy and the names of its protected groups are kept, ms; their members are asked
 * for each time.
 */
const KEPT_MS = 60_000;

interface Domain {
  readonly rules: PasswordRules;
  /** The filter that an account must match to be touched. */
  readonly unprotected: Filter;
}

const kept = new WeakMap<object, { readonly domain: Domain; readonly until: number }>();

/** The domain of the session as it was read within the last minute. */
export async function domainOf(session: Session): Promise<Domain> {
  const known = kept.get(session.directory);
  const now = performance.now();
  if (known !== undefined && now < known.until) return known.domain;
  const head = await readHead(session);
  const unprotected = unprotectedFilter(await protectedGroups(session, head));
  const domain = { rules: domainRules(head), unprotected };
  kept.set(session.directory, { domain, until: now + KEPT_MS });
  return domain;
}

export function domainBase(session: Session): string {
  const base = session.facts.defaultNamingContext;
  if (base === undefined) {
    throw new DirectoryError('unexpected', 'the rootDSE names no defaultNamingContext');
  }
  return base;
}

async function readHead(session: Session): Promise<Entry> {
  const [head] = await session.connection.search({
    base: domainBase(session),
    scope: 'base',
    attributes: ['objectSid', ...DOMAIN_RULE_ATTRIBUTES],
    binary: ['objectSid'],
  });
  if (head === undefined) throw new DirectoryError('unexpected', 'the domain cannot be read');
  return head;
}
