import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startPostgres } from '../../../support/postgres.ts';
import type { Extent } from '../extent.ts';
import { figureOf, pairedRow, percentileOf, type Row } from '../figures.ts';
import { refusedTapper, startMeasured, type MeasuredProduct } from '../measured.ts';
import { readProcess } from '../probed.ts';
import { startFloor, type FloorProgram } from '../program.ts';
import { answerOf, tapFor, type Tapper } from '../taps.ts';
import { interleave } from '../windows.ts';

/** The taps need no hash; those who tap are enrolled in less time without. */
const HASHLESS = join(import.meta.dirname, '../hashless.ts');
/** Windows of the floor that only answers: no goal is held against it. */
const ANSWER_WINDOWS = 5;

interface Window {
  readonly cpuMs: number;
  readonly perSecond: number;
  readonly p99: number;
}

interface Windows {
  readonly floor: readonly Window[];
  readonly product: readonly Window[];
}

/** CPU per tap, taps a second and how long the slowest wait, against a bare bot with the same card. */
export async function tapRows(extent: Extent): Promise<Row[]> {
  const { all, answerOnly } = await measure(extent, await startMeasured({}, [HASHLESS]));
  return [
    cpuRow('SQLite', all, 1.6),
    ...loadRows(extent, 'SQLite', all),
    {
      measure: 'CPU per tap, SQLite; the floor without roster and message',
      unit: 'ms',
      floor: figureOf(answerOnly.map(({ cpuMs }) => cpuMs)),
      product: figureOf(all.product.map(({ cpuMs }) => cpuMs)),
    },
  ];
}

/** The same with PostgreSQL. */
export async function postgresTapRows(extent: Extent): Promise<Row[]> {
  const postgres = await startPostgres();
  try {
    const databaseUrl = await postgres.createDatabase('taps');
    const { all } = await measure(extent, await startMeasured({ databaseUrl }, [HASHLESS]));
    return [cpuRow('PostgreSQL', all, 2), ...loadRows(extent, 'PostgreSQL', all)];
  } finally {
    await postgres.stop();
  }
}

function cpuRow(engine: string, { floor, product }: Windows, ratio: number): Row {
  return pairedRow(
    { measure: `CPU per tap, ${engine}`, unit: 'ms', goal: { kind: 'atMost', ratio } },
    floor.map(({ cpuMs }) => cpuMs),
    product.map(({ cpuMs }) => cpuMs),
  );
}

function loadRows({ connections }: Extent, engine: string, { floor, product }: Windows): Row[] {
  return [
    pairedRow(
      {
        measure: `taps/s at ${String(connections)} connections, ${engine}`,
        unit: '1/s',
        goal: { kind: 'atLeast', ratio: 0.6 },
      },
      floor.map(({ perSecond }) => perSecond),
      product.map(({ perSecond }) => perSecond),
    ),
    pairedRow(
      {
        measure: `p99 at ${String(connections)} connections, ${engine}`,
        unit: 'ms',
        goal: { kind: 'atMost', ratio: 2 },
      },
      floor.map(({ p99 }) => p99),
      product.map(({ p99 }) => p99),
    ),
  ];
}

/** `answerOnly`: against a bot that neither reads the roster nor writes the message. */
async function measure(
  { tapWindows, windowSeconds, warmUpSeconds, connections }: Extent,
  { product, probe, stop }: MeasuredProduct,
): Promise<{ readonly all: Windows; readonly answerOnly: readonly Window[] }> {
  const { teams, bot } = product;
  const tappers: Tapper[] = [];
  const floors: FloorProgram[] = [];

  async function window(port: number, socket: string): Promise<Window> {
    const before = await readProcess(socket);
    const { times, seconds } = await tapFor(teams, port, tappers, windowSeconds);
    const after = await readProcess(socket);
    return {
      cpuMs: (after.cpuUs - before.cpuUs) / 1_000 / times.length,
      perSecond: times.length / seconds,
      p99: percentileOf(times, 0.99),
    };
  }

  try {
    for (let index = 0; index < connections; index += 1) tappers.push(await refusedTapper(product));
    const start = (calls: 'all' | 'answer') =>
      startFloor('bot', {
        appId: product.setting('MicrosoftAppId'),
        tenantId: product.tenantId,
        keysUrl: teams.openIdMetadataUrl,
        serviceDesk: product.setting('SERVICE_DESK'),
        calls,
      });
    const bare = await start('all');
    const barest = await start('answer');
    floors.push(bare, barest);
    for (const tapper of tappers) {
      const [floorCard, card] = [
        await answerOf(teams, bare.port, tapper),
        await answerOf(teams, bot.port, tapper),
      ];
      if (!isDeepStrictEqual(withoutHandles(floorCard), withoutHandles(card))) {
        throw new Error('floor/card.ts does not answer the card of the product');
      }
    }
    // Code that has run seldom is slow code, and the product has more of it than the floor.
    for (const port of [bare.port, barest.port, bot.port]) {
      await tapFor(teams, port, tappers, warmUpSeconds);
    }
    const all = await interleave(
      tapWindows,
      () => window(bare.port, bare.probe),
      () => window(bot.port, probe),
    );
    const answerOnly: Window[] = [];
    for (let index = 0; index < ANSWER_WINDOWS; index += 1) {
      answerOnly.push(await window(barest.port, barest.probe));
    }
    return { all, answerOnly };
  } finally {
    await Promise.all(floors.map((program) => program.end()));
    await stop();
  }
}

function withoutHandles(card: unknown): unknown {
  return JSON.parse(JSON.stringify(card), (key: string, value: unknown) =>
    key === 'handle' ? '' : value,
  ) as unknown;
}
