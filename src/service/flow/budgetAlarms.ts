import { DAY_MS } from '../../domain/durations.ts';
import { budgetAlarm, type BudgetMark } from '../../domain/smsBudget.ts';
import type { Log } from '../../ports/log.ts';
import type { Metrics } from '../../ports/metrics.ts';

/** The rolling sum moves around a mark: the same mark is told again after this long, ms. */
const QUIET_MS = DAY_MS;

/** Tells operators the used share of the day's code messages (requirement R1). */
export interface BudgetAlarms {
  /** A code message was reserved, the `total`th within 24 h over all instances. */
  reserved(total: number): void;
  /** A code message was refused because of the `total` sent, which is the ceiling or the share below it. */
  refused(total: number): void;
}

export function createBudgetAlarms(
  perDay: number,
  { log, metrics, clock }: { readonly log: Log; readonly metrics: Metrics; clock(): number },
): BudgetAlarms {
  const toldAt = new Map<BudgetMark, number>();

  function tell(mark: BudgetMark): void {
    const last = toldAt.get(mark);
    if (last !== undefined && clock() - last < QUIET_MS) return;
    toldAt.set(mark, clock());
    metrics.budgetMarkReached(mark);
    const fields = { alarm: 'smsBudget', percent: mark, perDay };
    if (mark === 100) log.error(fields, 'the day’s code messages are used up');
    else log.warn(fields, 'much of the day’s code messages is used up');
  }

  return {
    reserved(total) {
      const mark = budgetAlarm(total, perDay);
      if (mark !== undefined) tell(mark);
    },
    refused(total) {
      tell(total >= perDay ? 100 : 80);
    },
  };
}
