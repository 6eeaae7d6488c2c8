import { userInfo } from 'node:os';
import type { OpenDirectory } from '../adapters/ldap/directory.ts';
import { openStore, type OpenStore } from '../adapters/store/open.ts';
import type { Config } from '../config/config.ts';
import { databaseOf, directoryOf, instanceName } from '../wiring.ts';
import type { Workplace } from './command.ts';

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
    const keys = config.store.encryptionKeys;
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
