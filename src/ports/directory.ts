import type { Secret } from '../domain/secret.ts';
import type {
  ManagerQuery,
  DirectoryManager,
  GivenManager,
  Responsibility,
  Standing,
  FoundAccounts,
  SweptAccount,
  Account,
} from './account.ts';

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

  /** The ids of all entries that the query matches, enabled or not. */
  fitting(query: ManagerQuery, signal: AbortSignal): Promise<readonly string[]>;

  /** The person of that id; undefined where the entry is gone or disabled. */
  managerById(id: string, signal: AbortSignal): Promise<DirectoryManager | undefined>;

  /** Whether a person's entry of that id is there, enabled or not. */
  hasEntry(id: string, signal: AbortSignal): Promise<boolean>;

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

  /** Those of swept accounts that are not protected by what only the server knows. */
  unprotectedAmong(accountIds: readonly string[], signal: AbortSignal): Promise<string[]>;

  /**
   * Hands all accounts to `take`, page after page in no order; only one page is kept at a time. May take as
   * long as it needs, a single answer of the directory at most 5 s. An exception from `take` ends the read.
   */
  sweepAccounts(
    take: (page: readonly SweptAccount[]) => Promise<void>,
    signal: AbortSignal,
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
