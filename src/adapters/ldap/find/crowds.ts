import { MAX_REMINDED } from '../../../ports/account.ts';
import type { Session } from '../dialect.ts';
import { textsOf } from '../wire/entry.ts';
import { chunks } from '../wire/filters.ts';

/** The DNs among `dns` of groups with more persons than are reminded. */
export async function crowdsAmong(
  session: Session,
  managersBase: string,
  dns: readonly string[],
): Promise<ReadonlySet<string>> {
  const crowds = new Set<string>();
  for (const some of chunks([...new Set(dns)])) {
    const kinds = await Promise.all(some.map((dn) => isGroup(session, dn)));
    for (const dn of some.filter((_, index) => kinds[index] === true)) {
      const { isAll } = await session.dialect.personsBehind(
        session,
        managersBase,
        [dn],
        MAX_REMINDED,
      );
      if (!isAll) crowds.add(dn);
    }
  }
  return crowds;
}

async function isGroup(session: Session, dn: string): Promise<boolean> {
  const entry = await session.connection.entryAt(dn, ['objectClass']);
  return entry !== undefined && textsOf(entry, 'objectClass').some((one) => /^group/i.test(one));
}
