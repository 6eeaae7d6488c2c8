import type { AuditEvent } from '../../domain/audit.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import type { Engine } from './engine/engine.ts';
import type { OnScope, Scope } from './schema/scope.ts';
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
import { historyQueries } from './tables/passwordHistory.ts';

/** The queries of all tables that need no transaction. */
const READS = {
  ...managerQueries,
  ...flowQueries,
  ...failureQueries,
  ...enrollmentQueries,
  ...reminderQueries,
  ...sweepQueries,
  ...sendQueries,
  ...lookQueries,
  ...callerQueries,
};

/** `StoreReads`, with the further reads that stand beside them. */
export const readsOf = binderOf<Omit<StoreReads, 'now'>>(READS);

const bindAll = binderOf<Omit<StoreTransaction, 'now' | 'lock' | 'audit' | 'afterCommit'>>({
  ...READS,
  ...passcodeQueries,
  ...historyQueries,
  ...noticeQueries,
  forget,
});

/** All queries of one piece of work. */
export function transactionOf(
  scope: Scope,
  engine: Engine,
  left: Left,
  audited?: (event: AuditEvent) => void,
): StoreTransaction {
  return Object.assign(bindAll(scope), {
    lock: (name: string) => engine.lock(scope.db, name),
    audit(event: AuditEvent) {
      left.events.push(event);
      left.sayings.push(() => audited?.(event));
    },
    afterCommit(say: () => void) {
      left.sayings.push(say);
    },
  });
}

type Query = (scope: Scope, ...given: unknown[]) => unknown;

/** Binds queries to the scope of a piece of work: by one object, whose prototype was made before. */
function binderOf<Queries extends object>(queries: OnScope<Queries>) {
  class Work {
    readonly scope: Scope;
    readonly now: number;
    constructor(scope: Scope) {
      this.scope = scope;
      this.now = scope.now;
    }
  }
  for (const [name, query] of Object.entries<Query>(queries)) {
    Object.defineProperty(Work.prototype, name, {
      value(this: Work, ...given: unknown[]) {
        return query(this.scope, ...given);
      },
    });
  }
  return (scope: Scope) => new Work(scope) as Work & Queries;
}
