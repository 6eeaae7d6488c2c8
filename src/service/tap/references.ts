import { toldReason, type Reason } from '../../domain/reasons.ts';
import type { View } from '../../ports/view.ts';
import type { Log } from '../../ports/log.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { Random } from '../deps.ts';

/** Problems whose card has a reference: an administrator may have to look for their cause. */
const SYSTEM_FAULTS: readonly Reason[] = [
  'directoryUnavailable',
  'smsUnavailable',
  'smsNumberRefused',
  'passwordRefusedByDirectory',
  'temporarilyUnavailable',
];

/** A flow's card keeps its reference however often it is shown; so many references are remembered. */
const REMEMBERED = 500;

/** Gives a card that reports a system's fault the reference under which the log tells of it. */
export type Refer = (view: View, flow?: string) => View;

/** Writes the reference that a person reads out to the service desk into the log too (requirement L6). */
export function createRefer(random: Pick<Random, 'reference'>, log: Log): Refer {
  const given = new Map<string, string>();

  function remember(key: string, reference: string): void {
    given.set(key, reference);
    const [oldest] = given.keys();
    if (given.size > REMEMBERED && oldest !== undefined) given.delete(oldest);
  }

  return (view, flow) => {
    const problem = 'problem' in view ? view.problem : undefined;
    if (problem === undefined || problem.reference !== undefined) return view;
    if (!SYSTEM_FAULTS.includes(problem.reason)) return view;
    const reason = toldReason(problem);
    const shown = 'handle' in view ? view.handle : flow;
    const key = shown === undefined ? undefined : `${shown} ${view.card} ${reason}`;
    const known = key === undefined ? undefined : given.get(key);
    const reference = known ?? random.reference();
    if (known === undefined) {
      const told = { reference, reason, card: view.card, flow };
      if (reason === 'passwordRefusedByDirectory') log.info(told, 'a password was refused');
      else log.warn(told, 'a card reports a fault');
      if (key !== undefined) remember(key, reference);
    }
    return { ...view, problem: { ...problem, reference } } as View;
  };
}

/** The notifier outside taps, whose cards carry references like those of answers. */
export function referNotifier(notifier: Notifier, refer: Refer): Notifier {
  return {
    ...notifier,
    post: (to, view, locale, signal) => notifier.post(to, refer(view), locale, signal),
    update: (to, messageId, view, locale, signal) =>
      notifier.update(to, messageId, refer(view), locale, signal),
  };
}
