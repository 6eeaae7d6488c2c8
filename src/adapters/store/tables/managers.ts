import type { Selectable } from 'kysely';
import { z } from 'zod';
import { managerName } from '../../../domain/parties.ts';
import type { Button, ManagerRecord, ManagerQueries } from '../../../ports/store/people.ts';
import { batches } from '../engine/engine.ts';
import { SEALED, SEAL_ONLY } from '../sealing/places.ts';
import { managerKey, readValue, openTrusted, readTrusted } from '../sealing/trusted.ts';
import type { OnScope, Scope } from '../schema/scope.ts';
import type { Tables } from '../schema/tables.ts';

const localeSchema = z.enum(['sv', 'en']);
/** A person whose address cannot be trusted must not hide the others. */
const CHATS_TRIED = 10;

function toRecord(scope: Scope, row: Selectable<Tables['manager']>): ManagerRecord | undefined {
  const { manager, directory_id, pin_seal, display_name, locale, conversation } = row;
  const key = readTrusted(scope, ['manager', manager, 'manager'], () => managerKey(manager));
  if (key === undefined) return undefined;
  const isPinned =
    directory_id !== null && openTrusted(scope, SEALED.pin.place(row), pin_seal) !== undefined;
  const name = display_name && openTrusted(scope, SEALED.displayName.place(row), display_name);
  const address = conversation && openTrusted(scope, SEALED.conversation.place(row), conversation);
  return {
    key,
    directoryId: isPinned ? directory_id : undefined,
    displayName: name ?? undefined,
    locale: readTrusted(scope, ['manager', manager, 'locale'], () =>
      locale === null ? undefined : readValue(localeSchema, locale, 'manager.locale'),
    ),
    address: address ?? undefined,
  };
}

async function managersWhere(
  scope: Scope,
  column: 'manager' | 'directory_id',
  values: readonly string[],
): Promise<ManagerRecord[]> {
  const records: ManagerRecord[] = [];
  for (const some of batches(values)) {
    const rows = await scope.db
      .selectFrom('manager')
      .selectAll()
      .where(column, 'in', some)
      .orderBy('manager')
      .execute();
    records.push(...rows.flatMap((row) => toRecord(scope, row) ?? []));
  }
  return records;
}

export const managerQueries = {
  async manager(scope, key) {
    const row = await scope.db
      .selectFrom('manager')
      .selectAll()
      .where('manager', '=', managerName(key))
      .executeTakeFirst();
    return row && toRecord(scope, row);
  },

  managers: (scope, named) => managersWhere(scope, 'manager', named.map(managerName)),

  async saveManager({ db, keys }, { key, directoryId, displayName, locale, address }) {
    const manager = managerName(key);
    const pin = { manager, directory_id: directoryId ?? null };
    const sealed = (where: 'displayName' | 'conversation', text: string | undefined) =>
      text === undefined ? null : keys.seal(SEALED[where].place(pin), text);
    const values = {
      directory_id: pin.directory_id,
      pin_seal: directoryId === undefined ? null : keys.seal(SEALED.pin.place(pin), SEAL_ONLY),
      display_name: sealed('displayName', displayName),
      locale: locale ?? null,
      conversation: sealed('conversation', address),
    };
    await db
      .insertInto('manager')
      .values({ manager, ...values })
      .onConflict((conflict) => conflict.column('manager').doUpdateSet(values))
      .execute();
  },

  async managersByDirectoryId(scope, directoryIds) {
    const records = await managersWhere(scope, 'directory_id', directoryIds);
    return records.filter(({ directoryId }) => directoryId !== undefined);
  },

  async anyAddress(scope, tenantId) {
    const rows = await scope.db
      .selectFrom('manager')
      .selectAll()
      .where('manager', 'like', `${tenantId.toLowerCase()}/%`)
      .where('conversation', 'is not', null)
      .limit(CHATS_TRIED)
      .execute();
    return rows
      .map((row) => toRecord(scope, row)?.address)
      .find((address) => address !== undefined);
  },

  async addButtons({ db, keys, now }, buttons) {
    const rows = buttons.map(({ handle, manager, accountId, undoes }) => {
      const row = {
        handle,
        manager: managerName(manager),
        account_id: accountId,
        undoes: undoes ?? null,
      };
      const seal = keys.seal(SEALED.button.place(row), SEAL_ONLY);
      return { ...row, created_at: now, seal };
    });
    for (const some of batches(rows)) await db.insertInto('button').values(some).execute();
  },

  async unusedButtons(scope, manager, since) {
    const rows = await scope.db
      .selectFrom('button')
      .selectAll()
      .where('created_at', '>', since)
      .where('manager', '=', managerName(manager))
      .where('undoes', 'is', null)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('flow').select('id').whereRef('origin', '=', 'button.handle'))),
      )
      .orderBy('created_at')
      .execute();
    return rows.flatMap((row) => toButton(scope, row) ?? []);
  },

  async button(scope, handle) {
    const row = await scope.db
      .selectFrom('button')
      .selectAll()
      .where('handle', '=', handle)
      .executeTakeFirst();
    return row && toButton(scope, row);
  },
} satisfies OnScope<ManagerQueries>;

function toButton(scope: Scope, row: Selectable<Tables['button']>): Button | undefined {
  if (openTrusted(scope, SEALED.button.place(row), row.seal) === undefined) return undefined;
  return {
    handle: row.handle,
    manager: managerKey(row.manager),
    accountId: row.account_id,
    undoes: row.undoes ?? undefined,
  };
}
