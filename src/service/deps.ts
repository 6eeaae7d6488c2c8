import type { Locale } from '../domain/parties.ts';
import type { Secret } from '../domain/secret.ts';
import type { Directory } from '../ports/directory.ts';
import type { Log } from '../ports/log.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { SmsGateway } from '../ports/sms.ts';
import type { SmsTexts } from '../ports/smsTexts.ts';
import type { Store } from '../ports/store.ts';
import type { Exclusive } from './exclusive.ts';

/** The figures that an administrator may set. */
export interface Settings {
  readonly codeLength: number;
  readonly codeTtlSeconds: number;
  /** Wrong codes of one manager on one account within 24 h that lock. */
  readonly codeAttempts: number;
  readonly smsPerDay: number;
  /** ISO countries; the first is the default region of typed numbers. */
  readonly smsCountries: readonly string[];
  readonly passwordMinLength: number;
  readonly passwordHistory: number;
  readonly passwordForbiddenCharacters: string;
  readonly newNumberCooldownSeconds: number;
  readonly defaultLocale: Locale;
}

/** What is not the same twice. */
export interface Random {
  /** At least 128 bits, URL-safe, without a dot. */
  id(): string;
  /** Uniform digits, leading zeros kept. */
  passcode(length: number): Secret;
}

/** All that the use cases need of the outside. */
export interface Deps {
  readonly store: Store;
  readonly directory: Directory;
  readonly sms: SmsGateway;
  readonly notifier: Notifier;
  readonly smsTexts: SmsTexts;
  readonly random: Random;
  readonly log: Log;
  readonly settings: Settings;
  readonly exclusive: Exclusive;
  /** Resolves after `ms`, or at once when the signal aborts. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
}
