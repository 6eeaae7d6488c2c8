import type { StoreTransaction } from '../../ports/store/store.ts';
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
import { forget } from './tables/retention.ts';
import { reminderQueries } from './tables/reminders.ts';
import { sendQueries } from './tables/sends.ts';
import { sweepQueries } from './tables/sweeps.ts';
import { historyQueries } from './tables/history.ts';

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
    forget: (retention, limit) => forget(scope, retention, limit),
  };
}
