import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { hashRow } from '../../src/adapters/store/audit.ts';

/** How long a statement waits for another's transaction, and until it looks again. */
const BUSY_MS = 5_000;
const BUSY_PAUSE_MS = 10;

const TIME_COLUMNS = {
  flow: ['started_at', 'expires_at', 'ended_at', 'saved_at'],
  passcode: ['expires_at', 'former_expires_at'],
  failure: ['at'],
  code_send: ['created_at'],
  enrollment: ['enrolled_at', 'usable_from', 'missing_since'],
  notice: ['due_at'],
  reminder: ['at'],
  reminder_snooze: ['until'],
  reminder_silence: ['until'],
  lease: ['until', 'done_at'],
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

/** What the statements are that move all that is stored into the past, as if that much time had gone by. */
export function shiftsOf(ms: number): string[] {
  return Object.entries(TIME_COLUMNS).map(([table, columns]) => {
    const shifts = columns.map((column) => `${column} = ${column} - ${String(ms)}`);
    // Else a tap under way would hold the flow that it knows for unchanged.
    if (table === 'flow') shifts.push('version = version + 1');
    return `update ${table} set ${shifts.join(', ')}`;
  });
}

/** The bot's database, seen from outside: SQLite in the folder, or the PostgreSQL of that URL. */
export class ProductDatabase {
  readonly #folder: string;
  readonly #url: string | undefined;

  constructor(folder: string, url: string | undefined) {
    this.#folder = folder;
    this.#url = url;
  }

  /** Runs a statement and gives its rows. */
  async query<T>(text: string): Promise<T[]> {
    if (this.#url === undefined) return this.#queryFreeSqlite(text);
    const client = new Client({
      connectionString: this.#url,
      types: { getTypeParser: (oid: number) => (oid === 20 ? Number : String) },
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows as T[];
    } finally {
      await client.end();
    }
  }

  /** A transaction of a bot in this very process ends only while this waits in between. */
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

  /** Moves all that is stored into the past at once, for SQLite only. */
  passTimeOfSqlite(ms: number): void {
    if (this.#url !== undefined) throw new Error('this product keeps its data in PostgreSQL');
    const database = new DatabaseSync(join(this.#folder, 'bot.sqlite'), { timeout: BUSY_MS });
    try {
      database.exec(['begin immediate', ...shiftsOf(ms), 'commit'].join(';'));
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

  /** Moves all that is stored into the past. */
  async passTime(ms: number): Promise<void> {
    for (const statement of shiftsOf(ms)) await this.query(statement);
  }

  /** The number of the first audit row that does not fit the chain; undefined where it is whole. */
  async brokenAuditRow(): Promise<number | undefined> {
    const rows = await this.query<AuditRow>('select * from audit order by seq');
    let previous = '';
    for (const [index, row] of rows.entries()) {
      const isNext = row.seq === index + 1 && row.previous === previous;
      if (!isNext || row.hash !== hashRow(row)) return index + 1;
      previous = row.hash;
    }
    const [head] = await this.query<{ hash: string }>('select hash from audit_head');
    return head?.hash === previous ? undefined : rows.length;
  }
}
