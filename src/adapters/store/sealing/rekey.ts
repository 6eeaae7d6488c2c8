import { sql } from 'kysely';
import { sealAuditUpTo } from '../audit/auditChain.ts';
import { openAuditLog } from '../audit/auditLog.ts';
import { openKnown, type Keyring } from './crypto.ts';
import { readPatiently, transactPatiently, type Engine } from '../engine/engine.ts';
import { AUDIT_COLUMNS, placeIn, SEALED_COLUMNS, type SealedColumn } from './places.ts';
import type { Scope } from '../schema/scope.ts';

/** Rows of one transaction: a running bot must never wait long for it. */
const BATCH = 100;

/** The keys with which the stored values are sealed, counted. */
interface KeyCensus {
  /** Values that the first key has sealed and, where they have an index, made that too. */
  readonly current: number;
  /**
   * Values sealed with another configured key, or beside an index that the first key has not made: `rekey`
   * brings them over.
   */
  readonly earlier: number;
  /** Values sealed with a key that is not configured, or damaged in the one sample of each column. */
  readonly unreadable: number;
}

/** The outcome of a rekeying. `left` were written with an earlier key while it ran. */
interface Rekeyed {
  readonly done: number;
  readonly unreadable: number;
  readonly left: number;
}

/** The sealed values as a whole. Throws only StoreError. */
export interface SealedValues {
  census(): Promise<KeyCensus>;
  /** The values that these keys do not read, or do not find: none of them has made their index. */
  countLost(): Promise<number>;
  /**
   * Seals everything with the first key and computes the indexes anew, a few rows at a time. May be
   * interrupted at any moment and repeated, beside running bots that know both keys.
   */
  rekey(onProgress: (done: number, total: number) => void): Promise<Rekeyed>;
}

type Row = Readonly<Record<string, unknown>>;

const ALL_COLUMNS = [...SEALED_COLUMNS, ...AUDIT_COLUMNS];

const counted = ({ rows = 'true' }: SealedColumn) => sql.raw<boolean>(rows);

/** The parts of a value's place, the value as `sealed` and its index, if any, as `found_by`. */
function columnsOf({ key, beside, column, index }: SealedColumn) {
  return sql.join([
    ...[...key, ...beside].map((name) => sql.ref(name)),
    sql`${sql.ref(column)} as sealed`,
    ...(index === undefined ? [] : [sql`${sql.ref(index)} as found_by`]),
  ]);
}

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
        where ${sql.ref(where.column)} is not null and ${counted(where)} and ${condition}`.execute(
        db,
      ),
    );
    return rows[0]?.count ?? 0;
  }

  async function sum(
    of: (where: SealedColumn) => Promise<number>,
    columns: readonly SealedColumn[] = ALL_COLUMNS,
  ): Promise<number> {
    let total = 0;
    for (const where of columns) total += await of(where);
    return total;
  }

  const [first, ...others] = keys.prefixes;
  const countFirst = (where: SealedColumn) => count(where, begins(where.column, first));
  const countSealedEarlier = (where: SealedColumn): Promise<number> =>
    others.length === 0 ? Promise.resolve(0) : count(where, sealedWith(where.column, others));
  const countUnknown = (where: SealedColumn) =>
    count(where, sql<boolean>`not ${sealedWith(where.column, keys.prefixes)}`);

  /**
   * Rows behind `after` that another key has sealed, in the order of their key. Where there is an index
   * all of them: only the clear text tells which key has made it.
   */
  async function nextRows(db: Scope['db'], where: SealedColumn, after: Row | undefined) {
    const key = sql.join(where.key.map((name) => sql.ref(name)));
    const last = after && sql.join(where.key.map((name) => after[name]));
    const behind = last === undefined ? sql`` : sql`and (${key}) > (${last})`;
    const which = where.index === undefined ? sql`and not ${begins(where.column, first)}` : sql``;
    const { rows } = await sql<Row>`select ${columnsOf(where)}
      from ${sql.table(where.table)}
      where ${sql.ref(where.column)} is not null ${which} ${behind}
      order by ${key} limit ${sql.lit(BATCH)}`.execute(db);
    // An integer that no number holds is read as another, behind which it would be found again and again.
    const isStuck =
      after !== undefined && where.key.every((name) => rows.at(-1)?.[name] === after[name]);
    return isStuck ? [] : rows;
  }

  const isFirst = ({ sealed }: Row): boolean => String(sealed).startsWith(first);
  const clearOf = (where: SealedColumn, row: Row): string | undefined =>
    openKnown(keys, placeIn(where, row), String(row['sealed']), where.use);

  /** Whether the first key has sealed the value, and another one, or nobody, made its index. */
  function isMisplaced(where: SealedColumn, row: Row): boolean {
    if (where.index === undefined || !isFirst(row)) return false;
    const clear = clearOf(where, row);
    return clear !== undefined && keys.index(clear) !== row['found_by'];
  }

  /** Whether none of the keys has made the index of a value that they open. */
  function isUnfound(where: SealedColumn, row: Row): boolean {
    const clear = clearOf(where, row);
    return clear !== undefined && !keys.indexes(clear).includes(String(row['found_by']));
  }

  async function countIndexed(where: SealedColumn, isMeant: typeof isUnfound): Promise<number> {
    if (where.index === undefined) return 0;
    let meant = 0;
    let last: Row | undefined;
    do {
      const rows = await readPatiently(engine, (db) => nextRows(db, where, last));
      meant += rows.filter((row) => isMeant(where, row)).length;
      last = rows.at(-1);
    } while (last !== undefined);
    return meant;
  }

  const countMisplaced = (where: SealedColumn) => countIndexed(where, isMisplaced);
  const countEarlier = async (where: SealedColumn): Promise<number> =>
    (await countSealedEarlier(where)) + (await countMisplaced(where));

  /** False for a value that no configured key opens there. */
  async function update(db: Scope['db'], where: SealedColumn, row: Row): Promise<boolean> {
    const clear = clearOf(where, row);
    if (clear === undefined) return false;
    const sealed = keys.seal(placeIn(where, row), clear, where.use);
    const index =
      where.index === undefined ? sql`` : sql`, ${sql.ref(where.index)} = ${keys.index(clear)}`;
    const isRow = sql.join(
      where.key.map((part) => sql`${sql.ref(part)} = ${row[part]}`),
      sql` and `,
    );
    // A value that a bot has written meanwhile is newer than the one read here, and stays.
    await sql`update ${sql.table(where.table)} set ${sql.ref(where.column)} = ${sealed}${index}
      where ${isRow} and ${sql.ref(where.column)} = ${row['sealed']}`.execute(db);
    return true;
  }

  /** One transaction; gives the last row read, undefined when there was none. */
  function rekeyBatch(where: SealedColumn, after: Row | undefined) {
    return transactPatiently(engine, async (db) => {
      const rows = await nextRows(db, where, after);
      const due = rows.filter((row) => !isFirst(row) || isMisplaced(where, row));
      let unreadable = 0;
      for (const row of due) {
        // One damaged value must not keep all others from the new key.
        if (!(await update(db, where, row))) unreadable += 1;
      }
      return { last: rows.at(-1), rows: due.length, unreadable };
    });
  }

  async function isSampleGood(where: SealedColumn, prefix: string): Promise<boolean> {
    const { rows } = await readPatiently(engine, (db) =>
      sql<Row>`select ${columnsOf(where)} from ${sql.table(where.table)}
        where ${counted(where)} and ${begins(where.column, prefix)} limit 1`.execute(db),
    );
    return rows.every((row) => clearOf(where, row) !== undefined);
  }

  /** A key that was exchanged under its old id passes every count: only opening a value shows that. */
  async function countBadSamples(where: SealedColumn): Promise<number> {
    let bad = 0;
    for (const prefix of keys.prefixes) if (!(await isSampleGood(where, prefix))) bad += 1;
    return bad;
  }

  /** False where the audit is not sound: the earlier keys are still needed to find out how far it is. */
  async function moveCheckpoint(): Promise<boolean> {
    const verdict = await openAuditLog(engine, () => keys).verify();
    if (verdict.result !== 'intact') return false;
    const { rows: seq, head: hash } = verdict;
    await transactPatiently(engine, (db) => sealAuditUpTo(db, keys, { seq, hash }));
    return true;
  }

  const countUnreadable = async () => (await sum(countUnknown)) + (await sum(countBadSamples));

  return {
    async census() {
      const misplaced = await sum(countMisplaced);
      return {
        current: (await sum(countFirst)) - misplaced,
        earlier: (await sum(countSealedEarlier)) + misplaced,
        unreadable: await countUnreadable(),
      };
    },

    countLost: async () =>
      (await countUnreadable()) + (await sum((where) => countIndexed(where, isUnfound))),

    async rekey(onProgress) {
      const countOthers = async (where: SealedColumn) =>
        (await countEarlier(where)) + (await countUnknown(where));
      const total = await sum(countOthers);
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
      const seals = await sum(countOthers, AUDIT_COLUMNS);
      if (seals > 0) {
        looked += seals;
        if (!(await moveCheckpoint())) unreadable += seals;
        onProgress(Math.min(looked, total), total);
      }
      return { done: looked - unreadable, unreadable, left: await sum(countEarlier) };
    },
  };
}
