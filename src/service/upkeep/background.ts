import { HOUR_MS } from '../../domain/durations.ts';
import type { Flow } from '../../domain/flows/flow.ts';
import { SENDS_LOOKBACK_MS } from '../../domain/smsBudget.ts';
import type { Deps } from '../deps.ts';
import { drawCallers } from '../desk/drawCallers.ts';
import { deliverNotice } from '../notices/noticeDelivery.ts';
import { createRecovery } from './recovery.ts';
import { forgetOld } from './retention.ts';
import { ACTS_LOOKBACK_MS, createActsAlarm, type ActsOfAnHour } from '../notices/actsAlarm.ts';
import { showCard } from '../chat/showCard.ts';
import { createSendPace } from '../chat/sendPace.ts';
import { sweepIfDue } from './sweep.ts';

const NOTICES_EVERY_MS = 1_000;
const SWEEP_LOOK_EVERY_MS = 1_000;
/** The pause after a failure: a failing directory is not asked for all its accounts every few seconds. */
const SWEEP_REST_MS = 60_000;
/** An agent waits for the answer with the caller on the telephone. */
const CALLERS_EVERY_MS = 1_000;
const RECOVERY_EVERY_MS = 2_000;
const FORGET_EVERY_MS = HOUR_MS;
const MEASURE_EVERY_MS = 5_000;
/** A loop that keeps failing is logged this often. */
const TOLD_EVERY_MS = 60_000;

/** The background work: everything that needs no tap. `stop` resolves when no work is under way. */
export interface Background {
  stop(): Promise<void>;
}

/**
 * Delivers notices, shows the `outdated` cards anew and settles flows that no tap takes further, until
 * stopped. A failed round is repeated, and logged at most once a minute.
 */
export function startBackground(deps: Deps, outdated: readonly Flow[]): Background {
  const recover = createRecovery(deps);
  const pace = createSendPace(deps);
  const tellOfActs = createActsAlarm(deps.log);
  const stopping = new AbortController();
  const { signal } = stopping;

  async function repeat(
    name: string,
    everyMs: number,
    round: () => Promise<boolean>,
  ): Promise<void> {
    let toldAt: number | undefined;
    while (!signal.aborted) {
      let hasMore = false;
      try {
        hasMore = await round();
        if (toldAt !== undefined) deps.log.info({ loop: name }, 'a background loop works again');
        toldAt = undefined;
      } catch (error) {
        if (toldAt === undefined || performance.now() - toldAt >= TOLD_EVERY_MS) {
          deps.log.error({ err: error, loop: name }, 'a background round failed');
          toldAt = performance.now();
        }
      }
      if (!hasMore) await deps.delay(everyMs, signal);
    }
  }

  const loops = [
    Promise.all(outdated.map((flow) => showOutdated(deps, flow))),
    repeat('notices', NOTICES_EVERY_MS, () => deliverNotice(deps, 'chat', pace, signal)),
    repeat('changes', NOTICES_EVERY_MS, () => deliverNotice(deps, 'changes', pace, signal)),
    repeat('news', NOTICES_EVERY_MS, () => deliverNotice(deps, 'news', pace, signal)),
    repeat('texts', NOTICES_EVERY_MS, () => deliverNotice(deps, 'sms', pace, signal)),
    repeat('sweep', SWEEP_LOOK_EVERY_MS, () => sweepPatiently(deps, signal)),
    repeat('recovery', RECOVERY_EVERY_MS, async () => {
      await recover();
      return false;
    }),
    ...(deps.settings.desk.isOpen
      ? [repeat('callers', CALLERS_EVERY_MS, () => drawCallers(deps))]
      : []),
    repeat('retention', FORGET_EVERY_MS, () => forgetOld(deps)),
    repeat('measures', MEASURE_EVERY_MS, async () => {
      tellOfActs(await measureStore(deps));
      return false;
    }),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

/** A card that cannot be drawn must not keep the bot from its work. */
async function showOutdated(deps: Deps, flow: Flow): Promise<void> {
  try {
    await showCard(deps, flow);
  } catch (error) {
    deps.log.error({ err: error, flow: flow.id }, 'a card could not be brought up to date');
  }
}

/**
 * The store's state for operators, read now and then rather than at each scrape; gives the acts of the
 * last hour. Here the budget of messages is looked at for those that no tap sends: reminders.
 */
async function measureStore({
  store,
  metrics,
  settings,
  budgetAlarms,
}: Deps): Promise<ActsOfAnHour> {
  const { revokes, vouches, ...state } = await store.transaction(async (tx) => ({
    noticesWaiting: await tx.countNotices(),
    codeMessages: await tx.countSends(tx.now - SENDS_LOOKBACK_MS.total),
    revokes: await tx.countRevokes(tx.now - ACTS_LOOKBACK_MS),
    vouches: await tx.countVouches(tx.now - ACTS_LOOKBACK_MS),
  }));
  budgetAlarms.counted(state.codeMessages);
  metrics.storeMeasured({ ...state, codeMessagesCeiling: settings.smsPerDay });
  return { revokes, vouches };
}

async function sweepPatiently(deps: Deps, signal: AbortSignal): Promise<boolean> {
  try {
    await sweepIfDue(deps, signal);
  } catch (error) {
    if (signal.aborted) return false;
    deps.log.error({ err: error }, 'a sweep for due passwords ended early');
    await deps.delay(SWEEP_REST_MS, signal);
  }
  return false;
}
