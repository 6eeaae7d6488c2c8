import { exposedFiles } from './adapters/exposedFiles.ts';
import type { OpenDirectory } from './adapters/ldap/directory.ts';
import { countAlarms } from './adapters/log.ts';
import { createMetrics } from './adapters/metrics.ts';
import { lockDataDirectory } from './adapters/store/engine/dataDirectory.ts';
import { openStore } from './adapters/store/open.ts';
import type { Config, ConfigResult } from './config/config.ts';
import { DAY_MS } from './domain/durations.ts';
import { withDeadline } from './ports/deadline.ts';
import type { Log } from './ports/log.ts';
import { startBackground } from './service/upkeep/background.ts';
import { createDenials } from './service/people/denials.ts';
import { createBudgetAlarms } from './service/flow/budgetAlarms.ts';
import type { Deps, Random } from './service/deps.ts';
import { createExclusive } from './service/waiting/waiting.ts';
import { createEndings } from './service/watch/endings.ts';
import {
  createHealth,
  observeDirectory,
  observeSms,
  observeStore,
  observeTurns,
} from './service/watch/observed.ts';
import type { Turns } from './service/input.ts';
import { settleAtStart } from './service/upkeep/recovery.ts';
import { createRefer, referNotifier } from './service/tap/references.ts';
import { createTurns } from './service/turns.ts';
import { createRenewal, noteCredential } from './renewal.ts';
import { stopInTime } from './process/stop.ts';
import { versionOf } from './process/version.ts';
import { createCards, type Cards } from './teams/cards/cards.ts';
import { createChannel } from './teams/channel.ts';
import { createSmsTexts } from './texts/smsText.ts';
import { createTexts } from './texts/texts.ts';
import {
  cardOptionsOf,
  channelSettingsOf,
  databaseOf,
  delay,
  directoryOf,
  gatewayOf,
  instanceName,
  settingsOf,
} from './wiring.ts';
import { random } from './process/random.ts';

const SELF_CHECK_MS = 10_000;

/** Parts that a test may replace. */
export interface Circumstances {
  /** Epoch ms. */
  readonly clock: () => number;
  readonly random: Random;
  /** All pauses of the service and of the SMS gateway's pacing. */
  readonly delay: Deps['delay'];
  /** The memory of a password's slow hash, KiB; absent: as much as keeps it safe. */
  readonly hashMemoryKiB?: number | undefined;
}

const ORDINARY: Circumstances = { clock: Date.now, random, delay };

/** The bot at work. */
export interface RunningBot {
  readonly port: number;
  /** The service's door, as the channel enters it. */
  readonly turns: Turns;
  readonly cards: Cards;
  /** Takes the secrets of a configuration that was read again, all or none; calls under way end with the earlier ones. */
  reload(read: ConfigResult): Promise<void>;
  /** Stops everything, background work first, within 30 s. */
  stop(): Promise<void>;
}

/** Starts everything in order. */
export async function startBot(
  config: Config,
  plainLog: Log,
  given: Partial<Circumstances> = {},
): Promise<RunningBot> {
  const { clock, random, delay, hashMemoryKiB } = { ...ORDINARY, ...given };
  const metrics = createMetrics({ version: versionOf() });
  const log = countAlarms(plainLog, metrics);
  const endings = createEndings({ log, metrics, clock });
  const database = databaseOf(config, (server, endsAt) => {
    endings.note('databaseCertificate', server, endsAt);
  });
  const release =
    database.kind === 'sqlite' ? await lockDataDirectory(database.directory) : undefined;
  const instance = instanceName();
  const keys = config.store.encryptionKeys;
  const store = observeStore(
    await openStore(
      { database, keys, instance, migrate: true, hashMemoryKiB, audited: metrics.audited },
      log,
    ),
    metrics,
  );

  const health = createHealth();
  const openDirectory = directoryOf(config, log, (server, endsAt) => {
    endings.note('directoryCertificate', server, endsAt);
  });
  noteCredential(config, endings);
  const directory = observeDirectory(openDirectory, { health, metrics });
  let gateway = gatewayOf(config, log);
  const sms = observeSms(
    {
      send: (message, signal) => gateway.send(message, signal),
      readStatus: (parameters, signature) => gateway.readStatus(parameters, signature),
    },
    { health, metrics, delay },
  );
  const refer = createRefer(random, log);
  const texts = createTexts();
  const cards = createCards(cardOptionsOf(config), texts);
  const channel = createChannel({
    settings: channelSettingsOf(config),
    render: cards.draw,
    notPersonal: (locale) => texts.text(locale, 'chat.notPersonal'),
    clock,
    log,
    measuredBy: metrics,
  });
  const settings = settingsOf(config);
  const denials = createDenials(store, log);
  const stopping = new AbortController();
  const deps: Deps = {
    store,
    directory,
    sms,
    notifier: referNotifier(channel.notifier, refer),
    smsTexts: createSmsTexts({ timeZone: config.timeZone, codeLength: settings.codeLength }, texts),
    random,
    log,
    metrics,
    budgetAlarms: createBudgetAlarms(settings.smsPerDay, { log, metrics, clock }),
    denials,
    settings,
    exclusive: createExclusive(),
    stopping: stopping.signal,
    delay,
  };
  const turns = observeTurns(createTurns(deps), { metrics, refer });
  const server = channel.serve({
    turns,
    gateway: sms,
    isReady: () => store.isReady(),
    degraded: () => health.degraded(),
    metrics: metrics.registry,
    reference: random.reference,
  });

  const auditService = (event: 'service.started' | 'service.stopped'): Promise<void> =>
    store.transaction(async (tx) => {
      tx.audit({ event, actor: 'system', result: 'ok' });
    });
  const logHead = async (): Promise<void> => {
    const head = await store.audit.head();
    log.info({ rows: head.seq, head: head.hash }, 'audit head');
  };

  const outdated = database.kind === 'sqlite' ? await settleAtStart(deps) : [];
  const port = await server.listen(config.http.host, config.http.port);
  await auditService('service.started');
  const background = startBackground(deps, outdated);
  const daily = setInterval(() => {
    endings.look();
    void logHead().catch(() => undefined);
  }, DAY_MS);
  log.info({ host: config.http.host, port, instance }, 'listening');
  warnOfExposure(config, log);
  void warnOfPrivileges(openDirectory, log);

  const stop = async (): Promise<void> => {
    clearInterval(daily);
    await stopInTime({
      work: [() => background.stop(), () => server.close()],
      notes: [() => denials.flush(), () => auditService('service.stopped'), logHead],
      parts: [
        async () => {
          stopping.abort();
        },
        () => directory.close(),
        () => store.close(),
        async () => release?.(),
      ],
    });
    log.info({}, 'stopped');
  };
  const renew = createRenewal(
    config,
    {
      store,
      directory: openDirectory,
      channel,
      endings,
      useGateway(next) {
        gateway = next;
      },
    },
    { log, clock },
  );
  const reload = async (read: ConfigResult): Promise<void> => {
    await renew(read);
    if (read.ok) warnOfExposure(read.config, log);
  };
  return { port, turns, cards, reload, stop };
}

/** Logged, not enforced: in a container every file may be open to the one account that there is. */
function warnOfExposure({ privatePaths }: Config, log: Log): void {
  for (const { variable, mode } of exposedFiles(privatePaths)) {
    const fields = { alarm: 'exposedFile', variable, mode };
    log.warn(fields, 'others on this host may read what belongs to the bot alone');
  }
}

/**
 * Logged, not enforced (requirement D5). A directory that does not answer now shows its fault at the first
 * tap.
 */
async function warnOfPrivileges(directory: OpenDirectory, log: Log): Promise<void> {
  const found = await withDeadline(SELF_CHECK_MS, undefined, (signal) =>
    directory.inspectServiceAccount(signal),
  ).catch(() => 'unseen' as const);
  if (found !== 'privileged') return;
  log.warn({ alarm: 'serviceAccount' }, 'the service account is in a privileged group');
}
