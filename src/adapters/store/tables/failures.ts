import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { managerName } from '../../../domain/parties.ts';
import type { FailureQueries } from '../../../ports/store/failures.ts';
import { managerKey, readValue } from '../schema/stored.ts';
import type { Scope } from '../schema/scope.ts';
import { readTrusted } from '../sealing/trusted.ts';

const kindSchema = z.enum(['code', 'proof']);

export function failureQueries(scope: Scope): FailureQueries {
  const { db, now } = scope;
  return {
    async addFailure({ kind, manager, accountId }) {
      const id = randomUUID();
      const row = { id, kind, manager: managerName(manager), account_id: accountId, at: now };
      await db.insertInto('failure').values(row).execute();
      return id;
    },

    async removeFailure(id) {
      await db.deleteFrom('failure').where('id', '=', id).execute();
    },

    async failureTimes({ kind, accountId, manager, since }) {
      let selection = db
        .selectFrom('failure')
        .select('at')
        .where('account_id', '=', accountId)
        .where('kind', '=', kind)
        .where('at', '>=', since);
      if (manager !== undefined) selection = selection.where('manager', '=', managerName(manager));
      const rows = await selection.orderBy('at', 'desc').execute();
      return rows.map(({ at }) => at);
    },

    async failuresOf({ accountId, since }) {
      const rows = await db
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

    async clearFailures({ kind, accountId, manager }) {
      let deletion = db
        .deleteFrom('failure')
        .where('account_id', '=', accountId)
        .where('kind', '=', kind);
      if (manager !== undefined) deletion = deletion.where('manager', '=', managerName(manager));
      await deletion.execute();
    },
  };
}
