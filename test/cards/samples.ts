import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import type { Locale } from '../../src/domain/parties.ts';
import { byPrecedence } from '../../src/domain/reasons.ts';
import type { Problem, Reason } from '../../src/domain/reasons.ts';
import type { CardName, HomeAccount, View } from '../../src/ports/view.ts';
import { createCards } from '../../src/teams/cards/cards.ts';
import type { Card } from '../../src/teams/out/connector.ts';
import { NOW } from '../teams/sampleParts.ts';
import { ACCOUNT, SAMPLES, withProblem } from '../teams/sampleViews.ts';

export const LOCALES: readonly Locale[] = ['sv', 'en'];

/** uid allows more than Active Directory's 20 characters, and nothing in it says where to break. */
const LONG_NAME = 'hemvardsgruppennattpatrullenvivallalundbytybblevarbergaoxhagen64';
const LONG_DISPLAY_NAME =
  'Äldreomsorgsförvaltningens hemtjänstgrupp Sköldpaddsgränden, nattpatrullen';
const LONG_PERSON = 'Ann-Charlotte Gyllenstierna-Wachtmeister af Österlånggatan';
const SHORT_DESK = 'Servicedesk 019-21 00 00';
const LONG_DESK = 'Verksamhetssystemförvaltningens servicedesk 019-21 00 00, vardagar 07.00–16.30';

const CODE_CARD_PROBLEMS: readonly Reason[] = [
  'codeRefused',
  'tooManyCodes',
  'directoryUnavailable',
  'smsUnavailable',
  'smsNumberRefused',
];

/** Which problems the contract lets a card report ("Problems and their place"). */
export const PROBLEMS_OF: Readonly<Record<CardName, readonly Reason[]>> = {
  home: ['notEnrolled', 'flowExpired'],
  help: [],
  'enrollment.currentPassword': ['passwordWrong', 'directoryUnavailable'],
  'enrollment.mobile': [
    'mobileInvalid',
    'tooManyCodes',
    'directoryUnavailable',
    'smsUnavailable',
    'smsNumberRefused',
  ],
  'enrollment.oldCode': CODE_CARD_PROBLEMS,
  'enrollment.code': CODE_CARD_PROBLEMS,
  'enrollment.done': [],
  'reset.code': CODE_CARD_PROBLEMS,
  'reset.newPassword': [
    'passwordMismatch',
    'passwordTooShort',
    'passwordTooLong',
    'passwordForbiddenCharacter',
    'passwordUsedBefore',
    'passwordTooYoung',
    'passwordTooCommon',
    'passwordRefusedByDirectory',
    'directoryUnavailable',
  ],
  'reset.done': [],
  'reset.unknown': [],
  working: [],
  'unlock.code': CODE_CARD_PROBLEMS,
  'unlock.done': [],
  reminder: [],
  'reminder.done': [],
  invitation: [],
  notice: [],
  refused: [
    'proofLocked',
    'locked',
    'tooManyCodes',
    'notResponsible',
    'numberTooNew',
    'directoryUnavailable',
    'smsUnavailable',
    'smsNumberRefused',
    'temporarilyUnavailable',
    'ownAccount',
  ],
  cancelled: [],
  desk: ['directoryUnavailable', 'accountNotFound', 'tooManyLookups'],
  'desk.account': ['directoryUnavailable', 'noDirectoryMobile', 'callerBusy', 'callerNotReached'],
  caller: ['directoryUnavailable'],
  'caller.done': [],
};

/** Lockouts that end: their cards say until when. */
const ENDING: readonly Reason[] = [
  'proofLocked',
  'locked',
  'tooManyCodes',
  'passwordTooYoung',
  'numberTooNew',
  'callerBusy',
  'tooManyLookups',
];

/** One card as a manager may meet it. */
export interface CardSample {
  readonly name: string;
  readonly view: View;
  /** `usual` ones have a layout of their own, `problem` ones another text, `long` ones the longest. */
  readonly kind: 'usual' | 'problem' | 'long';
}

/** Every card, every problem that it may report, and every variant that changes how it looks. */
export const CARD_SAMPLES: readonly CardSample[] = [
  ...SAMPLES.map(({ name, view }): CardSample => ({ name, view, kind: 'usual' })),
  ...cardNames().flatMap(problemSamples),
  ...longSamples(),
];

const options = { timeZone: 'Europe/Stockholm', codeLength: 6 };
const cards = createCards({ ...options, serviceDesk: SHORT_DESK });
const longCards = createCards({ ...options, serviceDesk: LONG_DESK });

/** The card that the bot would send. */
export function renderSample({ view, kind }: CardSample, locale: Locale): Card {
  return (kind === 'long' ? longCards : cards).draw(view, locale, NOW).card;
}

/** The card names of the contract. */
export function cardNames(): readonly CardName[] {
  // The record's type holds all names and no other.
  return Object.keys(PROBLEMS_OF) as CardName[];
}

function problemSamples(card: CardName): readonly CardSample[] {
  return PROBLEMS_OF[card].flatMap((reason) =>
    problemsWith(reason).flatMap(({ detail, ...problem }) => {
      const view = withProblem(card, problem);
      const name = `${card}: problem ${reason}${detail === '' ? '' : `, ${detail}`}`;
      return view === undefined ? [] : [{ name, view, kind: 'problem' as const }];
    }),
  );
}

function problemsWith(reason: Reason): readonly (Problem & { readonly detail: string })[] {
  if (reason === 'codeRefused' || reason === 'passwordWrong') {
    return [
      { reason, detail: '' },
      { reason, detail: 'one try left', attemptsLeft: 1 },
      { reason, detail: 'more tries left', attemptsLeft: 4 },
    ];
  }
  if (reason === 'temporarilyUnavailable') {
    return [
      { reason, detail: '', reference: 'a1b2c3d4' },
      { reason, detail: 'crowded', isCrowded: true, reference: 'a1b2c3d4' },
      { reason, detail: 'no tries left', isOutOfTries: true, reference: 'a1b2c3d4' },
    ];
  }
  if (!ENDING.includes(reason)) return [{ reason, detail: '' }];
  return [
    { reason, detail: '' },
    { reason, detail: 'soon over', until: NOW + MINUTE_MS },
    { reason, detail: 'over in days', until: NOW + 3 * DAY_MS },
  ];
}

/** Every usual card with the longest names and service desk, and the longest of what it may report. */
function longSamples(): readonly CardSample[] {
  const account: HomeAccount = { ...ACCOUNT, name: LONG_NAME, displayName: LONG_DISPLAY_NAME };
  const accounts: readonly HomeAccount[] = [
    account,
    { ...account, number: undefined, isLocked: true, passwordExpiresAt: NOW - 3 * DAY_MS },
    { ...account, isLocked: true, passwordExpiresAt: NOW + 5 * DAY_MS },
    { ...ACCOUNT, name: 'hemvard_2-natt', displayName: LONG_DISPLAY_NAME },
  ];
  // The last is no fault of the password.
  const all = byPrecedence(PROBLEMS_OF['reset.newPassword']).slice(0, -1);
  const [reason = 'passwordRefusedByDirectory', ...absent] = all.toReversed();
  const views: readonly [string, View | undefined][] = [
    ['accounts', { card: 'home', isAgent: false, accounts }],
    [
      'accounts, flowExpired',
      { card: 'home', isAgent: false, accounts, problem: { reason: 'flowExpired' } },
    ],
    ['many overdue', manyOverdue()],
    ['many faults', withProblem('reset.newPassword', { reason: 'passwordMismatch', all })],
    ['rules kept', withProblem('reset.newPassword', { reason, absent })],
    ['refused', withProblem('refused', problem('locked'))],
    ['tooManyCodes', withProblem('enrollment.mobile', problem('tooManyCodes'))],
    [
      'smsNumberRefused',
      withProblem('enrollment.mobile', { reason: 'smsNumberRefused', isEnrolledNumber: true }),
    ],
    ['smsUnavailable', withProblem('enrollment.oldCode', problem('smsUnavailable'))],
    ['tooManyCodes', withProblem('enrollment.code', problem('tooManyCodes'))],
  ];
  return [
    ...SAMPLES.map(({ name, view }) => ({ name: `${name}, long`, view: lengthen(view) })),
    ...views.flatMap(([detail, view]) =>
      view === undefined ? [] : [{ name: `${view.card}: ${detail}, long`, view: lengthen(view) }],
    ),
  ].map((sample) => ({ ...sample, kind: 'long' }));
}

function problem(reason: Reason): Problem {
  return { reason, until: NOW + 3 * DAY_MS, attemptsLeft: 4, reference: 'a1b2c3d4' };
}

function manyOverdue(): View {
  const overdue = Array.from({ length: 10 }, (_, n) => ({ name: LONG_NAME, dueAt: NOW - n }));
  const silenced = overdue.map(({ name, dueAt }) => ({ name, until: dueAt + 90 * DAY_MS }));
  return { card: 'notice', event: 'unanswered', overdue, count: 112, silenced, silencedCount: 30 };
}

function lengthen(view: View): View {
  if (view.card === 'desk.account') {
    const { facts } = view;
    const managers = facts?.managers.map((manager) => ({ ...manager, name: LONG_PERSON })) ?? [];
    const named = { ...view, accountName: LONG_NAME };
    return facts === undefined
      ? named
      : { ...named, facts: { ...facts, managers, displayName: LONG_DISPLAY_NAME } };
  }
  if (view.card === 'desk') {
    const found = view.found.map((hit) => ({
      ...hit,
      name: LONG_NAME,
      displayName: LONG_DISPLAY_NAME,
    }));
    return { ...view, found };
  }
  if (view.card === 'caller' || view.card === 'caller.done') {
    return { ...view, agentName: LONG_PERSON };
  }
  const named = 'accountName' in view ? { ...view, accountName: LONG_NAME } : view;
  return 'byName' in named ? { ...named, byName: LONG_PERSON } : named;
}
