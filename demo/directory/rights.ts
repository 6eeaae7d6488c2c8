import type { Domain } from './domain.ts';
import type { Entry } from './entries.ts';
import { first, isUser } from './entries.ts';
import { groupsOf } from './membership.ts';
import { isWithin } from './names.ts';

/** Attributes that a delegated service account may write, beside the password's reset. */
const DELEGATED = ['lockouttime', 'pwdlastset'];
const ADMINISTRATORS = ['administrators', 'domain admins', 'enterprise admins'];

/** Whether `who` may set the password of `target` without knowing the old one. */
export function mayReset(domain: Domain, who: Entry, target: Entry): boolean {
  return isAdministrator(domain, who) || isDelegated(domain, who, target);
}

export function mayWrite(domain: Domain, who: Entry, target: Entry, attribute: string): boolean {
  if (isAdministrator(domain, who)) return true;
  return DELEGATED.includes(attribute.toLowerCase()) && isDelegated(domain, who, target);
}

function isDelegated(domain: Domain, who: Entry, target: Entry): boolean {
  // SDProp takes inherited rights away from members of the protected groups (adminCount=1).
  if (!isUser(target) || first(target, 'adminCount') === '1') return false;
  return domain.delegations.some(
    ({ trustee, below }) => trustee === who.key && isWithin(target.key, below),
  );
}

function isAdministrator(domain: Domain, who: Entry): boolean {
  return groupsOf(domain.entries, who).some((group) =>
    ADMINISTRATORS.includes((first(group, 'sAMAccountName') ?? '').toLowerCase()),
  );
}
