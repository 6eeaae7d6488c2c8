import { entryMobile } from '../../domain/mobile.ts';
import type { EnrollmentFlow, Flow } from '../../domain/flows/flow.ts';
import type { Responsibility } from '../../ports/account.ts';
import { endVouches } from '../desk/callers.ts';
import { usableFromOf } from './coolDown.ts';
import { isVouchGood } from './vouched.ts';
import { advanceEnrollment, auditOf } from '../flow/flows.ts';
import { isSamePerson } from '../../domain/parties.ts';
import { guessCode } from '../flow/codeGuess.ts';
import type { EnrollmentTap } from '../flow/table.ts';
import type { TypedCode } from '../input.ts';
import { addFirstEnrollmentNotices, addNotices } from '../notices/whoIsTold.ts';
import type { Manager } from '../people/managers.ts';
import { noteAnswering, readAnswering } from '../people/responsibilityChanges.ts';

/** The number is proven: it counts from here on. */
export async function enrollNumber(tap: EnrollmentTap, input: TypedCode): Promise<Flow> {
  const { deps, manager, account, signal } = tap;
  const responsibility = await deps.directory.responsibilityFor(account.id, signal);
  const answering = await readAnswering(deps, withActor(responsibility, manager), signal);
  const { state } = tap.flow;
  const isVouchLost =
    state.step === 'code' &&
    state.vouch !== undefined &&
    !(await isVouchGood(deps, manager, account, state.vouch, state.mobile, signal));
  let others = 0;
  const { flow } = await guessCode<EnrollmentFlow, never>(tap, input, async (tx, current) => {
    if (current.state.step !== 'code') return { flow: current };
    const { mobile, vouch } = current.state;
    if (isVouchLost) {
      // The agent's word counts no more, or the directory's number has changed since.
      return { flow: await advanceEnrollment(tx, current, { type: 'expired' }) };
    }
    const former = await tx.enrollment(manager.key, account.id);
    if (former !== undefined && former.mobile !== mobile && !current.state.isOldProven) {
      // The enrolled number changed during the flow: the new one has not agreed.
      return { flow: await advanceEnrollment(tx, current, { type: 'expired' }) };
    }
    const usableFrom = await usableFromOf(deps, tx, account.id, manager.key, former);
    // Whose number it is decides over messages too; of two managers at once the second finds the first.
    await tx.lock('sms');
    await tx.saveEnrollment({
      id: deps.random.id(),
      manager: manager.key,
      accountId: account.id,
      mobile,
      enrolledAt: tx.now,
      usableFrom,
    });
    await endVouches(tx, account.id, (check) => isSamePerson(check.manager, manager.key));
    tx.audit({ event: 'enrollment.completed', result: 'ok', ...auditOf(current) });
    others = await tx.countOthersWith(mobile, manager.key);
    const by = {
      manager: manager.key,
      accountId: account.id,
      accountName: account.name,
      byName: manager.entry.displayName,
      agentName: vouch?.agentName,
      flow: current.id,
    };
    if (answering !== undefined) await noteAnswering(deps, tx, answering);
    const waits = usableFrom > tx.now ? usableFrom : undefined;
    if (former === undefined) {
      const first = { ...by, until: waits };
      await addFirstEnrollmentNotices(deps, tx, first, {
        mobile,
        entryMobile: entryMobile(manager.entry, deps.settings.smsCountries),
        managers: [manager.entry, ...(answering?.managers ?? []), ...(answering?.former ?? [])],
      });
    } else {
      await addNotices(deps, tx, { ...by, event: 'numberChange' }, [former.mobile, mobile]);
    }
    return {
      flow: await advanceEnrollment(tx, current, { type: 'codeAccepted', usableFrom: waits }),
    };
  });
  if (others > 0) {
    const alarm = 'sharedNumber';
    deps.log.error({ alarm, flow: flow.id, others }, 'a number is enrolled by several managers');
  }
  return flow;
}

/**
 * With the person who was let in as a manager just now, also where the list leaves them out: they may have been
 * written out of the account since, or stand in a group whose members the bot may not read.
 */
function withActor(
  responsibility: Responsibility | undefined,
  { entry }: Manager,
): Responsibility | undefined {
  if (responsibility === undefined || responsibility.isCrowd) return responsibility;
  const { managers } = responsibility;
  if (managers.some(({ id }) => id === entry.id)) return responsibility;
  return { ...responsibility, managers: [...managers, entry] };
}
