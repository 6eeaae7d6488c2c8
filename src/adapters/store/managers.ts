import type { Selectable } from 'kysely';
import { z } from 'zod';
import { managerName } from '../../domain/parties.ts';
import type { Conversation } from '../../ports/notifier.ts';
import type { Button, ManagerRecord } from '../../ports/records.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import type { Place } from './crypto.ts';
import { exactly } from './exactly.ts';
import { managerKey, readJson, readValue } from './stored.ts';
import type { Scope, Tables } from './tables.ts';

const localeSchema = z.enum(['sv', 'en']);
const conversationSchema = exactly<Conversation>()(
  z.object({
    serviceUrl: z.string(),
    conversationId: z.string(),
    tenantId: z.string(),
    aadObjectId: z.string(),
    userId: z.string(),
    botId: z.string(),
    channelId: z.string(),
  }),
);

const namePlace = (manager: string): Place => ['manager', manager, 'display_name'];
const conversationPlace = (manager: string): Place => ['manager', manager, 'conversation'];

function toRecord({ keys }: Scope, row: Selectable<Tables['manager']>): ManagerRecord {
  const { manager, directory_id, display_name, locale, conversation } = row;
  return {
    key: managerKey(manager),
    directoryId: directory_id ?? undefined,
    displayName: display_name === null ? undefined : keys.open(namePlace(manager), display_name),
    locale: locale === null ? undefined : readValue(localeSchema, locale, 'manager.locale'),
    conversation:
      conversation === null
        ? undefined
        : readJson(
            conversationSchema,
            keys.open(conversationPlace(manager), conversation),
            'manager.conversation',
          ),
  };
}

type ManagerQueries = Pick<
  StoreTransaction,
  'manager' | 'saveManager' | 'managersByDirectoryId' | 'anyConversation' | 'addButtons' | 'button'
>;

export function managerQueries(scope: Scope): ManagerQueries {
  const { db, keys, now } = scope;
  return {
    async manager(key) {
      const row = await db
        .selectFrom('manager')
        .selectAll()
        .where('manager', '=', managerName(key))
        .executeTakeFirst();
      return row && toRecord(scope, row);
    },

    async saveManager({ key, directoryId, displayName, locale, conversation }) {
      const manager = managerName(key);
      const values = {
        directory_id: directoryId ?? null,
        display_name: displayName === undefined ? null : keys.seal(namePlace(manager), displayName),
        locale: locale ?? null,
        conversation:
          conversation === undefined
            ? null
            : keys.seal(conversationPlace(manager), JSON.stringify(conversation)),
      };
      await db
        .insertInto('manager')
        .values({ manager, ...values })
        .onConflict((conflict) => conflict.column('manager').doUpdateSet(values))
        .execute();
    },

    async managersByDirectoryId(directoryIds) {
      if (directoryIds.length === 0) return [];
      const rows = await db
        .selectFrom('manager')
        .selectAll()
        .where('directory_id', 'in', directoryIds)
        .orderBy('manager')
        .execute();
      return rows.map((row) => toRecord(scope, row));
    },

    async anyConversation(tenantId) {
      const row = await db
        .selectFrom('manager')
        .selectAll()
        .where('manager', 'like', `${tenantId.toLowerCase()}/%`)
        .where('conversation', 'is not', null)
        .limit(1)
        .executeTakeFirst();
      return row && toRecord(scope, row).conversation;
    },

    async addButtons(buttons) {
      if (buttons.length === 0) return;
      const rows = buttons.map(({ handle, manager, accountId }) => ({
        handle,
        manager: managerName(manager),
        account_id: accountId,
        created_at: now,
      }));
      await db.insertInto('button').values(rows).execute();
    },

    async button(handle): Promise<Button | undefined> {
      const row = await db
        .selectFrom('button')
        .selectAll()
        .where('handle', '=', handle)
        .executeTakeFirst();
      return row && { handle, manager: managerKey(row.manager), accountId: row.account_id };
    },
  };
}
