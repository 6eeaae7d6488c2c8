/**
 * The name under which people are told of a person. An address before it tells the person from a
 * colleague of the same name; it comes first, since a text message cuts long names at their end.
 */
export function distinctName(
  name: string,
  address: string | undefined,
  colleagues: readonly string[],
): string {
  const isTaken = colleagues.some((other) => looks(other) === looks(name));
  return isTaken && address !== undefined ? `${address} (${name})` : name;
}

/** Equal for names that no reader tells apart by their signs. */
function looks(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLocaleLowerCase('sv');
}
