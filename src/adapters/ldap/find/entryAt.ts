import type { Entry } from 'ldapts';
import type { Session } from '../dialect.ts';
import { hasResult, RESULT } from '../wire/errors.ts';

/** The entry of that name; undefined where it is not there, or not shown. */
export async function entryAt(
  session: Session,
  base: string,
  attributes: readonly string[],
): Promise<Entry | undefined> {
  try {
    const [entry] = await session.connection.search({ base, scope: 'base', attributes });
    return entry;
  } catch (error) {
    // A referral: the entry is in another domain, where the bot does not follow.
    const { referral, noSuchObject, invalidDn, insufficientAccess } = RESULT;
    if (hasResult(error, referral, noSuchObject, invalidDn, insufficientAccess)) return undefined;
    throw error;
  }
}

/** The name of a base as the server writes it, so that names can be compared; undefined where it is not there. */
export async function canonicalDn(session: Session, base: string): Promise<string | undefined> {
  return (await entryAt(session, base, ['1.1']))?.dn;
}
