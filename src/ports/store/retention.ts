/** Records older than these times are deleted; epoch ms (requirement S7). */
export interface Retention {
  /** Codes that ended before, and the attempts of flows whose time ended before. */
  readonly codesBefore: number;
  readonly failuresBefore: number;
  /** Flows that ended before, and code messages of before. */
  readonly flowsBefore: number;
  /** Buttons of `home`, and reminders with their pauses. */
  readonly buttonsBefore: number;
}

/** Deletes expired records. */
export interface RetentionQueries {
  /** Forgets at most `limit` rows of each kind; gives how many were forgotten of the kind with most. */
  forget(retention: Retention, limit: number): Promise<number>;
}
