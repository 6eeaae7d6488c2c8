import { userInfo } from 'node:os';
import type { OpenDirectory } from '../adapters/ldap/directory.ts';
import { openStore } from '../adapters/store/open.ts';
import type { OpenStore } from '../adapters/store/open.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../ports/log.ts';
import { databaseOf, directoryOf, encryptionKeysOf, instanceName } from '../wiring.ts';

/** A command's workplace: parts are opened when they are first asked for. */
export interface Workplace {
  readonly config: Config;
  readonly log: Log;
  /** The person who types: `os:<user>` or `os:<user>(sudo:<person>)`, as in the audit. */
  readonly actor: string;
  /** The same without the prefix, as notices name the actor. */
  readonly userName: string;
  /** Tells people a line beside the answer. */
  say(line: string): void;
  store(): Promise<OpenStore>;
  /** Epoch ms until which the database's certificate is valid; known once the store is open by TLS. */
  databaseCertificateEndsAt(): number | undefined;
  directory(): OpenDirectory;
  /** Closes the opened parts, the last one first. */
  close(): Promise<void>;
}

/** `sudoUser`: the person behind `sudo`, where one is known. */
export function openWorkplace(
  config: Config,
  {
    log,
    say,
    sudoUser,
  }: Pick<Workplace, 'log' | 'say'> & { readonly sudoUser?: string | undefined },
): Workplace {
  const closings: (() => Promise<void>)[] = [];
  let store: Promise<OpenStore> | undefined;
  let directory: OpenDirectory | undefined;
  let certificateEndsAt: number | undefined;
  const userName = userNameOf();

  async function open(): Promise<OpenStore> {
    const keys = encryptionKeysOf(config);
    // Never migrated in passing: a bot of an earlier build may be at work beside.
    const database = databaseOf(config, (_server, endsAt) => {
      certificateEndsAt = endsAt;
    });
    const options = { database, keys, migrate: false };
    const opened = await openStore({ ...options, instance: instanceName() }, log);
    closings.push(() => opened.close());
    return opened;
  }

  return {
    config,
    log,
    actor: sudoUser === undefined ? `os:${userName}` : `os:${userName}(sudo:${sudoUser})`,
    userName,
    say,
    store: () => (store ??= open()),
    databaseCertificateEndsAt: () => certificateEndsAt,
    directory() {
      if (directory !== undefined) return directory;
      const opened = (directory = directoryOf(config, log));
      closings.push(() => opened.close());
      return opened;
    },
    async close() {
      for (const close of closings.splice(0).toReversed()) await close();
    },
  };
}

function userNameOf(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the user may have a number only.
    return String(process.getuid?.() ?? 'unknown');
  }
}
