import { timingSafeEqual, randomUUID } from 'node:crypto';
import type { PasscodeQueries, FailureQueries } from '../../../ports/store/passcodes.ts';
import type { OnScope, Scope } from '../schema/scope.ts';
import { z } from 'zod';
import { managerName } from '../../../domain/parties.ts';
import { managerKey, readValue, readTrusted } from '../sealing/trusted.ts';

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Marks the code as compared on this draw; false where it already was. Under every key: another instance may
 * write with another one while keys are being changed.
 */
async function isFirstTry(
  { db }: Scope,
  flowId: string,
  draw: number,
  macs: readonly string[],
): Promise<boolean> {
  const added = await db
    .insertInto('passcode_try')
    .values(macs.map((mac) => ({ flow_id: flowId, turn: draw, mac })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('mac')
    .execute();
  return added.length === macs.length;
}

export const passcodeQueries = {
  async setPasscode(scope, { flowId, mobile, code, expiresAt }) {
    const [mac] = scope.keys.passcodeMacs({ flowId, mobile }, code);
    await scope.db
      .insertInto('passcode')
      .values({ flow_id: flowId, mac, expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict.column('flow_id').doUpdateSet((row) => ({
          mac,
          expires_at: expiresAt,
          former_mac: row.ref('passcode.mac'),
          former_expires_at: row.ref('passcode.expires_at'),
        })),
      )
      .execute();
  },

  async restorePasscode({ db }, flowId) {
    const restored = await db
      .updateTable('passcode')
      .set(({ ref }) => ({
        mac: ref('former_mac').$notNull(),
        expires_at: ref('former_expires_at').$notNull(),
        former_mac: null,
      }))
      .where('flow_id', '=', flowId)
      .where('former_mac', 'is not', null)
      .where('former_expires_at', 'is not', null)
      .returning('flow_id')
      .executeTakeFirst();
    if (restored) return;
    await db.deleteFrom('passcode').where('flow_id', '=', flowId).execute();
  },

  async tryPasscode(scope, { flowId, mobile, draw, code, expiresAt = Infinity }) {
    const guessed = scope.keys.passcodeMacs({ flowId, mobile }, code, draw);
    if (!(await isFirstTry(scope, flowId, draw, guessed))) return 'repeated';
    const macs = scope.keys.passcodeMacs({ flowId, mobile }, code);
    const passcode = await scope.db
      .selectFrom('passcode')
      .select(['mac', 'expires_at'])
      .where('flow_id', '=', flowId)
      .executeTakeFirst();
    // The flow's word is sealed, the code's own is not.
    if (passcode === undefined || scope.now > Math.min(passcode.expires_at, expiresAt))
      return 'noMatch';
    if (!macs.some((mac) => isSame(mac, passcode.mac))) return 'noMatch';
    // The row that was compared must still be there: of two right codes at once one wins.
    const used = await scope.db
      .deleteFrom('passcode')
      .where('flow_id', '=', flowId)
      .where('mac', '=', passcode.mac)
      .returning('flow_id')
      .executeTakeFirst();
    return used === undefined ? 'noMatch' : 'match';
  },

  async removePasscode({ db }, flowId) {
    await db.deleteFrom('passcode').where('flow_id', '=', flowId).execute();
  },
} satisfies OnScope<PasscodeQueries>;

const kindSchema = z.enum(['code', 'proof']);

export const failureQueries = {
  async addFailure({ db, now }, { kind, manager, accountId }) {
    const id = randomUUID();
    const row = { id, kind, manager: managerName(manager), account_id: accountId, at: now };
    await db.insertInto('failure').values(row).execute();
    return id;
  },

  async removeFailure({ db }, id) {
    await db.deleteFrom('failure').where('id', '=', id).execute();
  },

  async failureTimes({ db }, { kind, accountId, since }) {
    const rows = await db
      .selectFrom('failure')
      .select('at')
      .where('account_id', '=', accountId)
      .where('kind', '=', kind)
      .where('at', '>=', since)
      .orderBy('at', 'desc')
      .execute();
    return rows.map(({ at }) => at);
  },

  async failuresOf(scope, { accountId, since }) {
    const rows = await scope.db
      .selectFrom('failure')
      .select(['id', 'kind', 'manager', 'at'])
      .where('account_id', '=', accountId)
      .where('at', '>=', since)
      .orderBy('at', 'desc')
      .execute();
    return rows.flatMap(
      ({ id, kind, manager, at }) =>
        readTrusted(scope, ['failure', id, 'kind'], () => ({
          kind: readValue(kindSchema, kind, 'failure.kind'),
          manager: managerKey(manager),
          at,
        })) ?? [],
    );
  },

  async clearFailures({ db }, { kind, accountId, manager }) {
    let deletion = db
      .deleteFrom('failure')
      .where('account_id', '=', accountId)
      .where('kind', '=', kind);
    if (manager !== undefined) deletion = deletion.where('manager', '=', managerName(manager));
    await deletion.execute();
  },
} satisfies OnScope<FailureQueries>;
