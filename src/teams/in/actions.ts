import { z } from 'zod';
import type { Purpose } from '../../domain/parties.ts';
import { Secret } from '../../domain/secret.ts';
import { REVOKE_REASONS } from '../../ports/deskView.ts';
import { NOT_NEEDED_REASONS } from '../../ports/noticeView.ts';
import type { Input } from '../../service/input.ts';
import { MAX_TYPED_LENGTH } from './commands.ts';

const MAX_HANDLE_LENGTH = 200;
/** Matches no issued handle, so that the service refuses and audits it. */
const IMPOSSIBLE_HANDLE = '';

/** A value that is no string counts as absent (requirement A10). */
const typed = z
  .string()
  .transform((text) => text.slice(0, MAX_TYPED_LENGTH))
  .optional()
  .catch(undefined);
const secret = typed.transform((text) => (text === undefined ? undefined : new Secret(text)));

const dataSchema = z.object({
  handle: z.string().max(MAX_HANDLE_LENGTH).optional().catch(IMPOSSIBLE_HANDLE),
  locale: z.enum(['sv', 'en']).optional().catch(undefined),
  mobile: typed,
  currentPassword: secret,
  newPassword: secret,
  confirmPassword: secret,
  code: secret,
  account: typed,
  reason: z.string().optional().catch(undefined),
});
/** A value that is no object counts as one without fields. `button`: the handle of a verb that needs one. */
const anyDataSchema = dataSchema
  .catch(dataSchema.parse({}))
  .transform((data) => ({ ...data, button: data.handle ?? IMPOSSIBLE_HANDLE }));
type ActionData = z.infer<typeof anyDataSchema>;

/** The verbs on the contract's cards. */
const VERBS: Readonly<Record<string, (data: ActionData) => Input>> = {
  home: ({ handle }) => ({ type: 'home', from: readPlace(handle) }),
  language: ({ locale }) => ({ type: 'language', locale }),
  enroll: (data) => begin('enrollment', data),
  reset: (data) => begin('reset', data),
  unlock: (data) => begin('unlock', data),
  cancel: ({ button }) => ({ type: 'cancel', handle: button }),
  refresh: ({ handle }) => ({ type: 'refresh', handle }),
  proveCurrentPassword: ({ handle, currentPassword }) => ({
    type: 'proveCurrentPassword',
    handle,
    currentPassword,
  }),
  setMobile: ({ handle, mobile }) => ({ type: 'setMobile', handle, mobile }),
  useShownMobile: ({ handle }) => ({ type: 'useShownMobile', handle }),
  changeMobile: ({ handle }) => ({ type: 'changeMobile', handle }),
  confirmOldCode: ({ handle, code }) => ({ type: 'confirmOldCode', handle, code }),
  confirmCode: ({ handle, code }) => ({ type: 'confirmCode', handle, code }),
  resendCode: ({ handle }) => ({ type: 'resendCode', handle }),
  snooze: ({ button }) => ({ type: 'snooze', handle: button }),
  notNeeded: ({ button, reason }) => ({
    type: 'notNeeded',
    handle: button,
    reason: NOT_NEEDED_REASONS.find((one) => one === reason) ?? 'other',
  }),
  notNow: ({ button }) => ({ type: 'notNow', handle: button }),
  undoNotNeeded: ({ button }) => ({ type: 'undoNotNeeded', handle: button }),
  desk: ({ handle }) => ({ type: 'desk', handle }),
  deskFind: ({ account }) => ({ type: 'deskFind', account }),
  deskOpen: ({ button }) => ({ type: 'deskOpen', handle: button }),
  deskConfirm: ({ button }) => ({ type: 'deskConfirm', handle: button }),
  deskVouch: ({ button }) => ({ type: 'deskVouch', handle: button }),
  deskClearLockout: ({ button }) => ({ type: 'deskClearLockout', handle: button }),
  deskRevoke: ({ button, reason }) => ({
    type: 'deskRevoke',
    handle: button,
    reason: REVOKE_REASONS.find((one) => one === reason) ?? 'other',
  }),
  callerAnswer: ({ button }) => ({ type: 'callerAnswer', handle: button }),
  callerDeny: ({ button }) => ({ type: 'callerDeny', handle: button }),
  setPassword: ({ handle, newPassword, confirmPassword }) => ({
    type: 'setPassword',
    handle,
    newPassword,
    confirmPassword,
  }),
};

/** The place among many accounts that a button of `home` leads to; any other handle counts as none. */
function readPlace(handle: string | undefined): number | undefined {
  return /^\d{1,5}$/.test(handle ?? '') ? Number(handle) : undefined;
}

/** A button always names its account; without a name the tap must not pass for a typed word. */
function begin(purpose: Purpose, { button }: ActionData): Input {
  return { type: 'begin', purpose, handle: button };
}

const executeSchema = z.object({
  action: z.object({
    type: z.literal('Action.Execute'),
    verb: z.string(),
    data: z.unknown().optional(),
  }),
});
const submitSchema = z.object({ verb: z.string() });

/** An Action.Execute; undefined where the bot knows no such verb. */
export function readExecute(value: unknown): Input | undefined {
  const action = executeSchema.safeParse(value).data?.action;
  return action && readAction(action.verb, action.data);
}

/** The Action.Submit that old clients send in its place. */
export function readSubmit(value: unknown): Input | undefined {
  const verb = submitSchema.safeParse(value).data?.verb;
  return verb === undefined ? undefined : readAction(verb, value);
}

function readAction(verb: string, data: unknown): Input | undefined {
  if (!Object.hasOwn(VERBS, verb)) return undefined;
  return VERBS[verb]?.(anyDataSchema.parse(data));
}
