import type { Entry } from 'ldapts';

import { textsOf } from '../wire/entry.ts';
import { hasResult, RESULT } from '../wire/errors.ts';
import { anyOf, chunks, equals } from '../wire/filters.ts';
import type { Session } from '../wire/sessions.ts';

const MEMBER_ATTRIBUTES = ['member', 'uniqueMember'];

/** The groups that lead down to `dn`, however deep: OpenLDAP has no rule that follows them itself. */
export async function groupsAbove(session: Session, dn: string): Promise<string[]> {
  const seen = new Map<string, string>();
  let frontier = [dn];
  while (frontier.length > 0) {
    const found = (await parents(session, frontier)).filter((group) => !seen.has(key(group)));
    for (const group of found) seen.set(key(group), group);
    frontier = found;
  }
  return [...seen.values()];
}

async function parents(session: Session, dns: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const base of session.facts.namingContexts) {
    for (const some of chunks(dns)) {
      const filter = anyOf(
        some.flatMap((dn) => MEMBER_ATTRIBUTES.map((attribute) => equals(attribute, dn))),
      );
      const search = { base, scope: 'sub', filter, attributes: ['1.1'] } as const;
      for (const { dn } of await session.connection.search(search)) found.set(key(dn), dn);
    }
  }
  return [...found.values()];
}

/** Resolves groups: gives the members of all DNs that are groups, and the other DNs as they are. */
export async function leavesBelow(session: Session, dns: readonly string[]): Promise<string[]> {
  const seen = new Set<string>();
  const leaves: string[] = [];
  let frontier = [...dns];
  while (frontier.length > 0) {
    const unread = new Map(frontier.filter((dn) => !seen.has(key(dn))).map((dn) => [key(dn), dn]));
    frontier = [];
    for (const some of chunks([...unread.values()])) {
      // In parallel: a group of thousands would take longer than a call may.
      const read = await Promise.all(some.map((dn) => membersOf(session, dn)));
      for (const [index, dn] of some.entries()) {
        seen.add(key(dn));
        const members = read[index] ?? [];
        if (members.length === 0) leaves.push(dn);
        else frontier = frontier.concat(members);
      }
    }
  }
  return leaves;
}

async function membersOf(session: Session, base: string): Promise<string[]> {
  const entry = await readGroup(session, base);
  if (entry === undefined) return [];
  // RFC 4517 3.3.21: a unique member may carry a bit string after the DN.
  return MEMBER_ATTRIBUTES.flatMap((attribute) => textsOf(entry, attribute)).map((value) =>
    value.replace(/#'[01]*'B$/, ''),
  );
}

/** Undefined for a DN that leads nowhere: a member that was removed. */
async function readGroup(session: Session, base: string): Promise<Entry | undefined> {
  try {
    const search = { base, scope: 'base', attributes: MEMBER_ATTRIBUTES } as const;
    return (await session.connection.search(search))[0];
  } catch (error) {
    if (hasResult(error, RESULT.noSuchObject, RESULT.invalidDn)) return undefined;
    throw error;
  }
}

function key(dn: string): string {
  return dn.toLowerCase();
}
