import type { Domain } from './domain.ts';
import { EXPIRED, LOCKED, expiresAt, isLockedNow } from './domain.ts';
import type { Entry, Value } from './entries.ts';
import { isUser, stored } from './entries.ts';
import { backlinks, groupsOf, isBacklink } from './membership.ts';
import { resultantPso } from './policy.ts';
import { NEVER, fileTime } from './values.ts';

type Compute = (domain: Domain, entry: Entry) => Value[];

/** Attributes that exist only when asked for by name, and that no filter sees. */
const CONSTRUCTED: Readonly<Record<string, Compute>> = {
  'msds-userpasswordexpirytimecomputed': (domain, entry) => {
    const at = expiresAt(domain, entry);
    if (at === 0) return ['0'];
    return [Number.isFinite(at) ? fileTime(at) : NEVER];
  },
  'msds-user-account-control-computed': (domain, entry) => {
    const isExpired = expiresAt(domain, entry) <= domain.now();
    return [String((isLockedNow(domain, entry) ? LOCKED : 0) | (isExpired ? EXPIRED : 0))];
  },
  'msds-resultantpso': (domain, entry) => {
    const pso = resultantPso(domain.entries, entry);
    return pso === undefined ? [] : [pso.dn];
  },
  tokengroups: (domain, entry) =>
    groupsOf(domain.entries, entry).flatMap((group) => stored(group, 'objectSid')),
};

/** The values of an attribute as an answer shows them. */
export function valuesOf(domain: Domain, entry: Entry, attribute: string): readonly Value[] {
  const compute = CONSTRUCTED[attribute.toLowerCase()];
  if (compute !== undefined) return isUser(entry) ? compute(domain, entry) : [];
  return filterable(attribute)(domain, entry);
}

/** Reads the values of one attribute as a filter sees them. */
export function filterable(attribute: string): (domain: Domain, entry: Entry) => readonly Value[] {
  const key = attribute.toLowerCase();
  return isBacklink(key)
    ? (domain, entry) => backlinks(domain.entries, entry, key) ?? []
    : (_domain, entry) => entry.attributes.get(key)?.values ?? [];
}
