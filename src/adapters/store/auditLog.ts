import type { AuditRow } from './audit.ts';
import { HEAD, hashRow } from './audit.ts';
import type { Keyring, Place } from './crypto.ts';
import { StoreError } from '../../ports/store.ts';
import type { Engine } from './engine.ts';
import { readPatiently } from './engine.ts';
import { AUDIT_SEALED } from './places.ts';

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

/** A key that is not configured vouches for nothing either. */
function isSealed(keys: Keyring, place: Place, seal: string | null): boolean {
  try {
    return seal !== null && keys.open(place, seal, 'audit') !== undefined;
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}

export function openAuditLog(engine: Engine, keys: Keyring): AuditLog {
  async function headRow() {
    const row = await readPatiently(engine, (db) =>
      db.selectFrom('audit_head').selectAll().where('id', '=', HEAD).executeTakeFirst(),
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
    async head() {
      const { seq, hash } = await headRow();
      return { seq, hash };
    },
    read,

    async verify(noted) {
      // Read first: rows that are written from here on are beyond it, and none of our business.
      const head = await headRow();
      const { seq: rows, hash, checkpoint_seq: sealedAfter } = head;
      const { checkpoint } = AUDIT_SEALED;
      if (!isSealed(keys, checkpoint.place(head), head.checkpoint_seal)) {
        return { result: 'broken', row: 1 };
      }
      let seq = 0;
      let previous = '';
      let isNotedFound = noted === undefined;
      for await (const row of read()) {
        if (seq === rows) break;
        seq += 1;
        const isLinked = row.seq === seq && row.previous === previous && row.hash === hashRow(row);
        const isVouchedFor =
          seq > sealedAfter
            ? isSealed(keys, AUDIT_SEALED.row.place(row), row.seal)
            : seq < sealedAfter || row.hash === head.checkpoint_hash;
        if (!isLinked || !isVouchedFor) return { result: 'broken', row: seq };
        previous = row.hash;
        if (row.hash === noted) isNotedFound = true;
      }
      if (seq < Math.max(rows, sealedAfter)) return { result: 'broken', row: seq + 1 };
      if (previous !== hash) return { result: 'broken', row: seq };
      return { result: isNotedFound ? 'intact' : 'headUnknown', rows, head: hash };
    },
  };
}
