import { DirectoryError } from '../../ports/directory.ts';
import type { Log } from '../../ports/log.ts';

/** So many accounts in a row that cannot be read are an outage of the directory. */
const OUTAGE = 3;

/**
 * Runs the work on one account after another, past those that the directory gives no answer about: one
 * account, or whoever filled its groups, must not keep a sweep from the others.
 * Gives false for one that could not be read.
 * @throws DirectoryError where the third account in a row could not be read.
 */
export function pastUnreadable(log: Pick<Log, 'warn'>) {
  let unread = 0;
  return async (accountId: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      unread = 0;
      return true;
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      unread += 1;
      log.warn({ accountId, code: error.code }, 'a sweep passed an account that cannot be read');
      if (unread >= OUTAGE) throw error;
      return false;
    }
  };
}
