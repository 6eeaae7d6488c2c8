import type { Entry, Filter } from 'ldapts';

import type { ServiceAccountTest, Session } from '../dialect.ts';
import { isAbsence } from '../wire/errors.ts';
import { anyOf, equals } from '../wire/filters.ts';

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
  const { connection, dialect, facts } = session;
  const { idAttribute, binary } = dialect;
  if (bindName.includes('=')) return connection.entryAt(bindName, [idAttribute], binary);
  try {
    const [entry, another] = await connection.search({
      base: facts.defaultNamingContext ?? '',
      scope: 'sub',
      filter: nameFilter(bindName),
      attributes: [idAttribute],
      binary,
      limit: 2,
    });
    return another === undefined ? entry : undefined;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function nameFilter(name: string): Filter {
  const accountName = name.slice(name.lastIndexOf('\\') + 1);
  return anyOf([equals('userPrincipalName', name), equals('sAMAccountName', accountName)]);
}
