import { sql } from 'kysely';
import { z } from 'zod';
import { MINUTE_MS } from '../../../domain/durations.ts';
import { NOTICE_EVENTS } from '../../../ports/noticeView.ts';
import type {
  ClaimedNotice,
  Notice,
  NoticeLane,
  NoticeQueries,
} from '../../../ports/store/notices.ts';
import { batches } from '../engine/engine.ts';
import { exactly, readJson, readOrSkip, openTrusted } from '../sealing/trusted.ts';
import { SEALED } from '../sealing/places.ts';
import type { OnScope, Scope } from '../schema/scope.ts';

const managerSchema = z.object({ tenantId: z.string(), aadObjectId: z.string() });
const noticeSchema = exactly<Notice>()(
  z.object({
    id: z.string(),
    event: z.enum(NOTICE_EVENTS),
    accountId: z.string(),
    accountName: z.string(),
    byName: z.string(),
    agentName: z.string().optional(),
    at: z.number(),
    maskedMobile: z.string().optional(),
    until: z.number().optional(),
    handle: z.string().optional(),
    hasReader: z.boolean().optional(),
    owners: z.array(z.string()).optional(),
    ownerEntries: z.array(z.string()).optional(),
    addedEntries: z.array(z.string()).optional(),
    removedEntries: z.array(z.string()).optional(),
    added: z.array(z.string()).optional(),
    removed: z.array(z.string()).optional(),
    more: z.object({ added: z.number(), removed: z.number() }).optional(),
    noticedAt: z.number().optional(),
    flow: z.string().optional(),
    to: z.discriminatedUnion('channel', [
      z.object({ channel: z.literal('sms'), mobile: z.string(), locale: z.enum(['sv', 'en']) }),
      z.object({ channel: z.literal('chat'), manager: managerSchema }),
      z.object({ channel: z.literal('otherManagers'), except: managerSchema.optional() }),
    ]),
  }),
);

/**
 * A notice in a lane that the bot never writes goes with the chats': no notice waits for ever. The index
 * `notice_waiting` holds this very expression: a lane more needs another one.
 */
const LANE = sql<NoticeLane>`case when lane in ('sms', 'changes', 'news') then lane else 'chat' end`;

function laneOf({ event, to }: Notice): NoticeLane {
  if (to.channel === 'sms') return 'sms';
  if (event === 'notNeeded') return 'news';
  return event === 'responsibilityChanged' ? 'changes' : 'chat';
}

/**
 * The notices that have waited longest. In the index's order, wherever only a first one is asked for: where
 * PostgreSQL believes that many are due, any one would be looked for in the whole table.
 */
function due({ db, now }: Scope, lane: NoticeLane | undefined, limit = 1) {
  const all = db.selectFrom('notice').select('id').where('due_at', '<=', now);
  const some = lane === undefined ? all : all.where(LANE, '=', lane);
  return some.orderBy('due_at').orderBy('id').limit(limit);
}

function readNotice(
  scope: Scope,
  row: { readonly id: string; readonly payload: string },
): Notice | undefined {
  return readOrSkip(() => {
    const text = openTrusted(scope, SEALED.notice.place(row), row.payload);
    return text === undefined ? undefined : readJson(noticeSchema, text, 'notice.payload');
  }, scope.log);
}

/**
 * One try more. A count that was planted without the keys begins anew: what neither engine adds to, or gives
 * back, would hold up the lane.
 */
const ONE_MORE = sql<number>`case when notice.tries between 0 and 999999999 then notice.tries + 1 else 1 end`;

/** Longer than any delivery takes, or is put off. */
const PUT_OFF_AT_MOST_MS = 10 * MINUTE_MS;

/** So many are looked at in one transaction, which holds up the process. */
const PASSED_AT_ONCE = 500;

/** Puts off those of the next notices that cannot be read: there may be a hundred thousand, planted. */
async function passUnreadable(scope: Scope, lane: NoticeLane | undefined): Promise<void> {
  const rows = await due(scope, lane, PASSED_AT_ONCE).select('payload').execute();
  const ids = rows.filter((row) => readNotice(scope, row) === undefined).map(({ id }) => id);
  if (ids.length === 0) return;
  await scope.db
    .updateTable('notice')
    .set({ due_at: scope.now + PUT_OFF_AT_MOST_MS })
    .where('id', 'in', ids)
    .where('due_at', '<=', scope.now)
    .execute();
}

export const noticeQueries = {
  async addNotices(scope, notices, dueAt = scope.now) {
    const rows = notices.map((notice) => ({
      id: notice.id,
      due_at: dueAt,
      tries: 0,
      lane: laneOf(notice),
      payload: scope.keys.seal(SEALED.notice.place(notice), JSON.stringify(notice)),
    }));
    for (const some of batches(rows)) {
      await scope.db
        .insertInto('notice')
        .values(some)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(({ ref, eb }) => ({
            payload: ref('excluded.payload'),
            lane: ref('excluded.lane'),
            // Later than this the bot puts off none: a row may have been put in its way without the keys.
            due_at: eb
              .case()
              .when('notice.due_at', '>', scope.now + PUT_OFF_AT_MOST_MS)
              .then(ref('excluded.due_at'))
              .else(ref('notice.due_at'))
              .end(),
            // A delivery under way removes the notice that it took up, and not this one.
            tries: ONE_MORE,
          })),
        )
        .execute();
    }
  },

  async waitingNotices(scope, ids) {
    const waiting: Notice[] = [];
    for (const some of batches(ids)) {
      const rows = await scope.db
        .selectFrom('notice')
        .select(['id', 'payload'])
        .where('id', 'in', some)
        .execute();
      waiting.push(...rows.flatMap((row) => readNotice(scope, row) ?? []));
    }
    return waiting;
  },

  async claimNotice(scope, leaseMs, lane): Promise<ClaimedNotice | undefined> {
    let hasPassed = false;
    // Another instance may take the row that this one found first: then there is a next, or none.
    while ((await due(scope, lane).executeTakeFirst()) !== undefined) {
      const row = await scope.db
        .updateTable('notice')
        .set({ due_at: scope.now + leaseMs, tries: ONE_MORE })
        .where('id', '=', due(scope, lane))
        .where('due_at', '<=', scope.now)
        .returning(['id', 'tries', 'payload'])
        .executeTakeFirst();
      const notice = row && readNotice(scope, row);
      if (row === undefined) continue;
      if (notice !== undefined) return { ...notice, tries: row.tries };
      // The next call goes on behind them.
      if (hasPassed) return undefined;
      hasPassed = true;
      await passUnreadable(scope, lane);
    }
    return undefined;
  },

  async postponeNotice({ db }, id, at) {
    await db.updateTable('notice').set({ due_at: at }).where('id', '=', id).execute();
  },

  async removeNotice({ db }, { id, tries }) {
    const { numDeletedRows } = await db
      .deleteFrom('notice')
      .where('id', '=', id)
      .where('tries', '=', tries)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  },

  async countNotices({ db }) {
    const { waiting } = await db
      .selectFrom('notice')
      .select(({ fn }) => fn.countAll().as('waiting'))
      .executeTakeFirstOrThrow();
    return Number(waiting);
  },
} satisfies OnScope<NoticeQueries>;
