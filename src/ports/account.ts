/** How a Teams person is looked for; from the connector's roster, never from a card. */
export interface ManagerQuery {
  readonly upn?: string | undefined;
  readonly mail?: string | undefined;
  readonly aadObjectId: string;
}

/** A person's entry in the directory. */
export interface DirectoryManager {
  /** objectGUID / entryUUID, lower-case hyphenated. */
  readonly id: string;
  readonly displayName: string;
  /** Distinguishes entries of the same name: the UPN, or the mail address, else the entry's own account name. */
  readonly address?: string | undefined;
  readonly mail?: string | undefined;
  /** The entry's `mobile` as it stands there, not validated. */
  readonly mobile?: string | undefined;
  /** The person's Entra object id, where the directory holds it. */
  readonly aadObjectId?: string | undefined;
  /** Where the entry stood when it was read, for a call that follows at once; opaque. */
  readonly place?: EntryPlace;
}

interface EntryPlace {
  readonly dn: string;
  /** By the process's own clock, ms. */
  readonly readAt: number;
}

/** A manager as a parameter: an entry read right before is not read again. */
export type GivenManager = Pick<DirectoryManager, 'id' | 'place'>;

/** More persons than this, or groups too large to be followed, are a crowd: none of them is reminded. */
export const MAX_REMINDED = 500;

/** An account and all its managers now (groups resolved). */
export interface Responsibility {
  readonly account: Account;
  /** Empty where they are a crowd. */
  readonly managers: readonly DirectoryManager[];
  readonly isCrowd: boolean;
}

/** A person's rights here. */
export interface Standing {
  readonly accounts: readonly Account[];
  /** A member of the service desk's group, through other groups too. */
  readonly isAgent: boolean;
}

/** Some of the accounts that a text fits. */
export interface FoundAccounts {
  readonly accounts: readonly Pick<Account, 'id' | 'name' | 'displayName'>[];
  readonly hasMore: boolean;
}

/** The fields of an account that a sweep over all accounts needs. */
export interface SweptAccount extends Pick<
  Account,
  'id' | 'name' | 'passwordVersion' | 'passwordSetAt' | 'passwordExpiresAt' | 'mustChange'
> {
  /** Equal for accounts with the same managers, empty where nobody is named; opaque. */
  readonly responsible: string;
}

/** The directory's own demands on a new password of one account. */
export interface DirectoryRules {
  /** False where a policy applies that the service account may not read. */
  readonly isReadable: boolean;
  readonly minLength: number;
  /** Earlier passwords that are refused; 0 for none. */
  readonly historyLength: number;
  /** Active Directory's three of five character classes, or a server-side quality check. */
  readonly requiresComplexity: boolean;
  /** Names that may not be in the password, in any case; absent: no such rule, or none that can be read. */
  readonly forbiddenNames?: readonly string[] | undefined;
  /** Age at which the password expires, ms; absent: never. */
  readonly maxAgeMs?: number | undefined;
  /** Age before which it may not be changed again, ms; absent: none. */
  readonly minAgeMs?: number | undefined;
  /** The directory refuses every write of a password without the old one (ppolicy's pwdSafeModify). */
  readonly needsOldPassword?: boolean | undefined;
}

/** Wrong binds that lead to the directory's own lockout. */
export interface DirectoryLockout {
  /** Wrong binds that lock; `none` where the directory never locks, `unreadable` where it does not say. */
  readonly threshold: number | 'none' | 'unreadable';
  /** Wrong binds that still count against the threshold. */
  readonly recentFailures: number;
}

/** A shared account for which the asked manager answers, now. */
export interface Account {
  /** objectGUID / entryUUID, lower-case hyphenated. */
  readonly id: string;
  /** sAMAccountName / uid. */
  readonly name: string;
  readonly displayName: string;
  /** Names and domain of the account, from which a password may not be made. */
  readonly contextNames: readonly string[];
  /** Differs after every password write; opaque. */
  readonly passwordVersion: string;
  /** When the password was set, epoch ms; absent: unknown, or it must be changed at next logon. */
  readonly passwordSetAt?: number | undefined;
  /** When the directory expires the password, epoch ms; absent: never. */
  readonly passwordExpiresAt?: number | undefined;
  /** Whether the directory asks for a new password at the next logon. */
  readonly mustChange: boolean;
  readonly isLocked: boolean;
  readonly rules: DirectoryRules;
  readonly lockout: DirectoryLockout;
}
