import { toldReason } from '../../domain/reasons.ts';
import { withDeadline } from '../../ports/deadline.ts';
import type { Directory } from '../../ports/directory.ts';
import { DirectoryError, StoreError } from '../../ports/errors.ts';
import type { Metrics, MeasuredSystem } from '../../ports/metrics.ts';
import type { SmsGateway, SmsOutcome } from '../../ports/sms.ts';
import type { Store } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import type { Turns } from '../input.ts';
import { createPace } from '../waiting/waiting.ts';
import type { Refer } from '../tap/references.ts';

/** While the SMS service is down, one message a second is tried (requirement R13). */
const SMS_REST_MS = 1_000;
/** How long a message waits for its turn; the try itself takes up to 8 s more. */
const SMS_WAIT_MS = 4_000;
/** Its turn did not come: nothing was sent. */
const RESTING: SmsOutcome = { outcome: 'refused', fault: 'service', code: 'resting' };

/** Runs a call and notes how long it took and how it ended. `faultOf` names an exception. */
export async function measured<T>(
  metrics: Metrics,
  system: MeasuredSystem,
  operation: string,
  call: () => Promise<T>,
  faultOf: (error: unknown) => string,
): Promise<T> {
  const began = performance.now();
  let fault: string | undefined;
  try {
    return await call();
  } catch (error) {
    fault = faultOf(error);
    throw error;
  } finally {
    const seconds = (performance.now() - began) / 1000;
    metrics.operationEnded({ system, operation, seconds, fault });
  }
}

/** The directory, with every answer and failure recorded. */
export function observeDirectory(
  directory: Directory,
  { health, metrics }: { readonly health: Health; readonly metrics: Metrics },
): Directory {
  const faultOf = (error: unknown): string =>
    error instanceof DirectoryError ? error.code : 'other';
  const observed =
    <A extends unknown[], T>(operation: string, call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      try {
        const result = await measured(
          metrics,
          'directory',
          operation,
          () => call(...args),
          faultOf,
        );
        health.note('directory', true);
        return result;
      } catch (error) {
        if (error instanceof DirectoryError) health.note('directory', false);
        throw error;
      }
    };
  return {
    servers: directory.servers,
    findManager: observed('findManager', directory.findManager),
    fitting: observed('fitting', directory.fitting),
    managerById: observed('managerById', directory.managerById),
    hasEntry: observed('hasEntry', directory.hasEntry),
    standingOf: observed('standingOf', directory.standingOf),
    accountsLike: observed('accountsLike', directory.accountsLike),
    accountOf: observed('accountOf', directory.accountOf),
    managersOf: observed('managersOf', directory.managersOf),
    responsibilityFor: observed('responsibilityFor', directory.responsibilityFor),
    unprotectedAmong: observed('unprotectedAmong', directory.unprotectedAmong),
    sweepAccounts: observed('sweepAccounts', directory.sweepAccounts),
    provePassword: observed('provePassword', directory.provePassword),
    writePassword: observed('writePassword', directory.writePassword),
    readWrite: observed('readWrite', directory.readWrite),
    unlock: observed('unlock', directory.unlock),
    close: () => directory.close(),
  };
}

/**
 * The SMS service, with every answer recorded, and tried once a second while it is down. A number that
 * cannot be reached is no fault of the service.
 */
export function observeSms(
  gateway: SmsGateway,
  parts: { readonly health: Health; readonly metrics: Metrics } & Pick<Deps, 'delay'>,
): SmsGateway {
  const { health, metrics, delay } = parts;
  const pace = createPace(SMS_REST_MS, delay);
  return {
    ...gateway,
    async send(message, signal) {
      const began = performance.now();
      const sent = await withDeadline(SMS_WAIT_MS, signal, (turn) =>
        pace.run(turn, () => gateway.send(message, signal), isOutage),
      );
      const outcome = sent ?? RESTING;
      const isNumber = outcome.outcome === 'refused' && outcome.fault === 'number';
      health.note('sms', outcome.outcome === 'accepted' || isNumber);
      metrics.operationEnded({
        system: 'sms',
        operation: 'send',
        seconds: (performance.now() - began) / 1000,
        fault: outcome.outcome === 'accepted' ? undefined : outcome.code,
      });
      return outcome;
    },
  };
}

/**
 * No answer, or none that shows the service up. A refusal with a code of the provider's own does: the
 * service is up.
 */
function isOutage(outcome: SmsOutcome): boolean {
  if (outcome.outcome === 'refused') return !/^(?:http)?\d+$/.test(outcome.code);
  return outcome.outcome === 'unknown';
}

/** The store, whose transactions and reads are measured. */
export function observeStore<S extends Store>(store: S, metrics: Metrics): S {
  const faultOf = (error: unknown): string => (error instanceof StoreError ? error.code : 'other');
  const timed = <T>(operation: string, run: () => Promise<T>): Promise<T> =>
    measured(metrics, 'store', operation, run, faultOf);
  return {
    ...store,
    transaction: (work) => timed('transaction', () => store.transaction(work)),
    transactionOn: (on, work) => timed('transaction', () => store.transactionOn(on, work)),
    read: (work) => timed('read', () => store.read(work)),
  };
}

/** The use cases, whose answers are counted and whose faults get a reference. */
export function observeTurns(
  turns: Turns,
  { metrics, refer }: { readonly metrics: Metrics; readonly refer: Refer },
): Turns {
  return {
    ...turns,
    async take(person, input, signal) {
      const began = performance.now();
      const answer = await turns.take(person, input, signal);
      const view = refer(answer.view, answer.flow?.id);
      const problem = 'problem' in view ? view.problem : undefined;
      metrics.turnTaken({
        input: input.type,
        card: view.card,
        problem: problem && toldReason(problem),
        seconds: (performance.now() - began) / 1000,
      });
      return { ...answer, view };
    },
  };
}

/** An outside system, as /readyz names it. */
type SystemName = 'directory' | 'sms';

/** Which outside systems failed last: each from its first failed operation until its next good one. */
interface Health {
  note(system: SystemName, isGood: boolean): void;
  degraded(): SystemName[];
}

export function createHealth(): Health {
  const failing = new Set<SystemName>();
  return {
    note(system, isGood) {
      if (isGood) failing.delete(system);
      else failing.add(system);
    },
    degraded: () => [...failing].sort(),
  };
}
