import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { CallerCheck, CallerState } from '../../../../domain/desk/callerCheck.ts';
import { managerName } from '../../../../domain/parties.ts';
import type { CallerQueries } from '../../../../ports/store/desk.ts';
import { managerKey, readJson, readOrSkip, openTrusted } from '../../sealing/trusted.ts';
import type { OnScope, Scope } from '../../schema/scope.ts';
import type { CallerCheckTable } from '../../schema/tables.ts';
import { SEALED } from '../../sealing/places.ts';

/** The sealed content; the times stand in columns of their own. */
const contentSchema = z.object({
  agentEntry: z.string(),
  agentName: z.string(),
  managerEntry: z.string(),
  accountName: z.string(),
  lookId: z.string(),
  hasLifted: z.boolean().optional(),
  state: z.discriminatedUnion('step', [
    z.object({ step: z.literal('waiting'), numbers: z.array(z.number()), right: z.number() }),
    z.object({ step: z.literal('notReached') }),
    z.object({ step: z.literal('confirmed') }),
    z.object({ step: z.literal('vouched') }),
    z.object({ step: z.literal('denied'), reason: z.enum(['wrongNumber', 'denied']) }),
    z.object({ step: z.literal('expired') }),
  ]),
});
type Times = Pick<CallerCheckTable, 'ends_at' | 'vouched_until'>;

function toState(
  state: z.infer<typeof contentSchema>['state'],
  { ends_at, vouched_until }: Times,
): CallerState {
  switch (state.step) {
    case 'waiting':
      return { ...state, expiresAt: ends_at ?? 0 };
    case 'confirmed':
      return { step: 'confirmed', until: ends_at ?? 0 };
    case 'vouched':
      return { step: 'vouched', until: ends_at ?? 0, vouchedUntil: vouched_until ?? 0 };
    case 'notReached':
    case 'denied':
    case 'expired':
      return state;
  }
}

function timesOf(state: CallerState): Times {
  switch (state.step) {
    case 'waiting':
      return { ends_at: state.expiresAt, vouched_until: null };
    case 'confirmed':
      return { ends_at: state.until, vouched_until: null };
    case 'vouched':
      return { ends_at: state.until, vouched_until: state.vouchedUntil };
    case 'notReached':
    case 'denied':
    case 'expired':
      return { ends_at: null, vouched_until: null };
  }
}

function toCheck(scope: Scope, row: Selectable<CallerCheckTable>): CallerCheck | undefined {
  const text = openTrusted(scope, SEALED.callerCheck.place(row), row.state);
  if (text === undefined) return undefined;
  const { state, ...content } = readJson(contentSchema, text, 'caller_check.state');
  return {
    id: row.id,
    agent: managerKey(row.agent),
    manager: managerKey(row.manager),
    accountId: row.account_id,
    askedAt: row.asked_at,
    version: row.version,
    ...content,
    state: toState(state, row),
  };
}

function toRow({ keys }: Scope, check: CallerCheck) {
  const row = {
    id: check.id,
    agent: managerName(check.agent),
    manager: managerName(check.manager),
    account_id: check.accountId,
    asked_at: check.askedAt,
    version: check.version,
    ...timesOf(check.state),
  };
  // The schema leaves out what stands in the columns.
  const text = JSON.stringify(contentSchema.parse(check));
  return { ...row, state: keys.seal(SEALED.callerCheck.place(row), text) };
}

function newest({ db }: Scope, since: number) {
  return db
    .selectFrom('caller_check')
    .selectAll()
    .where('asked_at', '>=', since)
    .orderBy('asked_at', 'desc')
    .orderBy('id');
}

export const callerQueries = {
  async callerCheck(scope, id) {
    const row = await scope.db
      .selectFrom('caller_check')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toCheck(scope, row);
  },

  async callerChecksOf(scope, accountId, since) {
    const rows = await newest(scope, since).where('account_id', '=', accountId).execute();
    return rows.flatMap((row) => toCheck(scope, row) ?? []);
  },

  async callerChecksWith(scope, who, since) {
    const rows =
      'manager' in who
        ? await newest(scope, since).where('manager', '=', managerName(who.manager)).execute()
        : await newest(scope, since).where('agent', '=', managerName(who.agent)).execute();
    return rows.flatMap((row) => toCheck(scope, row) ?? []);
  },

  async addCallerCheck(scope, check, dueAt) {
    const row = { ...toRow(scope, check), vouched_at: null, due_at: dueAt, message_id: null };
    await scope.db.insertInto('caller_check').values(row).execute();
  },

  async saveCallerCheck(scope, check, dueAt) {
    const version = check.version + 1;
    const { ends_at, vouched_until, state } = toRow(scope, { ...check, version });
    const row = await scope.db
      .updateTable('caller_check')
      .set({ version, ends_at, vouched_until, state })
      .set(dueAt === 'asBefore' ? {} : { due_at: dueAt ?? null })
      .$if(check.state.step === 'vouched', (update) =>
        update.set(({ fn, val }) => ({ vouched_at: fn.coalesce('vouched_at', val(scope.now)) })),
      )
      .where('id', '=', check.id)
      .where('version', '=', check.version)
      .returning('id')
      .executeTakeFirst();
    return row && { ...check, version };
  },

  async setCallerMessage({ db }, id, messageId) {
    await db
      .updateTable('caller_check')
      .set({ message_id: messageId })
      .where('id', '=', id)
      .execute();
  },

  async claimDueCallers(scope, leaseMs, limit) {
    const due = scope.db
      .selectFrom('caller_check')
      .select('id')
      .where('due_at', '<=', scope.now)
      .orderBy('due_at')
      .limit(limit);
    const rows = await scope.db
      .updateTable('caller_check')
      .set({ due_at: scope.now + leaseMs })
      .where('id', 'in', due)
      .where('due_at', '<=', scope.now)
      .returningAll()
      .execute();
    return rows.flatMap((row) => {
      const check = readOrSkip(() => toCheck(scope, row), scope.log);
      return check === undefined ? [] : { check, messageId: row.message_id ?? undefined };
    });
  },

  async callerDrawn({ db }, id, version) {
    await db
      .updateTable('caller_check')
      .set({ due_at: null })
      .where('id', '=', id)
      .where('version', '=', version)
      .execute();
  },

  async countVouches({ db }, since) {
    const { vouches } = await db
      .selectFrom('caller_check')
      .select(({ fn }) => fn.countAll<number>().as('vouches'))
      .where('vouched_at', '>=', since)
      .executeTakeFirstOrThrow();
    return vouches;
  },
} satisfies OnScope<CallerQueries>;
