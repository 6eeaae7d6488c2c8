import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import type {
  DeskAccountFacts,
  DeskManager,
  DeskQuestion,
  DeskTrouble,
} from '../../src/ports/deskView.ts';
import { MASKED, NOW, type Sample } from './sampleParts.ts';

const MANAGER: DeskManager = {
  handle: 'manager-handle',
  name: 'Anna Berg',
  isFormer: false,
  number: undefined,
  canConfirm: true,
  canVouch: false,
  canRevoke: false,
  needsAdministrator: false,
};
const ENROLLED: Partial<DeskManager> = {
  number: { masked: MASKED, since: NOW - 20 * DAY_MS },
  canRevoke: true,
};
const FACTS: DeskAccountFacts = {
  displayName: 'Hemvård Öster',
  troubles: [],
  passwordSetAt: NOW - 95 * DAY_MS,
  managers: [MANAGER],
  more: 0,
  isCrowd: false,
  underWay: [],
  canClearLockout: false,
};

function account(
  detail: string,
  facts: Partial<DeskAccountFacts> | undefined,
  verbs: readonly string[],
): Sample {
  return {
    name: `desk.account: ${detail}`,
    view: {
      card: 'desk.account',
      handle: 'look-handle',
      accountName: 'hemvardsgruppen',
      ...(facts === undefined ? {} : { facts: { ...FACTS, ...facts } }),
    },
    verbs: [...verbs, 'refresh', 'desk'],
  };
}

function asked(detail: string, question: DeskQuestion, manager: Partial<DeskManager>): Sample {
  const verbs = [
    ...(manager.canConfirm === false ? [] : ['deskConfirm']),
    ...(manager.canVouch === true ? ['deskVouch'] : []),
  ];
  return account(detail, { managers: [{ ...MANAGER, question, ...manager }] }, verbs);
}

const TROUBLES: readonly DeskTrouble[] = [
  { kind: 'directoryLocked' },
  { kind: 'codesLocked', name: 'Anna Berg', until: NOW + DAY_MS },
  { kind: 'codesLocked', until: NOW + 30 * MINUTE_MS },
  { kind: 'proofLocked', until: NOW + DAY_MS },
  { kind: 'outcomeUnknown' },
  { kind: 'nobodyAnswers' },
  { kind: 'notEnrolled' },
  { kind: 'smsFailed', at: NOW - 5 * MINUTE_MS },
  { kind: 'smsSpent' },
  { kind: 'newSmsSpent' },
  { kind: 'managersWait', count: 3 },
  { kind: 'closeToLock' },
  { kind: 'mustChange' },
  { kind: 'passwordExpired' },
];
const HIT = { handle: 'found-handle', name: 'hemvardsgruppen', displayName: 'Hemvård Öster' };

/** The cards of the service desk, and of the managers whom it asks. */
export const DESK_SAMPLES: readonly Sample[] = [
  {
    name: 'desk',
    view: { card: 'desk', found: [], hasMore: false, hasHome: true },
    verbs: ['deskFind', 'home'],
  },
  {
    name: 'desk: without home',
    view: { card: 'desk', found: [], hasMore: false, hasHome: false },
    verbs: ['deskFind'],
  },
  {
    name: 'desk: found',
    view: {
      card: 'desk',
      found: [HIT, { ...HIT, name: 'natt', displayName: 'natt' }],
      hasMore: true,
      hasHome: false,
    },
    verbs: ['deskFind', 'deskOpen', 'deskOpen'],
  },
  account('nothing wrong', { managers: [{ ...MANAGER, ...ENROLLED }] }, [
    'deskConfirm',
    'deskRevoke',
  ]),
  account(
    'number waits',
    {
      troubles: [{ kind: 'managersWait', count: 1 }],
      managers: [
        {
          ...MANAGER,
          number: { masked: MASKED, since: NOW, usableFrom: NOW + DAY_MS },
          canRevoke: true,
        },
      ],
    },
    ['deskConfirm', 'deskRevoke'],
  ),
  account('everything wrong', { troubles: TROUBLES, isCrowd: true, managers: [] }, []),
  account('a lockout lifted', { lift: 'done' }, ['deskConfirm']),
  account('a lockout lifted before', { lift: 'spent' }, ['deskConfirm']),
  account('without the directory', undefined, []),
  account(
    'much to tell',
    {
      passwordSetAt: undefined,
      troubles: [{ kind: 'codesLocked', name: 'Anna Berg', until: NOW + DAY_MS }],
      managers: [
        {
          ...MANAGER,
          number: { masked: MASKED, since: NOW - DAY_MS, usableFrom: NOW + DAY_MS },
          codesFrom: NOW + 8 * MINUTE_MS,
          question: { kind: 'confirmed', until: NOW + 15 * MINUTE_MS },
          canConfirm: false,
          canRevoke: true,
        },
        { ...MANAGER, ...ENROLLED, name: 'Bo Ek', isFormer: true, canConfirm: false },
      ],
      more: 3,
      underWay: [
        { name: 'Anna Berg', purpose: 'reset', since: NOW - 4 * MINUTE_MS },
        { name: undefined, purpose: 'enrollment', since: NOW - 4 * MINUTE_MS },
      ],
      lastSms: { at: NOW - 4 * MINUTE_MS, fate: 'delivered' },
      revokedAt: NOW - DAY_MS,
      canClearLockout: true,
    },
    ['deskClearLockout', 'deskRevoke', 'deskRevoke'],
  ),
  asked(
    'waiting',
    { kind: 'waiting', number: 47, until: NOW + 2 * MINUTE_MS },
    { canConfirm: false },
  ),
  asked(
    'confirmed, may vouch',
    { kind: 'confirmed', until: NOW + 15 * MINUTE_MS },
    { canConfirm: false, canVouch: true, nextUsableFrom: NOW + DAY_MS },
  ),
  asked(
    'confirmed, may not vouch',
    { kind: 'confirmed', until: NOW + 15 * MINUTE_MS },
    { canConfirm: false, needsAdministrator: true },
  ),
  asked('vouched', { kind: 'vouched', until: NOW + 15 * MINUTE_MS }, { canConfirm: false }),
  asked('wrong number', { kind: 'wrongNumber' }, {}),
  asked('denied', { kind: 'denied' }, {}),
  asked('not answered', { kind: 'expired' }, {}),
  {
    name: 'caller',
    view: {
      card: 'caller',
      agentName: 'Dag Servicesson',
      choices: [47, 82, 35].map((number) => ({ number, handle: 'pick-handle' })),
      denyHandle: 'deny-handle',
    },
    verbs: ['callerAnswer', 'callerAnswer', 'callerAnswer', 'callerDeny'],
  },
  ...(['confirmed', 'denied', 'wrongNumber', 'late'] as const).map((answer): Sample => ({
    name: `caller.done: ${answer}`,
    view: { card: 'caller.done', agentName: 'Dag Servicesson', answer },
    verbs: ['home'],
  })),
];
