import type { AuditHeadTable, AuditTable } from './auditTables.ts';

/*
 * The columns as the queries see them. Times are epoch ms by the database's clock, `manager` is
 * managerName(), and every column of type Sealed holds what Keyring.seal() gave.
 */

type Sealed = string;

interface ManagerTable {
  manager: string;
  directory_id: string | null;
  /** Seals `directory_id`. */
  pin_seal: Sealed | null;
  display_name: Sealed | null;
  locale: string | null;
  conversation: Sealed | null;
}

interface ButtonTable {
  handle: string;
  manager: string;
  account_id: string;
  created_at: number;
  /** The end of the silence that the button ends, by which it is told from others. */
  undoes: number | null;
  /** Seals who may tap it, and for what; null where a hand has written the row. */
  seal: Sealed | null;
}

export interface FlowTable {
  id: string;
  purpose: string;
  manager: string;
  account_id: string;
  account_name: string;
  started_at: number;
  expires_at: number;
  ended_at: number | null;
  saved_at: number;
  /** 1 where an operation is under way or an outcome unknown, else 0. */
  unsettled: number;
  turn: number;
  version: number;
  origin: string | null;
  password_version: string;
  message_id: string | null;
  state: Sealed;
}

interface PasscodeTable {
  flow_id: string;
  /** `<key id>:<base64>`. */
  mac: string;
  expires_at: number;
  former_mac: string | null;
  former_expires_at: number | null;
}

interface PasscodeTryTable {
  flow_id: string;
  turn: number;
  mac: string;
}

interface FailureTable {
  id: string;
  kind: string;
  manager: string;
  account_id: string;
  at: number;
}

export interface CodeSendTable {
  id: string;
  flow_id: string;
  manager: string;
  account_id: string;
  mobile: Sealed;
  mobile_index: string;
  created_at: number;
  outcome: string;
  message_id: string | null;
  fate: string | null;
}

export interface EnrollmentTable {
  id: string;
  manager: string;
  account_id: string;
  mobile: Sealed;
  mobile_index: string;
  enrolled_at: number;
  usable_from: number;
  /** Since when every sweep has found that the manager does not answer for the account. */
  missing_since: number | null;
  /** 1 where the manager was told that the number will be removed, else 0. */
  removal_told: number;
}

export interface ReminderTable {
  handle: string;
  account_id: string;
  account_name: string;
  cycle: string;
  stage: number;
  recipient: string;
  repeat: number;
  fate: string;
  at: number;
}

interface ReminderSnoozeTable {
  account_id: string;
  cycle: string;
  recipient: string;
  until: number;
  snoozes: number;
}

export interface ReminderSilenceTable {
  account_id: string;
  cycle: string;
  until: number;
  /** When the account's other managers were last told of a silence, or will be. */
  told_at: number;
  /** Null where a hand has written the row. */
  seal: Sealed | null;
}

interface DeskLookUpTable {
  id: string;
  agent: string;
  at: number;
}

export interface DeskLookTable {
  id: string;
  agent: string;
  account_id: string;
  made_at: number;
  opened_at: number | null;
  draw: number;
  version: number;
  message_id: string | null;
  /** The account's name and the card's managers. */
  managers: Sealed;
}

export interface CallerCheckTable {
  id: string;
  agent: string;
  manager: string;
  account_id: string;
  asked_at: number;
  /** The end of the time to pick a number, or of the confirmation. */
  ends_at: number | null;
  vouched_until: number | null;
  /** For the count of an hour; stays when the vouch has ended. */
  vouched_at: number | null;
  version: number;
  /** When its cards have to be drawn anew. */
  due_at: number | null;
  /** The message that shows it to the manager. */
  message_id: string | null;
  state: Sealed;
}

interface DatabaseIdentityTable {
  id: number;
  identity: string;
}

interface LeaseTable {
  name: string;
  /** Empty while no instance holds it. */
  holder: string;
  until: number;
  done_at: number | null;
}

interface PasswordSeenTable {
  account_id: string;
  version: string;
}

interface AnsweringTable {
  account_id: string;
  /** Ids of directory entries, as a JSON array. */
  entries: Sealed;
}

/** Rows are only added: each revoke keeps its note. */
export interface RevocationTable {
  account_id: string;
  /** Empty where the numbers of all managers were revoked. */
  manager: string;
  revoked_at: number;
  seal: Sealed;
}

interface PasswordSaltTable {
  account_id: string;
  salt: string;
}

export interface PasswordHistoryTable {
  account_id: string;
  /** Rises with every password of the account. */
  number: number;
  digest: Sealed;
}

interface NoticeTable {
  id: string;
  due_at: number;
  tries: number;
  /** The loop that delivers it; a changed lane delays it at most. */
  lane: string;
  payload: Sealed;
}

export interface Tables {
  manager: ManagerTable;
  button: ButtonTable;
  flow: FlowTable;
  passcode: PasscodeTable;
  passcode_try: PasscodeTryTable;
  failure: FailureTable;
  code_send: CodeSendTable;
  enrollment: EnrollmentTable;
  revocation: RevocationTable;
  answering: AnsweringTable;
  reminder: ReminderTable;
  reminder_snooze: ReminderSnoozeTable;
  reminder_silence: ReminderSilenceTable;
  lease: LeaseTable;
  desk_lookup: DeskLookUpTable;
  desk_look: DeskLookTable;
  caller_check: CallerCheckTable;
  database_identity: DatabaseIdentityTable;
  password_seen: PasswordSeenTable;
  password_salt: PasswordSaltTable;
  password_history: PasswordHistoryTable;
  notice: NoticeTable;
  lock: { name: string };
  audit: AuditTable;
  audit_head: AuditHeadTable;
  bot_migration: { name: string };
}
