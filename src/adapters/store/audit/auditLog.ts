import type { SelectQueryBuilder } from 'kysely';
import { HEAD, hashRow, type AuditHead, type AuditRow } from './auditChain.ts';
import { openKnown, type Keyring, type Place } from '../sealing/crypto.ts';
import { StoreError } from '../../../ports/errors.ts';
import type { Tables } from '../schema/tables.ts';
import { readPatiently, type Engine } from '../engine/engine.ts';
import { AUDIT_SEALED } from '../sealing/places.ts';

/**
 * `broken`: `row` is the first that is wrong, missing or too much, by its number in the export, from 1.
 * `headUnknown`: the chain is sound in itself but does not hold the hash that was noted earlier:
 * it has been rewritten as a whole.
 */
type AuditVerdict =
  | { readonly result: 'intact'; readonly rows: number; readonly head: string }
  | { readonly result: 'broken'; readonly row: number }
  | { readonly result: 'headUnknown'; readonly rows: number; readonly head: string };

const LINE = ['at', 'event', 'actor', 'account', 'result', 'reason', 'flow'] as const;

/** A row without its place in the chain. */
type AuditLine = Pick<AuditRow, 'seq' | (typeof LINE)[number]>;

/** The administrators' operations on the audit. Throws only StoreError. */
export interface AuditLog {
  head(): Promise<AuditHead>;
  /**
   * The rows in order, a page at a time: up to the head, and behind it the rows that the bot appends
   * meanwhile. Rows behind the head that the bot did not write are left out.
   */
  read(): AsyncGenerator<AuditRow>;
  /** The rows up to the head in order, a page at a time, without the chain: for counting a long audit. */
  pages(): AsyncGenerator<readonly AuditLine[]>;
  /** Computes the chain anew. `noted` is a head's hash from an earlier time, kept elsewhere. */
  verify(noted?: string): Promise<AuditVerdict>;
}

const PAGE = 500;
/** Few columns: more of them make a page. */
const LINES_PAGE = 1_000;

function isSealed(keys: Keyring, place: Place, seal: string | null): boolean {
  return seal !== null && openKnown(keys, place, seal, 'audit') !== undefined;
}

function isNext(row: AuditRow, last: AuditHead): boolean {
  return row.seq === last.seq + 1 && row.previous === last.hash && row.hash === hashRow(row);
}

/** `keys`: those of each moment. */
export function openAuditLog(engine: Engine, keys: () => Keyring): AuditLog {
  async function headRow() {
    const row = await readPatiently(engine, (db) =>
      db.selectFrom('audit_head').selectAll().where('id', '=', HEAD).executeTakeFirst(),
    );
    if (row === undefined) throw new StoreError('corrupt', 'the audit has no head');
    return row;
  }

  /** The table's rows in order, a page at a time, as they stand there, also those that the bot did not write. */
  async function* pagesOf<Row extends Pick<AuditRow, 'seq'>>(
    page: (rows: SelectQueryBuilder<Tables, 'audit', unknown>) => { execute(): Promise<Row[]> },
  ): AsyncGenerator<Row[]> {
    let after = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const rows = await readPatiently(engine, (db) =>
        page(db.selectFrom('audit').where('seq', '>', after).orderBy('seq')).execute(),
      );
      yield rows;
      const last = rows.at(-1);
      // The number of a planted row may be read as another, behind which it would be found for ever.
      if (last === undefined || last.seq === after) return;
      after = last.seq;
    }
  }

  async function* rowsOfTable(): AsyncGenerator<AuditRow> {
    for await (const page of pagesOf((rows) => rows.selectAll().limit(PAGE))) yield* page;
  }

  const isSealedRow = (row: AuditRow): boolean =>
    isSealed(keys(), AUDIT_SEALED.row.place(row), row.seal);

  return {
    async head() {
      const { seq, hash } = await headRow();
      return { seq, hash };
    },

    async *read() {
      const head = await headRow();
      let last: AuditHead = { seq: 0, hash: '' };
      for await (const row of rowsOfTable()) {
        if (row.seq > head.seq && !(isNext(row, last) && isSealedRow(row))) return;
        yield row;
        last = row;
      }
    },

    async *pages() {
      const { seq } = await headRow();
      const columns = ['seq', ...LINE] as const;
      yield* pagesOf((rows) => rows.select(columns).where('seq', '<=', seq).limit(LINES_PAGE));
    },

    async verify(noted) {
      // Read first: rows behind the head are the bot's only where they continue it, sealed.
      const head = await headRow();
      const { seq: rows, hash, checkpoint_seq: sealedAfter } = head;
      const { checkpoint } = AUDIT_SEALED;
      if (!isSealed(keys(), checkpoint.place(head), head.checkpoint_seal)) {
        return { result: 'broken', row: 1 };
      }
      let last: AuditHead = { seq: 0, hash: '' };
      let isHeadFound = rows === 0 && hash === '';
      let isNotedFound = noted === undefined;
      for await (const row of rowsOfTable()) {
        const seq = last.seq + 1;
        const isVouchedFor =
          seq > sealedAfter
            ? isSealedRow(row)
            : seq < sealedAfter || row.hash === head.checkpoint_hash;
        if (!isNext(row, last) || !isVouchedFor) return { result: 'broken', row: seq };
        if (seq === rows) isHeadFound = row.hash === hash;
        if (row.hash === noted) isNotedFound = true;
        last = row;
      }
      if (last.seq < sealedAfter) return { result: 'broken', row: last.seq + 1 };
      if (!isHeadFound) return { result: 'broken', row: Math.min(rows, last.seq + 1) };
      return { result: isNotedFound ? 'intact' : 'headUnknown', rows, head: hash };
    },
  };
}
