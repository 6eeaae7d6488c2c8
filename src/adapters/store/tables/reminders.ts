import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Reminder, ReminderKey, ReminderQueries } from '../../../ports/store/reminders.ts';
import { readValue, openTrusted, readTrusted } from '../sealing/trusted.ts';
import { SEALED, SEAL_ONLY } from '../sealing/places.ts';
import type { OnScope, Scope } from '../schema/scope.ts';
import type { ReminderSilenceTable, ReminderTable } from '../schema/tables.ts';

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

type Silence = Selectable<ReminderSilenceTable>;

function silences({ db }: Scope) {
  return db.selectFrom('reminder_silence').selectAll();
}

/** A silence that was changed counts as absent. */
function isTrusted(scope: Scope, row: Silence): boolean {
  return openTrusted(scope, SEALED.silence.place(row), row.seal) !== undefined;
}

/** The cycle's silence, whether it has ended or not. */
async function silenceIn(scope: Scope, key: Pick<Silence, 'account_id' | 'cycle'>) {
  const row = await silences(scope)
    .where('account_id', '=', key.account_id)
    .where('cycle', '=', key.cycle)
    .executeTakeFirst();
  const never = { ...key, until: 0, told_at: 0, seal: row?.seal ?? null, isTrusted: false };
  return row !== undefined && isTrusted(scope, row) ? { ...row, isTrusted: true } : never;
}

/** The account's silences that have not ended. */
async function silencesOf(scope: Scope, accountId: string): Promise<Silence[]> {
  const rows = await silences(scope)
    .where('account_id', '=', accountId)
    .where('until', '>', scope.now)
    .execute();
  return rows.filter((row) => isTrusted(scope, row));
}

/** Saves it in place of the one with the `former` seal; false where another one came meanwhile. */
async function saveSilence(
  { db, keys }: Scope,
  { account_id, cycle, until, told_at }: Omit<Silence, 'seal'>,
  former: string | null,
): Promise<boolean> {
  const seal = keys.seal(SEALED.silence.place({ account_id, cycle, until, told_at }), SEAL_ONLY);
  const row = await db
    .insertInto('reminder_silence')
    .values({ account_id, cycle, until, told_at, seal })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'cycle'])
        .doUpdateSet({ until, told_at, seal })
        .where(({ eb, fn, val }) =>
          eb(fn.coalesce('reminder_silence.seal', val('')), '=', former ?? ''),
        ),
    )
    .returning('until')
    .executeTakeFirst();
  return row !== undefined;
}

function readFate(scope: Scope, { handle, fate }: Pick<ReminderTable, 'handle' | 'fate'>) {
  return readTrusted(scope, ['reminder', handle, 'fate'], () =>
    readValue(fateSchema, fate, 'reminder.fate'),
  );
}

export const reminderQueries = {
  async reserveReminder({ db, now }, reminder) {
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

  async skipReminder({ db, now }, reminder) {
    const { handle, accountName } = reminder;
    const values = { handle, account_name: accountName, fate: 'skipped', at: now };
    const row = await db
      .insertInto('reminder')
      .values({ ...columnsOf(reminder), ...values })
      .onConflict((conflict) => conflict.columns([...KEY]).doNothing())
      .returning('handle')
      .executeTakeFirst();
    return row !== undefined;
  },

  async settleReminder({ db }, handle, fate) {
    await db.updateTable('reminder').set({ fate }).where('handle', '=', handle).execute();
  },

  async reminderFate(scope, key) {
    const columns = columnsOf(key);
    const row = await scope.db
      .selectFrom('reminder')
      .select(['handle', 'fate'])
      .where((reminder) => reminder.and(columns))
      .executeTakeFirst();
    return row && readFate(scope, row);
  },

  async reminder({ db }, handle) {
    const row = await db
      .selectFrom('reminder')
      .selectAll()
      .where('handle', '=', handle)
      .executeTakeFirst();
    return row && toReminder(row);
  },

  async lastReminder(scope, { accountId, cycle, recipient }) {
    const row = await scope.db
      .selectFrom('reminder')
      .select(['handle', 'repeat', 'fate', 'at'])
      .where('account_id', '=', accountId)
      .where('cycle', '=', cycle)
      .where('recipient', '=', recipient)
      .orderBy('repeat', 'desc')
      .executeTakeFirst();
    const fate = row && readFate(scope, row);
    return row && fate && { repeat: row.repeat, fate, at: row.at };
  },

  async settleLostReminders({ db }) {
    const rows = await db
      .updateTable('reminder')
      .set({ fate: 'unknown' })
      .where('fate', '=', 'reserved')
      .returningAll()
      .execute();
    return rows.map(toReminder);
  },

  async snoozeReminders({ db, now }, { accountId, cycle, recipient, until }) {
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

  async silenceReminders(scope, { accountId: account_id, cycle, until }) {
    const former = await silenceIn(scope, { account_id, cycle });
    if (former.isTrusted && former.until > scope.now) return false;
    return saveSilence(scope, { account_id, cycle, until, told_at: former.told_at }, former.seal);
  },

  async nextSilenceNotice(scope, { accountId: account_id, cycle }, everyMs) {
    const { now } = scope;
    const { isTrusted, until, told_at, seal } = await silenceIn(scope, { account_id, cycle });
    if (!isTrusted) return undefined;
    // A clock that was moved back keeps nobody from being told.
    const toldAt = told_at > now + everyMs ? now - everyMs : told_at;
    if (toldAt > now) return undefined;
    const at = Math.max(now, toldAt + everyMs);
    return (await saveSilence(scope, { account_id, cycle, until, told_at: at }, seal))
      ? at
      : undefined;
  },

  async silencedUntil(scope, accountId) {
    const untils = (await silencesOf(scope, accountId)).map(({ until }) => until);
    return untils.length === 0 ? undefined : Math.max(...untils);
  },

  async endSilence(scope, accountId) {
    // The row stays: it tells when the others were told.
    const silences = await silencesOf(scope, accountId);
    for (const { seal, ...silence } of silences) {
      await saveSilence(scope, { ...silence, until: scope.now }, seal);
    }
    return silences.length > 0;
  },

  async remindedStage({ db }, { accountId, cycle }) {
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

  async reminderPause(scope, { accountId, cycle, recipient }) {
    const snooze = await scope.db
      .selectFrom('reminder_snooze')
      .select(['until', 'snoozes'])
      .where('account_id', '=', accountId)
      .where('cycle', '=', cycle)
      .where('recipient', '=', recipient)
      .executeTakeFirst();
    const { isTrusted, until } = await silenceIn(scope, { account_id: accountId, cycle });
    return {
      snoozes: snooze?.snoozes ?? 0,
      snoozedUntil: snooze?.until,
      silencedUntil: isTrusted && until > scope.now ? until : undefined,
    };
  },
} satisfies OnScope<ReminderQueries>;
