import type { CallerCheck } from '../../domain/desk/callerCheck.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { managerName, isSamePerson } from '../../domain/parties.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { CallerDoneView } from '../../ports/deskView.ts';
import type { View } from '../../ports/view.ts';
import type { Deps } from '../deps.ts';
import type { CallerInput } from '../input.ts';
import { directoryReason, faultOf, tellFault } from '../directoryFault.ts';
import { admitTo, denyTap, type Reply, type Tap } from '../tap/tap.ts';
import { lockAgent } from './agent.ts';
import { callerView } from './ask.ts';
import { changeCaller, withdrawFormer } from './callers.ts';
import { isCallerId, readDeskHandle, type DeskHandle } from '../tap/handles.ts';

/** Denied questions of one agent, or to one manager, within a day that are an alarm. */
const MANY_DENIALS = 3;

/** A manager's answer to the question whether it is they who call; every one ends on its own card. */
export async function answerCaller(tap: Tap, { type, handle }: CallerInput): Promise<Reply> {
  const { deps } = tap;
  const tapped = readDeskHandle(handle);
  const asked = await ownCheck(tap, tapped);
  if (asked === undefined) return denyTap(tap);
  const { state } = asked;
  if (state.step !== 'waiting') return { view: doneView(asked) };
  try {
    const admitted = await admitTo(tap, asked.accountId);
    if ('view' in admitted) return admitted;
  } catch (error) {
    const fault = faultOf(error);
    tellFault(deps, fault);
    return { view: callerView(asked, { reason: directoryReason(fault) }) };
  }
  const event =
    type === 'callerDeny'
      ? ({ type: 'denied' } as const)
      : ({ type: 'picked', number: state.numbers[(tapped?.place ?? 0) - 1] } as const);
  const answered = await changeCaller(deps, asked, event, (tx, check) => note(deps, tx, check));
  return { view: doneView(answered) };
}

/** The question as it stands; shown after a tap that took long. */
export async function refreshCaller(tap: Tap, handle: string): Promise<Reply> {
  const asked = await ownCheck(tap, readDeskHandle(handle));
  return asked === undefined ? denyTap(tap) : { view: callerCard(asked, tap.deps.store.now()) };
}

/** The manager's card of a question. */
export function callerCard(check: CallerCheck, now: number): View {
  const { state } = check;
  return state.step === 'waiting' && now <= state.expiresAt ? callerView(check) : doneView(check);
}

async function ownCheck(
  { deps, person }: Tap,
  { id }: Partial<DeskHandle> = {},
): Promise<CallerCheck | undefined> {
  if (id === undefined || !isCallerId(id)) return undefined;
  const check = await deps.store.read((reads) => reads.callerCheck(id));
  return check !== undefined && isSamePerson(check.manager, person.key) ? check : undefined;
}

async function note(deps: Deps, tx: StoreTransaction, check: CallerCheck): Promise<void> {
  const { id: flow, accountId: account, state, manager, agent } = check;
  const about = { actor: managerName(manager), account, flow };
  if (state.step === 'confirmed') {
    tx.audit({ event: 'desk.callerConfirmed', result: 'ok', ...about });
    return;
  }
  if (state.step !== 'denied') return;
  const { reason } = state;
  tx.audit({ event: 'desk.callerDenied', result: 'refused', reason, ...about });
  await withdrawFormer(tx, check);
  // Two managers may deny at once.
  await lockAgent(tx, agent);
  const since = tx.now - DAY_MS;
  const counts = await Promise.all(
    [{ manager }, { agent }].map(async (who) => {
      const checks = await tx.callerChecksWith(who, since);
      return checks.filter((other) => other.state.step === 'denied').length;
    }),
  );
  const denials = Math.max(...counts);
  if (denials < MANY_DENIALS) return;
  tx.afterCommit(() => {
    const who = { manager: managerName(manager), agent: managerName(agent) };
    deps.log.error(
      { alarm: 'callerDenied', denials, ...who },
      'managers deny that it is they who call',
    );
  });
}

const ANSWERS = {
  confirmed: 'confirmed',
  vouched: 'confirmed',
  waiting: 'late',
  notReached: 'late',
  expired: 'late',
} as const;

function doneView({ agentName, state }: CallerCheck): CallerDoneView {
  const answer = state.step === 'denied' ? state.reason : ANSWERS[state.step];
  return { card: 'caller.done', agentName, answer };
}
