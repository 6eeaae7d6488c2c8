import { withDeadline } from '../../ports/deadline.ts';
import type { ResetFlow } from '../../domain/flows/flow.ts';
import { isTimeOver } from '../../domain/flows/lifetime.ts';
import {
  judgeLostWrite,
  mayBeChangeOf,
  type LostWriteVerdict,
  type SeenChange,
} from '../../domain/flows/lostWrite.ts';
import { isOutcomeOpen, sendsOf, sentBy } from '../../domain/flows/reset.ts';
import type { Secret } from '../../domain/secret.ts';
import type { WriteTraces } from '../../ports/directory.ts';
import type { Account } from '../../ports/account.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { StoreError } from '../../ports/errors.ts';
import { countedBind } from '../proof/countedBind.ts';
import type { Deps } from '../deps.ts';
import { nothingSeen } from '../directoryFault.ts';
import { again } from '../waiting/waiting.ts';
import { digestText } from './digests.ts';
import { advanceReset, auditOf, changeFlow } from '../flow/flows.ts';
import { showCard } from '../chat/showCard.ts';
import { completeReset } from './recordReset.ts';

/** Each pause is about a quarter of the time since the answer was lost. */
const PAUSES = { first: 500, factor: 1.25, longest: 30_000 } as const;
const LOOK_MS = 10_000;

/** A password of a write whose answer was lost; a crash loses it, and with it the proof by bind. */
export interface SoughtWrite {
  readonly password: Secret;
  readonly digest: PasswordDigest;
  readonly byName: string;
  /** Typed again by the manager, after the process that sent it had lost it. */
  readonly isTyped: boolean;
}

/**
 * Looks for the truth about a write whose answer was lost, in the background, until the outcome is known,
 * by any instance, or the bot stops. Reads, and binds once for each change that is seen; the write is never
 * repeated.
 */
export function seekOutcome(deps: Deps, flow: ResetFlow, sought: SoughtWrite): void {
  void seek(deps, flow, sought).catch((error: unknown) => {
    deps.log.error({ flow: flow.id, err: error }, 'the search for an outcome ended');
  });
}

async function seek(deps: Deps, flow: ResetFlow, sought: SoughtWrite): Promise<void> {
  let look: Look = { isOpen: true };
  await again(deps.delay, PAUSES, deps.stopping, async () => {
    try {
      look = await lookForOutcome(deps, flow, sought, look.triedVersion);
    } catch (error) {
      // Only this search knows the password: it outlives the database's absence.
      if (!(error instanceof StoreError)) throw error;
    }
    return look.isOpen ? undefined : 'known';
  });
}

/**
 * The result of one look: whether the outcome is still unknown, and the change against which the password
 * was tried.
 */
export interface Look {
  readonly isOpen: boolean;
  readonly triedVersion?: string | undefined;
}

/**
 * Looks once at the traces of the write, and updates the card where that settles it. A password is not
 * tried again on the version against which it was tried before.
 */
export async function lookForOutcome(
  deps: Deps,
  flow: ResetFlow,
  sought?: SoughtWrite,
  triedVersion?: string,
): Promise<Look> {
  if (flow.state.step !== 'unknown') return { isOpen: false };
  const { since, server } = flow.state;
  const digest = sought && digestText(sought.digest);
  const isSought = ({ state }: ResetFlow): boolean => isOutcomeOpen(state, { since, digest });
  // A server's answer holds for the moment at which it was asked, not for that of a late answer.
  const askedAt = deps.store.now();
  const traces = await readTraces(deps, flow, server);
  const changed = traces?.find((seen) => seen.passwordVersion !== flow.passwordVersion);
  const isChanged = traces === undefined ? undefined : changed !== undefined;
  const version = changed?.passwordVersion;
  // A wrong bind counts towards the directory's lockout: one, and only where a change is seen.
  const binds =
    changed === undefined || sought === undefined || version === triedVersion
      ? undefined
      : await tryPassword(deps, flow, changed, sought, isSought);
  const passwordSetAt = traces?.map((seen) => seen.passwordSetAt).find((at) => at !== undefined);

  const { verdict, settled, hasMoved } = await changeFlow(deps, flow, async (tx, current) => {
    // Read from the flow as it is now: the sender of the write may have told only meanwhile how late it can
    // come.
    const { openUntil } = current.state.step === 'unknown' ? current.state : {};
    const sends = sendsOf(current.state, digest);
    const verdict = judgeLostWrite({
      isChanged,
      binds,
      isPossible:
        sends.length === 0 ||
        changed === undefined ||
        mayBeChangeOf(sends, await seenChange(tx, { ...changed, id: flow.accountId })),
      changedAt: changed?.passwordSetAt,
      lostAt: since,
      isOnlyOneSent: new Set(sentBy(flow.state).map(({ digest }) => digest)).size === 1,
      ageMs: askedAt - since,
      lateMs: openUntil === undefined ? undefined : openUntil - since,
    });
    const seenAt = isChanged === true ? passwordSetAt : undefined;
    const settled = await takeVerdict(deps, tx, current, {
      ...{ verdict, sought, since, seenAt, version },
    });
    return { verdict, settled, hasMoved: settled.version > current.version };
  });
  // Another instance shows the steps that it made; where the manager has gone on, the message shows another
  // card.
  if (hasMoved) await showCard(deps, settled);
  return {
    isOpen: verdict === 'open' && isSought(settled),
    triedVersion: binds === undefined ? triedVersion : version,
  };
}

/** The account's last change, with the newest one whose author is known. */
export async function seenChange(
  tx: StoreTransaction,
  { id, passwordVersion, passwordSetAt }: Pick<Account, 'id' | 'passwordVersion' | 'passwordSetAt'>,
): Promise<SeenChange> {
  const known = await tx.passwordsSeen([id]);
  return { version: passwordVersion, changedAt: passwordSetAt, knownVersion: known.get(id) };
}

/** Tries the password at the server that shows the change; undefined where the bind told nothing. */
function tryPassword(
  deps: Deps,
  flow: ResetFlow,
  { server, ...account }: WriteTraces,
  { password, isTyped }: SoughtWrite,
  isDue: (current: ResetFlow) => boolean,
): Promise<WriteTraces['binds']> {
  const { accountId } = flow;
  const on = { account: { ...account, id: accountId }, isTyped, isDue };
  return withDeadline(LOOK_MS, undefined, (signal) =>
    countedBind(deps, flow, on, async (mayBind) => {
      const write = { accountId, server, password, mayBind };
      return (await deps.directory.readWrite(write, signal))?.binds;
    }),
  ).catch(nothingSeen);
}

/**
 * The traces from all servers that the write may have gone to; undefined where one of them does not answer.
 */
async function readTraces(
  deps: Deps,
  flow: ResetFlow,
  server: string | undefined,
): Promise<WriteTraces[] | undefined> {
  const servers = server === undefined ? deps.directory.servers : [server];
  const all = await Promise.all(
    servers.map((name) =>
      withDeadline(LOOK_MS, undefined, (signal) =>
        deps.directory.readWrite({ accountId: flow.accountId, server: name }, signal),
      ).catch(nothingSeen),
    ),
  );
  const traces = all.filter((seen) => seen !== undefined);
  return traces.length === servers.length ? traces : undefined;
}

/** Takes the verdict into the flow; one that the manager has left meanwhile keeps its state. */
async function takeVerdict(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  found: {
    readonly verdict: LostWriteVerdict;
    readonly sought: SoughtWrite | undefined;
    /** Since when the outcome that was looked for is unknown. */
    readonly since: number;
    readonly seenAt: number | undefined;
    /** The version of the password that was seen in force. */
    readonly version: string | undefined;
  },
): Promise<ResetFlow> {
  const { verdict, sought, since, seenAt, version } = found;
  const { state } = flow;
  if (verdict === 'applied') {
    if (sought === undefined || version === undefined) return flow;
    return completeReset(deps, tx, flow, { ...sought, version });
  }
  // Another search may have settled this write, and the manager begun the next one.
  if (state.step !== 'unknown' || state.since !== since) return flow;
  switch (verdict) {
    case 'notApplied': {
      tx.audit({ event: 'reset.verified', result: 'refused', ...auditOf(flow) });
      const reason = 'directoryUnavailable';
      const isOver = isTimeOver(flow, tx.now);
      const event = isOver
        ? ({ type: 'searchEnded' } as const)
        : ({ type: 'writeNotDone', reason } as const);
      return advanceReset(tx, flow, event, 'sameDraw');
    }
    case 'replaced': {
      // Even if this flow's write was carried out, its answer is out of date: another password stands
      // there.
      const reason = 'flowExpired';
      tx.audit({ event: 'reset.verified', result: 'refused', reason, ...auditOf(flow) });
      return advanceReset(tx, flow, { type: 'searchEnded' }, 'sameDraw');
    }
    case 'givenUp':
      tx.afterCommit(() => {
        const fields = { alarm: 'outcomeUnknown', flow: flow.id };
        deps.log.error(fields, 'a write stayed unknown for a day');
      });
      return advanceReset(tx, flow, { type: 'searchEnded' }, 'sameDraw');
    case 'open': {
      if (seenAt === undefined || state.passwordSetAt === seenAt) return flow;
      return advanceReset(tx, flow, { type: 'changeSeen', passwordSetAt: seenAt }, 'sameDraw');
    }
  }
}
