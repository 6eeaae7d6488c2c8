import { openStore } from '../../src/adapters/store/open.ts';
import { readConfig, type Config } from '../../src/config/config.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { addressOf } from '../../src/teams/conversation.ts';
import { readActivity, toInbound, type Inbound } from '../../src/teams/in/activity.ts';
import { databaseOf } from '../../src/wiring.ts';
import { random } from '../../src/process/random.ts';
import { message } from './activities.ts';
import { silentLog } from './silentLog.ts';
import type { World } from './world.ts';

const HASH_PATIENCE_MS = 60_000;

/** A manager of one account, as the directory and Teams know them. */
interface Planted {
  readonly chat: ReturnType<World['manager']>;
  readonly accountId: string;
  readonly mobile: string;
  readonly password: string;
}

/** Works on the bot's store beside the bot, as the administration does. */
export async function beside<T>(
  world: World,
  work: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  const read = readConfig(world.env);
  if (!read.ok) throw new Error(read.faults.join('\n'));
  const { config } = read;
  const store = await openStore(
    {
      database: databaseOf(config),
      keys: config.store.encryptionKeys,
      instance: 'test',
      migrate: false,
      hashMemoryKiB: world.hashMemoryKiB,
    },
    silentLog,
  );
  try {
    return await work(store, config);
  } finally {
    await store.close();
  }
}

/** The person and the chat as the bot reads them from an activity. */
export function personOf(world: World, { person }: Planted['chat']): Inbound {
  const raw = readActivity(world.teams.from(person, message('status')));
  const inbound = raw && toInbound(raw, '');
  if (inbound === undefined) throw new Error('nobody’s activity');
  return inbound;
}

/**
 * Writes into the bot's store what a walked enrollment leaves there for the walks that begin behind it,
 * without its taps, messages, notices and audit rows.
 */
export function plantEnrollment(
  world: World,
  { chat, accountId, mobile, password }: Planted,
): Promise<void> {
  const { key: manager, conversation } = personOf(world, chat);
  return beside(world, async (store, { rules }) => {
    const patience = AbortSignal.timeout(HASH_PATIENCE_MS);
    const digests = await store.digestPasswords(accountId, [new Secret(password)], patience);
    await store.transaction(async (tx) => {
      await tx.saveManager({
        key: manager,
        directoryId: chat.entryId,
        displayName: chat.person.name,
        address: addressOf(conversation),
      });
      const send = { id: random.id(), flowId: random.id(), manager, accountId, mobile };
      await tx.addSend(send);
      await tx.settleSend(send.id, 'accepted');
      for (const digest of digests) await tx.addToHistory(accountId, digest, rules.passwordHistory);
      const now = { enrolledAt: tx.now, usableFrom: tx.now };
      await tx.saveEnrollment({ id: random.id(), manager, accountId, mobile, ...now });
      await tx.rememberAnswering(accountId, [chat.entryId]);
    });
  });
}
