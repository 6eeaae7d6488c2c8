import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import type { Problem } from '../../src/domain/reasons.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { View } from '../../src/ports/view.ts';
import type { SmsStatus } from '../../src/ports/sms.ts';
import type { Answer, Input, Person, Turns } from '../../src/service/input.ts';
import { createChannel } from '../../src/teams/channel.ts';
import type { Channel, ChannelSettings, Served } from '../../src/teams/channel.ts';
import type { Server } from '../../src/teams/http/server.ts';
import { createPerson } from '../support/activities.ts';
import type { TeamsPerson } from '../support/activities.ts';
import { TeamsServer } from '../support/connector.ts';
import { random } from '../../src/process/random.ts';

/** The service's side of the boundary: answers as a test tells it, and records the questions. */
class ScriptedTurns implements Turns {
  readonly taken: { readonly person: Person; readonly input: Input }[] = [];
  readonly shown: [flowId: string, messageId: string][] = [];
  readonly reports: unknown[] = [];
  readonly meetings: boolean[] = [];
  answer: (input: Input, signal: AbortSignal) => Promise<Answer> | Answer = () => show('home');

  async take(person: Person, input: Input, signal: AbortSignal): Promise<Answer> {
    this.taken.push({ person, input });
    return await this.answer(input, signal);
  }
  cardShown(flowId: string, messageId: string): Promise<void> {
    this.shown.push([flowId, messageId]);
    return Promise.resolve();
  }
  met(_person: unknown, isReachable: boolean): Promise<void> {
    this.meetings.push(isReachable);
    return Promise.resolve();
  }
  localeOf(): Promise<'sv'> {
    return Promise.resolve('sv');
  }
  smsReported(report: unknown): Promise<void> {
    this.reports.push(report);
    return Promise.resolve();
  }
  get inputs(): Input[] {
    return this.taken.map(({ input }) => input);
  }
}

const VIEWS = {
  home: { card: 'home', isAgent: false, accounts: [] },
  help: { card: 'help', isAgent: false, isManager: true },
  cancelled: { card: 'cancelled' },
} as const satisfies Readonly<Record<string, View>>;

/** An answer that shows a card. */
export function show(card: keyof typeof VIEWS, flowId?: string, messageId?: string): Answer {
  const flow = flowId === undefined ? undefined : { id: flowId, messageId };
  return { view: VIEWS[card], locale: 'sv', flow };
}

/** The channel on a free port, with Microsoft's side and a scripted service. */
export interface Bench {
  readonly teams: TeamsServer;
  readonly turns: ScriptedTurns;
  readonly channel: Channel;
  readonly server: Server;
  readonly url: string;
  readonly anna: TeamsPerson;
  readonly logged: string[];
  readonly state: {
    isReady: boolean | 'hangs';
    now: () => number;
    sms: SmsStatus | 'forged' | 'irrelevant';
  };
}

const open: { server: Server; teams: TeamsServer }[] = [];

/** Closes all benches that are open; for `afterEach` or `afterAll`, so that a failed test leaves nothing. */
export async function closeBenches(): Promise<void> {
  await Promise.all(
    open.splice(0).map(async ({ server, teams }) => {
      await server.close();
      await teams.stop();
    }),
  );
}

export const APP_ID = randomUUID();
export const TENANT_ID = randomUUID();

export async function openBench(
  overrides: Partial<ChannelSettings> = {},
  served: Partial<Served> = {},
  render: Parameters<typeof createChannel>[0]['render'] = drawPlainly,
): Promise<Bench> {
  const teams = await new TeamsServer(APP_ID).start();
  const turns = new ScriptedTurns();
  const logged: string[] = [];
  const write = (fields: object, message: string): void => {
    logged.push(JSON.stringify({ ...fields, message }));
  };
  const log = { debug: write, info: write, warn: write, error: write };
  const state: Bench['state'] = { isReady: true, now: Date.now, sms: 'forged' };
  const channel = createChannel({
    settings: {
      auth: 'on',
      appId: APP_ID,
      credential: { secret: new Secret('app-password') },
      tenantId: TENANT_ID,
      openIdMetadataUrl: teams.openIdMetadataUrl,
      loginUrl: teams.url,
      serviceHosts: ['127.0.0.1'],
      metricsToken: undefined,
      defaultLocale: 'sv',
      ...overrides,
    },
    render,
    notPersonal: (locale) => `not here (${locale})`,
    clock: () => state.now(),
    log,
  });
  const server = channel.serve({
    turns,
    gateway: { readStatus: () => state.sms },
    isReady: () =>
      state.isReady === 'hangs'
        ? new Promise<boolean>(() => undefined)
        : Promise.resolve(state.isReady),
    degraded: () => [],
    metrics: new Registry(),
    reference: random.reference,
    ...served,
  });
  const port = await server.listen('127.0.0.1', 0);
  const anna = createPerson('Anna', overrides.tenantId || TENANT_ID);
  teams.addMember(anna);
  open.push({ server, teams });
  const url = `http://127.0.0.1:${String(port)}`;
  return { teams, turns, channel, server, url, anna, logged, state };
}

/** A card of the view's name, with its handle or reference. */
export const drawPlainly: Parameters<typeof createChannel>[0]['render'] = (view, locale) => ({
  card: renderPlainly(view, locale),
  summary: view.card,
});

/** A card with nothing but its name, its problem and its language. */
function renderPlainly(view: View, locale: string): Record<string, unknown> {
  const problem: Problem | undefined = 'problem' in view ? view.problem : undefined;
  const shown = problem ? [{ type: 'TextBlock', id: `problem:${problem.reason}` }] : [];
  return {
    type: 'AdaptiveCard',
    version: '1.5',
    lang: locale,
    body: [{ type: 'TextBlock', id: view.card, text: problem?.reference ?? '' }, ...shown],
    ...('handle' in view ? { handle: view.handle } : {}),
  };
}
