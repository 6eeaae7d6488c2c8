/** The key of a reminder: no recipient gets the same reminder twice. */
export interface ReminderKey {
  readonly accountId: string;
  /** The directory's mark of the password that is due. */
  readonly cycle: string;
  /** Days before the due date; negative once it is overdue. */
  readonly stage: number;
  /** managerName() of the recipient; a word of its own for a recipient whose name in Teams is not known. */
  readonly recipient: string;
  /** How often the recipient has put off reminders of this cycle. */
  readonly repeat: number;
}

/** A reminder as its card knows it. */
export interface Reminder extends ReminderKey {
  /** Opaque; stands in the data of the card's buttons. */
  readonly handle: string;
  readonly accountName: string;
}

/**
 * `reserved`: on its way, by an instance that may have died since. `unknown`: it may have come.
 * `failed`: it has not come. `skipped`: there was no way to the recipient.
 */
export type ReminderFate = 'reserved' | 'sent' | 'unknown' | 'failed' | 'skipped';

/** The pauses of one cycle's reminders; epoch ms. */
interface ReminderPause {
  readonly snoozes: number;
  readonly snoozedUntil: number | undefined;
  readonly silencedUntil: number | undefined;
}

/** Reminders, read. */
export interface ReminderReads {
  reminder(handle: string): Promise<Reminder | undefined>;
  /** The last stage of the cycle for which a recipient was reminded, or may have been. */
  remindedStage(about: Pick<ReminderKey, 'accountId' | 'cycle'>): Promise<number | undefined>;
  /** The recipient's newest reminder of the cycle, whatever its stage. */
  lastReminder(
    about: Pick<ReminderKey, 'accountId' | 'cycle' | 'recipient'>,
  ): Promise<
    { readonly repeat: number; readonly fate: ReminderFate; readonly at: number } | undefined
  >;
  reminderPause(
    about: Pick<ReminderKey, 'accountId' | 'cycle' | 'recipient'>,
  ): Promise<ReminderPause>;
}

/** Reminders. */
export interface ReminderQueries extends ReminderReads {
  /** Reserves the reminder; false where it was sent, may have been sent, or is on its way. */
  reserveReminder(reminder: Reminder): Promise<boolean>;
  /** Remembers that there is no way to the recipient; true for the first time. */
  skipReminder(reminder: Reminder): Promise<boolean>;
  settleReminder(handle: string, fate: Exclude<ReminderFate, 'reserved'>): Promise<void>;
  reminderFate(key: ReminderKey): Promise<ReminderFate | undefined>;
  /**
   * Settles all reserved reminders as `unknown`, and gives them. Called by the instance that has just taken
   * the lease.
   */
  settleLostReminders(): Promise<Reminder[]>;
  /** Puts off the recipient's reminders; false where they are put off already. */
  snoozeReminders(
    snooze: Pick<ReminderKey, 'accountId' | 'cycle' | 'recipient'> & { readonly until: number },
  ): Promise<boolean>;
  /** Silences the reminders of all recipients; false where they are silenced already. */
  silenceReminders(
    silence: Pick<ReminderKey, 'accountId' | 'cycle'> & { readonly until: number },
  ): Promise<boolean>;
  /**
   * When the others can next be told of the silence, one time in `everyMs`, which is noted; undefined
   * where that is still to come.
   */
  nextSilenceNotice(
    silence: Pick<ReminderKey, 'accountId' | 'cycle'>,
    everyMs: number,
  ): Promise<number | undefined>;
  /** Until when all reminders of the account are silenced; undefined where they are not. */
  silencedUntil(accountId: string): Promise<number | undefined>;
  /** Ends the silence of the account's reminders; false where there was none. */
  endSilence(accountId: string): Promise<boolean>;
}
