import { z } from 'zod';
import { managerName } from '../../../domain/parties.ts';
import type { NumberUse } from '../../../domain/smsBudget.ts';
import type { SendFate, SentMessage, SendQueries } from '../../../ports/store/sends.ts';
import { SEALED } from '../sealing/places.ts';
import { readValue, readTrusted } from '../sealing/trusted.ts';
import type { OnScope, Scope } from '../schema/scope.ts';
import type { CodeSendTable } from '../schema/tables.ts';

const sentSchema = z.object({
  id: z.string(),
  flow_id: z.string(),
  created_at: z.number(),
  outcome: z.enum(['reserved', 'accepted', 'refused', 'unknown']),
  fate: z.enum(['sent', 'delivered', 'failed']).nullable(),
});
const SENT_COLUMNS = ['id', 'flow_id', 'created_at', 'outcome', 'fate'] as const;

function toSent(
  scope: Scope,
  row: Pick<CodeSendTable, (typeof SENT_COLUMNS)[number]>,
): SentMessage | undefined {
  return readTrusted(scope, ['code_send', row.id, 'outcome'], () => {
    const { id, flow_id, created_at, outcome, fate } = readValue(sentSchema, row, 'code_send');
    return { id, flowId: flow_id, createdAt: created_at, outcome, fate: fate ?? undefined };
  });
}

function counted({ db }: Scope, since: number) {
  return db
    .selectFrom('code_send')
    .where('outcome', '!=', 'refused')
    .where('created_at', '>=', since);
}

async function newest(scope: Scope, column: 'flow_id' | 'account_id', value: string) {
  const row = await scope.db
    .selectFrom('code_send')
    .select(SENT_COLUMNS)
    .where(column, '=', value)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row && toSent(scope, row);
}

async function add(
  { db, keys, now }: Scope,
  send: Pick<CodeSendTable, 'id' | 'flow_id' | 'account_id' | 'manager'>,
  mobile: string,
): Promise<void> {
  const sealed = keys.seal(SEALED.send.place(send), mobile);
  const values = { ...send, mobile: sealed, mobile_index: keys.index(mobile), created_at: now };
  await db
    .insertInto('code_send')
    .values({ ...values, outcome: 'reserved' })
    .execute();
}

export const sendQueries = {
  addSend: (scope, { id, flowId, manager, accountId, mobile }) =>
    add(
      scope,
      { id, flow_id: flowId, account_id: accountId, manager: managerName(manager) },
      mobile,
    ),

  // Its number and account stand in the notice that sends it.
  addCountedText: (scope, id) => add(scope, { id, flow_id: id, account_id: '', manager: '' }, ''),

  async settleSend({ db }, id, outcome, messageId) {
    await db
      .updateTable('code_send')
      .set({ outcome, message_id: messageId ?? null })
      .where('id', '=', id)
      .execute();
  },

  async managerSends({ db }, { manager, since }) {
    const rows = await db
      .selectFrom('code_send')
      .select(['created_at', 'outcome'])
      .where('manager', '=', managerName(manager))
      .where('created_at', '>=', since)
      .orderBy('created_at', 'desc')
      .execute();
    const { refused = [], counted: sent = [] } = Object.groupBy(rows, ({ outcome }) =>
      outcome === 'refused' ? 'refused' : 'counted',
    );
    const timesOf = (some: typeof rows) => some.map((row) => row.created_at);
    return { manager: timesOf(sent), refused: timesOf(refused) };
  },

  async numberUse(scope, { mobile, manager, flowId, since }): Promise<NumberUse> {
    const name = managerName(manager);
    const indexes = scope.keys.indexes(mobile);
    const toNumber = await counted(scope, since)
      .select(['created_at', 'flow_id', 'manager'])
      .where('mobile_index', 'in', indexes)
      .orderBy('created_at', 'desc')
      .execute();
    const timesOf = (isMeant: (send: (typeof toNumber)[number]) => boolean) =>
      toNumber.filter(isMeant).map((send) => send.created_at);
    const sends = {
      number: timesOf(() => true),
      flowNumber: timesOf((send) => send.flow_id === flowId),
    };
    const owned = scope.db.selectFrom('enrollment').where('mobile_index', 'in', indexes);
    const owners = (await owned.select('manager').execute()).map((row) => row.manager);
    if (owners.includes(name)) {
      return { ...sends, isEnrolled: true, strangers: [], unproven: [], ownUnproven: [] };
    }
    const own = scope.db
      .selectFrom('enrollment')
      .select('mobile_index')
      .where('manager', '=', name);
    const unproven = await counted(scope, since)
      .select((send) => send.fn.max('created_at').as('newest'))
      .where('manager', '=', name)
      .where('mobile_index', 'not in', indexes)
      .where('mobile_index', 'not in', own)
      .groupBy('mobile_index')
      .orderBy('newest', 'desc')
      .execute();
    return {
      ...sends,
      isEnrolled: false,
      strangers: timesOf((send) => owners.length > 0 && !owners.includes(send.manager)),
      unproven: unproven.map((row) => row.newest),
      ownUnproven: timesOf((send) => send.manager === name),
    };
  },

  async countSends(scope, since) {
    const row = await counted(scope, since)
      .select((count) => count.fn.countAll<number>().as('sends'))
      .executeTakeFirstOrThrow();
    return row.sends;
  },

  async countFates({ db }, since) {
    const rows = await db
      .selectFrom('code_send')
      .select((send) => ['fate', send.fn.countAll().as('sends')])
      .where('outcome', '=', 'accepted')
      .where('created_at', '>=', since)
      .groupBy('fate')
      .execute();
    const of = (fate: SendFate | null): number =>
      Number(rows.find((row) => row.fate === fate)?.sends ?? 0);
    return {
      sent: of('sent'),
      delivered: of('delivered'),
      failed: of('failed'),
      unreported: of(null),
    };
  },

  async isSendKnown({ db }, messageId) {
    const row = await db
      .selectFrom('code_send')
      .select('id')
      .where('message_id', '=', messageId)
      .executeTakeFirst();
    return row !== undefined;
  },

  async setSendFate(scope, messageId: string, fate: SendFate) {
    // Reports come late, twice and in any order: a final fate stays (requirement R3).
    const row = await scope.db
      .updateTable('code_send')
      .set({ fate })
      .where('message_id', '=', messageId)
      .where((send) =>
        fate === 'sent'
          ? send('fate', 'is', null)
          : send.or([send('fate', 'is', null), send('fate', '=', 'sent')]),
      )
      .returning(SENT_COLUMNS)
      .executeTakeFirst();
    return row && toSent(scope, row);
  },

  lastSend: (scope, flowId) => newest(scope, 'flow_id', flowId),

  lastSendAbout: (scope, accountId) => newest(scope, 'account_id', accountId),
} satisfies OnScope<SendQueries>;
