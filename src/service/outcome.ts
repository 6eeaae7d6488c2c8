import type { ResetFlow } from '../domain/flow.ts';
import { judgeLostWrite, type LostWriteVerdict } from '../domain/lostWrite.ts';
import type { Secret } from '../domain/secret.ts';
import { DirectoryError, type WriteTraces } from '../ports/directory.ts';
import type { PasswordDigest, StoreTransaction } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { advanceReset, auditOf, lockFlow } from './flows.ts';
import { addNotices } from './notices.ts';
import { showCard } from './showCard.ts';

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
  const event = flow.state.step === 'writingPassword' ? 'reset.written' : 'reset.verified';
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
  if (flow.state.step !== 'unknown') return 'settled';
  const { since, passwordSetAt: before } = flow.state;
  const traces = await readTraces(deps, flow, undefined);
  const isChanged = traces?.some((seen) => seen.passwordVersion !== flow.passwordVersion);
  // A wrong bind counts towards the directory's lockout: asked once, and only after a change.
  const proved =
    isChanged === true && sought !== undefined
      ? await readTraces(deps, flow, sought.password)
      : undefined;
  const passwordSetAt = traces?.map((seen) => seen.passwordSetAt).find((at) => at !== undefined);

  const { verdict, settled } = await deps.store.transaction(async (tx) => {
    const verdict = judgeLostWrite({
      isChanged,
      binds: anyBinds(proved),
      isTheOneSent: sought?.isTheOneSent === true,
      ageMs: tx.now - since,
    });
    const current = await lockFlow(tx, flow);
    const seenAt = isChanged === true ? passwordSetAt : undefined;
    return { verdict, settled: await takeVerdict(deps, tx, current, { verdict, sought, seenAt }) };
  });
  const isNews = settled.state.step !== 'unknown' || settled.state.passwordSetAt !== before;
  if (isNews) await showCard(deps, settled);
  return verdict === 'open' ? 'open' : 'settled';
}

/** True where one server takes the password, false where one refuses it, undefined where none says. */
function anyBinds(traces: readonly WriteTraces[] | undefined): boolean | undefined {
  const said = (traces ?? []).map(({ binds }) => binds).filter((binds) => binds !== undefined);
  return said.length === 0 ? undefined : said.includes(true);
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

/** Takes the verdict into the flow; one that the manager has left meanwhile keeps its state. */
async function takeVerdict(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  found: {
    readonly verdict: LostWriteVerdict;
    readonly sought: SoughtWrite | undefined;
    readonly seenAt: number | undefined;
  },
): Promise<ResetFlow> {
  const { verdict, sought, seenAt } = found;
  if (flow.state.step === 'done') return flow;
  switch (verdict) {
    case 'applied':
      // Told also where the manager has moved on: nobody may silence a change by that.
      return sought === undefined ? flow : completeReset(deps, tx, flow, sought);
    case 'notApplied': {
      tx.audit({ event: 'reset.verified', result: 'refused', ...auditOf(flow) });
      const reason = 'directoryUnavailable';
      const isOver = tx.now > flow.expiresAt;
      const event = isOver
        ? ({ type: 'expired' } as const)
        : ({ type: 'writeNotDone', reason } as const);
      return advanceReset(tx, flow, event, 'sameTurn');
    }
    case 'replaced': {
      // Whatever became of ours, this flow answers a question that is no longer asked.
      const reason = 'flowExpired';
      tx.audit({ event: 'reset.verified', result: 'refused', reason, ...auditOf(flow) });
      return advanceReset(tx, flow, { type: 'expired' }, 'sameTurn');
    }
    case 'givenUp':
      deps.log.error(
        { alarm: 'outcomeUnknown', flow: flow.id },
        'a write stayed unknown for a day',
      );
      return advanceReset(tx, flow, { type: 'expired' }, 'sameTurn');
    case 'open': {
      const isNews = flow.state.step === 'unknown' && flow.state.passwordSetAt !== seenAt;
      if (!isNews || seenAt === undefined) return flow;
      return advanceReset(tx, flow, { type: 'changeSeen', passwordSetAt: seenAt }, 'sameTurn');
    }
  }
}
