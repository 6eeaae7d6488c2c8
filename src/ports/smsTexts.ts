import type { Locale } from '../domain/parties.ts';
import type { Secret } from '../domain/secret.ts';
import type { NoticeEvent } from './noticeView.ts';

/** The purpose of a code; `oldNumber`: the enrolled number agrees to be replaced. */
export type CodePurpose = 'enrollment' | 'oldNumber' | 'reset' | 'unlock';

/** The names and times that a message holds. `at` in epoch ms; names as they come, of any length. */
interface SmsFacts {
  readonly accountName: string;
  /** Display name of who asks for it, or did it. */
  readonly byName: string;
  /** The agent who did it, or who vouched for it. */
  readonly agentName?: string | undefined;
  readonly at: number;
  /** The time that a notice tells beside that of its event, where it tells one. */
  readonly until?: number | undefined;
}

/**
 * The wording of text messages. Each is one segment: at most 160 septets of GSM-7, without a link;
 * names are reduced to fit (requirement C11).
 */
export interface SmsTexts {
  /** A message with a code: it comes first and is the only run of so many digits. */
  code(locale: Locale, purpose: CodePurpose, values: SmsFacts & { readonly code: Secret }): Secret;

  /** A message about a change that is done; it holds no run of digits as long as a code. */
  notice(locale: Locale, event: NoticeEvent, values: SmsFacts): string;
}
