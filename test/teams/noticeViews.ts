import { DAY_MS } from '../../src/domain/durations.ts';
import type { NoticeEvent } from '../../src/ports/noticeView.ts';
import { FLOW, MASKED, NOW, sample, type Sample } from './sampleParts.ts';

const REMINDER = {
  ...FLOW,
  setAt: NOW - 76 * DAY_MS,
  dueAt: NOW + 14 * DAY_MS,
  isEnrolled: true,
  isEnforced: false,
} as const;

const REMINDED = { card: 'reminder.done', ...FLOW, isEnrolled: true } as const;

const CARD_EVENTS = [
  'reset',
  'firstEnrollment',
  'ownEnrollment',
  'numberChange',
  'unlock',
  'revoke',
  'lockoutCleared',
  'outsideChange',
  'removal',
  'removalAhead',
  'responsibilityChanged',
  'notNeeded',
] as const;
/** An overdue password has cards of its own. */
export const NOTICE_EVENTS: readonly NoticeEvent[] = [...CARD_EVENTS, 'overdue'];

/** Those that an agent of the service desk may have a part in. */
const AGENT_EVENTS = ['firstEnrollment', 'ownEnrollment', 'revoke', 'lockoutCleared'] as const;

const FACTS_OF_A_NOTICE = {
  accountName: FLOW.accountName,
  byName: 'Anna Berg',
  at: NOW,
  maskedMobile: MASKED,
} as const;
/** The directory has expired the password, a day after it was due by the configuration. */
const EXPIRED = { dueAt: NOW - 9 * DAY_MS, expiredAt: NOW - 8 * DAY_MS };
const MANY = ['Anna Berg', 'Bo Ek', 'Cia Holm', 'Dan Ask', 'Eva Lind', 'Fia Ros'];
/** These tell a day that is to come. */
const AHEAD: readonly NoticeEvent[] = ['removalAhead', 'notNeeded'];

function more(event: NoticeEvent) {
  if (event === 'notNeeded') return { handle: 'undo-handle' };
  if (event === 'revoke') return { owners: ['Anna Berg'] };
  if (event !== 'responsibilityChanged') return {};
  return { added: ['Anna Berg'], removed: ['Bo Ek', 'Cia Holm'] };
}

/** Reminders, invitations and notices, in every form that has a layout or text of its own. */
export const NOTICE_SAMPLES: readonly Sample[] = [
  sample({ card: 'reminder', ...REMINDER }, ['reset', 'snooze', 'notNeeded']),
  sample(
    { card: 'reminder', ...REMINDER, isEnrolled: false },
    ['enroll', 'snooze', 'notNeeded'],
    'not enrolled',
  ),
  sample(
    { card: 'reminder', ...REMINDER, dueAt: NOW - 8 * DAY_MS },
    ['reset', 'snooze', 'notNeeded'],
    'overdue',
  ),
  sample(
    { card: 'reminder', ...REMINDER, isEnforced: true, ...EXPIRED },
    ['reset', 'snooze'],
    'overdue, expired by the directory',
  ),
  sample(
    { card: 'reminder', ...REMINDER, setAt: undefined, dueAt: NOW },
    ['reset', 'snooze', 'notNeeded'],
    'age unknown',
  ),
  sample(
    { card: 'reminder', ...REMINDER, isEnforced: true, mustChange: true, dueAt: NOW },
    ['reset', 'snooze'],
    'must be changed',
  ),
  sample(
    { card: 'reminder', ...REMINDER, usableFrom: NOW + DAY_MS },
    ['reset', 'snooze', 'notNeeded'],
    'a new number waits',
  ),
  sample({ ...REMINDED, answer: 'snoozed', until: NOW + DAY_MS }, ['reset', 'home']),
  sample(
    { ...REMINDED, answer: 'notNeeded', until: NOW + 90 * DAY_MS },
    ['reset', 'home'],
    'not needed',
  ),
  sample({ ...REMINDED, answer: 'undone' }, ['reset', 'home'], 'undone'),
  sample(
    { ...REMINDED, answer: 'snoozed', until: NOW + DAY_MS, usableFrom: NOW + DAY_MS },
    ['reset', 'home'],
    'a new number waits',
  ),
  sample({ ...REMINDED, answer: 'notNow', isEnrolled: false }, ['reset', 'home'], 'not now'),
  sample(
    { ...REMINDED, answer: 'snoozed', until: NOW + DAY_MS, isEnrolled: false },
    ['reset', 'home'],
    'not enrolled',
  ),
  sample({ card: 'invitation', ...FLOW }, ['enroll', 'notNow']),
  ...CARD_EVENTS.map((event) =>
    sample(
      {
        card: 'notice',
        ...FACTS_OF_A_NOTICE,
        ...(AHEAD.includes(event) ? { until: NOW + 90 * DAY_MS } : {}),
        ...more(event),
        event,
      },
      event === 'notNeeded' ? ['undoNotNeeded', 'home'] : ['home'],
      event,
    ),
  ),
  ...(['firstEnrollment', 'ownEnrollment'] as const).map((event) =>
    sample(
      { card: 'notice', ...FACTS_OF_A_NOTICE, event, until: NOW + DAY_MS },
      ['home'],
      `${event}, cool-down`,
    ),
  ),
  sample(
    { card: 'notice', ...FACTS_OF_A_NOTICE, event: 'revoke', owners: ['Bo Ek'], hasReader: true },
    ['home'],
    'revoke of the reader’s and another',
  ),
  sample(
    { card: 'notice', ...FACTS_OF_A_NOTICE, event: 'revoke', owners: MANY },
    ['home'],
    'revoke of many',
  ),
  sample(
    {
      card: 'notice',
      ...FACTS_OF_A_NOTICE,
      event: 'responsibilityChanged',
      added: [MANY, MANY, MANY, MANY].flat(),
      removed: ['Bo Ek'],
    },
    ['home'],
    'responsibilityChanged, a crowd',
  ),
  sample(
    {
      card: 'notice',
      event: 'unanswered',
      overdue: [
        { name: 'hemvardsgruppen', dueAt: NOW - 9 * DAY_MS },
        { name: 'hemvard_2-natt', dueAt: NOW - 30 * DAY_MS },
      ],
      count: 7,
      silenced: [],
      silencedCount: 0,
    },
    ['home'],
    'unanswered',
  ),
  sample(
    {
      card: 'notice',
      event: 'unanswered',
      overdue: [],
      count: 0,
      silenced: [{ name: 'hemvardsgruppen', until: NOW + 60 * DAY_MS }],
      silencedCount: 3,
    },
    ['home'],
    'silenced',
  ),
  ...AGENT_EVENTS.map((event) =>
    sample(
      { card: 'notice', ...FACTS_OF_A_NOTICE, ...more(event), event, agentName: 'Dag Servicesson' },
      ['home'],
      `${event}, by an agent`,
    ),
  ),
];
