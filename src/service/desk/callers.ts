import {
  confirmedUntil,
  isLiftSpent,
  isVouchedAfter,
  QUESTIONS_LOOKBACK_MS,
  stepCaller,
  vouchedUntil,
  withDenials,
  type CallerCheck,
  type CallerEvent,
} from '../../domain/desk/callerCheck.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { isSamePerson, managerName, type ManagerKey } from '../../domain/parties.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { endFlow, lockAccount } from '../flow/flows.ts';

/**
 * Takes an event into a question, under its account's lock: of two at once one comes second. `note` runs
 * where the event changed something. Gives the question as it then stands.
 */
export function changeCaller(
  { store }: Pick<Deps, 'store'>,
  check: CallerCheck,
  event: CallerEvent,
  note: (tx: StoreTransaction, check: CallerCheck) => void | Promise<void> = () => undefined,
): Promise<CallerCheck> {
  return store.transaction(async (tx) => {
    await lockAccount(tx, check.accountId);
    const current = (await tx.callerCheck(check.id)) ?? check;
    const changed = await stepIn(tx, current, event);
    if (changed.version !== current.version) await note(tx, changed);
    return changed;
  });
}

/** The same within a transaction that holds the account's lock; the agent's card is drawn anew at once. */
async function stepIn(
  tx: StoreTransaction,
  check: CallerCheck,
  event: CallerEvent,
): Promise<CallerCheck> {
  const state = stepCaller(check.state, event, tx.now);
  if (state === check.state) return check;
  // The agent's own tap shows these; drawn once more, the card would lose its problem.
  const isShown = state.step === 'notReached' || state.step === 'vouched';
  return save(tx, { ...check, state }, isShown ? undefined : tx.now);
}

async function save(
  tx: StoreTransaction,
  check: CallerCheck,
  dueAt: Parameters<StoreTransaction['saveCallerCheck']>[1],
): Promise<CallerCheck> {
  const saved = await tx.saveCallerCheck(check, dueAt);
  if (saved === undefined) throw new Error('a question was saved without its lock');
  return saved;
}

/** Notes that lockouts are lifted on a confirmation; false where it holds no more, or one was lifted. */
export async function spendLift(tx: StoreTransaction, { id, accountId }: CallerCheck) {
  const all = await tx.callerChecksOf(accountId, tx.now - QUESTIONS_LOOKBACK_MS);
  const check = asItCounts(all, id, tx.now);
  if (check === undefined || confirmedUntil(check.state, tx.now) === undefined) return false;
  if (isLiftSpent(all)) return false;
  // The manager's answer may wait to be drawn still.
  await save(tx, { ...check, hasLifted: true }, 'asBefore');
  return true;
}

/** Takes a confirmed manager as vouched for; undefined where the confirmation holds no more. */
export async function vouchIn(
  tx: StoreTransaction,
  { id, accountId }: CallerCheck,
): Promise<CallerCheck | undefined> {
  const all = await tx.callerChecksOf(accountId, tx.now - QUESTIONS_LOOKBACK_MS);
  const check = asItCounts(all, id, tx.now);
  const vouched = check && (await stepIn(tx, check, { type: 'vouched' }));
  return vouched?.version === check?.version ? undefined : vouched;
}

/** One of an account's questions, with the manager's later denials. */
function asItCounts(all: readonly CallerCheck[], id: string, now: number): CallerCheck | undefined {
  const check = all.find((one) => one.id === id);
  if (check === undefined) return undefined;
  const own = all.filter(({ manager }) => isSamePerson(manager, check.manager));
  return withDenials(own, now).find((one) => one.id === id);
}

/** Tells operators of an account that the bot locks again within a day after agents lifted a lockout. */
export async function tellOfLockAfterLift(
  { log }: Pick<Deps, 'log'>,
  tx: StoreTransaction,
  accountId: string,
): Promise<void> {
  if (!isLiftSpent(await tx.callerChecksOf(accountId, tx.now - QUESTIONS_LOOKBACK_MS))) return;
  tx.afterCommit(() => {
    log.error(
      { alarm: 'lockedAgain', account: accountId },
      'an account is locked again, after the service desk lifted a lockout',
    );
  });
}

/**
 * The questions on whose strength agents have vouched for the manager, as far as no revoke and no denial
 * came after: a row from before may have been put back.
 */
export async function vouchesOf(
  reads: StoreReads,
  manager: ManagerKey,
  accountId: string,
): Promise<readonly CallerCheck[]> {
  const [checks, revokedAt = 0] = await Promise.all([
    reads.callerChecksOf(accountId, reads.now - DAY_MS),
    reads.revokedAt(accountId, manager),
  ]);
  const own = checks.filter((check) => isSamePerson(check.manager, manager));
  return withDenials(own, reads.now).filter(({ state }) => isVouchedAfter(state, revokedAt));
}

/** The question on whose strength the manager may enroll without the password now. */
export async function vouchOf(
  reads: StoreReads,
  manager: ManagerKey,
  accountId: string,
): Promise<CallerCheck | undefined> {
  const vouches = await vouchesOf(reads, manager, accountId);
  return vouches.find(({ state }) => vouchedUntil(state, reads.now) !== undefined);
}

/**
 * Takes back what came of the manager's former questions about the account, and the enrollment that stands
 * on one: whoever answered them may not have been the manager.
 */
export async function withdrawFormer(
  tx: StoreTransaction,
  { id, manager, accountId }: CallerCheck,
): Promise<void> {
  for (const former of await tx.callerChecksOf(accountId, tx.now - DAY_MS)) {
    if (former.id === id || !isSamePerson(former.manager, manager)) continue;
    await stepIn(tx, former, { type: 'withdrawn' });
  }
  const open = await tx.openFlow(manager, accountId);
  if (open === undefined || !('vouch' in open.state) || open.state.vouch === undefined) return;
  await tx.removePasscode(open.id);
  await endFlow(tx, open, { type: 'expired' });
}

/** Ends what agents have vouched for: the numbers are enrolled, or were revoked. */
export async function endVouches(
  tx: StoreTransaction,
  accountId: string,
  isMeant: (check: { readonly manager: ManagerKey }) => boolean,
): Promise<void> {
  for (const check of await tx.callerChecksOf(accountId, tx.now - DAY_MS)) {
    if (isMeant(check)) await stepIn(tx, check, { type: 'vouchEnded' });
  }
}

/** The actor and the place of an audit row of the agent about a question; its manager as the reason. */
export function auditOfAgent({ id, agent, manager, accountId }: CallerCheck) {
  const about = { actor: managerName(agent), account: accountId, flow: id };
  return { ...about, reason: managerName(manager) };
}
