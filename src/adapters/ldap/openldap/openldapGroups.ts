import type { Session } from '../dialect.ts';
import { climb } from '../find/groups.ts';
import { textsOf } from '../wire/entry.ts';
import { allOf, anyOf, chunks, equals, present } from '../wire/filters.ts';

const MEMBER_ATTRIBUTES = ['member', 'uniqueMember'];

/** The groups that lead down to `dn`, however deep: OpenLDAP has no rule that follows them itself. */
export function groupsAbove(session: Session, dn: string): Promise<string[]> {
  return climb(dn, (dns) => parents(session, dns));
}

async function parents(session: Session, dns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const base of session.facts.namingContexts) {
    for (const some of chunks(dns)) {
      const filter = anyOf(
        some.flatMap((dn) => MEMBER_ATTRIBUTES.map((attribute) => equals(attribute, dn))),
      );
      const search = { base, scope: 'sub', filter, attributes: ['1.1'] } as const;
      for (const { dn } of await session.connection.search(search)) found.push(dn);
    }
  }
  return found;
}

/** The filter of groups: entries that have members. */
export const HAS_MEMBERS = anyOf(MEMBER_ATTRIBUTES.map((attribute) => present(attribute)));

/** The members of those of the entries that are groups. */
export async function membersOf(session: Session, dns: readonly string[]): Promise<string[]> {
  const filter = allOf([HAS_MEMBERS, anyOf(dns.map((dn) => equals('entryDN', dn)))]);
  const members: string[] = [];
  for (const base of session.facts.namingContexts) {
    const search = { base, scope: 'sub', filter, attributes: MEMBER_ATTRIBUTES } as const;
    for (const group of await session.connection.search(search)) {
      for (const attribute of MEMBER_ATTRIBUTES) {
        // RFC 4517 3.3.21: a unique member may carry a bit string after the DN.
        members.push(...textsOf(group, attribute).map((dn) => dn.replace(/#'[01]*'B$/, '')));
      }
    }
  }
  return members;
}
