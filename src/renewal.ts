import { isDeepStrictEqual } from 'node:util';
import type { OpenDirectory } from './adapters/ldap/directory.ts';
import type { OpenStore } from './adapters/store/open.ts';
import { readTwilioAccount } from './adapters/twilioAnswers.ts';
import type { Config, ConfigResult } from './config/config.ts';
import { Secret } from './domain/secret.ts';
import { withDeadline } from './ports/deadline.ts';
import { DirectoryError, StoreError } from './ports/errors.ts';
import type { Log } from './ports/log.ts';
import type { SmsGateway } from './ports/sms.ts';
import type { Endings } from './service/watch/endings.ts';
import type { Channel } from './teams/channel.ts';
import { createLogin } from './teams/out/login.ts';
import { channelSettingsOf, directoryOf, gatewayOf } from './wiring.ts';

const CHECK_MS = 10_000;

/** The parts of a running bot that hold secrets. */
export interface Renewable {
  readonly store: Pick<OpenStore, 'unreadableBy' | 'renewKeys'>;
  readonly directory: Pick<OpenDirectory, 'renew'>;
  readonly channel: Pick<Channel, 'renew'>;
  readonly endings: Endings;
  /** Messages that begin from now on go by this gateway. */
  useGateway(gateway: SmsGateway): void;
}

/**
 * Reads the configuration's files again: all changed values are tried first, and taken together or not at
 * all. Variables themselves cannot change in a process.
 */
export function createRenewal(
  first: Config,
  parts: Renewable,
  { log, clock }: { readonly log: Log; readonly clock: () => number },
): (read: ConfigResult) => Promise<void> {
  let config = first;
  let last: Promise<void> = Promise.resolve();

  async function renew(read: ConfigResult): Promise<void> {
    const faults = read.ok ? await faultsOf(config, read.config) : read.faults;
    if (!read.ok || faults.length > 0) {
      log.error({ faults }, 'the files were read again, and nothing of them was taken');
      return;
    }
    config = read.config;
    parts.store.renewKeys(config.store.encryptionKeys);
    parts.directory.renew(config.ldap);
    parts.channel.renew(channelSettingsOf(config));
    parts.useGateway(gatewayOf(config, log));
    noteCredential(config, parts.endings);
    log.info({}, 'the files of secrets were read again, and taken');
  }

  return (read) => (last = last.then(() => renew(read)));

  async function faultsOf(now: Config, next: Config): Promise<string[]> {
    const isSameDatabase = isSame(now.store.databaseUrl, next.store.databaseUrl);
    const faults = [
      isSameDatabase ? undefined : 'DATABASE_URL: another one takes a restart',
      await keyFault(now, next, parts.store),
      isSame(now.ldap, next.ldap) ? undefined : await directoryFault(next, log),
      isSame(now.bot.credential, next.bot.credential) ? undefined : await loginFault(next),
      isSame(now.sms.twilio, next.sms.twilio) ? undefined : await twilioFault(next),
    ];
    return faults.filter((fault) => fault !== undefined);
  }

  async function loginFault(next: Config): Promise<string | undefined> {
    const login = createLogin({ ...channelSettingsOf(next), clock, log });
    return login.token().then(
      () => undefined,
      () => 'MicrosoftAppPassword or MicrosoftAppCertificate: the login gives no token for it',
    );
  }
}

/** When the bot's own proof ends, where that is known. */
export function noteCredential({ bot }: Config, endings: Endings): void {
  const { credential, credentialEndsAt } = bot;
  if (credential === undefined || credentialEndsAt === undefined) return;
  const isSecret = 'secret' in credential;
  const source = isSecret ? 'MicrosoftAppPassword' : 'MicrosoftAppCertificate';
  endings.note(isSecret ? 'botSecret' : 'botCertificate', source, credentialEndsAt);
}

/** A key that is taken away too early makes values unreadable; one that is another by the same id too. */
async function keyFault(
  now: Config,
  next: Config,
  store: Pick<OpenStore, 'unreadableBy'>,
): Promise<string | undefined> {
  const [old, keys] = [now.store.encryptionKeys, next.store.encryptionKeys];
  if (isSame(old, keys)) return undefined;
  const isOther = keys.some(({ id, key }) =>
    old.some((one) => one.id === id && !isSame(one.key, key)),
  );
  if (isOther) return 'ENCRYPTION_KEYS: a key has changed under its id: give it a new one';
  try {
    const more = (await store.unreadableBy(keys)) - (await store.unreadableBy(old));
    if (more <= 0) return undefined;
    return `ENCRYPTION_KEYS: ${String(more)} values need a key that is gone: run rekey first`;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return `ENCRYPTION_KEYS: not tried: ${error.message}`;
  }
}

async function directoryFault(next: Config, log: Log): Promise<string | undefined> {
  const directory = directoryOf(next, log);
  try {
    await withDeadline(CHECK_MS, undefined, (signal) => directory.inspectServiceAccount(signal));
    return undefined;
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return `LDAP_BIND_PASSWORD or LDAP_CA_FILE: ${error.code} (${error.detail})`;
  } finally {
    await directory.close();
  }
}

async function twilioFault({ sms }: Config): Promise<string | undefined> {
  if (sms.twilio === undefined) return undefined;
  const account = await readTwilioAccount(sms.twilio);
  return account === 'refused' || account === 'unreachable' || account === 'inactive'
    ? `TWILIO_AUTH_TOKEN: the account is ${account}`
    : undefined;
}

/** Compares parts of the configuration, secrets by their values. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(revealed(one), revealed(other));
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, revealed(part)]));
}
