/** The closed list of events that the auditor sees. */
type AuditEventName =
  | 'enrollment.started'
  | 'enrollment.proved'
  | 'enrollment.proofRefused'
  | 'enrollment.completed'
  | 'enrollment.revoked'
  | 'code.sent'
  | 'code.notSent'
  | 'code.accepted'
  | 'code.refused'
  | 'code.locked'
  | 'reset.started'
  | 'reset.attempted'
  | 'reset.written'
  | 'reset.refused'
  | 'reset.unknown'
  | 'reset.verified'
  | 'unlock.started'
  | 'unlock.completed'
  | 'access.denied'
  | 'notice.sent'
  | 'notice.failed'
  | 'reminder.sent'
  | 'reminder.skipped'
  | 'reminder.failed'
  | 'reminder.snoozed'
  | 'reminder.notNeeded'
  | 'reminder.notNeededUndone'
  | 'invitation.sent'
  | 'invitation.skipped'
  | 'invitation.failed'
  | 'invitation.notNow'
  | 'responsibility.changed'
  | 'desk.looked'
  | 'desk.callerAsked'
  | 'desk.callerConfirmed'
  | 'desk.callerDenied'
  | 'desk.vouched'
  | 'desk.revoked'
  | 'desk.lockoutCleared'
  | 'service.started'
  | 'service.stopped'
  | `admin.${string}`;

type AuditResult = 'ok' | 'refused' | 'failed' | 'unknown';

/** One row for the auditor. Time, instance and chain are added by the store. */
export interface AuditEvent {
  readonly event: AuditEventName;
  /** `tenant/aadObjectId` of a manager, `system`, or `os:<user>` of an administrator. */
  readonly actor: string;
  /** objectGUID / entryUUID; absent where no account is concerned. */
  readonly account?: string | undefined;
  readonly result: AuditResult;
  /**
   * A reason of the contract, or a short fixed word; in some rows of the service desk the manager it is
   * about, as in `actor`; in those of a change of who answers the persons' entries. Never text from outside.
   */
  readonly reason?: string | undefined;
  readonly flow?: string | undefined;
}
