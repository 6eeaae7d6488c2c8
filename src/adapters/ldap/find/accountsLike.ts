import type { Filter } from 'ldapts';

import type { FoundAccounts } from '../../../ports/account.ts';
import type { Dialect, ServiceAccountTest, Session } from '../dialect.ts';
import { anyOf, contains, equals } from '../wire/filters.ts';
import { accountSearch, NAME_ATTRIBUTES, namesOf, type AccountSettings } from './accounts.ts';

/** A text that fits more accounts than this is no name: the rest is not read. */
const MOST_READ = 250;

/**
 * Accounts of that name, or with that text in their display name, the one of that very name first; only
 * those that may be touched (requirement D4).
 */
export async function findAccountsLike(
  session: Session,
  settings: AccountSettings,
  isServiceAccount: ServiceAccountTest,
  { text, limit }: { readonly text: string; readonly limit: number },
): Promise<FoundAccounts> {
  const { dialect } = session;
  const lens = await dialect.prepare(session);
  const filters = [likeFilter(dialect, text), lens.filter];
  const pages = session.connection.pages(
    accountSearch(session, settings, filters, NAME_ATTRIBUTES),
  );
  const found: { id: string; name: string; displayName: string }[] = [];
  let read = 0;
  for await (const entries of pages) {
    for (const entry of entries) {
      const id = dialect.idOf(entry);
      if (id === undefined || !lens.isEligible(entry) || isServiceAccount(entry.dn, id)) continue;
      const { name, displayName } = namesOf(entry, dialect, settings.accountsBase);
      found.push({ id, name, displayName });
    }
    read += entries.length;
    if (read >= MOST_READ) break;
  }
  const isNamed = ({ name }: { readonly name: string }): number =>
    name.toLowerCase() === text.toLowerCase() ? 0 : 1;
  found.sort((a, b) => isNamed(a) - isNamed(b) || a.name.localeCompare(b.name, 'sv'));
  return { accounts: found.slice(0, limit), hasMore: found.length > limit };
}

function likeFilter({ nameAttribute }: Dialect, text: string): Filter {
  const parts = ['displayName', 'cn'].map((attribute) => contains(attribute, text));
  return anyOf([equals(nameAttribute, text), ...parts]);
}
