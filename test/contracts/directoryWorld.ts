import type { Authority } from '../../demo/certificates.ts';
import type { DirectoryOptions } from '../../src/adapters/ldap/directory.ts';
import type { ManagerQuery } from '../../src/ports/account.ts';

/** The password with which every account of a world begins. */
export const FIRST_PASSWORD = 'Start-0001-xyz';

export interface WorldAccount {
  readonly dn: string;
  readonly name: string;
}

/**
 * A running directory, and an administrator's hands in it. Every entry that it makes has a name of its own.
 */
export interface DirectoryWorld {
  readonly host: string;
  readonly ldapsPort: number;
  readonly ldapPort: number;
  readonly authority: Authority;
  /** The service account's settings for this world, over LDAPS. */
  readonly options: DirectoryOptions;
  /** The least password that is refused for its length, and one that is refused for its content or undefined. */
  readonly tooShort: 'tooShort' | 'policy';

  newPerson(about?: {
    readonly name?: string;
    readonly mobile?: string;
    readonly mail?: string;
    readonly isDisabled?: boolean;
  }): Promise<{ readonly dn: string; readonly query: ManagerQuery }>;
  /** The DNs of so many persons, made as cheaply as they can be. */
  newCrowd(count: number): Promise<string[]>;
  newGroup(members: readonly string[]): Promise<string>;
  setMembers(group: string, members: readonly string[]): Promise<void>;
  newAccount(about: {
    readonly name?: string;
    readonly responsible: readonly string[];
    /** Default: the attribute that names a manager. */
    readonly attribute?: string;
    /** Outside the accounts' base. */
    readonly isOutside?: boolean;
  }): Promise<WorldAccount>;
  setResponsible(dn: string, responsible: readonly string[]): Promise<void>;
  /** Another client writes a password. */
  setPassword(dn: string, password: string): Promise<void>;
  disable(dn: string): Promise<void>;
  remove(dn: string): Promise<void>;
  /** The password was set so long ago that it has expired. */
  expire(dn: string): Promise<void>;
  mustChange(dn: string): Promise<void>;
  /** A password that never expires need not be changed either. Gives a function that takes this back. */
  neverExpire(dn: string): Promise<() => Promise<void>>;
  setLockout(rules: { readonly threshold: number; readonly windowSeconds: number }): Promise<void>;
  /** Accounts below the base that must not exist for the bot (requirement D4), each with why. */
  newProtectedAccounts(
    responsible: string,
  ): Promise<readonly (readonly [why: string, dn: string])[]>;
  idOf(dn: string): Promise<string>;
  binds(dn: string, password: string): Promise<boolean>;
  close(): Promise<void>;
}
