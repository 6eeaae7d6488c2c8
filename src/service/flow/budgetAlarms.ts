import { DAY_MS } from '../../domain/durations.ts';
import { BUDGET_MARKS, budgetAlarm, type BudgetMark } from '../../domain/smsBudget.ts';
import type { Log } from '../../ports/log.ts';
import type { Metrics } from '../../ports/metrics.ts';

/** The rolling sum moves around a mark: the same mark is told again after this long, ms. */
const QUIET_MS = DAY_MS;

/** Tells operators the used share of the day's messages (requirement R1), whichever instance or command sent them. */
export interface BudgetAlarms {
  /** `total`: the messages within 24 h over all instances. */
  counted(total: number): void;
}

export function createBudgetAlarms(
  perDay: number,
  { log, metrics, clock }: { readonly log: Log; readonly metrics: Metrics; clock(): number },
): BudgetAlarms {
  const toldAt = new Map<BudgetMark, number>();

  return {
    counted(total) {
      const mark = budgetAlarm(total, perDay);
      if (mark === undefined) return;
      const last = toldAt.get(mark);
      if (last !== undefined && clock() - last < QUIET_MS) return;
      // The marks below are passed with it, also when the sum falls back to them.
      for (const passed of BUDGET_MARKS) if (passed <= mark) toldAt.set(passed, clock());
      metrics.budgetMarkReached(mark);
      const fields = { alarm: 'smsBudget', percent: mark, perDay };
      if (mark === 100) log.error(fields, 'the day’s code messages are used up');
      else log.warn(fields, 'much of the day’s code messages is used up');
    },
  };
}
