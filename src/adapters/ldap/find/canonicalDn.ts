import { hasResult, RESULT } from '../wire/errors.ts';
import type { Session } from '../wire/session.ts';

/** The name of a base as the server writes it, so that names can be compared; undefined where it is not there. */
export async function canonicalDn(session: Session, base: string): Promise<string | undefined> {
  try {
    const search = { base, scope: 'base', attributes: ['1.1'] } as const;
    return (await session.connection.search(search))[0]?.dn;
  } catch (error) {
    // A referral: the base is in another domain, where the bot does not follow.
    const { referral, noSuchObject, invalidDn, insufficientAccess } = RESULT;
    if (hasResult(error, referral, noSuchObject, invalidDn, insufficientAccess)) return undefined;
    throw error;
  }
}
