import type { ResetFlow } from '../../domain/flows/flow.ts';
import { hasBindUnderWay } from '../../domain/flows/lifetime.ts';
import { stepReset, type ResetEvent } from '../../domain/flows/reset.ts';
import type { WriteTraces } from '../../ports/directory.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { Account } from '../../ports/account.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { changeFlow, saveFlow } from '../flow/flows.ts';
import { bindsUnderWay, proofBlock, reserveBind, settleBind } from './proofLimits.ts';

/** Whether the password binds; undefined where nothing was tried. */
export type Binds = WriteTraces['binds'];

/** The account and time of a password's try. */
interface Tried {
  readonly account: Pick<Account, 'id' | 'isLocked' | 'lockout'>;
  readonly isTyped: boolean;
  readonly isDue?: (current: ResetFlow) => boolean;
}

/**
 * One bind with a password that the flow's manager has sent: one at a time on an account, counted before it
 * is sent, and never one that could bring the directory's own lockout near (requirement P11). A password
 * that was typed again also keeps the bot's own limit; the search for the truth does not wait for it.
 * `isDue` is asked with the flow as it stands right before: false where a bind would tell nothing new.
 * @throws DirectoryError `unreachable` where another instance has a bind of the flow under way.
 */
export function countedBind(
  deps: Deps,
  flow: ResetFlow,
  { account, isTyped, isDue = () => true }: Tried,
  bind: (mayBind: (account: Account) => boolean) => Promise<Binds>,
): Promise<Binds> {
  return deps.exclusive(`proof:${flow.accountId}`, async () => {
    const reserved = await changeFlow(deps, flow, async (tx, current) => {
      if (!isDue(current)) return undefined;
      if (hasBindUnderWay(current.state, tx.now)) return 'elsewhere' as const;
      const underWay = await bindsUnderWay(tx, current);
      if (isTyped && (await proofBlock(account, tx, underWay)) !== undefined) return undefined;
      const bindReserved = await reserveBind(tx, current, underWay);
      await note(tx, current, { type: 'bindStarted' });
      return bindReserved;
    });
    if (reserved === undefined) return undefined;
    if (reserved === 'elsewhere') {
      throw new DirectoryError('unreachable', 'another bind of the flow is under way');
    }

    const settle = (outcome: Parameters<typeof settleBind>[2]): Promise<void> =>
      changeFlow(deps, flow, async (tx, current) => {
        await settleBind(tx, reserved, outcome);
        await note(tx, current, { type: 'bindEnded' });
      });
    let binds: Binds;
    try {
      binds = await bind(reserved.mayBind);
    } catch (error) {
      await settle({ error });
      throw error;
    }
    await settle({ isWrong: binds === false });
    return binds;
  });
}

/** The flow tells other instances that a bind is under way. */
async function note(tx: StoreTransaction, flow: ResetFlow, event: ResetEvent): Promise<void> {
  const state = stepReset(flow.state, event, tx.now);
  if (state !== flow.state) await saveFlow(tx, { ...flow, state }, 'sameDraw');
}
