import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Reminder, ReminderKey } from '../../../ports/store/reminders.ts';
import type { ReminderQueries } from '../../../ports/store/reminders.ts';
import { readValue } from '../schema/stored.ts';
import type { ReminderTable, Scope } from '../schema/tables.ts';
import { readTrusted } from '../sealing/trusted.ts';

const fateSchema = z.enum(['reserved', 'sent', 'unknown', 'failed', 'skipped']);
const KEY = ['account_id', 'cycle', 'stage', 'recipient', 'repeat'] as const;

function columnsOf({ accountId, cycle, stage, recipient, repeat }: ReminderKey) {
  return { account_id: accountId, cycle, stage, recipient, repeat };
}

function toReminder(row: Selectable<ReminderTable>): Reminder {
  return {
    handle: row.handle,
    accountId: row.account_id,
    accountName: row.account_name,
    cycle: row.cycle,
    stage: row.stage,
    recipient: row.recipient,
    repeat: row.repeat,
  };
}

export function reminderQueries(scope: Scope): ReminderQueries {
  const { db, now } = scope;
  return {
    async reserveReminder(reminder) {
      const { handle, accountName } = reminder;
      const values = { handle, account_name: accountName, fate: 'reserved', at: now };
      const row = await db
        .insertInto('reminder')
        .values({ ...columnsOf(reminder), ...values })
        .onConflict((conflict) =>
          conflict
            .columns([...KEY])
            .doUpdateSet(values)
            // Reminders of these fates have surely reached no recipient.
            .where('reminder.fate', 'in', ['failed', 'skipped']),
        )
        .returning('handle')
        .executeTakeFirst();
      return row !== undefined;
    },

    async skipReminder(reminder) {
      const { handle, accountName } = reminder;
      const row = await db
        .insertInto('reminder')
        .values({
          ...columnsOf(reminder),
          handle,
          account_name: accountName,
          fate: 'skipped',
          at: now,
        })
        .onConflict((conflict) => conflict.columns([...KEY]).doNothing())
        .returning('handle')
        .executeTakeFirst();
      return row !== undefined;
    },

    async settleReminder(handle, fate) {
      await db.updateTable('reminder').set({ fate }).where('handle', '=', handle).execute();
    },

    async reminderFate(key) {
      const columns = columnsOf(key);
      const row = await db
        .selectFrom('reminder')
        .select(['handle', 'fate'])
        .where((reminder) => reminder.and(columns))
        .executeTakeFirst();
      const read = ({ handle, fate }: { handle: string; fate: string }) =>
        readTrusted(scope, ['reminder', handle, 'fate'], () =>
          readValue(fateSchema, fate, 'reminder.fate'),
        );
      return row && read(row);
    },

    async reminder(handle) {
      const row = await db
        .selectFrom('reminder')
        .selectAll()
        .where('handle', '=', handle)
        .executeTakeFirst();
      return row && toReminder(row);
    },

    async settleLostReminders() {
      const rows = await db
        .updateTable('reminder')
        .set({ fate: 'unknown' })
        .where('fate', '=', 'reserved')
        .returningAll()
        .execute();
      return rows.map(toReminder);
    },

    async snoozeReminders({ accountId, cycle, recipient, until }) {
      // A second tap on the same card must not count as a second snooze.
      const row = await db
        .insertInto('reminder_snooze')
        .values({ account_id: accountId, cycle, recipient, until, snoozes: 1 })
        .onConflict((conflict) =>
          conflict
            .columns(['account_id', 'cycle', 'recipient'])
            .doUpdateSet((snooze) => ({
              until,
              snoozes: snooze('reminder_snooze.snoozes', '+', 1),
            }))
            .where('reminder_snooze.until', '<=', now),
        )
        .returning('until')
        .executeTakeFirst();
      return row !== undefined;
    },

    async silenceReminders({ accountId, cycle, until }) {
      const row = await db
        .insertInto('reminder_silence')
        .values({ account_id: accountId, cycle, until, told_at: 0 })
        .onConflict((conflict) =>
          conflict
            .columns(['account_id', 'cycle'])
            .doUpdateSet({ until })
            .where('reminder_silence.until', '<=', now),
        )
        .returning('until')
        .executeTakeFirst();
      return row !== undefined;
    },

    async nextSilenceNotice({ accountId, cycle }, everyMs) {
      const row = await db
        .selectFrom('reminder_silence')
        .select('told_at')
        .where('account_id', '=', accountId)
        .where('cycle', '=', cycle)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      // A later time was not written by the bot, or by another clock: it keeps nobody from being told.
      const toldAt = row.told_at > now + everyMs ? now - everyMs : row.told_at;
      if (toldAt > now) return undefined;
      const at = Math.max(now, toldAt + everyMs);
      await db
        .updateTable('reminder_silence')
        .set({ told_at: at })
        .where('account_id', '=', accountId)
        .where('cycle', '=', cycle)
        .execute();
      return at;
    },

    async isSilenced(accountId) {
      const row = await db
        .selectFrom('reminder_silence')
        .select('until')
        .where('account_id', '=', accountId)
        .where('until', '>', now)
        .executeTakeFirst();
      return row !== undefined;
    },

    async endSilence(accountId) {
      // The row stays: it tells when the others were told.
      const rows = await db
        .updateTable('reminder_silence')
        .set({ until: now })
        .where('account_id', '=', accountId)
        .where('until', '>', now)
        .returning('account_id')
        .execute();
      return rows.length > 0;
    },

    async remindedStage({ accountId, cycle }) {
      const row = await db
        .selectFrom('reminder')
        .select('stage')
        .where('account_id', '=', accountId)
        .where('cycle', '=', cycle)
        // Reminders of these fates have surely reached no recipient: the next sweep tries them again.
        .where('fate', 'not in', ['failed', 'skipped'])
        .orderBy('stage')
        .executeTakeFirst();
      return row?.stage;
    },

    async reminderPause({ accountId, cycle, recipient }) {
      const snooze = await db
        .selectFrom('reminder_snooze')
        .select(['until', 'snoozes'])
        .where('account_id', '=', accountId)
        .where('cycle', '=', cycle)
        .where('recipient', '=', recipient)
        .executeTakeFirst();
      const silence = await db
        .selectFrom('reminder_silence')
        .select('until')
        .where('account_id', '=', accountId)
        .where('cycle', '=', cycle)
        .where('until', '>', now)
        .executeTakeFirst();
      return {
        snoozes: snooze?.snoozes ?? 0,
        snoozedUntil: snooze?.until,
        silencedUntil: silence?.until,
      };
    },
  };
}
