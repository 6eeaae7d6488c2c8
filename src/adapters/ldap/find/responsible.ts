import type { Filter } from 'ldapts';
import type { FoundAccount, Session } from '../dialect.ts';
import { anyOf, chunks, equals } from '../wire/filters.ts';

/** Whether the person at `dn` answers for the account, by name or in a group. */
export async function answersFor(
  session: Session,
  dn: string,
  { responsible }: FoundAccount,
): Promise<boolean> {
  if (responsible.some((one) => one.toLowerCase() === dn.toLowerCase())) return true;
  return responsible.length > 0 && session.dialect.isIn(session, dn, responsible);
}

/** Match the accounts whose `attribute` names one of the DNs; one that matches all where none are given. */
export function responsibilityFilters(
  attribute: string,
  responsible: readonly string[] | undefined,
): (Filter | undefined)[] {
  if (responsible === undefined) return [undefined];
  return chunks(responsible).map((dns) => anyOf(dns.map((dn) => equals(attribute, dn))));
}
