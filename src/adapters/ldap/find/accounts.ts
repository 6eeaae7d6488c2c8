import type { Entry, Filter } from 'ldapts';
import type { Account, SweptAccount, FoundAccounts } from '../../../ports/account.ts';
import type {
  AccountLens,
  Dialect,
  FoundAccount,
  ServiceAccountTest,
  Session,
} from '../dialect.ts';
import type { Search } from '../wire/connection.ts';
import { isId, textOf, textsOf } from '../wire/entry.ts';
import { allOf, anyOf, chunks, equals, parseFilter, contains } from '../wire/filters.ts';

/** Where and how accounts are found, as configured. */
export interface AccountSettings {
  readonly accountsBase: string;
  readonly accountsFilter?: string | undefined;
  readonly responsibleAttribute: string;
}

export interface AccountQuery {
  /** DNs of a person and of the groups that the person belongs to; absent: any manager's accounts. */
  readonly responsible?: readonly string[];
  /** Has the form that `isId` accepts. */
  readonly id?: string;
  /** sAMAccountName / uid. */
  readonly name?: string;
  /** The bot's own account: never a target. */
  readonly serviceAccount: ServiceAccountTest;
}

const NAME_ATTRIBUTES = ['displayName', 'cn', 'givenName', 'sn'];

/** A search for accounts with their own attributes, and `more` of them; all filters have to match. */
export function accountSearch(
  { dialect }: Session,
  { accountsBase, accountsFilter = dialect.defaultAccountsFilter }: AccountSettings,
  filters: readonly (Filter | undefined)[],
  more: readonly string[],
): Omit<Search, 'limit'> {
  const { nameAttribute, idAttribute, accountAttributes, binary } = dialect;
  return {
    base: accountsBase,
    scope: 'sub',
    filter: allOf([parseFilter(accountsFilter), ...filters]),
    attributes: [nameAttribute, idAttribute, ...accountAttributes, ...more],
    binary,
  };
}

/** Those of the entries that may be touched, as far as an entry tells it (requirement D4), with their ids. */
function eligible(
  entries: Iterable<Entry>,
  dialect: Dialect,
  lens: AccountLens,
  isServiceAccount: ServiceAccountTest,
): { readonly entry: Entry; readonly id: string }[] {
  return [...entries].flatMap((entry) => {
    const id = dialect.idOf(entry);
    if (id === undefined || !lens.isEligible(entry) || isServiceAccount(entry.dn, id)) return [];
    return { entry, id };
  });
}

/** The accounts that match and may be touched (requirement D4), as they are now. */
export async function findAccounts(
  session: Session,
  settings: AccountSettings,
  query: AccountQuery,
  lens: AccountLens,
): Promise<FoundAccount[]> {
  const { dialect } = session;
  const entries = new Map<string, Entry>();
  for (const responsible of responsibilityFilters(
    settings.responsibleAttribute,
    query.responsible,
  )) {
    const found = await session.connection.search(
      accountSearch(
        session,
        settings,
        [
          query.id === undefined ? undefined : dialect.idFilter(query.id),
          query.name === undefined ? undefined : equals(dialect.nameAttribute, query.name),
          responsible,
          lens.filter,
        ],
        [...NAME_ATTRIBUTES, settings.responsibleAttribute],
      ),
    );
    for (const entry of found) entries.set(entry.dn, entry);
  }
  const accounts: FoundAccount[] = [];
  for (const { entry, id } of eligible(entries.values(), dialect, lens, query.serviceAccount)) {
    accounts.push({
      account: {
        id,
        ...namesOf(entry, dialect, settings.accountsBase),
        ...(await lens.passwordState(entry)),
      },
      entry,
      responsible: textsOf(entry, settings.responsibleAttribute),
      lens,
    });
  }
  return accounts;
}

/**
 * Hands over all accounts, page by page. Without the costly half of requirement D4 that only the server can
 * tell: a protected account is then not found when it is read alone.
 */
export async function sweepAccounts(
  session: Session,
  settings: AccountSettings,
  isServiceAccount: ServiceAccountTest,
  take: (page: readonly SweptAccount[]) => Promise<void>,
): Promise<void> {
  const { dialect } = session;
  const lens = await dialect.prepare(session);
  const search = accountSearch(session, settings, [], [settings.responsibleAttribute]);
  const pages = session.connection.pages(search);
  for await (const entries of pages) {
    const page: SweptAccount[] = [];
    for (const { entry, id } of eligible(entries, dialect, lens, isServiceAccount)) {
      const { passwordVersion, passwordSetAt, passwordExpiresAt, mustChange } =
        await lens.passwordState(entry);
      page.push({
        id,
        name: textOf(entry, dialect.nameAttribute) ?? '',
        passwordVersion,
        passwordSetAt,
        passwordExpiresAt,
        mustChange,
        responsible: textsOf(entry, settings.responsibleAttribute).toSorted().join('\n'),
      });
    }
    await take(page);
  }
}

/** Those of swept accounts that the server does not know to be protected: the half that a sweep leaves out. */
export async function unprotectedAmong(
  session: Session,
  { accountsBase }: AccountSettings,
  ids: readonly string[],
): Promise<string[]> {
  const { dialect } = session;
  const { filter } = await dialect.prepare(session);
  if (filter === undefined) return [...ids];
  const unprotected: string[] = [];
  for (const some of chunks(ids.filter(isId))) {
    const found = await session.connection.search({
      base: accountsBase,
      scope: 'sub',
      filter: allOf([anyOf(some.map((id) => dialect.idFilter(id))), filter]),
      attributes: [dialect.idAttribute],
      binary: dialect.binary,
    });
    unprotected.push(...found.flatMap((entry) => dialect.idOf(entry) ?? []));
  }
  return unprotected;
}

/** Match the accounts whose `attribute` names one of the DNs; one that matches all where none are given. */
function responsibilityFilters(
  attribute: string,
  responsible: readonly string[] | undefined,
): (Filter | undefined)[] {
  if (responsible === undefined) return [undefined];
  return chunks(responsible).map((dns) => anyOf(dns.map((dn) => equals(attribute, dn))));
}

function namesOf(
  entry: Entry,
  dialect: Dialect,
  base: string,
): Pick<Account, 'name' | 'displayName' | 'contextNames'> {
  const texts = NAME_ATTRIBUTES.flatMap((attribute) => textsOf(entry, attribute));
  const name = textOf(entry, dialect.nameAttribute) ?? texts[0] ?? '';
  const domain = [...base.matchAll(/(?:^|,)\s*dc\s*=\s*([^,]+)/gi)].map(([, label = '']) =>
    label.trim(),
  );
  return {
    name,
    displayName: texts[0] ?? name,
    contextNames: [...new Set([name, ...texts, ...domain])],
  };
}

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
  const firstOf = (filter: Filter) =>
    session.connection.firstPage(
      accountSearch(session, settings, [filter, lens.filter], NAME_ATTRIBUTES),
    );
  // A text that fits more accounts than one page holds is no name: the rest is not read, which may hold the one
  // that is named so.
  const entries = await Promise.all([
    firstOf(equals(dialect.nameAttribute, text)),
    firstOf(anyOf(['displayName', 'cn'].map((attribute) => contains(attribute, text)))),
  ]);
  const found: { id: string; name: string; displayName: string }[] = [];
  const different = new Map(entries.flat().map((one) => [one.dn, one])).values();
  for (const { entry, id } of eligible(different, dialect, lens, isServiceAccount)) {
    const { name, displayName } = namesOf(entry, dialect, settings.accountsBase);
    found.push({ id, name, displayName });
  }
  const isNamed = ({ name }: { readonly name: string }): number =>
    name.toLowerCase() === text.toLowerCase() ? 0 : 1;
  found.sort((a, b) => isNamed(a) - isNamed(b) || a.name.localeCompare(b.name, 'sv'));
  return { accounts: found.slice(0, limit), hasMore: found.length > limit };
}
