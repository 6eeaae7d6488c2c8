import type { ResetFlow } from '../domain/flow.ts';
import type { Secret } from '../domain/secret.ts';
import { DirectoryError, type WriteTraces } from '../ports/directory.ts';
import type { PasswordDigest, StoreTransaction } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { advanceReset, auditOf, lockFlow } from './flows.ts';
import { addNotices } from './notices.ts';
import type { Manager } from './people.ts';
import { showCard } from './showCard.ts';

/** A request that was cut off may still be carried out for this long; only then "not applied" is true, ms. */
const LATE_WRITE_MS = 6_000;
const FIRST_LOOK_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const LOOK_MS = 10_000;

/** What the seeker holds in memory; a crash loses it, and with it the power to prove the write by bind. */
export interface SoughtWrite {
  readonly password: Secret;
  readonly digest: PasswordDigest;
  readonly manager: Manager;
}

/** The reset is done: its row, its history, its notices, and the manager's earlier mistakes forgotten. */
export async function completeReset(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  done: { readonly digest: PasswordDigest; readonly byName: string },
): Promise<ResetFlow> {
  const { manager, accountId, accountName } = flow;
  await tx.addToHistory(accountId, done.digest, deps.settings.passwordHistory);
  await tx.clearFailures({ kind: 'code', accountId, manager });
  const event = flow.state.step === 'unknown' ? 'reset.verified' : 'reset.written';
  tx.audit({ event, result: 'ok', ...auditOf(flow) });
  const enrollment = await tx.enrollment(manager, accountId);
  await addNotices(
    deps,
    tx,
    { event: 'reset', manager, accountId, accountName, byName: done.byName, flow: flow.id },
    enrollment === undefined ? [] : [enrollment.mobile],
  );
  return advanceReset(tx, flow, { type: 'passwordWritten' }, 'sameTurn');
}

/** Notes that nobody knows yet whether the write was carried out. */
export async function noteUnknown(
  tx: StoreTransaction,
  flow: ResetFlow,
  server: string | undefined,
): Promise<ResetFlow> {
  tx.audit({ event: 'reset.unknown', result: 'unknown', ...auditOf(flow) });
  return advanceReset(tx, flow, { type: 'outcomeUnknown', server }, 'sameTurn');
}

/**
 * Looks for the truth about a write whose answer was lost, in the background, until it is known or
 * the flow's time is over, and updates the card. Reads only; the write is never repeated.
 */
export function seekOutcome(deps: Deps, flow: ResetFlow, sought: SoughtWrite): void {
  void seek(deps, flow, sought).catch((error: unknown) => {
    deps.log.error({ flow: flow.id, error: String(error) }, 'the search for an outcome ended');
  });
}

async function seek(deps: Deps, flow: ResetFlow, sought: SoughtWrite): Promise<void> {
  const { state } = flow;
  if (state.step !== 'unknown') return;
  const { server } = state;
  if (server === undefined) return;
  const { signal } = new AbortController();
  let waited = 0;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    await deps.delay(pause, signal);
    waited += pause;
    const traces = await look(deps, flow, sought, server);
    const settled = await deps.store.transaction(async (tx) =>
      judge(deps, tx, await lockFlow(tx, flow), {
        traces,
        sought,
        isLate: waited >= LATE_WRITE_MS,
      }),
    );
    if (settled === undefined) continue;
    await showCard(deps, settled);
    return;
  }
}

async function look(
  deps: Deps,
  flow: ResetFlow,
  { password }: SoughtWrite,
  server: string,
): Promise<WriteTraces | undefined> {
  try {
    const { accountId } = flow;
    return await deps.directory.readWrite(
      { accountId, password, server },
      AbortSignal.timeout(LOOK_MS),
    );
  } catch (error) {
    if (error instanceof DirectoryError) return undefined;
    throw error;
  }
}

/** The flow once the truth is known, undefined while it is not. */
async function judge(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  seen: { traces: WriteTraces | undefined; sought: SoughtWrite; isLate: boolean },
): Promise<ResetFlow | undefined> {
  if (flow.state.step !== 'unknown') return flow;
  const { traces, sought, isLate } = seen;
  if (traces === undefined) return undefined;
  const hasChanged = traces.passwordVersion !== flow.passwordVersion;
  if (hasChanged && traces.binds === true) {
    const byName = sought.manager.entry.displayName;
    return completeReset(deps, tx, flow, { digest: sought.digest, byName });
  }
  if (hasChanged || !isLate) return undefined;

  tx.audit({ event: 'reset.verified', result: 'refused', ...auditOf(flow) });
  if (tx.now > flow.expiresAt) return advanceReset(tx, flow, { type: 'expired' }, 'sameTurn');
  const reason = 'directoryUnavailable';
  return advanceReset(tx, flow, { type: 'writeNotDone', reason }, 'sameTurn');
}
