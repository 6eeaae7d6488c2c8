/** Active Directory does not look for shorter names. */
const LEAST_LETTERS = 3;

/**
 * The names that Active Directory refuses in an account's password where it asks for complexity: the
 * sAMAccountName as a whole, and each word of the displayName ("Password must meet complexity requirements").
 * One that holds another is left out: a password with it holds the shorter one too.
 */
export function forbiddenNames(name: string, displayName: string | undefined): string[] {
  const words = (displayName ?? '').split(/[\s,.\-_#]+/u);
  const names = [name, ...words].filter((one) => one.length >= LEAST_LETTERS);
  return names.filter((one, at) =>
    names.every((other, place) => {
      if (one.toLowerCase() === other.toLowerCase()) return place >= at;
      return !holdsName(one, [other]);
    }),
  );
}

/** Whether one of the names is in the password, in any case. */
export function holdsName(password: string, names: readonly string[] = []): boolean {
  return names.some((name) => password.toLowerCase().includes(name.toLowerCase()));
}
