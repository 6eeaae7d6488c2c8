import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import type { Problem, Reason } from '../../src/domain/reasons.ts';
import { DESK_SAMPLES } from './deskViews.ts';
import type { CardName, HomeAccount, Progress, View } from '../../src/ports/view.ts';
import type { NoticeEvent } from '../../src/ports/noticeView.ts';

/** Monday 2026-11-23 14:31:30 in Stockholm. */
export const NOW = Date.parse('2026-11-23T13:31:30Z');

const MASKED = '+46 ••• •• •• 67';
const FLOW = { handle: 'flow-handle', accountName: 'hemvardsgruppen' } as const;
const RULES = {
  minLength: 8,
  maxLength: 127,
  forbiddenCharacters: 'åäöÅÄÖ',
  historyLength: 25,
  requiresComplexity: true,
} as const;

const REMINDER = {
  ...FLOW,
  setAt: NOW - 76 * DAY_MS,
  dueAt: NOW + 14 * DAY_MS,
  isEnrolled: true,
  isEnforced: false,
} as const;

const REMINDED = { card: 'reminder.done', ...FLOW, isEnrolled: true } as const;

export const ACCOUNT: HomeAccount = {
  handle: 'account-handle',
  name: 'hemvardsgruppen',
  displayName: 'Hemvård Öster',
  number: { masked: MASKED, since: NOW - 20 * DAY_MS },
  isLocked: false,
  passwordSetAt: NOW - 95 * DAY_MS,
};
export const CODE_CARDS = [
  'enrollment.oldCode',
  'enrollment.code',
  'reset.code',
  'unlock.code',
] as const;
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
const MANY = ['Anna Berg', 'Bo Ek', 'Cia Holm', 'Dan Ask', 'Eva Lind', 'Fia Ros'];
/** These tell a day that is to come. */
const AHEAD: readonly NoticeEvent[] = ['removalAhead', 'notNeeded'];

function more(event: NoticeEvent) {
  if (event === 'notNeeded') return { handle: 'undo-handle' };
  if (event === 'revoke') return { owners: ['Anna Berg'] };
  if (event !== 'responsibilityChanged') return {};
  return { added: ['Anna Berg'], removed: ['Bo Ek', 'Cia Holm'] };
}

export interface Sample {
  readonly name: string;
  readonly view: View;
  /** The contract's verbs of the card as this view shows it. */
  readonly verbs: readonly string[];
}

/** Every card in every form that has a layout or text of its own. */
export const SAMPLES: readonly Sample[] = [
  home('enrolled', {}, ['enroll', 'reset']),
  home('a new number waits', { number: { masked: MASKED, since: NOW, usableFrom: NOW + DAY_MS } }, [
    'enroll',
    'reset',
  ]),
  home('locked', { isLocked: true }, ['enroll', 'reset', 'unlock']),
  home('not enrolled', { number: undefined }, ['enroll']),
  home('not enrolled and locked', { number: undefined, isLocked: true }, ['enroll']),
  home('age unknown', { passwordSetAt: undefined }, ['enroll', 'reset']),
  home('must be changed', { mustChange: true }, ['enroll', 'reset']),
  home('expiring', { passwordExpiresAt: NOW + 5 * DAY_MS }, ['enroll', 'reset']),
  home('expired', { passwordExpiresAt: NOW - 3 * DAY_MS }, ['enroll', 'reset']),
  home('expiring, age unknown', { passwordSetAt: undefined, passwordExpiresAt: NOW + DAY_MS }, [
    'enroll',
    'reset',
  ]),
  {
    name: 'home: welcome',
    view: {
      card: 'home',
      accounts: [{ ...ACCOUNT, number: undefined }],
      isWelcome: true,
    },
    verbs: ['enroll', 'language'],
  },
  {
    name: 'home: two accounts',
    view: {
      card: 'home',
      accounts: [ACCOUNT, { ...ACCOUNT, handle: 'second-handle', name: 'hemvard_2-natt' }],
    },
    verbs: ['enroll', 'reset', 'enroll', 'reset', 'language'],
  },
  {
    name: 'home: the first of many accounts',
    view: { card: 'home', accounts: [ACCOUNT], part: { first: 1, of: 3, isAnyEnrolled: true } },
    verbs: ['enroll', 'reset', 'home', 'language'],
  },
  {
    name: 'home: the last of many accounts',
    view: { card: 'home', accounts: [ACCOUNT], part: { first: 3, of: 3, isAnyEnrolled: true } },
    verbs: ['enroll', 'reset', 'home', 'language'],
  },
  {
    name: 'home: of an agent',
    view: { card: 'home', accounts: [ACCOUNT], isAgent: true },
    verbs: ['enroll', 'reset', 'desk', 'language'],
  },
  { name: 'help', view: { card: 'help' }, verbs: ['home'] },
  sample({ card: 'enrollment.currentPassword', ...FLOW, progress: { step: 1, of: 4 } }, [
    'proveCurrentPassword',
    'cancel',
  ]),
  sample(
    {
      card: 'enrollment.currentPassword',
      ...FLOW,
      progress: { step: 1, of: 3 },
      advisesDeletion: true,
    },
    ['proveCurrentPassword', 'cancel'],
    'advice',
  ),
  sample({ card: 'enrollment.mobile', ...FLOW, progress: { step: 2, of: 3 } }, [
    'setMobile',
    'cancel',
  ]),
  sample(
    {
      card: 'enrollment.mobile',
      ...FLOW,
      progress: { step: 2, of: 4 },
      shownMobile: MASKED,
      shownIsEnrolled: true,
    },
    ['useShownMobile', 'setMobile', 'cancel'],
    'enrolled number',
  ),
  sample(
    {
      card: 'enrollment.mobile',
      ...FLOW,
      progress: { step: 2, of: 3 },
      shownMobile: MASKED,
      shownIsEnrolled: false,
    },
    ['useShownMobile', 'setMobile', 'cancel'],
    'suggestion',
  ),
  sample(
    {
      card: 'enrollment.mobile',
      ...FLOW,
      progress: { step: 1, of: 2 },
      shownMobile: MASKED,
      shownIsEnrolled: false,
      vouchedBy: 'Dag Servicesson',
    },
    ['useShownMobile', 'cancel'],
    'vouched',
  ),
  code('enrollment.oldCode', ['confirmOldCode', 'resendCode', 'changeMobile', 'cancel'], {
    step: 3,
    of: 4,
  }),
  code('enrollment.code', ['confirmCode', 'resendCode', 'changeMobile', 'cancel'], {
    step: 3,
    of: 3,
  }),
  code('reset.code', ['confirmCode', 'resendCode', 'cancel'], { step: 1, of: 2 }),
  code('unlock.code', ['confirmCode', 'resendCode', 'cancel']),
  sample(
    {
      card: 'unlock.code',
      ...FLOW,
      maskedMobile: MASKED,
      hasInput: false,
      problem: { reason: 'directoryUnavailable' },
    },
    ['confirmCode', 'cancel'],
    'proven',
  ),
  sample(
    {
      card: 'reset.code',
      ...FLOW,
      progress: { step: 1, of: 2 },
      maskedMobile: MASKED,
      expiresAt: NOW - 1,
      hasInput: true,
    },
    ['confirmCode', 'resendCode', 'cancel'],
    'expired',
  ),
  sample({ card: 'enrollment.done', ...FLOW, maskedMobile: MASKED }, ['reset', 'home']),
  sample(
    { card: 'enrollment.done', ...FLOW, maskedMobile: MASKED, usableFrom: NOW + DAY_MS },
    ['reset', 'home'],
    'cool-down',
  ),
  sample({ card: 'reset.newPassword', ...FLOW, progress: { step: 2, of: 2 }, rules: RULES }, [
    'setPassword',
    'cancel',
  ]),
  sample(
    {
      card: 'reset.newPassword',
      ...FLOW,
      progress: { step: 2, of: 2 },
      rules: RULES,
      problem: {
        reason: 'passwordTooShort',
        all: ['passwordTooShort', 'passwordTooCommon'],
        absent: ['passwordTooLong', 'passwordForbiddenCharacter'],
      },
    },
    ['setPassword', 'cancel'],
    'after a try',
  ),
  sample(
    {
      card: 'reset.newPassword',
      ...FLOW,
      progress: { step: 2, of: 2 },
      rules: { ...RULES, forbiddenCharacters: '', historyLength: 0, requiresComplexity: false },
      advisesDeletion: true,
    },
    ['setPassword', 'cancel'],
    'advice, few rules',
  ),
  sample(
    {
      card: 'reset.newPassword',
      ...FLOW,
      progress: { step: 2, of: 2 },
      rules: { ...RULES, forbiddenCharacters: 'Ö *' },
    },
    ['setPassword', 'cancel'],
    'odd forbidden characters',
  ),
  sample({ card: 'reset.done', accountName: FLOW.accountName }, ['home']),
  sample({ card: 'reset.unknown', ...FLOW }, ['refresh', 'reset', 'home']),
  sample(
    { card: 'reset.unknown', ...FLOW, passwordSetAt: NOW - 2 * MINUTE_MS },
    ['refresh', 'reset', 'home'],
    'with time',
  ),
  sample({ card: 'working', handle: FLOW.handle }, ['refresh']),
  sample({ card: 'working', handle: undefined }, ['refresh'], 'without handle'),
  sample({ card: 'unlock.done', ...FLOW }, ['reset', 'home']),
  sample({ card: 'reminder', ...REMINDER }, ['reset', 'snooze', 'notNeeded']),
  sample(
    { card: 'reminder', ...REMINDER, isEnrolled: false },
    ['enroll', 'snooze', 'notNeeded'],
    'not enrolled',
  ),
  sample(
    { card: 'reminder', ...REMINDER, isEnforced: true, dueAt: NOW - 8 * DAY_MS },
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
  sample({ ...REMINDED, answer: 'snoozed', until: NOW + DAY_MS }, ['reset', 'home']),
  sample(
    { ...REMINDED, answer: 'notNeeded', until: NOW + 90 * DAY_MS },
    ['reset', 'home'],
    'not needed',
  ),
  sample({ ...REMINDED, answer: 'undone' }, ['reset', 'home'], 'undone'),
  sample({ ...REMINDED, answer: 'notNow', isEnrolled: false }, ['home'], 'not now'),
  sample(
    { ...REMINDED, answer: 'snoozed', until: NOW + DAY_MS, isEnrolled: false },
    ['home'],
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
    { card: 'notice', ...FACTS_OF_A_NOTICE, event: 'revoke', owners: MANY },
    ['home'],
    'revoke of many',
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
  ...DESK_SAMPLES,
  sample({ card: 'refused', problem: { reason: 'notResponsible' } }, ['home']),
  sample(
    { card: 'refused', problem: { reason: 'notResponsible' }, isHome: true },
    [],
    'in place of home',
  ),
  sample(
    {
      card: 'refused',
      accountName: FLOW.accountName,
      problem: { reason: 'locked', until: NOW + DAY_MS, reference: 'a1b2c3d4' },
    },
    ['home'],
    'locked',
  ),
  sample({ card: 'cancelled' }, ['home']),
];

/** The first sample of the card, reporting `problem`; undefined where the card reports none. */
export function withProblem(card: CardName, problem: Problem): View | undefined {
  const view = SAMPLES.find((candidate) => candidate.view.card === card)?.view;
  switch (view?.card) {
    case 'home':
    case 'enrollment.currentPassword':
    case 'enrollment.mobile':
    case 'enrollment.oldCode':
    case 'enrollment.code':
    case 'reset.code':
    case 'unlock.code':
    case 'reset.newPassword':
    case 'refused':
    case 'desk':
    case 'desk.account':
    case 'caller':
      return { ...view, problem };
    case 'help':
    case 'enrollment.done':
    case 'reset.done':
    case 'reset.unknown':
    case 'working':
    case 'unlock.done':
    case 'reminder':
    case 'reminder.done':
    case 'invitation':
    case 'notice':
    case 'cancelled':
    case 'caller.done':
    case undefined:
      return undefined;
  }
}

/** A fault with and without the figures that may come with it. */
export function problemsOf(reason: Reason): readonly Problem[] {
  return [
    { reason },
    { reason, until: NOW + 90_000, attemptsLeft: 1 },
    { reason, until: NOW + DAY_MS, attemptsLeft: 3, reference: 'a1b2c3d4' },
    { reason, until: NOW + 5 * DAY_MS, all: [reason, 'passwordTooCommon'] },
  ];
}

function home(name: string, account: Partial<HomeAccount>, verbs: readonly string[]): Sample {
  return {
    name: `home: ${name}`,
    view: { card: 'home', accounts: [{ ...ACCOUNT, ...account }] },
    verbs: [...verbs, 'language'],
  };
}

function sample(view: View, verbs: readonly string[], detail?: string): Sample {
  return { name: detail === undefined ? view.card : `${view.card}: ${detail}`, view, verbs };
}

function code(
  card: (typeof CODE_CARDS)[number],
  verbs: readonly string[],
  progress?: Progress,
): Sample {
  const expiresAt = NOW + 5 * MINUTE_MS;
  return sample(
    { card, ...FLOW, progress, maskedMobile: MASKED, expiresAt, hasInput: true },
    verbs,
  );
}
