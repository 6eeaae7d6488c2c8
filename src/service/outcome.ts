import type { ResetFlow } from '../domain/flow.ts';
import type { Secret } from '../domain/secret.ts';
import { DirectoryError, type WriteTraces } from '../ports/directory.ts';
import type { PasswordDigest, StoreTransaction } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { advanceReset, auditOf, lockFlow } from './flows.ts';
import { addNotices } from './notices.ts';
import { showCard } from './showCard.ts';

/** A request that was cut off may still be carried out for this long; only then "not applied" is true, ms. */
const LATE_WRITE_MS = 6_000;
/** After this long a person has to look, ms. */
const GIVE_UP_MS = 24 * 60 * 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const LOOK_MS = 10_000;

/** What only this process still knows of a write; a crash loses it, and with it the proof by bind. */
export interface SoughtWrite {
  readonly password: Secret;
  readonly digest: PasswordDigest;
  readonly byName: string;
  /** True where this is surely the password that was sent, false where it was typed again. */
  readonly isTheOneSent: boolean;
}

/** The reset is done: its row, its history, its notices, and the manager's earlier mistakes forgotten. */
export async function completeReset(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  done: Pick<SoughtWrite, 'digest' | 'byName'>,
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
 * Looks for the truth about a write whose answer was lost, in the background, until it is known.
 * Reads, and binds once at most; the write is never repeated.
 */
export function seekOutcome(deps: Deps, flow: ResetFlow, sought: SoughtWrite): void {
  void seek(deps, flow, sought).catch((error: unknown) => {
    deps.log.error({ flow: flow.id, err: error }, 'the search for an outcome ended');
  });
}

async function seek(deps: Deps, flow: ResetFlow, sought: SoughtWrite): Promise<void> {
  const pauses = { next: FIRST_PAUSE_MS };
  let isOpen = true;
  while (isOpen) {
    await deps.delay(pauses.next);
    pauses.next = Math.min(2 * pauses.next, LONGEST_PAUSE_MS);
    isOpen = (await lookForOutcome(deps, flow, sought)) === 'open';
  }
}

/**
 * One look at what the write left behind, and the card brought up to date where that settles it.
 * `open` while the truth is not known.
 */
export async function lookForOutcome(
  deps: Deps,
  flow: ResetFlow,
  sought?: SoughtWrite,
): Promise<'open' | 'settled'> {
  const traces = await readTraces(deps, flow, undefined);
  const isChanged = traces?.some((seen) => seen.passwordVersion !== flow.passwordVersion) ?? false;
  // A wrong bind counts towards the directory's lockout: asked once, and only after a change.
  const binds =
    isChanged && sought !== undefined
      ? (await readTraces(deps, flow, sought.password))?.some((seen) => seen.binds === true)
      : undefined;
  const before = flow.state.step === 'unknown' ? flow.state.passwordSetAt : undefined;
  const judged = await deps.store.transaction(async (tx) =>
    judge(deps, tx, await lockFlow(tx, flow), { traces, isChanged, binds, sought }),
  );
  const isOpen = judged.state.step === 'unknown';
  if (!isOpen || judged.state.passwordSetAt !== before) await showCard(deps, judged);
  return isOpen ? 'open' : 'settled';
}

/** What all servers say that the write may have gone to; undefined where one of them does not. */
async function readTraces(
  deps: Deps,
  flow: ResetFlow,
  password: Secret | undefined,
): Promise<WriteTraces[] | undefined> {
  const { accountId, state } = flow;
  if (state.step !== 'unknown') return undefined;
  const servers = state.server === undefined ? deps.directory.servers : [state.server];
  const signal = AbortSignal.timeout(LOOK_MS);
  const secret = password === undefined ? {} : { password };
  try {
    const all = await Promise.all(
      servers.map((server) => deps.directory.readWrite({ accountId, server, ...secret }, signal)),
    );
    const traces = all.filter((seen) => seen !== undefined);
    return traces.length === servers.length ? traces : undefined;
  } catch (error) {
    if (error instanceof DirectoryError) return undefined;
    throw error;
  }
}

interface Seen {
  readonly traces: readonly WriteTraces[] | undefined;
  readonly isChanged: boolean;
  readonly binds: boolean | undefined;
  readonly sought: SoughtWrite | undefined;
}

async function judge(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  { traces, isChanged, binds, sought }: Seen,
): Promise<ResetFlow> {
  const { state } = flow;
  if (state.step !== 'unknown') return flow;
  if (isChanged && binds === true && sought !== undefined) {
    return completeReset(deps, tx, flow, sought);
  }
  const isLate = tx.now - state.since >= LATE_WRITE_MS;
  if (traces !== undefined && !isChanged && isLate) {
    tx.audit({ event: 'reset.verified', result: 'refused', ...auditOf(flow) });
    if (tx.now > flow.expiresAt) return advanceReset(tx, flow, { type: 'expired' }, 'sameTurn');
    const reason = 'directoryUnavailable';
    return advanceReset(tx, flow, { type: 'writeNotDone', reason }, 'sameTurn');
  }
  if (isChanged && binds === false && sought?.isTheOneSent === true) {
    // Somebody else's password stands there now: whatever became of ours, this flow is over.
    tx.audit({
      event: 'reset.verified',
      result: 'refused',
      reason: 'flowExpired',
      ...auditOf(flow),
    });
    return advanceReset(tx, flow, { type: 'expired' }, 'sameTurn');
  }
  if (tx.now - state.since > GIVE_UP_MS) {
    deps.log.error({ alarm: 'outcomeUnknown', flow: flow.id }, 'a write stayed unknown for a day');
    return advanceReset(tx, flow, { type: 'expired' }, 'sameTurn');
  }
  const passwordSetAt = traces?.map((seen) => seen.passwordSetAt).find((at) => at !== undefined);
  if (!isChanged || passwordSetAt === undefined || passwordSetAt === state.passwordSetAt)
    return flow;
  return advanceReset(tx, flow, { type: 'changeSeen', passwordSetAt }, 'sameTurn');
}
