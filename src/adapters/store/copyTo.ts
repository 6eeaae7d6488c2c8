import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { Log } from '../../ports/log.ts';
import { StoreError } from '../../ports/errors.ts';
import { HEAD, type AuditHead } from './audit/auditChain.ts';
import { openAuditLog } from './audit/auditLog.ts';
import { createKeyring, type EncryptionKey } from './sealing/crypto.ts';
import { storeFailure } from './engine/errors.ts';
import { batches, ofOnePart } from './engine/engine.ts';
import { migrateStore } from './open.ts';
import { openPostgres } from './engine/postgres.ts';
import { databaseFile } from './engine/sqlite.ts';
import type { AuditHeadTable } from './schema/auditTables.ts';
import type { Scope } from './schema/scope.ts';

/** Tables of the database itself, and the audit, which only grows. */
const NOT_REPLACED = [
  'bot_migration',
  'bot_migration_lock',
  'database_identity',
  'audit',
  'audit_head',
];
/** A table is emptied by one statement. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000;

type Row = Readonly<Record<string, SQLOutputValue>>;

const headSchema = z.object({
  seq: z.number(),
  hash: z.string(),
  checkpoint_seq: z.number(),
  checkpoint_hash: z.string(),
  checkpoint_seal: z.string().nullable(),
});

/** The copied rows, counted by table, and the audit's head that both ends now share. */
export interface Copied {
  readonly rows: Readonly<Record<string, number>>;
  readonly head: AuditHead;
}

/** The embedded store at one moment: later writes of a bot are not seen. */
interface Snapshot {
  readonly tables: readonly string[];
  readonly head: AuditHead;
  readonly checkpoint: Omit<AuditHeadTable, 'id' | 'seq' | 'hash'>;
  count(table: string): number;
  rows(table: string): IterableIterator<Row>;
  auditAfter(seq: number): IterableIterator<Row>;
  /** The hash of that audit row; undefined where there is none. */
  hashAt(seq: number): string | undefined;
  close(): void;
}

function openSnapshot(directory: string): Snapshot {
  const database = new DatabaseSync(databaseFile(directory), { readOnly: true });
  database.exec('begin');
  const all = (text: string, ...values: (string | number)[]) =>
    database.prepare(text).iterate(...values);
  const one = (text: string, ...values: (string | number)[]) =>
    database.prepare(text).get(...values);
  const names = [...all(`select name from sqlite_schema where type = 'table' order by name`)]
    .map(({ name }) => String(name))
    .filter((name) => !name.startsWith('sqlite_') && !NOT_REPLACED.includes(name));
  const { seq, hash, ...checkpoint } = headSchema.parse(
    one(`select * from audit_head where id = ${String(HEAD)}`),
  );
  return {
    tables: names,
    head: { seq, hash },
    checkpoint,
    count: (table) => Number(one(`select count(*) as count from "${table}"`)?.['count']),
    rows: (table) => all(`select * from "${table}"`),
    auditAfter: (seq) => all('select * from audit where seq > ? order by seq', seq),
    hashAt(seq) {
      const row = one('select hash from audit where seq = ?', seq);
      return row && String(row['hash']);
    },
    close: () => {
      database.close();
    },
  };
}

async function insertAll(db: Scope['db'], table: string, rows: Iterable<Row>): Promise<void> {
  for (const batch of batches(rows)) {
    const columns = Object.keys(batch[0] ?? {});
    const values = batch.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
    await sql`insert into ${sql.table(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
      values ${sql.join(values)}`.execute(db);
  }
}

async function countIn(db: Scope['db'], table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count
    from ${sql.table(table)}`.execute(db);
  return rows[0]?.count ?? 0;
}

/**
 * How far an earlier copy got: its audit is a beginning of ours.
 * @throws StoreError for a database with other contents, or in which a bot has worked since.
 */
async function earlierCopy(db: Scope['db'], source: Snapshot): Promise<number> {
  const head = await db
    .selectFrom('audit_head')
    .select(['seq', 'hash'])
    .where('id', '=', HEAD)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (head.seq > 0) {
    if (source.hashAt(head.seq) === head.hash) return head.seq;
    throw notOurs('its audit is not a copy of this one');
  }
  for (const table of source.tables) {
    if ((await countIn(db, table)) > 0) throw notOurs(`its table ${table} is not empty`);
  }
  return 0;
}

function notOurs(why: string): StoreError {
  return new StoreError(
    'unavailable',
    `the target holds something else: ${why}; nothing was copied`,
  );
}

async function copyAll(db: Scope['db'], source: Snapshot): Promise<Record<string, number>> {
  const copiedBefore = await earlierCopy(db, source);
  const counts: Record<string, number> = {};
  for (const table of source.tables) {
    await sql`delete from ${sql.table(table)}`.execute(db);
  }
  for (const table of source.tables) {
    await insertAll(db, table, source.rows(table));
    counts[table] = await countIn(db, table);
  }
  await insertAll(db, 'audit', source.auditAfter(copiedBefore));
  await db
    .updateTable('audit_head')
    .set({ ...source.head, ...source.checkpoint })
    .where('id', '=', HEAD)
    .execute();
  counts['audit'] = await countIn(db, 'audit');
  for (const [table, count] of Object.entries(counts)) {
    if (count === source.count(table)) continue;
    throw new StoreError('corrupt', `table ${table} did not arrive whole; nothing was copied`);
  }
  return counts;
}

/**
 * Copies the embedded store, as it is at this moment, into a PostgreSQL database: all of it or nothing. A
 * repeated copy brings an earlier one up to date.
 * @throws StoreError where the target holds other data, or a count or the audit's chain differs.
 */
export async function copyToPostgres(
  directory: string,
  target: Secret,
  encryptionKeys: readonly EncryptionKey[],
  log: Log,
): Promise<Copied> {
  if (!existsSync(databaseFile(directory))) {
    throw new StoreError('unavailable', `there is no embedded store in ${directory}`);
  }
  await migrateStore({ kind: 'sqlite', directory }, encryptionKeys, log);
  await migrateStore({ kind: 'postgres', url: target }, encryptionKeys, log);
  const engine = openPostgres({ url: target }, log, STATEMENT_TIMEOUT_MS);
  let source: Snapshot | undefined;
  try {
    const snapshot = (source = openSnapshot(directory));
    const rows = await engine.transact(ofOnePart((db) => copyAll(db, snapshot)));
    const keys = createKeyring(encryptionKeys);
    const verdict = await openAuditLog(engine, () => keys).verify(snapshot.head.hash || undefined);
    if (verdict.result !== 'intact') {
      const where = verdict.result === 'broken' ? `, from row ${String(verdict.row)} on` : '';
      throw new StoreError('corrupt', `the audit's chain is broken in the copy${where}`);
    }
    return { rows, head: snapshot.head };
  } catch (error) {
    throw storeFailure(error);
  } finally {
    source?.close();
    await engine.close();
  }
}
