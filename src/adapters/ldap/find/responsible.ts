import type { FoundAccount, Session } from '../dialect.ts';

/** Whether the person at `dn` answers for the account, by name or in a group. */
export async function answersFor(
  session: Session,
  dn: string,
  { responsible }: FoundAccount,
): Promise<boolean> {
  if (responsible.some((one) => one.toLowerCase() === dn.toLowerCase())) return true;
  return responsible.length > 0 && session.dialect.isIn(session, dn, responsible);
}
