import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { hashRow } from '../../src/adapters/store/audit/auditChain.ts';
import { createKeyring } from '../../src/adapters/store/sealing/crypto.ts';
import type { Keyring } from '../../src/adapters/store/sealing/crypto.ts';
import { placeIn, SEALED } from '../../src/adapters/store/sealing/places.ts';
import { keyRing } from '../../src/config/encryptionKeys.ts';

/** How long a statement waits for another's transaction, and until it looks again. */
const BUSY_MS = 5_000;
const BUSY_PAUSE_MS = 10;

const TIME_COLUMNS = {
  flow: ['started_at', 'expires_at', 'ended_at', 'saved_at'],
  passcode: ['expires_at', 'former_expires_at'],
  failure: ['at'],
  code_send: ['created_at'],
  enrollment: ['enrolled_at', 'usable_from', 'missing_since'],
  revocation: ['revoked_at'],
  notice: ['due_at'],
  reminder: ['at'],
  reminder_snooze: ['until'],
  reminder_silence: ['until', 'told_at'],
  button: ['undoes', 'created_at'],
  lease: ['until', 'done_at'],
  desk_lookup: ['at'],
  desk_look: ['made_at', 'opened_at'],
  caller_check: ['asked_at', 'ends_at', 'vouched_until', 'vouched_at', 'due_at'],
} as const;

/** A row as the auditor sees it. */
export interface AuditLine {
  readonly event: string;
  readonly result: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly account: string | null;
  readonly flow: string | null;
}

type AuditRow = Parameters<typeof hashRow>[0] & { readonly hash: string };

type Row = Readonly<Record<string, string | number | null>>;

/** Tables whose times are sealed, so that each row is sealed anew. */
const SEALED_TABLES = {
  flow: SEALED.flow,
  enrollment: SEALED.enrollment,
  revocation: SEALED.revocation,
  reminder_silence: SEALED.silence,
  button: SEALED.button,
  desk_look: SEALED.look,
  caller_check: SEALED.callerCheck,
} as const;
type SealedTable = keyof typeof SEALED_TABLES;

function isSealed(table: string): table is SealedTable {
  return Object.hasOwn(SEALED_TABLES, table);
}

function keyringOf(text: string): Keyring {
  return createKeyring(keyRing(text) ?? []);
}

/** The statement that moves a row into the past with its seal, as the bot would have written it then. */
function shiftOfRow(table: SealedTable, row: Row, ms: number, keys: Keyring): string {
  const where = SEALED_TABLES[table];
  const sealed = String(row[where.column]);
  const clear = keys.open(placeIn(where, row), sealed);
  const changes: Record<string, string | number> = {};
  for (const column of TIME_COLUMNS[table]) {
    const time = row[column];
    if (typeof time === 'number') changes[column] = time - ms;
  }
  // Else a tap under way would take the flow that it knows for unchanged.
  if (table === 'flow') changes['version'] = Number(row['version']) + 1;
  const shifted = { ...row, ...changes };
  // When a code ends stands in the flow's state too.
  const state = clear?.replace(/(?<="expiresAt":)\d+/g, (time) => String(Number(time) - ms));
  // A value that a test has broken stays broken.
  changes[where.column] = state === undefined ? sealed : keys.seal(placeIn(where, shifted), state);
  const sets = Object.entries(changes).map(([name, value]) => `${name} = '${String(value)}'`);
  const isRow = where.key.map((key) => `${key} = '${String(row[key])}'`);
  return `update ${table} set ${sets.join(', ')} where ${isRow.join(' and ')}`;
}

/** The statements that move all stored times into the past, as if that much time had gone by. */
function shiftsOf(ms: number, keys: Keyring, sealed: Record<SealedTable, Row[]>): string[] {
  return Object.entries(TIME_COLUMNS).flatMap(([table, columns]) => {
    if (isSealed(table)) return sealed[table].map((row) => shiftOfRow(table, row, ms, keys));
    const shifts = columns.map((column) => `${column} = ${column} - ${String(ms)}`);
    return [`update ${table} set ${shifts.join(', ')}`];
  });
}

/** The bot's database, seen from outside: SQLite in the folder, or the PostgreSQL of that URL. */
export class ProductDatabase {
  readonly #folder: string;
  readonly #url: string | undefined;
  #client: Client | undefined;
  /** The end of the last work on the connection. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(folder: string, url: string | undefined) {
    this.#folder = folder;
    this.#url = url;
  }

  /** Runs a statement and gives its rows. */
  async query<T>(text: string): Promise<T[]> {
    if (this.#url === undefined) return this.#queryFreeSqlite(text);
    return this.#connected(async (client) => (await client.query(text)).rows as T[]);
  }

  /**
   * Works on the one connection, one after another: the server needs a process for each connection, which
   * takes longer than a query.
   */
  #connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const done = this.#before.then(async () => {
      const client = (this.#client ??= await this.#connect());
      try {
        return await work(client);
      } catch (error) {
        await this.#disconnect();
        throw error;
      }
    });
    this.#before = done.catch(() => undefined);
    return done;
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.#url,
      types: { getTypeParser: (oid: number) => (oid === 20 ? Number : String) },
    });
    client.on('error', () => {
      // The server has ended: the next query connects anew.
      if (this.#client === client) this.#client = undefined;
    });
    await client.connect();
    return client;
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** Ends the connection, where there is one. */
  async close(): Promise<void> {
    await this.#before;
    await this.#disconnect();
  }

  /** A transaction of a bot in this process ends only while this waits in between. */
  async #queryFreeSqlite<T>(text: string): Promise<T[]> {
    for (const giveUpAt = Date.now() + BUSY_MS; ; await pause(BUSY_PAUSE_MS)) {
      try {
        return this.querySqlite(text, BUSY_PAUSE_MS);
      } catch (error) {
        const isBusy = String(error).includes('database is locked');
        if (!isBusy || Date.now() > giveUpAt) throw error;
      }
    }
  }

  /** The same at once, for SQLite only. */
  querySqlite<T>(text: string, timeout = BUSY_MS): T[] {
    if (this.#url !== undefined) throw new Error('this product keeps its data in PostgreSQL');
    const database = new DatabaseSync(join(this.#folder, 'bot.sqlite'), { timeout });
    try {
      return database.prepare(text).all() as T[];
    } finally {
      database.close();
    }
  }

  /** Moves all stored times into the past at once, for SQLite only. */
  passTimeOfSqlite(ms: number, keys: string): void {
    if (this.#url !== undefined) throw new Error('this product keeps its data in PostgreSQL');
    const database = new DatabaseSync(join(this.#folder, 'bot.sqlite'), { timeout: BUSY_MS });
    try {
      database.exec('begin immediate');
      const all = (table: SealedTable) => database.prepare(`select * from ${table}`).all() as Row[];
      const sealed = {
        flow: all('flow'),
        enrollment: all('enrollment'),
        revocation: all('revocation'),
        reminder_silence: all('reminder_silence'),
        button: all('button'),
        desk_look: all('desk_look'),
        caller_check: all('caller_check'),
      };
      database.exec([...shiftsOf(ms, keyringOf(keys), sealed), 'commit'].join(';'));
    } finally {
      database.close();
    }
  }

  /** The audit from row `after` on, in order. */
  audit(after = 0): Promise<AuditLine[]> {
    return this.query(
      `select event, result, reason, actor, account, flow from audit where seq > ${String(after)} order by seq`,
    );
  }

  /** Moves all stored times into the past. */
  async passTime(ms: number, keys: string): Promise<void> {
    if (this.#url === undefined) {
      this.passTimeOfSqlite(ms, keys);
      return;
    }
    await this.#connected(async (client) => {
      await client.query('begin');
      const all = async (table: SealedTable) =>
        (await client.query<Row>(`select * from ${table} for update`)).rows;
      const sealed = {
        enrollment: await all('enrollment'),
        revocation: await all('revocation'),
        reminder_silence: await all('reminder_silence'),
        button: await all('button'),
        flow: await all('flow'),
        desk_look: await all('desk_look'),
        caller_check: await all('caller_check'),
      };
      for (const text of shiftsOf(ms, keyringOf(keys), sealed)) await client.query(text);
      await client.query('commit');
    });
  }

  /** The number of the first audit row that does not fit the chain; undefined where it is whole. */
  async brokenAuditRow(): Promise<number | undefined> {
    // In one statement: a bot may write meanwhile.
    const rows = await this.query<AuditRow & { readonly head: string }>(
      'select audit.*, (select hash from audit_head) as head from audit order by seq',
    );
    let previous = '';
    for (const [index, row] of rows.entries()) {
      const isNext = row.seq === index + 1 && row.previous === previous;
      if (!isNext || row.hash !== hashRow(row)) return index + 1;
      previous = row.hash;
    }
    return rows.at(-1)?.head === previous ? undefined : rows.length;
  }
}
