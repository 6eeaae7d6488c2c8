/**
 * All groups above `dn`, through other groups too, asked level by level; a circle ends where it began.
 * `parentsOf` gives the groups that hold one of the DNs themselves.
 */
export async function climb(
  dn: string,
  parentsOf: (dns: readonly string[]) => Promise<readonly string[]>,
): Promise<string[]> {
  const seen = new Map<string, string>();
  let level: readonly string[] = [dn];
  while (level.length > 0) {
    const next = new Map((await parentsOf(level)).map((group) => [group.toLowerCase(), group]));
    for (const known of seen.keys()) next.delete(known);
    for (const [key, group] of next) seen.set(key, group);
    level = [...next.values()];
  }
  return [...seen.values()];
}
