import { HEAD } from './audit.ts';
import type { AuditHead } from './auditLog.ts';
import type { Keyring } from '../sealing/crypto.ts';
import { AUDIT_SEALED, SEAL_ONLY } from '../sealing/places.ts';
import type { Scope } from '../schema/scope.ts';

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
