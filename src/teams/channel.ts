import type { Locale } from '../domain/parties.ts';
import type { Secret } from '../domain/secret.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Notifier } from '../ports/notifier.ts';
import { NotifierError } from '../ports/errors.ts';
import type { Turns } from '../service/input.ts';
import { measured } from '../service/watch/observed.ts';
import { createBot } from './in/bot.ts';
import { createConnector, type Connector } from './out/connector.ts';
import { createGuard } from './http/tokenGuard.ts';
import { createServiceHosts } from './out/serviceHosts.ts';
import { createLogin, type Login, type LoginCredential } from './out/login.ts';
import { createNotifier, createUpdateQueue, type Render } from './out/notifier.ts';
import { createServer, type Server, type ServerOptions } from './http/server.ts';
import { createSigningKeys } from './http/signingKeys.ts';

/** The channel's part of the configuration, already checked. */
export interface ChannelSettings {
  /** `off` is for chat clients on the same machine. */
  readonly auth: 'on' | 'off';
  /** Empty only where `auth` is off. */
  readonly appId: string;
  readonly credential: LoginCredential;
  /** Empty only where `auth` is off. */
  readonly tenantId: string;
  readonly openIdMetadataUrl: string;
  /** Origin of the Microsoft login. */
  readonly loginUrl: string;
  readonly serviceHosts: readonly string[];
  readonly metricsToken: Secret | undefined;
  readonly defaultLocale: Locale;
}

export interface ChannelOptions {
  readonly settings: ChannelSettings;
  readonly render: Render;
  /** The bot's one sentence outside a personal chat. */
  readonly notPersonal: (locale: Locale) => string;
  readonly clock: () => number;
  readonly log: Log;
  /** Measures the calls of the connector and of the login. */
  readonly measuredBy?: Metrics;
}

/** The parts that the port needs beside the channel: known only once the service stands. */
export interface Served extends Pick<
  ServerOptions,
  'gateway' | 'isReady' | 'metrics' | 'reference' | 'receiveTimeoutMs'
> {
  readonly turns: Turns;
  /** Names of failing systems beside `login`. */
  readonly degraded: () => readonly string[];
}

export interface Channel {
  /** The service's way to managers; usable before `serve`. */
  readonly notifier: Notifier;
  /** Fetches the bot's token once, for a check of the installation. Rejects without a token. */
  checkLogin(): Promise<void>;
  /** From the next login and scrape on these hold. */
  renew(changed: Pick<ChannelSettings, 'credential' | 'metricsToken'>): void;
  /** Makes the port; `listen` opens it. Called once. */
  serve(served: Served): Server;
}

/** Teams, whole: the port for requests, and the connector for posts. */
export function createChannel(options: ChannelOptions): Channel {
  const { settings, render, notPersonal, clock, log } = options;
  const { auth, appId, tenantId, defaultLocale } = settings;
  let { metricsToken } = settings;
  const isServiceHost = createServiceHosts(settings.serviceHosts);
  const { measuredBy } = options;
  const ownLogin = auth === 'on' ? createLogin({ ...settings, clock, log }) : undefined;
  const login = ownLogin && measuredBy ? observeLogin(ownLogin, measuredBy) : ownLogin;
  const ownConnector = createConnector({ appId, isServiceHost, tenantId, login });
  const connector = measuredBy ? observeConnector(ownConnector, measuredBy) : ownConnector;
  const updates = createUpdateQueue();
  const keys = createSigningKeys(settings.openIdMetadataUrl, clock, log);
  const guard = createGuard({ auth, appId, tenantId, isServiceHost, keys, clock });

  return {
    notifier: createNotifier({ connector, updates, render, clock }),
    async checkLogin() {
      await login?.token();
    },
    renew({ credential, metricsToken: token }) {
      ownLogin?.replace(credential);
      metricsToken = token;
    },
    serve(served) {
      const { turns, reference } = served;
      const bot = createBot({
        turns,
        connector,
        updates,
        render,
        notPersonal,
        defaultLocale,
        reference,
        clock,
        log,
      });
      const degraded = (): readonly string[] => [
        ...served.degraded(),
        ...(login?.isFailing() ? ['login'] : []),
      ];
      const mayRead = { metricsToken: () => metricsToken };
      return createServer({ ...served, ...mayRead, auth, guard, bot, degraded, clock, log });
    },
  };
}

/** The connector, whose every call is measured. */
function observeConnector(connector: Connector, metrics: Metrics): Connector {
  const faultOf = (error: unknown): string =>
    error instanceof NotifierError ? error.code : 'other';
  const observed =
    <A extends unknown[], T>(operation: string, call: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      measured(metrics, 'connector', operation, () => call(...args), faultOf);
  return {
    post: observed('post', connector.post),
    open: observed('open', connector.open),
    say: observed('say', connector.say),
    update: observed('update', connector.update),
    member: observed('member', connector.member),
  };
}

/** The login, whose every token, kept or fetched, is measured. */
function observeLogin(login: Login, metrics: Metrics): Login {
  return {
    ...login,
    token: () =>
      measured(
        metrics,
        'login',
        'token',
        () => login.token(),
        () => 'noToken',
      ),
  };
}
