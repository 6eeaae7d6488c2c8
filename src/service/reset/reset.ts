import { MAX_PASSWORD_LENGTH } from '../../domain/passwords/passwordPolicy.ts';
import type { Flow, ResetFlow } from '../../domain/flows/flow.ts';
import type { ShownRules } from '../../domain/passwords/shownRules.ts';
import type { Account } from '../../ports/account.ts';
import type { Settings } from '../deps.ts';
import { advanceReset } from '../flow/flows.ts';
import { guess, guessCode } from '../flow/codeGuess.ts';
import { RESEND } from '../flow/codeSending.ts';
import { ENDS, type ResetTap, type FlowTable } from '../flow/table.ts';
import type { TypedCode } from '../input.ts';
import { refuseMalformedPassword, setPassword } from './newPassword.ts';
import { proveLostWrite } from './lostWriteRetyped.ts';

/** The reset, step by step. */
export const RESET: FlowTable<ResetFlow> = {
  sendingCode: {},
  code: { confirmCode: guess(toNewPassword), resendCode: RESEND },
  newPassword: { setPassword: { refuse: refuseMalformedPassword, take: setPassword } },
  writingPassword: {},
  unknown: { setPassword: { isFromAnyCard: true, take: proveLostWrite } },
  done: {},
  ...ENDS,
};

async function toNewPassword(tap: ResetTap, input: TypedCode): Promise<Flow> {
  const rules = shownRules(tap.deps.settings, tap.account);
  const { flow } = await guessCode<ResetFlow, never>(tap, input, async (tx, current) => ({
    flow: await advanceReset(tx, current, { type: 'codeAccepted', rules }),
  }));
  return flow;
}

/** All rules that a new password meets, the stricter of the bot's and the directory's. */
function shownRules(settings: Settings, { rules }: Account): ShownRules {
  return {
    minLength: Math.max(settings.passwordMinLength, rules.minLength),
    maxLength: MAX_PASSWORD_LENGTH,
    forbiddenCharacters: settings.passwordForbiddenCharacters,
    historyLength: Math.max(settings.passwordHistory, rules.historyLength),
    requiresComplexity: rules.requiresComplexity,
    forbiddenNames: rules.forbiddenNames,
  };
}
