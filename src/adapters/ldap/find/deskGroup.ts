import type { Session } from '../dialect.ts';

/**
 * Whether one of a person's groups is the service desk's, which is recognized by the DN under which the
 * directory itself shows it.
 */
export function deskGroupTest(
  configured: string | undefined,
): (session: Session, groups: readonly string[]) => Promise<boolean> {
  let known: string | undefined;
  return async (session, groups) => {
    if (configured === undefined || groups.length === 0) return false;
    known ??= await session.connection.canonicalDn(configured);
    const name = known?.toLowerCase();
    return groups.some((group) => group.toLowerCase() === name);
  };
}
