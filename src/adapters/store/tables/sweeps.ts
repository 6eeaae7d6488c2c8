import { z } from 'zod';
import type { SweepQueries } from '../../../ports/store/sweeps.ts';
import { SEALED } from '../sealing/places.ts';
import { readJson, openTrusted } from '../sealing/trusted.ts';
import type { OnScope } from '../schema/scope.ts';

/**
 * A transaction that began earlier can come after one that began later, and finds times ahead of its own.
 * Only times further ahead were written before the clock was moved back.
 */
const CLOCK_MOVED_BACK_MS = 60_000;

export const sweepQueries = {
  async takeLease({ db, now }, { name, holder, leaseMs, everyMs }) {
    const latest = now + CLOCK_MOVED_BACK_MS;
    const row = await db
      .insertInto('lease')
      .values({ name, holder, until: now + leaseMs, done_at: null })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, until: now + leaseMs })
          .where((lease) =>
            lease.or([
              lease('lease.holder', '=', holder),
              lease.and([
                // A clock that was moved back must not let a lease or a pause last for ever.
                lease.or([
                  lease('lease.until', '<=', now),
                  lease('lease.until', '>', latest + leaseMs),
                ]),
                lease.or([
                  lease('lease.done_at', 'is', null),
                  lease('lease.done_at', '<=', now - everyMs),
                  lease('lease.done_at', '>', latest),
                ]),
              ]),
            ]),
          ),
      )
      .returning('holder')
      .executeTakeFirst();
    return row !== undefined;
  },

  async endLease({ db, now }, { name, holder, isDone }) {
    await db
      .updateTable('lease')
      .set({ holder: '', until: 0, ...(isDone ? { done_at: now } : {}) })
      .where('name', '=', name)
      .where('holder', '=', holder)
      .execute();
  },

  async answering(scope, accountId) {
    const row = await scope.db
      .selectFrom('answering')
      .select('entries')
      .where('account_id', '=', accountId)
      .executeTakeFirst();
    const place = SEALED.answering.place({ account_id: accountId });
    const entries = row && openTrusted(scope, place, row.entries);
    if (entries === undefined) return undefined;
    return readJson(z.array(z.string()), entries, 'answering.entries');
  },

  async answeringKnown({ db }, accountIds) {
    if (accountIds.length === 0) return [];
    const rows = await db
      .selectFrom('answering')
      .select('account_id')
      .where('account_id', 'in', accountIds)
      .execute();
    return rows.map((row) => row.account_id);
  },

  async rememberAnswering({ db, keys }, accountId, entries) {
    const row = { account_id: accountId };
    const text = JSON.stringify(entries.toSorted());
    const values = { entries: keys.seal(SEALED.answering.place(row), text) };
    await db
      .insertInto('answering')
      .values({ ...row, ...values })
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet(values))
      .execute();
  },

  async enrolledAmong({ db }, accountIds) {
    if (accountIds.length === 0) return [];
    const rows = await db
      .selectFrom('enrollment')
      .select('account_id')
      .distinct()
      .where('account_id', 'in', accountIds)
      .execute();
    return rows.map((row) => row.account_id);
  },

  async enrolledAccounts({ db }, after, limit) {
    const rows = await db
      .selectFrom('enrollment')
      .select('account_id')
      .distinct()
      .where('account_id', '>', after)
      .orderBy('account_id')
      .limit(limit)
      .execute();
    return rows.map((row) => row.account_id);
  },

  async passwordsSeen({ db }, accountIds) {
    if (accountIds.length === 0) return new Map();
    const rows = await db
      .selectFrom('password_seen')
      .select(['account_id', 'version'])
      .where('account_id', 'in', accountIds)
      .execute();
    return new Map(rows.map((row) => [row.account_id, row.version]));
  },

  async sawPassword({ db }, accountId, version) {
    await db
      .insertInto('password_seen')
      .values({ account_id: accountId, version })
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ version }))
      .execute();
  },

  async noteRelation({ db, now }, enrollmentId, isMissing) {
    const relation = db.updateTable('enrollment').where('id', '=', enrollmentId);
    if (!isMissing) {
      const found = relation.set({ missing_since: null, removal_told: 0 });
      await found.where('missing_since', 'is not', null).execute();
      return undefined;
    }
    const row = await relation
      .set(({ fn, val }) => ({ missing_since: fn.coalesce('missing_since', val(now)) }))
      .returning('missing_since')
      .executeTakeFirst();
    return row?.missing_since ?? undefined;
  },

  async tellRemoval({ db }, enrollmentId) {
    const row = await db
      .updateTable('enrollment')
      .set({ removal_told: 1 })
      .where('id', '=', enrollmentId)
      .where('removal_told', '=', 0)
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  },
} satisfies OnScope<SweepQueries>;
