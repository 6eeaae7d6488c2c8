import { sql } from 'kysely';
import { StoreError } from '../../ports/store.ts';
import type { Keyring, SealUse } from './crypto.ts';
import type { Engine } from './engine.ts';
import { readPatiently, transactPatiently } from './engine.ts';
import type { Scope, Tables } from './tables.ts';

/** A column of sealed values, and the index that is computed from the same clear text, if any. */
interface SealedColumn {
  readonly table: keyof Tables;
  /** The primary key; joined by `/` it is the row's part of the Place. */
  readonly key: readonly string[];
  readonly column: string;
  readonly index?: string;
  readonly use?: SealUse;
}

/** All of them: what is missing here cannot be read once its key is taken away. */
const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'enrollment', key: ['id'], column: 'mobile', index: 'mobile_index' },
  { table: 'code_send', key: ['id'], column: 'mobile', index: 'mobile_index' },
  { table: 'manager', key: ['manager'], column: 'display_name' },
  { table: 'manager', key: ['manager'], column: 'conversation' },
  { table: 'flow', key: ['id'], column: 'state' },
  {
    table: 'password_history',
    key: ['account_id', 'number'],
    column: 'digest',
    use: 'history',
  },
  { table: 'notice', key: ['id'], column: 'payload' },
];

/** Rows of one transaction: the bot beside must never wait long. */
const BATCH = 100;

/** What the stored values are sealed with. */
export interface KeyCensus {
  /** Values sealed with the first key. */
  readonly current: number;
  /** Values sealed with another configured key: `rekey` brings them over. */
  readonly earlier: number;
  /** Values sealed with a key that is not configured, or damaged in the one sample of each column. */
  readonly unreadable: number;
}

/** What became of a rekeying. `left` were written with an earlier key while it ran. */
export interface Rekeyed {
  readonly done: number;
  readonly unreadable: number;
  readonly left: number;
}

/** The sealed values as a whole. Throws only StoreError. */
export interface SealedValues {
  census(): Promise<KeyCensus>;
  /**
   * Seals everything with the first key and computes the indexes anew, a few rows at a time. May be
   * interrupted at any moment and repeated, beside running bots that know both keys.
   */
  rekey(onProgress: (done: number, total: number) => void): Promise<Rekeyed>;
}

type Row = Readonly<Record<string, unknown>>;

export function openSealed(engine: Engine, keys: Keyring): SealedValues {
  const begins = (column: string, prefix: string) =>
    sql<boolean>`substr(${sql.ref(column)}, 1, ${sql.lit(prefix.length)}) = ${prefix}`;
  const sealedWith = (column: string, prefixes: readonly string[]) =>
    sql<boolean>`(${sql.join(
      prefixes.map((prefix) => begins(column, prefix)),
      sql` or `,
    )})`;

  async function count(where: SealedColumn, condition: ReturnType<typeof begins>): Promise<number> {
    const { rows } = await readPatiently(engine, (db) =>
      sql<{ count: number }>`select count(*) as count from ${sql.table(where.table)}
        where ${sql.ref(where.column)} is not null and ${condition}`.execute(db),
    );
    return rows[0]?.count ?? 0;
  }

  async function sum(of: (where: SealedColumn) => Promise<number>): Promise<number> {
    let total = 0;
    for (const where of SEALED_COLUMNS) total += await of(where);
    return total;
  }

  const [first, ...others] = keys.prefixes;
  const countCurrent = (where: SealedColumn) => count(where, begins(where.column, first));
  const countEarlier = (where: SealedColumn): Promise<number> =>
    others.length === 0 ? Promise.resolve(0) : count(where, sealedWith(where.column, others));
  const countUnknown = (where: SealedColumn) =>
    count(where, sql<boolean>`not ${sealedWith(where.column, keys.prefixes)}`);

  /** Rows behind `after` that another key has sealed, in the order of their key. */
  async function nextRows(db: Scope['db'], where: SealedColumn, after: Row | undefined) {
    const key = sql.join(where.key.map((name) => sql.ref(name)));
    const last = after && sql.join(where.key.map((name) => after[name]));
    const behind = last === undefined ? sql`` : sql`and (${key}) > (${last})`;
    const { rows } = await sql<Row>`select ${key}, ${sql.ref(where.column)} as sealed
      from ${sql.table(where.table)}
      where ${sql.ref(where.column)} is not null
        and not ${begins(where.column, first)} ${behind}
      order by ${key} limit ${sql.lit(BATCH)}`.execute(db);
    return rows;
  }

  function reseal(where: SealedColumn, row: Row) {
    const name = where.key.map((part) => String(row[part])).join('/');
    const place = [where.table, name, where.column] as const;
    const clear = keys.open(place, String(row['sealed']), where.use);
    return { clear, sealed: keys.seal(place, clear, where.use) };
  }

  async function update(db: Scope['db'], where: SealedColumn, row: Row): Promise<void> {
    const { clear, sealed } = reseal(where, row);
    const index =
      where.index === undefined ? sql`` : sql`, ${sql.ref(where.index)} = ${keys.index(clear)}`;
    const isRow = sql.join(
      where.key.map((part) => sql`${sql.ref(part)} = ${row[part]}`),
      sql` and `,
    );
    // What a bot has written meanwhile is newer than what was read here, and stays.
    await sql`update ${sql.table(where.table)} set ${sql.ref(where.column)} = ${sealed}${index}
      where ${isRow} and ${sql.ref(where.column)} = ${row['sealed']}`.execute(db);
  }

  /** One transaction; gives the last row looked at, undefined when there was none. */
  function rekeyBatch(where: SealedColumn, after: Row | undefined) {
    return transactPatiently(engine, async (db) => {
      const rows = await nextRows(db, where, after);
      let unreadable = 0;
      for (const row of rows) {
        try {
          await update(db, where, row);
        } catch (error) {
          if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error;
          // One damaged value must not keep all others from the new key.
          unreadable += 1;
        }
      }
      return { last: rows.at(-1), rows: rows.length, unreadable };
    });
  }

  async function isSampleGood(where: SealedColumn, prefix: string): Promise<boolean> {
    const key = sql.join(where.key.map((name) => sql.ref(name)));
    const { rows } = await readPatiently(engine, (db) =>
      sql<Row>`select ${key}, ${sql.ref(where.column)} as sealed from ${sql.table(where.table)}
        where ${begins(where.column, prefix)} limit 1`.execute(db),
    );
    try {
      for (const row of rows) reseal(where, row);
      return true;
    } catch (error) {
      if (error instanceof StoreError) return false;
      throw error;
    }
  }

  /** A key that was exchanged under its old id passes every count: only opening a value shows it. */
  async function countBadSamples(where: SealedColumn): Promise<number> {
    let bad = 0;
    for (const prefix of keys.prefixes) if (!(await isSampleGood(where, prefix))) bad += 1;
    return bad;
  }

  return {
    async census() {
      return {
        current: await sum(countCurrent),
        earlier: await sum(countEarlier),
        unreadable: (await sum(countUnknown)) + (await sum(countBadSamples)),
      };
    },

    async rekey(onProgress) {
      const total = await sum(
        async (where) => (await countEarlier(where)) + (await countUnknown(where)),
      );
      let looked = 0;
      let unreadable = 0;
      onProgress(0, total);
      for (const where of SEALED_COLUMNS) {
        let last: Row | undefined;
        do {
          const batch = await rekeyBatch(where, last);
          looked += batch.rows;
          unreadable += batch.unreadable;
          onProgress(Math.min(looked, total), total);
          last = batch.last;
        } while (last !== undefined);
      }
      return { done: looked - unreadable, unreadable, left: await sum(countEarlier) };
    },
  };
}
