import type { ShownRules } from '../../src/domain/passwords/shownRules.ts';
import type { EnrollmentEvent } from '../../src/domain/flows/enrollment.ts';
import type { UnlockEvent } from '../../src/domain/flows/unlock.ts';
import type {
  EnrollmentState,
  StoppedState,
  ResetState,
  UnlockState,
} from '../../src/domain/flows/flow.ts';
import type { StoppingEvent } from '../../src/domain/flows/lifetime.ts';
import type { CodeEvent } from '../../src/domain/flows/codeSteps.ts';
import type { ResetEvent } from '../../src/domain/flows/reset.ts';

export const NOW = 1_000_000;
export const OLD = '+46701234567';
export const NEW = '+46739999999';

export const RULES: ShownRules = {
  minLength: 8,
  maxLength: 127,
  forbiddenCharacters: 'åäö',
  historyLength: 25,
  requiresComplexity: true,
};

const progress = { expiresAt: NOW + 300_000, malformed: 2, firstDraw: 3 };
const known = { mobile: OLD, isEnrolled: true };
const proven = { known, isOldProven: false };
const sending = {
  step: 'sendingCode',
  since: NOW,
  mobile: OLD,
  expiresAt: NOW + 300_000,
  malformed: 2,
} as const;

/** How any flow may have ended. */
const ENDED: readonly StoppedState[] = [
  { step: 'refused', problem: { reason: 'locked' } },
  { step: 'cancelled' },
  { step: 'superseded' },
  { step: 'expired' },
];

/** One state of each kind, and of those kinds whose events depend on a field, one of each value. */
export const ENROLLMENT_STATES: readonly EnrollmentState[] = [
  { step: 'currentPassword' },
  { step: 'provingPassword', since: NOW, failureId: 'f' },
  { step: 'mobile', malformed: 2, ...proven },
  { ...sending, to: 'old', newMobile: NEW, ...proven },
  { ...sending, mobile: NEW, to: 'new', newMobile: NEW, ...proven },
  { step: 'oldCode', mobile: OLD, newMobile: NEW, ...progress, ...proven },
  { step: 'code', mobile: NEW, ...progress, ...proven },
  { step: 'mobile', malformed: 2, held: { mobile: NEW, ...progress }, ...proven },
  { step: 'done', mobile: NEW },
  ...ENDED,
];

export const RESET_STATES: readonly ResetState[] = [
  { ...sending, enrollmentId: 'e' },
  { ...sending, enrollmentId: 'e', former: { firstDraw: 1, expiresAt: NOW + 100 } },
  { step: 'code', mobile: OLD, enrollmentId: 'e', ...progress },
  { step: 'newPassword', rules: RULES },
  { step: 'newPassword', rules: RULES, sent: [{ digest: 'lost' }] },
  { step: 'writingPassword', since: NOW, rules: RULES },
  { step: 'writingPassword', since: NOW, rules: RULES, sent: [{ digest: 'lost' }] },
  { step: 'unknown', since: NOW, server: 'ldaps://dc1', rules: RULES, bindSince: NOW },
  { step: 'done' },
  { step: 'done', sent: [{ digest: 'lost' }] },
  { step: 'superseded', sent: [{ digest: 'lost' }], unknownSince: NOW },
  ...ENDED,
];

export const UNLOCK_STATES: readonly UnlockState[] = [
  { ...sending, enrollmentId: 'e' },
  { step: 'code', mobile: OLD, enrollmentId: 'e', ...progress },
  { step: 'unlocking', since: NOW, mobile: OLD },
  { step: 'unlocking', since: NOW, mobile: OLD, problem: { reason: 'directoryUnavailable' } },
  { step: 'done' },
  ...ENDED,
];

const ENDING: readonly StoppingEvent[] = [
  { type: 'refused', problem: { reason: 'locked' } },
  { type: 'cancelled' },
  { type: 'superseded' },
  { type: 'expired' },
];

const CODE: readonly CodeEvent[] = [
  { type: 'codeSent', draw: 4 },
  { type: 'codeUncertain', draw: 4 },
  { type: 'codeNotSent', draw: 4, reason: 'smsUnavailable' },
  { type: 'resendAsked', expiresAt: NOW + 300_000 },
  { type: 'resendRefused', problem: { reason: 'tooManyCodes' } },
  { type: 'codeMalformed' },
  { type: 'codeRefused', attemptsLeft: 3 },
  { type: 'smsFailed', reason: 'smsNumberRefused' },
];

export const ENROLLMENT_EVENTS: readonly EnrollmentEvent[] = [
  { type: 'proofStarted', failureId: 'f' },
  { type: 'passwordProved', known },
  { type: 'proofFailed', reason: 'passwordWrong', attemptsLeft: 2 },
  { type: 'passwordTypedInChat' },
  { type: 'mobileRefused', problem: { reason: 'mobileInvalid' } },
  { type: 'mobileChosen', mobile: NEW, expiresAt: NOW + 300_000 },
  { type: 'heldCodeAsked' },
  { type: 'mobileChangeAsked' },
  { type: 'oldCodeAccepted', expiresAt: NOW + 300_000 },
  { type: 'oldCodeAcceptedOnly', problem: { reason: 'tooManyCodes' } },
  { type: 'codeAccepted' },
  ...CODE,
  ...ENDING,
];

export const RESET_EVENTS: readonly ResetEvent[] = [
  { type: 'codeAccepted', rules: RULES },
  { type: 'passwordTypedInChat' },
  { type: 'passwordRefused', reasons: ['passwordTooShort', 'passwordTooCommon'] },
  { type: 'writeStarted', digest: 'typed' },
  { type: 'writeNotDone', reason: 'directoryUnavailable' },
  { type: 'passwordWritten', digest: 'lost', version: 'v1' },
  { type: 'passwordInForce' },
  { type: 'outcomeUnknown', server: 'ldaps://dc1' },
  { type: 'bindStarted' },
  { type: 'bindEnded' },
  { type: 'lateChangeSeen' },
  { type: 'searchEnded' },
  { type: 'changeSeen', passwordSetAt: NOW },
  ...CODE,
  ...ENDING,
];

export const UNLOCK_EVENTS: readonly UnlockEvent[] = [
  { type: 'codeAccepted' },
  { type: 'unlockAsked' },
  { type: 'unlocked' },
  { type: 'notUnlocked', reason: 'directoryUnavailable' },
  ...CODE,
  ...ENDING,
];
