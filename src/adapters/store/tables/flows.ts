import { sql, type Insertable, type Selectable, type SelectQueryBuilder } from 'kysely';
import type { Flow } from '../../../domain/flows/flow.ts';
import { operationSince } from '../../../domain/flows/lifetime.ts';
import { managerName } from '../../../domain/parties.ts';
import type { FlowQueries } from '../../../ports/store/flows.ts';
import { flowStateSchema } from '../schema/flowSchema.ts';
import { SEALED } from '../sealing/places.ts';
import { managerKey, readJson, readOrSkip, openTrusted } from '../sealing/trusted.ts';
import { enrollmentQueries } from './enrollments.ts';
import type { OnScope, Scope } from '../schema/scope.ts';
import type { FlowTable, Tables } from '../schema/tables.ts';

/** A flow that cannot be trusted must not hide an earlier one. */
const REMEMBERED_TRIED = 10;
/** Each holds up the process for some milliseconds where it was planted. */
const UNSETTLED_PAGES = 10;

function toFlow(scope: Scope, row: Selectable<FlowTable>): Flow | undefined {
  const text = openTrusted(scope, SEALED.flow.place(row), row.state);
  if (text === undefined) return undefined;
  // Flows that were open at the upgrade to 1.0 were saved under the former name.
  const state = text.replaceAll('"firstTurn":', '"firstDraw":');
  // The purpose is sealed with its state: a changed column cannot turn one flow into another.
  const sealed = readJson(flowStateSchema, state, 'flow.state');
  if (sealed.purpose !== row.purpose) scope.distrust(['flow', row.id, 'purpose'], 'changed');
  return {
    id: row.id,
    manager: managerKey(row.manager),
    accountId: row.account_id,
    accountName: row.account_name,
    startedAt: row.started_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at ?? undefined,
    draw: row.turn,
    version: row.version,
    origin: row.origin ?? undefined,
    passwordVersion: row.password_version,
    messageId: row.message_id ?? undefined,
    ...sealed,
  };
}

function toRow({ keys, now }: Scope, flow: Flow): Insertable<FlowTable> {
  const { purpose, state } = flow;
  const isUnsettled = operationSince(state) !== undefined || state.step === 'unknown';
  const row = {
    id: flow.id,
    purpose,
    manager: managerName(flow.manager),
    account_id: flow.accountId,
    account_name: flow.accountName,
    started_at: flow.startedAt,
    expires_at: flow.expiresAt,
    ended_at: flow.endedAt ?? null,
    saved_at: now,
    unsettled: isUnsettled ? 1 : 0,
    turn: flow.draw,
    version: flow.version,
    origin: flow.origin ?? null,
    password_version: flow.passwordVersion,
    message_id: flow.messageId ?? null,
  };
  return { ...row, state: keys.seal(SEALED.flow.place(row), JSON.stringify({ purpose, state })) };
}

type FlowSelection = SelectQueryBuilder<Tables, 'flow', Selectable<FlowTable>>;

function flows({ db }: Scope): FlowSelection {
  return db.selectFrom('flow').selectAll();
}

function open(scope: Scope): FlowSelection {
  return flows(scope).where('ended_at', 'is', null);
}

/** The flow of a place that only one can have: an untrusted row makes room. */
async function only(scope: Scope, query: FlowSelection): Promise<Flow | undefined> {
  const row = await query.executeTakeFirst();
  const flow = row && toFlow(scope, row);
  if (row !== undefined && flow === undefined && scope.isWriting) {
    await scope.db.deleteFrom('flow').where('id', '=', row.id).execute();
  }
  return flow;
}

async function all(scope: Scope, query: FlowSelection): Promise<Flow[]> {
  return (await query.execute()).flatMap((row) => toFlow(scope, row) ?? []);
}

export const flowQueries = {
  async flow(scope, id, known) {
    if (known?.id === id) {
      const unchanged = await scope.db
        .selectFrom('flow')
        // Only this is saved without a new version.
        .select('message_id')
        .where('id', '=', id)
        .where('version', '=', known.version)
        .executeTakeFirst();
      if (unchanged) return { ...known, messageId: unchanged.message_id ?? undefined };
    }
    const row = await flows(scope).where('id', '=', id).executeTakeFirst();
    return row && toFlow(scope, row);
  },

  flowFrom: (scope, origin, purpose) =>
    only(scope, flows(scope).where('origin', '=', origin).where('purpose', '=', purpose)),

  openFlow: (scope, manager, accountId) =>
    only(
      scope,
      open(scope).where('manager', '=', managerName(manager)).where('account_id', '=', accountId),
    ),

  openFlows: (scope, manager) =>
    all(
      scope,
      open(scope).where('manager', '=', managerName(manager)).orderBy('started_at').orderBy('id'),
    ),

  openFlowsOf: (scope, accountId) =>
    all(scope, open(scope).where('account_id', '=', accountId).orderBy('started_at').orderBy('id')),

  async unsettledFlows(scope, before, limit) {
    const unsettled: Flow[] = [];
    for (let page = 0; page < UNSETTLED_PAGES && unsettled.length < limit; page += 1) {
      const rows = await open(scope)
        .where('saved_at', '<', before)
        .where((row) => row.or([row('unsettled', '=', 1), row('expires_at', '<', scope.now)]))
        .orderBy('saved_at')
        .orderBy('id')
        .offset(unsettled.length)
        .limit(limit - unsettled.length)
        .execute();
      const ids: string[] = [];
      for (const row of rows) {
        const flow = readOrSkip(() => toFlow(scope, row), scope.log);
        if (flow === undefined) ids.push(row.id);
        else unsettled.push(flow);
      }
      if (ids.length === 0 || !scope.isWriting) break;
      // A flow that was planted must not stand before the others for ever.
      await scope.db
        .updateTable('flow')
        .set({ saved_at: scope.now })
        .where('id', 'in', ids)
        .execute();
    }
    return unsettled;
  },

  async rememberedAccount(scope, nameOrId) {
    const known = nameOrId.toLowerCase();
    const rows = await flows(scope)
      .where((row) =>
        row.or([row('account_id', '=', known), row(row.fn('lower', ['account_name']), '=', known)]),
      )
      .orderBy('started_at', 'desc')
      .limit(REMEMBERED_TRIED)
      .execute();
    for (const row of rows) {
      const flow = readOrSkip(() => toFlow(scope, row), scope.log);
      if (flow !== undefined) return { id: flow.accountId, name: flow.accountName };
    }
    const isKnown = (await enrollmentQueries.enrollmentsOf(scope, known)).length > 0;
    return isKnown ? { id: known, name: undefined } : undefined;
  },

  async resetsAround(scope, accountId, from, to) {
    const rows = await flows(scope)
      // As the index has it. A row whose purpose was changed to this is as good as deleted.
      .where(sql<boolean>`purpose <> 'enrollment'`)
      .where('account_id', '=', accountId)
      .where('started_at', '<=', to)
      .where('saved_at', '>=', from)
      .execute();
    const around = rows.flatMap((row) => readOrSkip(() => toFlow(scope, row), scope.log) ?? []);
    return around.filter((flow) => flow.purpose === 'reset');
  },

  async addFlow(scope, flow) {
    await scope.db.insertInto('flow').values(toRow(scope, flow)).execute();
  },

  async saveFlow<F extends Flow>(scope: Scope, flow: F): Promise<F | undefined> {
    const version = flow.version + 1;
    // Not the message: setFlowMessage may have come between the reading and this.
    const { turn, state, ended_at, password_version, unsettled } = toRow(scope, {
      ...flow,
      version,
    });
    const row = await scope.db
      .updateTable('flow')
      .set({ version, turn, state, ended_at, password_version, saved_at: scope.now, unsettled })
      .where('id', '=', flow.id)
      .where('version', '=', flow.version)
      .where('purpose', '=', flow.purpose)
      .returning('message_id')
      .executeTakeFirst();
    return row && { ...flow, version, messageId: row.message_id ?? undefined };
  },

  async setFlowMessage({ db }, flowId, messageId) {
    const own = db.selectFrom('flow').select('manager').where('id', '=', flowId);
    await Promise.all([
      // An update that comes late for the flow that the message showed before must not be drawn over this
      // one.
      db
        .updateTable('flow')
        .set({ message_id: null })
        .where('manager', '=', own)
        .where('message_id', '=', messageId)
        .where('id', '<>', flowId)
        .where('ended_at', 'is', null)
        .execute(),
      db.updateTable('flow').set({ message_id: messageId }).where('id', '=', flowId).execute(),
    ]);
  },
} satisfies OnScope<FlowQueries>;
