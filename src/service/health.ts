import type { Directory } from '../ports/directory.ts';
import { DirectoryError } from '../ports/directory.ts';
import type { SmsGateway } from '../ports/sms.ts';

/** An outside system, as /readyz names it. */
export type SystemName = 'directory' | 'sms';

/** Which outside systems failed last: each from its first failed operation until its next good one. */
export interface Health {
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

/** The directory, whose every answer and failure is noted. */
export function watchDirectory(directory: Directory, health: Health): Directory {
  const watched =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      try {
        const result = await call(...args);
        health.note('directory', true);
        return result;
      } catch (error) {
        if (error instanceof DirectoryError) health.note('directory', false);
        throw error;
      }
    };
  return {
    servers: directory.servers,
    findManager: watched(directory.findManager),
    managerById: watched(directory.managerById),
    accountsOf: watched(directory.accountsOf),
    accountOf: watched(directory.accountOf),
    managersOf: watched(directory.managersOf),
    provePassword: watched(directory.provePassword),
    writePassword: watched(directory.writePassword),
    readWrite: watched(directory.readWrite),
    unlock: watched(directory.unlock),
    close: () => directory.close(),
  };
}

/** The SMS service, whose every answer is noted; a number that it cannot reach is no fault of its own. */
export function watchSms(gateway: SmsGateway, health: Health): SmsGateway {
  return {
    ...gateway,
    async send(message, signal) {
      const outcome = await gateway.send(message, signal);
      const isNumber = outcome.outcome === 'refused' && outcome.fault === 'number';
      health.note('sms', outcome.outcome === 'accepted' || isNumber);
      return outcome;
    },
  };
}
