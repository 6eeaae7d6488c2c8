import { entryMobile } from '../../domain/mobile.ts';
import { budgetRefusal, SENDS_LOOKBACK_MS, type BudgetRefusal } from '../../domain/smsBudget.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import type { Manager } from '../people/managers.ts';

/** The recipient of a code message, of one flow or of the next. */
interface CodeRecipient {
  readonly flowId?: string;
  readonly mobile: string;
  readonly manager: Pick<Manager, 'key' | 'entry'>;
}

/** Why no code message may go out now; undefined when one may. Holds the budget's lock from then on. */
export async function codeBudgetRefusal(
  deps: Deps,
  tx: StoreTransaction,
  to: CodeRecipient,
): Promise<BudgetRefusal | undefined> {
  await tx.lock('sms');
  const { refusal, total } = await codeBudget(deps, tx, to);
  if (refusal?.reason === 'smsUnavailable') {
    tx.afterCommit(() => {
      deps.budgetAlarms.counted(total);
    });
  }
  return refusal;
}

/** The same without the lock, where no message follows; `total` are the messages of the last 24 h. */
export async function codeBudget(
  deps: Pick<Deps, 'settings'>,
  reads: StoreReads,
  { flowId, mobile, manager: { key: manager, entry } }: CodeRecipient,
): Promise<{ readonly refusal: BudgetRefusal | undefined; readonly total: number }> {
  const { now } = reads;
  const since = now - SENDS_LOOKBACK_MS.number;
  const total = await reads.countSends(now - SENDS_LOOKBACK_MS.total);
  const sends = {
    now,
    flowNumber: flowId === undefined ? [] : await reads.sendTimes({ flowId, mobile, since }),
    number: await reads.sendTimes({ mobile, since }),
    ...(await reads.managerSends({ manager, since: now - SENDS_LOOKBACK_MS.manager })),
    ...(await reads.numberUse({ mobile, manager, since })),
    isInOwnEntry: entryMobile(entry, deps.settings.smsCountries) === mobile,
    total,
  };
  return { refusal: budgetRefusal(sends, deps.settings.smsPerDay), total };
}
