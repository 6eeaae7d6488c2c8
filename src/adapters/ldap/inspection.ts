import type { Account } from '../../ports/directory.ts';
import type { AccountSettings } from './accounts.ts';
import { POLICY_HINTS } from './activeDirectory.ts';
import type { AccountLens, Dialect } from './dialect.ts';
import { textOf, textsOf } from './entry.ts';
import { hasResult, RESULT } from './errors.ts';
import { allOf, parseFilter } from './filters.ts';
import { ownEntry } from './serviceAccount.ts';
import type { Session } from './sessions.ts';

/** What is known of one shared account, for a look over all of them. */
export type InspectedAccount = Pick<Account, 'name' | 'rules' | 'lockout'> & {
  /** Whether the responsible attribute names anybody. */
  readonly isAnswered: boolean;
};

/** What an installation can be checked by. */
export interface Inspection {
  readonly server: string;
  readonly dialect: 'activeDirectory' | 'openldap';
  readonly isAccountsBaseReadable: boolean;
  readonly isManagersBaseReadable: boolean;
  readonly accounts: readonly InspectedAccount[];
  /** Whether a reset obeys the directory's own password history. */
  readonly obeysHistory: boolean;
  /** `unseen`: the directory does not show the service account to itself, or tells nothing of privileges. */
  readonly serviceAccount: 'ordinary' | 'privileged' | 'unseen';
}

export interface InspectionSettings extends AccountSettings {
  readonly bindDn: string;
  readonly managersBase: string;
}

/** Looks at all that the bot needs of the directory; changes nothing. */
export async function inspect(
  session: Session,
  dialect: Dialect,
  settings: InspectionSettings,
): Promise<Inspection> {
  const lens = await dialect.prepare(session);
  const isAccountsBaseReadable = await isThere(session, settings.accountsBase);
  return {
    server: session.connection.server,
    dialect: dialect.name,
    isAccountsBaseReadable,
    isManagersBaseReadable: await isThere(session, settings.managersBase),
    accounts: isAccountsBaseReadable ? await allAccounts(session, dialect, settings, lens) : [],
    obeysHistory:
      dialect.name === 'openldap' ||
      POLICY_HINTS.some((oid) => session.facts.controls.includes(oid)),
    serviceAccount: await privilege(session, dialect, settings.bindDn, lens),
  };
}

async function isThere(session: Session, base: string): Promise<boolean> {
  try {
    const search = { base, scope: 'base', attributes: ['1.1'] } as const;
    return (await session.connection.search(search)).length === 1;
  } catch (error) {
    // A referral: the base is somewhere else, where the bot does not follow.
    const { referral, noSuchObject, invalidDn, insufficientAccess } = RESULT;
    if (hasResult(error, referral, noSuchObject, invalidDn, insufficientAccess)) return false;
    throw error;
  }
}

async function allAccounts(
  session: Session,
  dialect: Dialect,
  settings: AccountSettings,
  lens: AccountLens,
): Promise<InspectedAccount[]> {
  const accounts: InspectedAccount[] = [];
  const pages = session.connection.pages({
    base: settings.accountsBase,
    scope: 'sub',
    filter: allOf([
      parseFilter(settings.accountsFilter ?? dialect.defaultAccountsFilter),
      lens.filter,
    ]),
    attributes: [
      dialect.nameAttribute,
      settings.responsibleAttribute,
      ...dialect.accountAttributes,
    ],
    binary: dialect.binary,
  });
  for await (const page of pages) {
    for (const entry of page) {
      if (!lens.isEligible(entry)) continue;
      const { rules, lockout } = await lens.passwordState(entry);
      const isAnswered = textsOf(entry, settings.responsibleAttribute).length > 0;
      accounts.push({
        name: textOf(entry, dialect.nameAttribute) ?? entry.dn,
        rules,
        lockout,
        isAnswered,
      });
    }
  }
  return accounts;
}

/** Whether the service account could do more than it should (requirement D5). */
export async function inspectServiceAccount(
  session: Session,
  dialect: Dialect,
  { bindDn }: Pick<InspectionSettings, 'bindDn'>,
): Promise<Inspection['serviceAccount']> {
  return privilege(session, dialect, bindDn, await dialect.prepare(session));
}

async function privilege(
  session: Session,
  dialect: Dialect,
  bindDn: string,
  lens: AccountLens,
): Promise<Inspection['serviceAccount']> {
  const own = await ownEntry(session, dialect, bindDn);
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
