import type { Selectable } from 'kysely';
import type { Log } from '../../../ports/log.ts';
import { openKnown, type Keyring } from './crypto.ts';
import { transactPatiently, type Engine } from '../engine/engine.ts';
import { SEALED } from './places.ts';
import type { Scope } from '../schema/scope.ts';
import type { FlowTable } from '../schema/tables.ts';

const ROW = 1;

/**
 * Ends the operations that were under way when a backup was taken: in a restored database no code is valid
 * and no flow goes on (requirement S6). Writes whose outcome is sought are left for the search.
 */
export async function endFlowsOfCopy(engine: Engine, keys: Keyring, log: Log): Promise<void> {
  const identity = await engine.identity();
  if (identity === undefined) return;
  const ended = await transactPatiently(engine, async (db, now) => {
    await db
      .insertInto('database_identity')
      .values({ id: ROW, identity })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // With several instances that start at once, one finds the row as it was.
    const { numUpdatedRows } = await db
      .updateTable('database_identity')
      .set({ identity })
      .where('identity', '!=', identity)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return undefined;
    await db.deleteFrom('passcode').execute();
    await db.deleteFrom('caller_check').execute();
    const flows = await db
      .selectFrom('flow')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('expires_at', '>=', now)
      .execute();
    for (const flow of flows) await expire(db, keys, flow, now);
    return flows.length;
  });
  if (ended === undefined) return;
  log.warn(
    { flows: ended },
    'this database is a restored backup: what was under way in it has ended',
  );
}

async function expire(
  db: Scope['db'],
  keys: Keyring,
  flow: Selectable<FlowTable>,
  now: number,
): Promise<void> {
  // A value that cannot be opened stays as it is under a new version: no key opens it there.
  const state = openKnown(keys, SEALED.flow.place(flow), flow.state);
  // A caller that knows the flow from before must read it anew.
  const changed = { expires_at: now - 1, version: flow.version + 1 };
  await db
    .updateTable('flow')
    .set({
      ...changed,
      ...(state !== undefined && {
        state: keys.seal(SEALED.flow.place({ ...flow, ...changed }), state),
      }),
    })
    .where('id', '=', flow.id)
    .execute();
}
