import type { AuditRow } from './audit.ts';
import { HEAD, hashRow } from './audit.ts';
import { StoreError } from '../../ports/store.ts';
import type { Engine } from './engine.ts';
import { readPatiently } from './engine.ts';

/** The newest row's number and hash; 0 and '' before the first. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/**
 * `broken`: `row` is the first that is wrong, missing or too much, by its number in the export, from 1.
 * `headUnknown`: the chain is sound in itself but does not hold the hash that was noted earlier:
 * it has been rewritten as a whole.
 */
export type AuditVerdict =
  | { readonly result: 'intact'; readonly rows: number; readonly head: string }
  | { readonly result: 'broken'; readonly row: number }
  | { readonly result: 'headUnknown'; readonly rows: number; readonly head: string };

/** What administrators do with the audit. Throws only StoreError. */
export interface AuditLog {
  head(): Promise<AuditHead>;
  /** All rows in order, a page at a time; rows that come meanwhile are read too. */
  read(): AsyncGenerator<AuditRow>;
  /** Computes the chain anew. `noted` is a head's hash from an earlier time, kept elsewhere. */
  verify(noted?: string): Promise<AuditVerdict>;
}

const PAGE = 500;

export function openAuditLog(engine: Engine): AuditLog {
  async function head(): Promise<AuditHead> {
    const row = await readPatiently(engine, (db) =>
      db.selectFrom('audit_head').select(['seq', 'hash']).where('id', '=', HEAD).executeTakeFirst(),
    );
    if (row === undefined) throw new StoreError('corrupt', 'the audit has no head');
    return row;
  }

  async function* read(): AsyncGenerator<AuditRow> {
    let after = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const page = await readPatiently(engine, (db) =>
        db
          .selectFrom('audit')
          .selectAll()
          .where('seq', '>', after)
          .orderBy('seq')
          .limit(PAGE)
          .execute(),
      );
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.seq;
    }
  }

  return {
    head,
    read,

    async verify(noted) {
      // Read first: rows that are written from here on are beyond it, and none of our business.
      const { seq: rows, hash } = await head();
      let seq = 0;
      let previous = '';
      let isNotedFound = noted === undefined;
      for await (const row of read()) {
        if (seq === rows) break;
        seq += 1;
        if (row.seq !== seq || row.previous !== previous || row.hash !== hashRow(row)) {
          return { result: 'broken', row: seq };
        }
        previous = row.hash;
        if (row.hash === noted) isNotedFound = true;
      }
      if (seq < rows) return { result: 'broken', row: seq + 1 };
      if (previous !== hash) return { result: 'broken', row: seq };
      return { result: isNotedFound ? 'intact' : 'headUnknown', rows, head: hash };
    },
  };
}
