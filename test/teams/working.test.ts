import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../src/service/input.ts';
import { createPerson, execute, message, submit } from '../support/activities.ts';
import type { Activity } from '../support/activities.ts';
import { nameOf } from '../support/connector.ts';
import type { BotAnswer } from '../support/connector.ts';
import type { Fault, Operation } from '../support/faults.ts';
import { firstGood } from '../support/tries.ts';
import { closeBenches, drawPlainly, openBench, show, TENANT_ID } from './support.ts';
import type { Bench } from './support.ts';

/** The traces of one slow turn. */
interface Run {
  readonly bench: Bench;
  readonly answer: BotAnswer;
  readonly again: BotAnswer;
  /** The clocks of the turn when `working` was drawn, and when the service was told to end. */
  readonly working: Clocks | undefined;
  readonly ending: Clocks | undefined;
  /** `operation card`, in order. */
  readonly sent: readonly string[];
}

/**
 * Which timers of the test had run out. However late this process is, timers run out in the order of their
 * times.
 */
interface Clocks {
  /** The timers that began before the turn. */
  readonly before: readonly number[];
  /** The timers that began after the turn. */
  readonly after: readonly number[];
}

interface Script {
  readonly activity: Activity;
  readonly takesMs?: number;
  /** For the calls that show `working`, one each. */
  readonly workingFaults?: Partial<Record<Operation, Fault>>;
  /** For the update that follows `working`. */
  readonly lateFault?: Fault;
  /** How often it comes; once if absent. */
  readonly lateFaults?: number;
  readonly takesUntilAborted?: boolean;
  /** The template of `working` is broken. */
  readonly isUndrawn?: boolean;
  readonly sends: number;
}

const HANDLE = 'flow-handle';

/** Timers of so many ms that begin now; gives those that have run out. */
function startClocks(...times: readonly number[]): () => number[] {
  const over = new Set<number>();
  for (const ms of times) setTimeout(() => over.add(ms), ms).unref();
  return () => [...over];
}

async function run(script: Script): Promise<Run> {
  let before = (): number[] => [];
  let after = (): number[] => [];
  let working: Clocks | undefined;
  let ending: Clocks | undefined;
  const read = (): Clocks => ({ before: before(), after: after() });
  const bench = await openBench({}, {}, (view, ...rest) => {
    if (view.card === 'working') working ??= read();
    if (script.isUndrawn && view.card === 'working') throw new Error('canary');
    return drawPlainly(view, ...rest);
  });
  const { teams, turns, anna, url } = bench;
  teams.know(anna.conversationId, 'm1');
  for (const [operation, fault] of Object.entries(script.workingFaults ?? {})) {
    teams.fail(operation as Operation, fault, 1);
  }
  const slow = show('help', 'flow-1');
  turns.answer = (_input, signal) => {
    after = startClocks(3_500, 13_500);
    signal.addEventListener('abort', () => (ending = read()));
    return new Promise<Answer>((resolve) => {
      const end = async (): Promise<void> => {
        if (script.lateFault) {
          // Else a late update to `working` would meet the fault.
          await teams.until(() => teams.sent.length === 1);
          teams.fail('update', script.lateFault, script.lateFaults ?? 1);
        }
        resolve(slow);
      };
      if (script.takesUntilAborted) signal.addEventListener('abort', () => void end());
      else setTimeout(() => void end(), script.takesMs ?? 3_600);
    });
  };
  const activity = teams.from(anna, script.activity);
  before = startClocks(2_900, 12_500);
  const answer = await teams.send(url, activity);
  await teams.until(() => teams.sent.length === script.sends);
  const again = await teams.send(url, activity);
  const sent = teams.sent.map(({ operation, card }) => `${operation} ${nameOf(card) ?? 'text'}`);
  return { bench, answer, again, working, ending, sent };
}

const scripts = {
  tap: { activity: execute('confirmCode', { handle: HANDLE, code: '1' }, 'm1'), sends: 2 },
  gone: {
    activity: execute('confirmCode', { handle: HANDLE }, 'm1'),
    lateFault: { status: 404 },
    sends: 2,
  },
  failing: {
    activity: execute('confirmCode', { handle: HANDLE }, 'm1'),
    lateFault: { status: 502 },
    sends: 2,
  },
  throttled: {
    activity: execute('confirmCode', { handle: HANDLE }, 'm1'),
    lateFault: { status: 429 },
    lateFaults: 3,
    sends: 2,
  },
  refused: {
    activity: execute('confirmCode', { handle: HANDLE }, 'm1'),
    lateFault: { status: 400 },
    sends: 1,
  },
  typed: { activity: message('reset'), sends: 2 },
  posting: {
    activity: message('reset'),
    workingFaults: { post: { delayMs: 1_500 } },
    sends: 2,
  },
  replaced: {
    activity: submit('confirmCode', { handle: HANDLE }, 'gone'),
    workingFaults: { update: { delayMs: 1_500 }, post: { delayMs: 500 } },
    sends: 2,
  },
  endless: {
    activity: execute('confirmCode', { handle: HANDLE }, 'm1'),
    takesUntilAborted: true,
    sends: 2,
  },
  undrawn: {
    activity: execute('confirmCode', { handle: HANDLE }, 'm1'),
    isUndrawn: true,
    sends: 2,
  },
} as const satisfies Record<string, Script>;

describe('a turn that takes longer than three seconds', () => {
  const runs: Partial<Record<keyof typeof scripts, Promise<Run>>> = {};
  beforeAll(() => {
    for (const [name, script] of Object.entries(scripts)) {
      runs[name as keyof typeof scripts] = run(script);
    }
  });
  afterAll(async () => {
    await Promise.allSettled(Object.values(runs));
    await closeBenches();
  });

  it('goes on without a roster that does not answer within two seconds', async () => {
    const { teams, turns, anna, url } = await openBench();
    teams.fail('member', 'hang');
    const rosterOnce = async (): Promise<string | undefined> => {
      const before = turns.taken.length;
      await teams.send(url, teams.from(anna, message('status')));
      // Else `working` is shown first.
      return turns.taken.at(before)?.person.roster.status;
    };
    const isKnown = (status: string | undefined): boolean => status !== undefined;
    expect(await firstGood(rosterOnce, isKnown)).toBe('unavailable');
  });

  it('is answered with working after 3 s, with the tap’s handle', async () => {
    const { answer, working, sent } = await runs.tap!;
    expect(nameOf(answer.card)).toBe('working');
    expect(answer.card?.['handle']).toBe(HANDLE);
    expect(working).toEqual({ before: [2_900], after: [] });
    expect(sent).toEqual(['update working', 'update help']);
  });

  it('answers a repetition with the result, once that is known, and runs once', async () => {
    const { again, bench } = await runs.tap!;
    expect(nameOf(again.card)).toBe('help');
    expect(bench.turns.taken).toHaveLength(1);
  });

  it('posts a new card where the message is gone, and says which one shows the flow', async () => {
    const { sent, bench } = await runs.gone!;
    expect(sent).toEqual(['update working', 'post help']);
    expect(bench.turns.shown.at(-1)).toEqual(['flow-1', bench.teams.sent[1]?.id]);
  });

  it.each(['failing', 'throttled'] as const)(
    'tries the update again and again, for it is the only way to the result (%s)',
    async (name) => {
      expect((await runs[name]!).sent).toEqual(['update working', 'update help']);
    },
  );

  it('repeats no update that Teams refuses for good', async () => {
    const { teams, logged } = (await runs.refused!).bench;
    await teams.until(() => logged.some((line) => line.includes('a card was not written')), 30_000);
    expect(teams.sent).toHaveLength(1);
  });

  it('shows working for a typed word too, and replaces it', async () => {
    const { answer, sent, bench } = await runs.typed!;
    expect(answer.text).toBe('');
    expect(sent).toEqual(['post working', 'update help']);
    expect(bench.teams.sent[1]?.id).toBe(bench.teams.sent[0]?.id);
  });

  it.each(['posting', 'replaced'] as const)(
    'waits for a new message to show working before it replaces it (%s)',
    async (name) => {
      const { sent, bench } = await runs[name]!;
      expect(sent).toEqual(['post working', 'update help']);
      expect(bench.teams.sent[1]?.id).toBe(bench.teams.sent[0]?.id);
    },
  );

  it('tells a fault and brings the result all the same where working cannot be drawn', async () => {
    const { answer, sent, bench } = await runs.undrawn!;
    expect(nameOf(answer.card)).toBe('refused');
    expect(sent).toEqual(['update refused', 'update help']);
    const faults = bench.logged.filter((line) => line.includes('a turn failed'));
    expect(faults).toHaveLength(1);
    expect(faults.join()).not.toContain('canary');
  });

  it('leaves the message to a newer card of the service', async () => {
    const { teams, turns, channel, anna, url, server, logged } = await openBench();
    teams.know(anna.conversationId, 'm1');
    const held = Promise.withResolvers<void>();
    teams.fail('update', { until: held.promise }, 1);
    const result = Promise.withResolvers<Answer>();
    turns.answer = () => result.promise;
    const answer = await teams.send(url, teams.from(anna, execute('home', {}, 'm1')));
    expect(nameOf(answer.card)).toBe('working');
    result.resolve(show('help', 'flow-1'));
    await teams.until(() => logged.some((line) => line.includes('"message":"turn"')));
    expect(teams.sent).toEqual([]);
    const { address } = turns.taken[0]!.person;
    const { signal } = new AbortController();
    const updated = channel.notifier.update(address, 'm1', { card: 'cancelled' }, 'sv', signal);
    held.resolve();
    await updated;
    await server.close();
    expect(teams.sent.map(({ card }) => nameOf(card))).toEqual(['working', 'cancelled']);
  });

  it('is told to end after 13 s, so that the message shows the result within 15 s', async () => {
    const { sent, ending } = await runs.endless!;
    expect(sent).toEqual(['update working', 'update help']);
    expect(ending).toEqual({ before: [2_900, 12_500], after: [3_500] });
  });
});

describe('closing', () => {
  afterAll(closeBenches);

  it('lets what is under way end, and takes nothing new', async () => {
    const bench = await openBench();
    const { teams, turns, anna, url, server } = bench;
    turns.answer = () =>
      new Promise((resolve) => setTimeout(resolve, 3_500, show('help', 'flow-1')));
    teams.know(anna.conversationId, 'm1');
    const tap = teams.send(url, teams.from(anna, execute('home', {}, 'm1')));
    await teams.until(() => turns.taken.length === 1);
    const closed = server.close();
    const other = createPerson('Berit', TENANT_ID);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await teams.send(url, teams.from(other, message('hej')))).status).toBe(503);
    expect(nameOf((await tap).card)).toBe('working');
    await closed;
    expect(teams.sent.map(({ card }) => nameOf(card))).toEqual(['working', 'help']);
    expect(turns.taken).toHaveLength(1);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
