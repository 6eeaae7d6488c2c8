import type { ResetFlow } from '../../domain/flows/flow.ts';
import { lateWriteMs, SLOW_WRITE_MS } from '../../domain/flows/lostWrite.ts';
import { sentBy } from '../../domain/flows/reset.ts';
import { isEnded } from '../../domain/flows/lifetime.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { advanceReset, auditOf } from '../flow/flows.ts';
import { addNotices } from '../notices/whoIsTold.ts';
import { digestText } from './digests.ts';

/** A password that is in force, as it is recorded. */
export interface WrittenPassword {
  readonly digest: PasswordDigest;
  readonly byName: string;
  /** The mark that the write left in the directory. */
  readonly version: string;
  readonly isBeforeMinAge?: boolean | undefined;
}

/**
 * Records, once, that a password of the flow is in force: as an audit row, in the history, by notices, and
 * the manager's earlier mistakes are forgotten. A flow that waits for that password is done with it; one
 * that has gone on or ended keeps its step, for a manager must not silence a change by moving on.
 */
export async function completeReset(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  done: WrittenPassword,
): Promise<ResetFlow> {
  const digest = digestText(done.digest);
  const sent = sentBy(flow.state).find((one) => one.digest === digest);
  if (sent === undefined && isEnded(flow.state)) return flow;
  if (sent?.isRecorded !== true) await recordReset(deps, tx, flow, done);
  const { version } = done;
  return advanceReset(tx, flow, { type: 'passwordWritten', digest, version }, 'sameDraw');
}

async function recordReset(
  deps: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  done: WrittenPassword,
): Promise<void> {
  const { manager, accountId, accountName, state } = flow;
  await tx.addToHistory(accountId, done.digest, deps.settings.passwordHistory);
  // A later sweep that finds another password has found another client's change.
  await tx.sawPassword(accountId, done.version);
  await tx.clearFailures({ kind: 'code', accountId, manager });
  const isAnswer =
    state.step === 'writingPassword' && sentBy(state).at(-1)?.digest === digestText(done.digest);
  const event = isAnswer ? 'reset.written' : 'reset.verified';
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
 * Notes that the write may or may not have been carried out. `isGivenUp`: the tap's time was up before the
 * server had its own; it may be slow.
 */
export async function noteUnknown(
  tx: StoreTransaction,
  flow: ResetFlow,
  { server, isGivenUp }: { readonly server: string | undefined; readonly isGivenUp: boolean },
): Promise<ResetFlow> {
  const { state } = flow;
  // A flow taken for lost meanwhile has that on record; only the new facts are added.
  if (state.step === 'writingPassword') {
    tx.audit({ event: 'reset.unknown', result: 'unknown', ...auditOf(flow) });
  }
  const waitedMs = state.step === 'writingPassword' ? tx.now - state.since : 0;
  const openUntil = tx.now + (isGivenUp ? SLOW_WRITE_MS : lateWriteMs(waitedMs));
  return advanceReset(tx, flow, { type: 'outcomeUnknown', server, openUntil }, 'sameDraw');
}
