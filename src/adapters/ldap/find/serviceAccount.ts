import type { Entry, Filter } from 'ldapts';

import type { Session } from '../dialect.ts';
import { hasResult, RESULT } from '../wire/errors.ts';
import { anyOf, equals } from '../wire/filters.ts';

/** Whether an entry is the bot's own account in the directory. */
export type ServiceAccountTest = (dn: string, id: string) => boolean;

/**
 * Recognizes the bot's own account by its id, for a DN can be written in many ways and Active Directory
 * also takes a UPN or DOMAIN\name. Where the account cannot see itself, its name must do.
 */
export function serviceAccountTest(
  bindName: string,
): (session: Session) => Promise<ServiceAccountTest> {
  const name = bindName.toLowerCase();
  let ownId: string | undefined;
  return async (session) => {
    if (ownId === undefined) {
      const entry = await ownEntry(session, bindName);
      ownId = entry && session.dialect.idOf(entry);
    }
    return (dn, id) => id === ownId || dn.toLowerCase() === name;
  };
}

/** The bot's own entry; undefined where the entry is not shown to itself. */
export async function ownEntry(session: Session, bindName: string): Promise<Entry | undefined> {
  const { idAttribute, binary } = session.dialect;
  const attributes = [idAttribute];
  const isDn = bindName.includes('=');
  const base = isDn ? bindName : (session.facts.defaultNamingContext ?? '');
  try {
    const entries = await session.connection.search(
      isDn
        ? { base, scope: 'base', attributes, binary }
        : { base, scope: 'sub', filter: nameFilter(bindName), attributes, binary, limit: 2 },
    );
    const [entry, another] = entries;
    return another === undefined ? entry : undefined;
  } catch (error) {
    // A referral: the account is of another domain, where the bot does not follow.
    const { referral, noSuchObject, invalidDn, insufficientAccess } = RESULT;
    if (hasResult(error, referral, noSuchObject, invalidDn, insufficientAccess)) return undefined;
    throw error;
  }
}

function nameFilter(name: string): Filter {
  const accountName = name.slice(name.lastIndexOf('\\') + 1);
  return anyOf([equals('userPrincipalName', name), equals('sAMAccountName', accountName)]);
}
