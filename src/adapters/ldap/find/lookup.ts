import type { Entry, Filter } from 'ldapts';
import {
  MAX_REMINDED,
  type DirectoryManager,
  type GivenManager,
  type ManagerQuery,
  type SweptAccount,
} from '../../../ports/account.ts';
import { findAccounts, sweepAccounts, unprotectedAmong, findAccountsLike } from './accounts.ts';
import type { AccountQuery, AccountSettings } from './accounts.ts';
import type { AccountLens, FoundAccount, Session } from '../dialect.ts';
import { isId, textOf } from '../wire/entry.ts';
import { anyOf, equals, managerFilter } from '../wire/filters.ts';
import { serviceAccountTest } from './serviceAccount.ts';
import { deskGroupTest, personsBehind, personSearch } from './groups.ts';

/** A person who was read longer ago may be disabled by now; before a password is written they are read anew. */
const FRESH_MS = 1_000;

export interface LookupSettings extends AccountSettings {
  readonly bindDn: string;
  readonly managersBase: string;
  /** DN of the service desk's group; absent: nobody. */
  readonly deskGroup?: string | undefined;
  /** With the placeholders {upn}, {mail} and {aadObjectId}. */
  readonly managerFilter?: string | undefined;
}

/** The finder of persons and accounts on a bound connection; an entry that is not allowed is not found. */
export type Lookup = ReturnType<typeof createLookup>;

export function createLookup(settings: LookupSettings) {
  const ownAccount = serviceAccountTest(settings.bindDn);
  const isOfDesk = deskGroupTest(settings.deskGroup);

  async function onePerson(session: Session, filter: Filter): Promise<Entry | undefined> {
    const { dialect } = session;
    const search = personSearch(dialect, settings.managersBase, filter);
    const found = await session.connection.search({ ...search, limit: 2 });
    const entry = only(found);
    return entry !== undefined && dialect.isPerson(entry) ? entry : undefined;
  }

  async function idsOf(session: Session, filter: Filter): Promise<string[]> {
    const { connection, dialect } = session;
    const { idAttribute, binary } = dialect;
    const base = settings.managersBase;
    const attributes = [idAttribute];
    const found = await connection.search({ base, scope: 'sub', filter, attributes, binary });
    return found.flatMap((entry) => dialect.idOf(entry) ?? []);
  }

  function filterFor({ dialect }: Session, query: ManagerQuery): Filter | undefined {
    return managerFilter(settings.managerFilter ?? dialect.defaultManagerFilter, query);
  }

  function entryById(session: Session, id: string): Promise<Entry | undefined> {
    if (!isId(id)) return Promise.resolve(undefined);
    return onePerson(session, session.dialect.idFilter(id));
  }

  function managerFrom(session: Session, entry: Entry | undefined): DirectoryManager | undefined {
    const id = entry && session.dialect.idOf(entry);
    if (entry === undefined || id === undefined) return undefined;
    const { addressAttribute, nameAttribute, entraAttribute } = session.dialect;
    const entra = entraAttribute === undefined ? undefined : textOf(entry, entraAttribute);
    return {
      id,
      place: { dn: entry.dn, readAt: performance.now() },
      displayName: textOf(entry, 'displayName') ?? textOf(entry, 'cn') ?? '',
      address: textOf(entry, addressAttribute) ?? textOf(entry, nameAttribute),
      mail: textOf(entry, 'mail'),
      mobile: textOf(entry, 'mobile'),
      aadObjectId: /^User_([0-9a-f-]{36})$/i.exec(entra ?? '')?.[1]?.toLowerCase(),
    };
  }

  async function find(
    session: Session,
    query: Omit<AccountQuery, 'serviceAccount'>,
    prepared?: AccountLens,
  ): Promise<FoundAccount[]> {
    if (query.id !== undefined && !isId(query.id)) return [];
    const serviceAccount = await ownAccount(session);
    const lens = prepared ?? (await session.dialect.prepare(session));
    return findAccounts(session, settings, { ...query, serviceAccount }, lens);
  }

  async function dnOf(session: Session, { id, place }: GivenManager): Promise<string | undefined> {
    const isFresh = place !== undefined && performance.now() - place.readAt < FRESH_MS;
    return isFresh ? place.dn : (await entryById(session, id))?.dn;
  }

  return {
    async person(session: Session, query: ManagerQuery) {
      const filter = filterFor(session, query);
      return managerFrom(session, filter && (await onePerson(session, filter)));
    },

    /** The ids of all entries that the query matches. */
    async fitting(session: Session, query: ManagerQuery) {
      const filter = filterFor(session, query);
      return filter === undefined ? [] : idsOf(session, filter);
    },

    personById: async (session: Session, id: string) =>
      managerFrom(session, await entryById(session, id)),

    /** Whether an entry of that id is there, enabled or not. */
    async hasEntry(session: Session, id: string) {
      return (await idsOf(session, session.dialect.idFilter(id))).length > 0;
    },

    /** The person of that address, name or id. */
    async personNamed(session: Session, who: string) {
      const { nameAttribute, addressAttribute } = session.dialect;
      const id = who.toLowerCase();
      const entry = isId(id)
        ? await entryById(session, id)
        : await onePerson(
            session,
            anyOf([nameAttribute, addressAttribute].map((attribute) => equals(attribute, who))),
          );
      return managerFrom(session, entry);
    },

    /** Ids of the account's managers. */
    async personsFor(session: Session, accountId: string) {
      const { dialect } = session;
      const found = only(await find(session, { id: accountId }));
      if (found === undefined) return [];
      const { persons } = await personsBehind(session, settings.managersBase, found.responsible);
      return persons.flatMap((entry) => dialect.idOf(entry) ?? []);
    },

    /** The account with its managers. */
    async responsibilityFor(session: Session, accountId: string) {
      const found = only(await find(session, { id: accountId }));
      if (found === undefined) return undefined;
      const { account, responsible } = found;
      const { persons, isAll } = await personsBehind(
        session,
        settings.managersBase,
        responsible,
        MAX_REMINDED,
      );
      const known = isAll ? persons : [];
      const managers = known.flatMap((entry) => managerFrom(session, entry) ?? []);
      return { account, managers, isCrowd: !isAll };
    },

    unprotectedAmong: (session: Session, ids: readonly string[]) =>
      unprotectedAmong(session, settings, ids),

    /** Hands all accounts to `take`, page by page. */
    async sweep(session: Session, take: (page: readonly SweptAccount[]) => Promise<void>) {
      await sweepAccounts(session, settings, await ownAccount(session), take);
    },

    account: async (session: Session, id: string) => only(await find(session, { id })),

    /** The account as it is now, by the rules under which it was found in the same call. */
    again: async (session: Session, { account: { id }, lens }: FoundAccount) =>
      only(await find(session, { id }, lens)),

    /** The account of that name or id. */
    async accountNamed(session: Session, nameOrId: string) {
      const id = nameOrId.toLowerCase();
      return only(await find(session, isId(id) ? { id } : { name: nameOrId }));
    },

    /** The account if the manager answers for it. */
    async accountOf(session: Session, manager: GivenManager, id: string) {
      const found = only(await find(session, { id }));
      if (found === undefined) return undefined;
      const dn = await dnOf(session, manager);
      return dn !== undefined && (await answersFor(session, dn, found)) ? found : undefined;
    },

    /** A person's accounts, and whether the person is of the service desk. */
    async standingOf(session: Session, manager: GivenManager) {
      const dn = await dnOf(session, manager);
      if (dn === undefined) return { found: [], isAgent: false };
      const groups = await session.dialect.groupsOf(session, dn);
      const [found, isAgent] = await Promise.all([
        find(session, { responsible: [dn, ...groups] }),
        isOfDesk(session, groups),
      ]);
      return { found, isAgent };
    },

    /** Accounts of that name, or with that text in their display name. */
    async accountsLike(session: Session, query: { readonly text: string; readonly limit: number }) {
      return findAccountsLike(session, settings, await ownAccount(session), query);
    },
  };
}

/** The one entry; several where one was meant belong to no person (requirement D8). */
function only<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

/** Whether the person at `dn` answers for the account, by name or in a group. */
async function answersFor(
  session: Session,
  dn: string,
  { responsible }: FoundAccount,
): Promise<boolean> {
  if (responsible.some((one) => one.toLowerCase() === dn.toLowerCase())) return true;
  return responsible.length > 0 && session.dialect.isIn(session, dn, responsible);
}
