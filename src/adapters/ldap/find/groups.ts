import type { Entry, Filter } from 'ldapts';
import type { Search } from '../wire/connection.ts';
import type { Dialect, Session } from '../dialect.ts';
import { allOf, anyOf, chunks, equals } from '../wire/filters.ts';
import { MAX_REMINDED } from '../../../ports/account.ts';
import { textsOf } from '../wire/entry.ts';

/**
 * All groups above `dn`, through other groups too, asked level by level; a circle ends where it began.
 * `parentsOf` gives the groups that hold one of the DNs themselves.
 */
export async function climb(
  dn: string,
  parentsOf: (dns: readonly string[]) => Promise<readonly string[]>,
): Promise<string[]> {
  const seen = new Map<string, string>();
  let level: readonly string[] = [dn];
  while (level.length > 0) {
    const next = new Map((await parentsOf(level)).map((group) => [group.toLowerCase(), group]));
    for (const known of seen.keys()) next.delete(known);
    for (const [key, group] of next) seen.set(key, group);
    level = [...next.values()];
  }
  return [...seen.values()];
}

/** Groups filled with more names than this are not followed to their end: it would hold up all others. */
export const MAX_FOLLOWED = 20_000;

/**
 * The persons below `base` that the DNs name or, where they name groups, contain, however deep; without
 * duplicates. Where they are more than `limit`, or groups too large to be followed, some of them.
 */
export async function personsBehind(
  session: Session,
  base: string,
  dns: readonly string[],
  limit = Infinity,
): Promise<{ readonly persons: readonly Entry[]; readonly isAll: boolean }> {
  const { connection, dialect } = session;
  const persons: Entry[] = [];
  const seen = new Set<string>();
  let frontier = dns;
  while (frontier.length > 0) {
    const unread = new Map(frontier.map((dn) => [dn.toLowerCase(), dn]));
    for (const known of seen) unread.delete(known);
    const next: string[] = [];
    for (const some of chunks([...unread.values()])) {
      if (seen.size >= MAX_FOLLOWED) return { persons, isAll: false };
      for (const dn of some) seen.add(dn.toLowerCase());
      const isNamed = anyOf(some.map((dn) => equals(dialect.dnAttribute, dn)));
      const entries = await connection.search(personSearch(dialect, base, isNamed));
      // An account may have expired: persons who do not count must not make a crowd.
      const found = entries.filter((entry) => dialect.isPerson(entry));
      persons.push(...found);
      if (persons.length > limit) return { persons, isAll: false };
      // A person has no members.
      if (found.length === some.length) continue;
      for (const member of await dialect.membersOf(session, some)) next.push(member);
    }
    frontier = next;
  }
  return { persons, isAll: true };
}

/** The attributes of a person that all servers name alike. */
const PERSON_ATTRIBUTES = ['displayName', 'cn', 'mobile'];

/** A search for persons below `base`; those whom `isPerson` of the dialect refuses are found too. */
export function personSearch(dialect: Dialect, base: string, filter: Filter): Search {
  return {
    base,
    scope: 'sub',
    filter: allOf([filter, dialect.personFilter]),
    attributes: [...PERSON_ATTRIBUTES, dialect.idAttribute, ...dialect.personAttributes],
    binary: dialect.binary,
  };
}

/**
 * Whether one of a person's groups is the service desk's, which is recognized by the DN under which the
 * directory itself shows it.
 */
export function deskGroupTest(
  configured: string | undefined,
): (session: Session, groups: readonly string[]) => Promise<boolean> {
  let known: string | undefined;
  return async (session, groups) => {
    if (configured === undefined || groups.length === 0) return false;
    known ??= await session.connection.canonicalDn(configured);
    const name = known?.toLowerCase();
    return groups.some((group) => group.toLowerCase() === name);
  };
}

/** The DNs among `dns` of groups with more persons than are reminded. */
export async function crowdsAmong(
  session: Session,
  managersBase: string,
  dns: readonly string[],
): Promise<ReadonlySet<string>> {
  const crowds = new Set<string>();
  for (const some of chunks([...new Set(dns)])) {
    const kinds = await Promise.all(some.map((dn) => isGroup(session, dn)));
    for (const dn of some.filter((_, index) => kinds[index] === true)) {
      const { isAll } = await personsBehind(session, managersBase, [dn], MAX_REMINDED);
      if (!isAll) crowds.add(dn);
    }
  }
  return crowds;
}

async function isGroup(session: Session, dn: string): Promise<boolean> {
  const entry = await session.connection.entryAt(dn, ['objectClass']);
  return entry !== undefined && textsOf(entry, 'objectClass').some((one) => /^group/i.test(one));
}
