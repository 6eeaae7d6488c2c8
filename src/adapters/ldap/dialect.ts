import type { Entry, Filter } from 'ldapts';

import type { Secret } from '../../domain/secret.ts';
import type { ProofOutcome, WriteOutcome } from '../../ports/directory.ts';
import type { Account } from '../../ports/account.ts';
import type { Connection, ServerFacts } from './wire/connection.ts';

/** A connection that is bound as the service account. */
export interface Session {
  readonly connection: Connection;
  readonly facts: ServerFacts;
  readonly dialect: Dialect;
  /** The same for all sessions of one opened directory: the key for values that hold for all of them. */
  readonly directory: object;
}

/** Whether an entry is the bot's own account in the directory. */
export type ServiceAccountTest = (dn: string, id: string) => boolean;

/** An account with the adapter's own fields. */
export interface FoundAccount {
  readonly account: Account;
  readonly entry: Entry;
  /** DNs of the persons and groups that answer for it. */
  readonly responsible: readonly string[];
  /** The lens with which it was read. */
  readonly lens: AccountLens;
}

/** An account's password and lock, as the directory tells them. */
export type PasswordState = Pick<
  Account,
  | 'passwordVersion'
  | 'passwordSetAt'
  | 'passwordExpiresAt'
  | 'mustChange'
  | 'isLocked'
  | 'rules'
  | 'lockout'
>;

/** How accounts are looked at during one call: prepared once, used for each entry. */
export interface AccountLens {
  /**
   * The filter that an account must match to be touched at all (requirement D4), where the server can tell.
   */
  readonly filter: Filter | undefined;
  /** The rest of requirement D4, told from the entry. */
  isEligible(entry: Entry): boolean;
  passwordState(entry: Entry): Promise<PasswordState>;
}

export type WriteRefusal = Extract<WriteOutcome, { outcome: 'refused' }>['reason'];

/** The server’s answer to a write. */
export interface WriteAnswer {
  /** Absent when it was accepted. */
  readonly refusal?: WriteRefusal;
  /** It was accepted only without the policy hints, before the minimum age. */
  readonly isBeforeMinAge?: boolean;
}

/**
 * The differences between Active Directory and OpenLDAP. Methods reject with ResultCodeError or AnswerLost.
 */
export interface Dialect {
  readonly name: 'activeDirectory' | 'openldap';
  readonly defaultAccountsFilter: string;
  readonly defaultManagerFilter: string;
  readonly nameAttribute: string;
  readonly idAttribute: string;
  /** Holds an entry's own DN, so that a filter can ask for some of them at once. */
  readonly dnAttribute: string;
  /** Attributes that hold bytes. */
  readonly binary: readonly string[];
  readonly personAttributes: readonly string[];
  /** Distinguishes a person from others of the same name; one who has none is told by `nameAttribute`. */
  readonly addressAttribute: string;
  /** Holds a person's Entra object id as `User_<guid>`, where the directory has one. */
  readonly entraAttribute?: string;
  readonly accountAttributes: readonly string[];
  /** Whether two password writes never leave the same version behind. */
  readonly isVersionExact: boolean;
  /** The filter that a person must match, where the server can tell. */
  readonly personFilter: Filter;

  idOf(entry: Entry): string | undefined;
  /** `id` has the form that `isId` accepts. */
  idFilter(id: string): Filter;
  /** Whether the entry is a person who may act now. */
  isPerson(entry: Entry): boolean;
  /** DNs of the groups that the entry belongs to, through other groups too. */
  groupsOf(session: Session, dn: string): Promise<string[]>;
  /** DNs of the members of those of the entries that are groups. */
  membersOf(session: Session, dns: readonly string[]): Promise<string[]>;
  /** Whether the person's entry is in one of the groups, through other groups too; other entries have no members. */
  isIn(session: Session, dn: string, groups: readonly string[]): Promise<boolean>;

  prepare(session: Session): Promise<AccountLens>;
  /** One bind. Throws DirectoryError `undecided` where its answer says nothing about the password. */
  prove(connection: Connection, dn: string, password: Secret): Promise<ProofOutcome>;
  /** One modification that sets the password and lifts the lockout. */
  write(session: Session, account: FoundAccount, password: Secret): Promise<WriteAnswer>;
  unlock(session: Session, entry: Entry): Promise<void>;
}
