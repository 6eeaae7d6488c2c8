import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { DeskLook } from '../../../../domain/desk/deskLook.ts';
import { managerName } from '../../../../domain/parties.ts';
import type { LookQueries } from '../../../../ports/store/desk.ts';
import { managerKey, readJson, openTrusted } from '../../sealing/trusted.ts';
import type { OnScope, Scope } from '../../schema/scope.ts';
import type { DeskLookTable } from '../../schema/tables.ts';
import { SEALED } from '../../sealing/places.ts';

const contentSchema = z.object({ accountName: z.string(), managers: z.array(z.string()) });

function toLook(scope: Scope, row: Selectable<DeskLookTable>): DeskLook | undefined {
  const text = openTrusted(scope, SEALED.look.place(row), row.managers);
  if (text === undefined) return undefined;
  return {
    id: row.id,
    agent: managerKey(row.agent),
    accountId: row.account_id,
    openedAt: row.opened_at ?? undefined,
    draw: row.draw,
    version: row.version,
    messageId: row.message_id ?? undefined,
    ...readJson(contentSchema, text, 'desk_look.managers'),
  };
}

function toRow({ keys }: Scope, look: DeskLook) {
  const row = {
    id: look.id,
    agent: managerName(look.agent),
    account_id: look.accountId,
    opened_at: look.openedAt ?? null,
    draw: look.draw,
    version: look.version,
  };
  // The schema leaves out what stands in the columns.
  const text = JSON.stringify(contentSchema.parse(look));
  return { ...row, managers: keys.seal(SEALED.look.place(row), text) };
}

export const lookQueries = {
  async addLookUp({ db, now }, agent) {
    const row = { id: randomUUID(), agent: managerName(agent), at: now };
    await db.insertInto('desk_lookup').values(row).execute();
  },

  async lookUpTimes({ db }, agent, since) {
    const rows = await db
      .selectFrom('desk_lookup')
      .select('at')
      .where('agent', '=', managerName(agent))
      .where('at', '>=', since)
      .orderBy('at', 'desc')
      .execute();
    return rows.map(({ at }) => at);
  },

  async look(scope, id) {
    const row = await scope.db
      .selectFrom('desk_look')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toLook(scope, row);
  },

  async addLooks(scope, looks) {
    if (looks.length === 0) return;
    const rows = looks.map((look) => ({
      ...toRow(scope, look),
      made_at: scope.now,
      message_id: null,
    }));
    await scope.db.insertInto('desk_look').values(rows).execute();
  },

  async saveLook(scope, look) {
    const version = look.version + 1;
    const { opened_at, draw, managers } = toRow(scope, { ...look, version });
    const row = await scope.db
      .updateTable('desk_look')
      .set({ version, opened_at, draw, managers })
      .where('id', '=', look.id)
      .where('version', '=', look.version)
      .returning('message_id')
      .executeTakeFirst();
    return row && { ...look, version, messageId: row.message_id ?? undefined };
  },

  async setLookMessage({ db }, id, messageId) {
    if (messageId !== undefined) {
      const own = db.selectFrom('desk_look').select('agent').where('id', '=', id);
      await db
        .updateTable('desk_look')
        .set({ message_id: null })
        .where('agent', '=', own)
        .where('message_id', '=', messageId)
        .where('id', '<>', id)
        .execute();
    }
    await db
      .updateTable('desk_look')
      .set({ message_id: messageId ?? null })
      .where('id', '=', id)
      .execute();
  },
} satisfies OnScope<LookQueries>;
