import { entryMobile } from '../../domain/mobile.ts';
import type { CodeTerms } from '../../domain/flows/flow.ts';
import type { ManagerKey } from '../../domain/parties.ts';
import {
  budgetRefusal,
  codeAfter,
  SENDS_LOOKBACK_MS,
  type BudgetRefusal,
  type SendsSoFar,
} from '../../domain/smsBudget.ts';
import type { DirectoryManager } from '../../ports/account.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import type { BudgetAlarms } from './budgetAlarms.ts';

/** The recipient of a code message, of one flow or of the next. */
interface CodeRecipient {
  readonly flowId?: string;
  readonly mobile: string;
  readonly manager: { readonly key: ManagerKey; readonly entry: DirectoryManager };
}

/** A code message that may go out now. */
export interface NextCode {
  readonly terms: CodeTerms;
  /** Code messages of the last 24 h, this one included. */
  readonly total: number;
}

interface BudgetSettings {
  readonly smsCountries: readonly string[];
  readonly smsPerDay: number;
}

/** The code message that may go out now, or why none may. Holds the budget's lock from then on. */
export async function nextCode(
  deps: {
    readonly settings: BudgetSettings & { readonly codeTtlSeconds: number };
    readonly budgetAlarms: BudgetAlarms;
  },
  tx: StoreTransaction,
  to: CodeRecipient,
): Promise<
  | { readonly refused: BudgetRefusal; readonly code?: undefined }
  | { readonly refused?: undefined; readonly code: NextCode }
> {
  await tx.lock('sms');
  const { refused, sends } = await codeBudget(deps, tx, to);
  if (refused?.reason === 'smsUnavailable') {
    tx.afterCommit(() => {
      deps.budgetAlarms.counted(sends.total);
    });
  }
  if (refused !== undefined) return { refused };
  const expiresAt = tx.now + deps.settings.codeTtlSeconds * 1000;
  return { code: { terms: { expiresAt, ...codeAfter(sends) }, total: sends.total + 1 } };
}

/** The same without the lock, where no message follows. */
export async function codeBudget(
  deps: { readonly settings: BudgetSettings },
  reads: StoreReads,
  { flowId, mobile, manager: { key: manager, entry } }: CodeRecipient,
): Promise<{ readonly refused: BudgetRefusal | undefined; readonly sends: SendsSoFar }> {
  const { now } = reads;
  const since = now - SENDS_LOOKBACK_MS.number;
  const total = await reads.countSends(now - SENDS_LOOKBACK_MS.total);
  const sends = {
    now,
    ...(await reads.managerSends({ manager, since: now - SENDS_LOOKBACK_MS.manager })),
    ...(await reads.numberUse({ mobile, manager, flowId, since })),
    isInOwnEntry: entryMobile(entry, deps.settings.smsCountries) === mobile,
    total,
  };
  return { refused: budgetRefusal(sends, deps.settings.smsPerDay), sends };
}
