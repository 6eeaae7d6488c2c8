import { pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { lockDataDirectory } from './adapters/store/dataDirectory.ts';
import { openStore } from './adapters/store/open.ts';
import { readConfig, type Config } from './config.ts';
import { startBackground } from './service/background.ts';
import type { Deps } from './service/deps.ts';
import { createExclusive } from './service/exclusive.ts';
import { createHealth, watchDirectory, watchSms } from './service/health.ts';
import { settleAtStart } from './service/recovery.ts';
import { createTurns } from './service/turns.ts';
import { createCards } from './teams/cards.ts';
import { createChannel } from './teams/channel.ts';
import { createSmsTexts } from './teams/smsTexts.ts';
import { createTexts } from './teams/texts.ts';
import {
  channelSettingsOf,
  databaseOf,
  delay,
  directoryOf,
  encryptionKeysOf,
  gatewayOf,
  instanceName,
  random,
  settingsOf,
} from './wiring.ts';

const HEAD_LOG_EVERY_MS = 24 * 60 * 60_000;

function createLog(level: string) {
  // Standard output belongs to the console SMS of a demo; the log goes beside it, unbuffered.
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}

/** Starts everything in order; gives what stops it in the opposite order. */
async function start(config: Config): Promise<() => Promise<void>> {
  const log = createLog(config.logLevel);
  const database = databaseOf(config);
  const release =
    database.kind === 'sqlite' ? await lockDataDirectory(database.directory) : undefined;
  const instance = instanceName();
  const keys = encryptionKeysOf(config);
  const store = await openStore({ database, keys, instance, migrate: true }, log);

  const health = createHealth();
  const directory = watchDirectory(directoryOf(config, log), health);
  const sms = watchSms(gatewayOf(config, log), health);
  const texts = createTexts();
  const { serviceDesk, timeZone } = config;
  const codeLength = config.codes.length;
  const cards = createCards({ serviceDesk, timeZone, codeLength }, texts);
  const channel = createChannel({
    settings: channelSettingsOf(config),
    render: (view, locale, now) => cards.render(view, locale, now),
    notPersonal: (locale) => texts.text(locale, 'chat.notPersonal'),
    clock: Date.now,
    log,
  });
  const deps: Deps = {
    store,
    directory,
    sms,
    notifier: channel.notifier,
    smsTexts: createSmsTexts({ timeZone, codeLength }, texts),
    random,
    log,
    settings: settingsOf(config),
    exclusive: createExclusive(),
    delay,
  };
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const server = channel.serve({
    turns: createTurns(deps),
    gateway: sms,
    isReady: () => store.isReady(),
    degraded: () => health.degraded(),
    metrics,
  });

  const auditService = (event: 'service.started' | 'service.stopped'): Promise<void> =>
    store.transaction((tx) => {
      tx.audit({ event, actor: 'system', result: 'ok' });
      return Promise.resolve();
    });
  const logHead = async (): Promise<void> => {
    const head = await store.audit.head();
    log.info({ rows: head.seq, head: head.hash }, 'audit head');
  };

  const outdated = database.kind === 'sqlite' ? await settleAtStart(deps) : [];
  const port = await server.listen(config.http.host, config.http.port);
  await auditService('service.started');
  const background = startBackground(deps, outdated);
  const headTimer = setInterval(() => void logHead().catch(() => undefined), HEAD_LOG_EVERY_MS);
  log.info({ host: config.http.host, port, instance }, 'listening');

  return async () => {
    clearInterval(headTimer);
    await server.close();
    await background.stop();
    await auditService('service.stopped');
    await logHead();
    await directory.close();
    await store.close();
    release?.();
    log.info({}, 'stopped');
  };
}

async function main(): Promise<void> {
  const read = readConfig();
  if (!read.ok) {
    process.stderr.write(`The configuration is not right:\n${read.faults.join('\n')}\n`);
    process.exitCode = 1;
    return;
  }
  const stop = await start(read.config);
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`The bot did not stop cleanly: ${describe(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown fault';
}

main().catch((error: unknown) => {
  process.stderr.write(`The bot cannot start: ${describe(error)}\n`);
  process.exit(1);
});
