import type { Entry } from 'ldapts';

import type { Account } from '../../../ports/account.ts';
import { accountSearch, type AccountSettings } from '../find/accounts.ts';
import type { LookupSettings } from '../find/lookup.ts';
import { POLICY_HINTS } from '../activeDirectory/activeDirectoryRules.ts';
import { PASSWORD_POLICY } from '../openldap/openldapRules.ts';
import { crowdsAmong, personSearch } from '../find/groups.ts';
import { rightsReader, type RightsElsewhere, type RightsReader } from './delegation.ts';
import type { AccountLens, Dialect, Session } from '../dialect.ts';
import { textOf, textsOf } from '../wire/entry.ts';
import { anyManagerFilter } from '../wire/filters.ts';
import type { Right } from '../activeDirectory/securityDescriptor.ts';
import { ownEntry } from '../find/serviceAccount.ts';

/** One shared account as a check over all of them sees it. */
type InspectedAccount = Pick<Account, 'name' | 'rules' | 'lockout'> & {
  readonly dn: string;
  /** Whether the responsible attribute names a person or group. */
  readonly isAnswered: boolean;
  /** Whether a group answers for it that is too large to be reminded. */
  readonly isCrowd: boolean;
  /** The service account's rights on it; undefined where the directory does not tell. */
  readonly rights: ReadonlySet<Right> | undefined;
};

/** The facts by which an installation is checked. */
export interface Inspection {
  readonly server: string;
  readonly dialect: Dialect['name'];
  readonly isAccountsBaseReadable: boolean;
  readonly isManagersBaseReadable: boolean;
  /** Whether any person there has what LDAP_MANAGER_FILTER looks for; undefined where that does not show. */
  readonly hasManagers: boolean | undefined;
  /** False where the service desk's group is configured and cannot be read. */
  readonly isDeskGroupReadable: boolean;
  readonly accounts: readonly InspectedAccount[];
  /** Entries there that are disabled, expired, protected or not shown whole, and so do not exist for the bot. */
  readonly passedOver: number;
  /** Whether a reset obeys the directory's own password history. */
  readonly obeysHistory: boolean;
  /** `unseen`: the directory does not show the service account to itself, or tells nothing of privileges. */
  readonly serviceAccount: 'ordinary' | 'privileged' | 'unseen';
  /** Attributes of one of the accounts that it may write without need; empty where the directory does not tell. */
  readonly writesBeside: readonly string[];
  /** Undefined where the directory does not tell. */
  readonly elsewhere: RightsElsewhere | undefined;
  /** Whether all persons of the domain are below the base of the accounts. */
  readonly isWholeDomain: boolean;
}

/** Controls of which one is offered where a reset obeys the directory's history. */
const KEEPERS_OF_HISTORY = {
  activeDirectory: POLICY_HINTS,
  openldap: [PASSWORD_POLICY],
} as const;

/** Reads everything that the bot needs of the directory; changes nothing. */
export async function inspect(session: Session, settings: LookupSettings): Promise<Inspection> {
  const { dialect } = session;
  const lens = await dialect.prepare(session);
  const accountsBase = await session.connection.canonicalDn(settings.accountsBase);
  const own = await ownEntry(session, settings.bindDn);
  const reader = await rightsReader(session, own);
  const domain = session.facts.defaultNamingContext;
  const isDelegated = domain !== undefined && accountsBase !== undefined;
  const accounts =
    accountsBase === undefined ? [] : await allAccounts(session, settings, lens, reader);
  const [sample] = accounts;
  const matching = accountsBase === undefined ? 0 : await countMatching(session, settings);
  const isManagersBaseReadable =
    (await session.connection.canonicalDn(settings.managersBase)) !== undefined;
  return {
    server: session.connection.server,
    dialect: dialect.name,
    isAccountsBaseReadable: accountsBase !== undefined,
    isManagersBaseReadable,
    hasManagers: isManagersBaseReadable ? await hasManagers(session, settings) : undefined,
    isDeskGroupReadable:
      settings.deskGroup === undefined ||
      (await session.connection.canonicalDn(settings.deskGroup)) !== undefined,
    accounts,
    passedOver: Math.max(0, matching - accounts.length),
    obeysHistory: KEEPERS_OF_HISTORY[dialect.name].some((oid) =>
      session.facts.controls.includes(oid),
    ),
    serviceAccount: await privilege(session, own, lens),
    writesBeside: (sample && (await reader?.writesBeside(sample.dn))) ?? [],
    elsewhere: isDelegated ? await reader?.elsewhere(domain, accountsBase, own?.dn) : undefined,
    isWholeDomain: isDelegated && accountsBase.toLowerCase() === domain.toLowerCase(),
  };
}

async function hasManagers(
  { connection, dialect }: Session,
  { managersBase, managerFilter = dialect.defaultManagerFilter }: LookupSettings,
): Promise<boolean | undefined> {
  const filter = anyManagerFilter(managerFilter);
  if (filter === undefined) return undefined;
  const found = await connection.firstPage(personSearch(dialect, managersBase, filter));
  return found.length > 0;
}

async function allAccounts(
  session: Session,
  settings: LookupSettings,
  lens: AccountLens,
  reader: RightsReader | undefined,
): Promise<InspectedAccount[]> {
  const { dialect } = session;
  const accounts: (InspectedAccount & { readonly responsible: readonly string[] })[] = [];
  const { attributes = [], controls = [] } = reader ?? {};
  const more = [settings.responsibleAttribute, ...attributes];
  const pages = session.connection.pages({
    ...accountSearch(session, settings, [lens.filter], more),
    binary: [...dialect.binary, ...attributes],
    controls,
  });
  for await (const page of pages) {
    for (const entry of page) {
      if (!lens.isEligible(entry)) continue;
      const { rules, lockout } = await lens.passwordState(entry);
      const responsible = textsOf(entry, settings.responsibleAttribute);
      accounts.push({
        dn: entry.dn,
        name: textOf(entry, dialect.nameAttribute) ?? entry.dn,
        rules,
        lockout,
        isAnswered: responsible.length > 0,
        isCrowd: false,
        responsible,
        rights: reader?.of(entry),
      });
    }
  }
  const named = accounts.flatMap(({ responsible }) => responsible);
  const crowds = await crowdsAmong(session, settings.managersBase, named);
  return accounts.map(({ responsible, ...account }) => ({
    ...account,
    isCrowd: responsible.some((dn) => crowds.has(dn)),
  }));
}

async function countMatching(session: Session, settings: AccountSettings): Promise<number> {
  let count = 0;
  const all = accountSearch(session, settings, [], []);
  const pages = session.connection.pages({ ...all, attributes: ['1.1'] });
  for await (const page of pages) count += page.length;
  return count;
}

/** Whether the service account could do more than it should (requirement D5). */
export async function inspectServiceAccount(
  session: Session,
  { bindDn }: Pick<LookupSettings, 'bindDn'>,
): Promise<Inspection['serviceAccount']> {
  const own = await ownEntry(session, bindDn);
  return privilege(session, own, await session.dialect.prepare(session));
}

async function privilege(
  session: Session,
  own: Entry | undefined,
  lens: AccountLens,
): Promise<Inspection['serviceAccount']> {
  if (own === undefined || lens.filter === undefined) return 'unseen';
  const { dn: base } = own;
  const unprotected = await session.connection.search({
    base,
    scope: 'base',
    filter: lens.filter,
    attributes: ['1.1'],
  });
  return unprotected.length === 1 ? 'ordinary' : 'privileged';
}
