import { createHash } from 'node:crypto';
import type { CompiledQuery, Selectable } from 'kysely';
import type { AuditEvent } from '../../../domain/audit.ts';
import { StoreError } from '../../../ports/errors.ts';
import type { Keyring } from '../sealing/crypto.ts';
import type { Engine } from '../engine/engine.ts';
import { AUDIT_SEALED, SEAL_ONLY } from '../sealing/places.ts';
import type { AuditTable } from '../schema/auditTables.ts';
import type { Scope } from '../schema/scope.ts';

/** One row: the contract's columns, its number, its link in the chain and its seal. */
export type AuditRow = Readonly<Selectable<AuditTable>>;

/** The newest row's number and hash; 0 and '' before the first. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** The only row of `audit_head`. */
export const HEAD = 1;

/**
 * A row's hash: SHA-256 over the UTF-8 text of a JSON array of all other columns in this order. Every
 * reader of the export can compute it anew, without a key; the seal shows that the bot wrote it. Written
 * like Subresource Integrity.
 */
export function hashRow(row: Omit<AuditRow, 'hash' | 'seal'>): string {
  const { previous, seq, at, event, actor, account, result, reason, flow, instance } = row;
  const columns = [previous, seq, at, event, actor, account, result, reason, flow, instance];
  const text = JSON.stringify(columns);
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/**
 * Gives the statements that append the events to the chain. The head's row is locked from here to the end
 * of the transaction, so this comes last in it; the time is read after that, so it never runs back.
 */
export async function auditStatements(
  db: Scope['db'],
  clock: Engine['clock'],
  events: readonly AuditEvent[],
  { instance, keys }: { readonly instance: string; readonly keys: Keyring },
): Promise<CompiledQuery[]> {
  if (events.length === 0) return [];
  const head = await db
    .updateTable('audit_head')
    .set((row) => ({ seq: row('seq', '+', events.length) }))
    .where('id', '=', HEAD)
    .returning(['seq', 'hash', clock.as('now')])
    .executeTakeFirst();
  if (head === undefined) throw new StoreError('corrupt', 'the audit has no head');

  const at = new Date(head.now).toISOString();
  let seq = head.seq - events.length;
  let previous = head.hash;
  const rows = events.map(({ event, actor, account, result, reason, flow }) => {
    seq += 1;
    const row = {
      seq,
      at,
      event,
      actor,
      account: account ?? null,
      result,
      reason: reason ?? null,
      flow: flow ?? null,
      instance,
      previous,
    };
    const hash = (previous = hashRow(row));
    const { place, use } = AUDIT_SEALED.row;
    return { ...row, hash, seal: keys.seal(place({ seq, hash }), SEAL_ONLY, use) };
  });
  return [
    db.insertInto('audit').values(rows).compile(),
    db.updateTable('audit_head').set({ hash: previous }).where('id', '=', HEAD).compile(),
  ];
}

/**
 * Seals the chain up to this row with the first key. The rows themselves never change: their own
 * seals, and the keys that made them, are not needed from here on.
 */
export async function sealAuditUpTo(db: Scope['db'], keys: Keyring, to: AuditHead): Promise<void> {
  const row = { id: HEAD, checkpoint_seq: to.seq, checkpoint_hash: to.hash };
  const { place, use } = AUDIT_SEALED.checkpoint;
  await db
    .updateTable('audit_head')
    .set({ ...row, checkpoint_seal: keys.seal(place(row), SEAL_ONLY, use) })
    .where('id', '=', HEAD)
    .where('checkpoint_seq', '<=', to.seq)
    .execute();
}
