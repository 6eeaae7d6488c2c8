/** A password by the two halves of Active Directory's complexity ("Password must meet complexity requirements"). */
export interface Complexity {
  /** Three kinds of characters are there. */
  readonly isComplex: boolean;
  /** One of the account's names is in it. */
  readonly holdsName: boolean;
}

export function complexityOf(password: string, names: readonly string[] = []): Complexity {
  return {
    isComplex: KINDS.filter((kind) => kind.test(password)).length >= 3,
    holdsName: names.some((name) => holds(password, name)),
  };
}

/** Lower case, upper case, digits, signs, and letters that have no case. */
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /[0-9]/, /[^\p{L}\p{M}0-9]/u, /\p{Lo}/u];

/** Active Directory does not look for shorter names. */
const LEAST_LETTERS = 3;

/**
 * The names that Active Directory refuses in an account's password where it asks for complexity: the
 * sAMAccountName as a whole, and each word of the displayName. One that holds another is left out: a password
 * with it holds the shorter one too.
 */
export function forbiddenNames(name: string, displayName: string | undefined): string[] {
  const words = (displayName ?? '').split(/[\s,.\-_#]+/u);
  const names = [name, ...words].filter((one) => one.length >= LEAST_LETTERS);
  return names.filter((one, at) =>
    names.every((other, place) => {
      if (one.toLowerCase() === other.toLowerCase()) return place >= at;
      return !holds(one, other);
    }),
  );
}

/** Whether the name is in the password, in any case. */
function holds(password: string, name: string): boolean {
  return password.toLowerCase().includes(name.toLowerCase());
}
