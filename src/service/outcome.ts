import type { ResetFlow } from '../domain/flow.ts';
import {
  judgeLostWrite,
  lateWriteMs,
  SLOW_WRITE_MS,
  type LostWriteVerdict,
} from '../domain/lostWrite.ts';
import type { Secret } from '../domain/secret.ts';
import { DirectoryError, type WriteTraces } from '../ports/directory.ts';
import type { PasswordDigest } from '../ports/records.ts';
import { StoreError, type StoreTransaction } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { advanceReset, auditOf, changeFlow } from './flows.ts';
import { addNotices } from './notices.ts';
import { showCard } from './showCard.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Each pause against the one before: about a quarter of the time since the answer was lost. */
const PAUSE_GROWTH = 1.25;
const LOOK_MS = 10_000;

/** What only this process still knows of a write; a crash loses it, and with it the proof by bind. */
export interface SoughtWrite {
  readonly password: Secret;
  readonly digest: PasswordDigest;
  readonly byName: string;
  /** True where this is surely the password that was sent, false where it was typed again. */
  readonly isTheOneSent: boolean;
}

/** A password that is in force, as it is taken down. */
export interface WrittenPassword extends Pick<SoughtWrite, 'digest' | 'byName'> {
  /** The mark that the write left in the directory. */
  readonly version: string;
  readonly isBeforeMinAge?: boolean | undefined;
}

/** The reset is done: its row, its history, its notices, and the manager's earlier mistakes forgotten. */
export async function completeReset(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  done: WrittenPassword,
): Promise<ResetFlow> {
  await recordReset(deps, tx, flow, done);
  return advanceReset(tx, flow, { type: 'passwordWritten' }, 'sameTurn');
}

/** Takes down, once, that a write of a flow that the manager has left was carried out. */
export async function recordLateReset(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  done: WrittenPassword,
): Promise<void> {
  // It can have been found, and taken down, before.
  const isKnown = await tx.isInHistory(flow.accountId, done.digest, deps.settings.passwordHistory);
  if (!isKnown) await recordReset(deps, tx, flow, done);
}

async function recordReset(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  done: WrittenPassword,
): Promise<void> {
  const { manager, accountId, accountName } = flow;
  await tx.addToHistory(accountId, done.digest, deps.settings.passwordHistory);
  // A sweep that finds another one has found somebody else's change.
  await tx.sawPasswords([{ accountId, version: done.version }]);
  await tx.clearFailures({ kind: 'code', accountId, manager });
  const event = flow.state.step === 'writingPassword' ? 'reset.written' : 'reset.verified';
  // The directory's history was not asked then, only the bot's own.
  const reason = done.isBeforeMinAge === true ? { reason: 'minimumAge' } : {};
  tx.audit({ event, result: 'ok', ...reason, ...auditOf(flow) });
  const enrollment = await tx.enrollment(manager, accountId);
  await addNotices(
    deps,
    tx,
    { event: 'reset', manager, accountId, accountName, byName: done.byName, flow: flow.id },
    enrollment === undefined ? [] : [enrollment.mobile],
  );
}

/**
 * Notes that nobody knows yet whether the write was carried out. `isGivenUp`: the turn's time was up
 * before the server had its own; it may be slow.
 */
export async function noteUnknown(
  tx: StoreTransaction,
  flow: ResetFlow,
  { server, isGivenUp }: { readonly server: string | undefined; readonly isGivenUp: boolean },
): Promise<ResetFlow> {
  const { state } = flow;
  // Where it was taken for lost meanwhile, that has been noted, and only what is known of it is new.
  if (state.step === 'writingPassword') {
    tx.audit({ event: 'reset.unknown', result: 'unknown', ...auditOf(flow) });
  }
  const waitedMs = state.step === 'writingPassword' ? tx.now - state.since : 0;
  const openUntil = tx.now + (isGivenUp ? SLOW_WRITE_MS : lateWriteMs(waitedMs));
  return advanceReset(tx, flow, { type: 'outcomeUnknown', server, openUntil }, 'sameTurn');
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
    pauses.next = Math.min(PAUSE_GROWTH * pauses.next, LONGEST_PAUSE_MS);
    try {
      isOpen = (await lookForOutcome(deps, flow, sought)).isOpen;
    } catch (error) {
      // Only this search knows the password: it outlives the database's absence.
      if (!(error instanceof StoreError)) throw error;
    }
  }
}

/** What one look came to: whether the truth is still not known, and whether the password was tried. */
export interface Look {
  readonly isOpen: boolean;
  readonly hasBound: boolean;
}

/** One look at what the write left behind, and the card brought up to date where that settles it. */
export async function lookForOutcome(
  deps: Deps,
  flow: ResetFlow,
  sought?: SoughtWrite,
): Promise<Look> {
  if (flow.state.step !== 'unknown') return { isOpen: false, hasBound: false };
  const { since } = flow.state;
  // What a server says holds for the moment at which it was asked, not for that of a late answer.
  const askedAt = deps.store.now();
  const traces = await readTraces(deps, flow, flow.state.server);
  const changed = traces?.find((seen) => seen.passwordVersion !== flow.passwordVersion);
  const isChanged = traces === undefined ? undefined : changed !== undefined;
  // A wrong bind counts towards the directory's lockout: one, and only where a change is seen.
  const proved =
    changed !== undefined && sought !== undefined
      ? await readServer(deps, flow, changed.server, sought.password)
      : undefined;
  const passwordSetAt = traces?.map((seen) => seen.passwordSetAt).find((at) => at !== undefined);

  const { verdict, settled, hasMoved } = await changeFlow(deps, flow, async (tx, current) => {
    // Of the flow as it is now: who sent the write may have told only meanwhile how late it can come.
    const { openUntil } = current.state.step === 'unknown' ? current.state : {};
    const verdict = judgeLostWrite({
      isChanged,
      binds: proved?.binds,
      changedAt: changed?.passwordSetAt,
      lostAt: since,
      isTheOneSent: sought?.isTheOneSent === true,
      ageMs: askedAt - since,
      lateMs: openUntil === undefined ? undefined : openUntil - since,
    });
    const seenAt = isChanged === true ? passwordSetAt : undefined;
    const version = changed?.passwordVersion;
    const found = { verdict, sought, since, seenAt, version };
    const settled = await takeVerdict(deps, tx, current, found);
    return { verdict, settled, hasMoved: settled.version > current.version };
  });
  // What others did is shown by them; where the manager has gone on, the message shows something else.
  if (hasMoved) await showCard(deps, settled);
  return { isOpen: verdict === 'open', hasBound: changed !== undefined && sought !== undefined };
}

/** What all servers say that the write may have gone to; undefined where one of them does not. */
async function readTraces(
  deps: Deps,
  flow: ResetFlow,
  server: string | undefined,
): Promise<WriteTraces[] | undefined> {
  const servers = server === undefined ? deps.directory.servers : [server];
  const all = await Promise.all(servers.map((name) => readServer(deps, flow, name)));
  const traces = all.filter((seen) => seen !== undefined);
  return traces.length === servers.length ? traces : undefined;
}

async function readServer(
  deps: Deps,
  { accountId }: ResetFlow,
  server: string,
  password?: Secret,
): Promise<WriteTraces | undefined> {
  const secret = password === undefined ? {} : { password };
  const signal = AbortSignal.timeout(LOOK_MS);
  try {
    return await deps.directory.readWrite({ accountId, server, ...secret }, signal);
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
    /** Since when the outcome is unknown that was looked for. */
    readonly since: number;
    readonly seenAt: number | undefined;
    /** Of the password that was seen to have come. */
    readonly version: string | undefined;
  },
): Promise<ResetFlow> {
  const { verdict, sought, since, seenAt, version } = found;
  const { state } = flow;
  // Another search may have settled this write, and the manager begun the next one.
  if (state.step !== 'unknown' || state.since !== since) {
    // Told all the same: nobody may silence a change by moving on.
    const isUntold = verdict === 'applied' && state.step !== 'done';
    if (!isUntold || sought === undefined || version === undefined) return flow;
    await recordLateReset(deps, tx, flow, { ...sought, version });
    return flow;
  }
  switch (verdict) {
    case 'applied':
      if (sought === undefined || version === undefined) return flow;
      return completeReset(deps, tx, flow, { ...sought, version });
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
      if (seenAt === undefined || state.passwordSetAt === seenAt) return flow;
      return advanceReset(tx, flow, { type: 'changeSeen', passwordSetAt: seenAt }, 'sameTurn');
    }
  }
}
