import type { ManagerKey } from '../../domain/parties.ts';

/** A proven mobile number of one manager for one account. */
export interface Enrollment {
  /** New with every completed enrollment: codes are bound to it. */
  readonly id: string;
  readonly manager: ManagerKey;
  readonly accountId: string;
  /** E.164. */
  readonly mobile: string;
  readonly enrolledAt: number;
  /** Before this time the number cannot be used for a reset. */
  readonly usableFrom: number;
}

/** A revoke of an account's numbers. */
interface Revoke {
  readonly at: number;
  /** Whose number it took; absent: all. */
  readonly manager?: ManagerKey;
}

/** Enrolled numbers, read. */
export interface EnrollmentReads {
  enrollment(manager: ManagerKey, accountId: string): Promise<Enrollment | undefined>;
  enrollmentsOf(accountId: string): Promise<Enrollment[]>;
  /** When the manager's number, or all the account's, were last revoked; undefined where they never were. */
  revokedAt(accountId: string, manager: ManagerKey): Promise<number | undefined>;
  /** The account's last revoke, of one manager's number or of all; undefined where there never was one. */
  lastRevoke(accountId: string): Promise<Revoke | undefined>;
}

/** Enrolled numbers. */
export interface EnrollmentQueries extends EnrollmentReads {
  enrollmentsOfManager(manager: ManagerKey): Promise<Enrollment[]>;
  /** How many other managers are enrolled with that number, for whatever account. */
  countOthersWith(mobile: string, manager: ManagerKey): Promise<number>;
  /** Replaces the manager's enrollment for the account; the former number is void, also if its row is put back. */
  saveEnrollment(enrollment: Enrollment): Promise<void>;
  /** Removes the numbers of all managers, or of the one, for the account and remembers that they were revoked now. */
  revokeEnrollments(accountId: string, manager?: ManagerKey): Promise<void>;
  /** Removes a number without a revocation: the next enrollment need not wait. */
  removeEnrollment(id: string): Promise<void>;
  /** How many accounts, and managers of accounts, had their numbers revoked since `since`. */
  countRevokes(since: number): Promise<number>;
}
