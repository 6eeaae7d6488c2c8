import type { Domain } from './domain.ts';
import { EXPIRED, LOCKED, expiresAt, isLockedNow } from './domain.ts';
import type { Entry, Value } from './entries.ts';
import { isUser, stored } from './entries.ts';
import { backlinks, groupsOf } from './membership.ts';
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
  return filterableValues(domain, entry, attribute);
}

/** The values of an attribute as a filter sees them. */
export function filterableValues(
  domain: Domain,
  entry: Entry,
  attribute: string,
): readonly Value[] {
  return backlinks(domain.entries, entry, attribute) ?? stored(entry, attribute);
}
