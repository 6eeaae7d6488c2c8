import { DAY_MS } from '../../src/domain/durations.ts';
import type { Problem, Reason } from '../../src/domain/reasons.ts';
import { DESK_SAMPLES } from './deskViews.ts';
import type { CardName, HomeAccount, View } from '../../src/ports/view.ts';
import { FLOW_SAMPLES } from './flowViews.ts';
import { NOTICE_SAMPLES } from './noticeViews.ts';
import { FLOW, MASKED, NOW, sample, type Sample } from './sampleParts.ts';

export const ACCOUNT: HomeAccount = {
  handle: 'account-handle',
  name: 'hemvardsgruppen',
  displayName: 'Hemvård Öster',
  number: { masked: MASKED, since: NOW - 20 * DAY_MS },
  isLocked: false,
  passwordSetAt: NOW - 95 * DAY_MS,
};
/** Every card in every form that has a layout or text of its own. */
export const SAMPLES: readonly Sample[] = [
  home('enrolled', {}, ['enroll', 'reset']),
  home('a new number waits', { number: { masked: MASKED, since: NOW, usableFrom: NOW + DAY_MS } }, [
    'enroll',
    'reset',
  ]),
  home('locked', { isLocked: true }, ['enroll', 'reset', 'unlock']),
  home('locked and expired', { isLocked: true, passwordExpiresAt: NOW - 3 * DAY_MS }, [
    'enroll',
    'reset',
    'unlock',
  ]),
  home('locked, and no codes', { isLocked: true, codesFrom: NOW + DAY_MS }, [
    'enroll',
    'reset',
    'unlock',
  ]),
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
    name: 'home: nothing locked',
    view: { card: 'home', accounts: [ACCOUNT], isAgent: false, isNothingLocked: true },
    verbs: ['enroll', 'reset', 'language'],
  },
  {
    name: 'home: welcome',
    view: {
      card: 'home',
      isAgent: false,
      accounts: [{ ...ACCOUNT, number: undefined }],
      isWelcome: true,
    },
    verbs: ['enroll', 'language'],
  },
  {
    name: 'home: two accounts',
    view: {
      card: 'home',
      isAgent: false,
      accounts: [ACCOUNT, { ...ACCOUNT, handle: 'second-handle', name: 'hemvard_2-natt' }],
    },
    verbs: ['enroll', 'reset', 'enroll', 'reset', 'language'],
  },
  {
    name: 'home: the first of many accounts',
    view: {
      card: 'home',
      isAgent: false,
      accounts: [ACCOUNT],
      part: { first: 1, of: 3, isAnyEnrolled: true },
    },
    verbs: ['enroll', 'reset', 'home', 'language'],
  },
  {
    name: 'home: the last of many accounts',
    view: {
      card: 'home',
      isAgent: false,
      accounts: [ACCOUNT],
      part: { first: 3, of: 3, isAnyEnrolled: true },
    },
    verbs: ['enroll', 'reset', 'home', 'language'],
  },
  {
    name: 'home: of an agent',
    view: { card: 'home', accounts: [ACCOUNT], isAgent: true },
    verbs: ['enroll', 'reset', 'desk', 'language'],
  },
  sample({ card: 'help', isAgent: false, isManager: true }, ['home']),
  sample({ card: 'help', isAgent: true, isManager: false }, ['home'], 'of an agent'),
  sample({ card: 'help', isAgent: true, isManager: true }, ['home'], 'of an agent with accounts'),
  ...FLOW_SAMPLES,
  ...NOTICE_SAMPLES,
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
  sample({ card: 'cancelled', isPasswordKept: true }, ['home'], 'reset'),
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
    view: { card: 'home', isAgent: false, accounts: [{ ...ACCOUNT, ...account }] },
    verbs: [...verbs, 'language'],
  };
}
