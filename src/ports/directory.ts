import type { Secret } from '../domain/secret.ts';

/**
 * The closed list of what can fail outside. `unreachable`: nothing that changes anything was sent.
 * `noAnswer`: the request may have been carried out. `tls`: the server could not be verified, nothing
 * secret was sent. `serviceAccount`: the bot's own credentials are refused. `noRights`: the directory
 * denies the operation. `policy`: its password policy forbids every write of a password without the old
 * one. `undecided`: a bind was refused for a reason that does not tell whether the password is right.
 * `unexpected`: an answer that the protocol does not allow or the bot does not know.
 */
export type DirectoryErrorCode =
  | 'unreachable'
  | 'noAnswer'
  | 'tls'
  | 'serviceAccount'
  | 'noRights'
  | 'policy'
  | 'undecided'
  | 'unexpected';

/** The one error that a directory throws. `detail` is for the log: result codes, never names or secrets. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
  readonly code: DirectoryErrorCode;
  readonly detail: string;

  constructor(code: DirectoryErrorCode, detail: string, options?: ErrorOptions) {
    super(`directory: ${code} (${detail})`, options);
    this.code = code;
    this.detail = detail;
  }
}

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
  /** The attribute that distinguishes entries of the same name: the UPN, or the mail address. */
  readonly address?: string;
  readonly mail?: string;
  /** The entry's `mobile` as it stands there, not validated. */
  readonly mobile?: string;
  /** The person's Entra object id, where the directory holds it. */
  readonly aadObjectId?: string;
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
  /** Where it was asked for: equal for accounts with the same managers, empty where nobody is named; opaque. */
  readonly responsible?: string;
}

/** The part of an account that only a sweep reads. */
export interface SweepMore {
  readonly responsible: boolean;
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
  /** Age at which the password expires, ms; absent: never. */
  readonly maxAgeMs?: number;
  /** Age before which it may not be changed again, ms; absent: none. */
  readonly minAgeMs?: number;
  /** The directory refuses every write of a password without the old one (ppolicy's pwdSafeModify). */
  readonly needsOldPassword?: boolean;
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
  readonly passwordSetAt?: number;
  /** When the directory expires the password, epoch ms; absent: never. */
  readonly passwordExpiresAt?: number;
  /** Whether the directory asks for a new password at the next logon. */
  readonly mustChange: boolean;
  readonly isLocked: boolean;
  readonly rules: DirectoryRules;
  readonly lockout: DirectoryLockout;
}

/**
 * `proved`: the password is right (also where it is expired or must be changed).
 * `locked`: the directory has locked the account, right or wrong. `wrong`: all else.
 */
export type ProofOutcome = 'proved' | 'wrong' | 'locked';

/** The outcome of a password write. `server` names the one server that was written to. */
export type WriteOutcome =
  /**
   * The new password binds and the directory's time of change has moved; where a bind does not
   * decide, the time alone. `version` is the one that this write left. `isBeforeMinAge`: the directory
   * took it only without its history, as an administrator's.
   */
  | { readonly outcome: 'written'; readonly version: string; readonly isBeforeMinAge?: boolean }
  | {
      readonly outcome: 'refused';
      readonly reason: 'usedBefore' | 'tooShort' | 'tooYoung' | 'policy';
    }
  /** Another client has changed the password since `expectedVersion`; nothing was written. */
  | { readonly outcome: 'stale' }
  /** The account may no longer be reset by this manager; nothing was written. */
  | { readonly outcome: 'notResponsible' }
  /** The answer was lost, or the write could not be verified: never repeat it, ask `readWrite`. */
  | { readonly outcome: 'unknown'; readonly server: string };

/** The traces of a write whose answer was lost, read from the server that it was sent to. */
export interface WriteTraces extends Pick<
  Account,
  'passwordVersion' | 'passwordSetAt' | 'isLocked' | 'lockout'
> {
  /** Which one of them answered, where several stand behind one name. */
  readonly server: string;
  /**
   * Whether the password at hand binds; `undecided` where the directory refuses to say, absent where
   * nothing was tried: none was given, the account is locked, or `mayBind` said no.
   */
  readonly binds?: boolean | 'undecided';
}

/** Queries for administrators only: accounts and persons by the name that administrators know. */
export interface AccountFinder {
  /** The enabled person of that UPN or mail address, sAMAccountName/uid or id; undefined for none or several. */
  findPerson(who: string, signal: AbortSignal): Promise<DirectoryManager | undefined>;

  /**
   * The account of that sAMAccountName/uid or id, whichever manager it has; undefined for none or several.
   */
  findAccount(nameOrId: string, signal: AbortSignal): Promise<Account | undefined>;
}

/**
 * The directory that holds managers and shared accounts. Every call reads afresh and ends when
 * `signal` aborts, at the latest after 10 s; it throws only DirectoryError. A protected, disabled,
 * expired or misplaced account (requirement D4) does not exist for any of these methods.
 */
export interface Directory {
  /** All servers that a write may have gone to, as `readWrite` names them. */
  readonly servers: readonly string[];

  /** The one enabled person that the query finds; undefined for none or several. */
  findManager(query: ManagerQuery, signal: AbortSignal): Promise<DirectoryManager | undefined>;

  /** Whether the query matches another entry than that of `managerId`, enabled or not. */
  fitsAnother(query: ManagerQuery, managerId: string, signal: AbortSignal): Promise<boolean>;

  /** The person of that id; undefined where the entry is gone or disabled. */
  managerById(id: string, signal: AbortSignal): Promise<DirectoryManager | undefined>;

  /** All shared accounts that a person answers for, by name, and whether the person is of the service desk. */
  standingOf(manager: GivenManager, signal: AbortSignal): Promise<Standing>;

  /** At most `limit` shared accounts of that name, or with that text in their display name; by name. */
  accountsLike(text: string, limit: number, signal: AbortSignal): Promise<FoundAccounts>;

  /** The account if the manager answers for it now, else undefined. */
  accountOf(
    manager: GivenManager,
    accountId: string,
    signal: AbortSignal,
  ): Promise<Account | undefined>;

  /**
   * Ids of all the account's managers now (groups resolved), however many; behind groups of more than
   * 20 000 names some of them.
   */
  managersOf(accountId: string, signal: AbortSignal): Promise<string[]>;

  /** The account with all its managers; undefined where it is gone. */
  responsibilityFor(accountId: string, signal: AbortSignal): Promise<Responsibility | undefined>;

  /**
   * Hands all accounts to `take`, page after page in no order; only one page is kept at a time. May take as
   * long as it needs, a single answer of the directory at most 5 s. An exception from `take` ends the read.
   */
  sweepAccounts(
    take: (page: readonly SweptAccount[]) => Promise<void>,
    signal: AbortSignal,
    more?: SweepMore,
  ): Promise<void>;

  /**
   * One bind as the account. Refuses an empty or blank password without asking the directory.
   * `mayBind` is asked with the account as it stands right before the bind: false is taken for locked.
   * @throws DirectoryError `unreachable` when no bind was sent, `noAnswer` when one was, `undecided`
   * when its answer says nothing about the password.
   */
  provePassword(
    accountId: string,
    password: Secret,
    signal: AbortSignal,
    mayBind?: (account: Account) => boolean,
  ): Promise<ProofOutcome>;

  /**
   * Sets a new password without the old one and lifts the directory's lockout with it. Writes at
   * most once. `written` only after it was seen there.
   * @throws DirectoryError `unreachable`, `tls`, `serviceAccount`, `noRights` or `policy`: nothing was
   * written.
   */
  writePassword(
    write: {
      readonly manager: GivenManager;
      readonly accountId: string;
      readonly password: Secret;
      readonly expectedVersion: string;
    },
    signal: AbortSignal,
  ): Promise<WriteOutcome>;

  /**
   * The traces of an unanswered write, read from `server` only: of `servers`, of an outcome or of traces.
   * A password binds once at most, where `mayBind` allows it, as in `provePassword`.
   * @throws DirectoryError `noAnswer` when the bind was sent.
   */
  readWrite(
    write: {
      readonly accountId: string;
      readonly server: string;
      readonly password?: Secret;
      readonly mayBind?: (account: Account) => boolean;
    },
    signal: AbortSignal,
  ): Promise<WriteTraces | undefined>;

  /** Clears the directory's lockout; does nothing where there is none. Safe to repeat. */
  unlock(
    manager: GivenManager,
    accountId: string,
    signal: AbortSignal,
  ): Promise<'unlocked' | 'notResponsible'>;

  /** Ends kept connections. */
  close(): Promise<void>;
}
