import type { Flow, ResetFlow } from '../../domain/flows/flow.ts';
import { leastLength, MAX_PASSWORD_LENGTH } from '../../domain/passwords/passwordPolicy.ts';
import type { ShownRules } from '../../domain/passwords/passwordPolicy.ts';
import type { Account } from '../../ports/directory.ts';
import type { Settings } from '../deps.ts';
import { advanceReset } from '../flow/flows.ts';
import {
  guessCode,
  isCode,
  refuseMalformedCode,
  resendCode,
  type ResetTurn,
  type Submission,
} from '../flow/flowTurn.ts';
import type { FlowInput, SecretInput } from '../input.ts';
import { refuseMalformedPassword, setPassword } from './newPassword.ts';

/** Which input the reset's card takes now. */
export function resetTakes(flow: ResetFlow, input: FlowInput['type']): boolean {
  switch (flow.state.step) {
    case 'code':
      return input === 'confirmCode' || input === 'resendCode';
    case 'newPassword':
      return input === 'setPassword';
    case 'sendingCode':
    case 'writingPassword':
    case 'unknown':
    case 'done':
    case 'refused':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return false;
  }
}

/** Answers an input that is wrong by itself, without the directory; undefined where it has to be asked. */
export async function refuseMalformedReset(
  turn: Submission<ResetFlow>,
  input: FlowInput,
): Promise<Flow | undefined> {
  switch (input.type) {
    case 'confirmCode':
      return isCode(turn.deps, input.code) ? undefined : refuseMalformedCode(turn);
    case 'setPassword':
      return refuseMalformedPassword(turn, input);
    case 'resendCode':
    case 'proveCurrentPassword':
    case 'setMobile':
    case 'useShownMobile':
    case 'changeMobile':
    case 'confirmOldCode':
      return undefined;
  }
}

/** One submission on a reset's card; gives the flow as it is afterwards. */
export async function takeReset(turn: ResetTurn, input: FlowInput): Promise<Flow> {
  switch (input.type) {
    case 'confirmCode':
      return confirmCode(turn, input.code);
    case 'resendCode':
      return resendCode(turn);
    case 'setPassword':
      return setPassword(turn, input);
    case 'proveCurrentPassword':
    case 'setMobile':
    case 'useShownMobile':
    case 'changeMobile':
    case 'confirmOldCode':
      return turn.flow;
  }
}

async function confirmCode(turn: ResetTurn, input: SecretInput): Promise<Flow> {
  const rules = shownRules(turn.deps.settings, turn.account);
  const { flow } = await guessCode<ResetFlow, never>(turn, input, async (tx, current) => ({
    flow: await advanceReset(tx, current, { type: 'codeAccepted', rules }),
  }));
  return flow;
}

/** All rules that a new password meets, the stricter of the bot's and the directory's. */
function shownRules(settings: Settings, { rules }: Account): ShownRules {
  const own = {
    minLength: settings.passwordMinLength,
    forbiddenCharacters: settings.passwordForbiddenCharacters,
  };
  return {
    minLength: leastLength(own, rules.minLength),
    maxLength: MAX_PASSWORD_LENGTH,
    forbiddenCharacters: settings.passwordForbiddenCharacters,
    historyLength: Math.max(settings.passwordHistory, rules.historyLength),
    requiresComplexity: rules.requiresComplexity,
  };
}
