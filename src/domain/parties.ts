/** A person in Teams. The two ids come from the verified activity, never from a card. */
export interface ManagerKey {
  readonly tenantId: string;
  readonly aadObjectId: string;
}

/** The key as one word: what audit rows name as actor. */
export function managerName(key: ManagerKey): string {
  return `${key.tenantId.toLowerCase()}/${key.aadObjectId.toLowerCase()}`;
}

export function isSamePerson(a: ManagerKey, b: ManagerKey): boolean {
  return managerName(a) === managerName(b);
}

/** False where a directory entry names another person's Entra object id. */
export function namesPerson(
  entry: { readonly aadObjectId?: string | undefined },
  key: ManagerKey,
): boolean {
  const { aadObjectId } = entry;
  return aadObjectId === undefined || aadObjectId.toLowerCase() === key.aadObjectId.toLowerCase();
}

export type Locale = 'sv' | 'en';

export type Purpose = 'enrollment' | 'reset' | 'unlock';

/** The manager's address, as the channel wrote it with the newest activity: only the channel reads it. */
export type Address = string;
