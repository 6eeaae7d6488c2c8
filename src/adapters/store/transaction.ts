import type { StoreTransaction, RetentionQueries } from '../../ports/store/store.ts';
import type { Engine } from './engine/engine.ts';
import type { Scope } from './schema/scope.ts';
import type { Left } from './sealing/trusted.ts';
import { enrollmentQueries } from './tables/enrollments.ts';
import { callerQueries } from './tables/desk/callerChecks.ts';
import { lookQueries } from './tables/desk/deskLooks.ts';
import { failureQueries, passcodeQueries } from './tables/passcodes.ts';
import { flowQueries } from './tables/flows.ts';
import { managerQueries } from './tables/managers.ts';
import { noticeQueries } from './tables/notices.ts';
import { reminderQueries } from './tables/reminders.ts';
import { sendQueries } from './tables/sends.ts';
import { sweepQueries } from './tables/sweeps.ts';
import { historyQueries } from './tables/history.ts';
import { sql } from 'kysely';

/** `StoreReads`, with the further reads that stand beside them. */
export function toReads(scope: Scope) {
  return {
    now: scope.now,
    ...managerQueries(scope),
    ...flowQueries(scope),
    ...failureQueries(scope),
    ...enrollmentQueries(scope),
    ...reminderQueries(scope),
    ...sweepQueries(scope),
    ...sendQueries(scope),
    ...lookQueries(scope),
    ...callerQueries(scope),
  };
}

/** All queries of one piece of work. */
export function toTransaction(scope: Scope, engine: Engine, left: Left): StoreTransaction {
  const { db } = scope;
  return {
    ...toReads(scope),
    lock: (name) => engine.lock(db, name),
    audit(event) {
      left.events.push(event);
    },
    afterCommit(say) {
      left.sayings.push(say);
    },
    ...passcodeQueries(scope),
    ...historyQueries(scope),
    ...noticeQueries(scope),
    ...retentionQueries(scope),
  };
}

function retentionQueries({ db }: Scope): RetentionQueries {
  return {
    async forget({ codesBefore, failuresBefore, flowsBefore, buttonsBefore }, limit) {
      // Bounded by a subquery: DELETE itself has no LIMIT that both engines know.
      const statements = [
        sql`delete from passcode where flow_id in
          (select flow_id from passcode where expires_at < ${codesBefore} limit ${limit})`,
        sql`delete from passcode_try where flow_id in
          (select t.flow_id from passcode_try t join flow on flow.id = t.flow_id
           where flow.expires_at < ${codesBefore} limit ${limit})`,
        sql`delete from failure where id in
          (select id from failure where at < ${failuresBefore} limit ${limit})`,
        sql`delete from code_send where id in
          (select id from code_send where created_at < ${flowsBefore} limit ${limit})`,
        sql`delete from flow where id in
          (select id from flow where ended_at < ${flowsBefore} limit ${limit})`,
        sql`delete from button where handle in
          (select handle from button where created_at < ${buttonsBefore} limit ${limit})`,
        sql`delete from reminder where handle in
          (select handle from reminder where at < ${buttonsBefore} limit ${limit})`,
        sql`delete from desk_lookup where id in
          (select id from desk_lookup where at < ${failuresBefore} limit ${limit})`,
        sql`delete from desk_look where id in
          (select id from desk_look where made_at < ${flowsBefore} limit ${limit})`,
        sql`delete from caller_check where id in
          (select id from caller_check where asked_at < ${flowsBefore} limit ${limit})`,
        sql`delete from reminder_snooze where until < ${buttonsBefore}`,
        sql`delete from reminder_silence where until < ${buttonsBefore}`,
      ];
      let most = 0;
      for (const statement of statements) {
        const { numAffectedRows = 0n } = await statement.execute(db);
        most = Math.max(most, Number(numAffectedRows));
      }
      return most;
    },
  };
}
