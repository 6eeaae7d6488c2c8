import { sql } from 'kysely';
import type { Retention } from '../../../ports/store/store.ts';
import type { Scope } from '../schema/scope.ts';

/** Forgets at most `limit` expired rows of each kind; gives how many were forgotten of the kind with most. */
export async function forget(
  { db }: Scope,
  { codesBefore, failuresBefore, flowsBefore, buttonsBefore }: Retention,
  limit: number,
): Promise<number> {
  // Bounded by a subquery: DELETE itself has no LIMIT that both engines know.
  const bounded = (table: string, key: string, time: string, before: number) =>
    sql`delete from ${sql.table(table)} where ${sql.ref(key)} in
          (select ${sql.ref(key)} from ${sql.table(table)}
           where ${sql.ref(time)} < ${before} limit ${limit})`;
  const statements = [
    bounded('passcode', 'flow_id', 'expires_at', codesBefore),
    sql`delete from passcode_try where flow_id in
          (select t.flow_id from passcode_try t join flow on flow.id = t.flow_id
           where flow.expires_at < ${codesBefore} limit ${limit})`,
    bounded('failure', 'id', 'at', failuresBefore),
    bounded('code_send', 'id', 'created_at', flowsBefore),
    bounded('flow', 'id', 'ended_at', flowsBefore),
    bounded('button', 'handle', 'created_at', buttonsBefore),
    bounded('reminder', 'handle', 'at', buttonsBefore),
    bounded('desk_lookup', 'id', 'at', failuresBefore),
    bounded('desk_look', 'id', 'made_at', flowsBefore),
    bounded('caller_check', 'id', 'asked_at', flowsBefore),
    sql`delete from reminder_snooze where until < ${buttonsBefore}`,
    sql`delete from reminder_silence where until < ${buttonsBefore}`,
  ];
  let most = 0;
  for (const statement of statements) {
    const { numAffectedRows = 0n } = await statement.execute(db);
    most = Math.max(most, Number(numAffectedRows));
  }
  return most;
}
