import { sql } from 'kysely';
import type { Log } from '../../ports/log.ts';
import type { Engine } from './engine.ts';
import { transactPatiently } from './engine.ts';

const ROW = 1;

/**
 * Ends what was under way when a backup was taken: in a database that was restored no code is valid
 * and no flow goes on (requirement S6). Writes whose outcome is sought are left to be found.
 */
export async function endFlowsOfCopy(engine: Engine, log: Log): Promise<void> {
  const identity = await engine.identity();
  if (identity === undefined) return;
  const ended = await transactPatiently(engine, async (db) => {
    await db
      .insertInto('database_identity')
      .values({ id: ROW, identity })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // Of several instances that start at once one finds the row as it was.
    const { numUpdatedRows } = await db
      .updateTable('database_identity')
      .set({ identity })
      .where('identity', '!=', identity)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return undefined;
    await db.deleteFrom('passcode').execute();
    const flows = await db
      .updateTable('flow')
      .set((flow) => ({
        expires_at: sql<number>`${engine.clock} - 1`,
        // Whoever knows the flow as it was must read it anew.
        version: flow('version', '+', 1),
      }))
      .where('ended_at', 'is', null)
      .where('expires_at', '>=', engine.clock)
      .executeTakeFirstOrThrow();
    return Number(flows.numUpdatedRows);
  });
  if (ended === undefined) return;
  log.warn(
    { flows: ended },
    'this database is a restored backup: what was under way in it has ended',
  );
}
