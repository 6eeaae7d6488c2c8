import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import type { Progress } from '../../src/ports/view.ts';
import { FLOW, MASKED, NOW, sample, type Sample } from './sampleParts.ts';

const RULES = {
  minLength: 8,
  maxLength: 127,
  forbiddenCharacters: 'åäöÅÄÖ',
  historyLength: 25,
  requiresComplexity: true,
  forbiddenNames: [FLOW.accountName],
} as const;

export const CODE_CARDS = [
  'enrollment.oldCode',
  'enrollment.code',
  'reset.code',
  'unlock.code',
] as const;
/** The cards of flows, in every form that has a layout or text of its own. */
export const FLOW_SAMPLES: readonly Sample[] = [
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
    { card: 'enrollment.mobile', ...FLOW, progress: { step: 2, of: 3 }, isCodeVoid: true },
    ['setMobile', 'cancel'],
    'back from the code',
  ),
  sample(
    {
      card: 'enrollment.mobile',
      ...FLOW,
      progress: { step: 2, of: 3 },
      usableFrom: NOW + DAY_MS,
    },
    ['setMobile', 'cancel'],
    'cool-down',
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
  sample(
    {
      card: 'enrollment.mobile',
      ...FLOW,
      progress: { step: 1, of: 2 },
      shownMobile: MASKED,
      shownIsEnrolled: false,
      heldUntil: NOW + 4 * MINUTE_MS,
      vouchedBy: 'Dag Servicesson',
    },
    ['useShownMobile', 'cancel'],
    'code sent',
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
  sample(
    {
      card: 'reset.code',
      ...FLOW,
      progress: { step: 1, of: 2 },
      maskedMobile: MASKED,
      expiresAt: NOW + 5 * MINUTE_MS,
      isLast: true,
      hasInput: true,
    },
    ['confirmCode', 'resendCode', 'cancel'],
    'last code',
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
        holdsName: true,
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
      rules: {
        ...RULES,
        forbiddenCharacters: '',
        historyLength: 0,
        requiresComplexity: false,
        forbiddenNames: [],
      },
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
  sample(
    {
      card: 'reset.newPassword',
      ...FLOW,
      progress: { step: 2, of: 2 },
      rules: { ...RULES, forbiddenNames: [FLOW.accountName, 'Hemvård', 'Norr'] },
    },
    ['setPassword', 'cancel'],
    'names with å, ä and ö',
  ),
  sample({ card: 'reset.done', accountName: FLOW.accountName, changedAt: NOW }, ['home']),
  sample({ card: 'reset.unknown', ...FLOW }, ['refresh', 'reset', 'home']),
  sample(
    { card: 'reset.unknown', ...FLOW, passwordSetAt: NOW - 2 * MINUTE_MS },
    ['refresh', 'reset', 'home'],
    'with time',
  ),
  sample({ card: 'working', handle: FLOW.handle }, ['refresh']),
  sample({ card: 'working', handle: undefined }, ['refresh'], 'without handle'),
  sample({ card: 'unlock.done', ...FLOW }, ['reset', 'home']),
  sample({ card: 'unlock.done', ...FLOW, shut: 'expired' }, ['reset', 'home'], 'expired'),
  sample({ card: 'unlock.done', ...FLOW, shut: 'mustChange' }, ['reset', 'home'], 'must change'),
  sample(
    { card: 'unlock.done', ...FLOW, usableFrom: NOW + DAY_MS },
    ['reset', 'home'],
    'number waits',
  ),
  sample(
    { card: 'unlock.done', ...FLOW, shut: 'expired', usableFrom: NOW + DAY_MS },
    ['reset', 'home'],
    'expired, number waits',
  ),
];

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
