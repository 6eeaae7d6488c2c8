import type { Entry, Filter } from 'ldapts';

import { DirectoryError } from '../../../ports/directory.ts';
import { DOMAIN_RULE_ATTRIBUTES, domainRules } from './activeDirectoryRules.ts';
import type { PasswordRules } from '../passwordRules.ts';
import { protectedGroups, unprotectedFilter } from './protection.ts';
import type { Session } from '../wire/sessions.ts';

/**
 * How long a domain's policy and the names of its protected groups are kept, ms; their members are asked
 * for each time.
 */
const KEPT_MS = 60_000;

/** The rules for all accounts of an Active Directory domain. */
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
