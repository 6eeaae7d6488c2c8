import { DirectoryError } from '../../ports/errors.ts';
import type { SweepDeps } from '../deps.ts';
import { faultOf } from '../directoryFault.ts';

/** After so many accounts in a row that cannot be read the directory is asked for something small. */
const IN_A_ROW = 3;
/** No entry has this id. */
const NO_ENTRY = '00000000-0000-0000-0000-000000000000';

/**
 * Runs the work on one account after another, past those that the directory gives no answer about: whoever
 * filled the groups of some accounts must not keep a sweep from the others.
 * Gives false for one that could not be read.
 * @throws DirectoryError where the third account in a row could not be read, and nothing else either.
 */
export function pastUnreadable(
  { directory, log }: Pick<SweepDeps, 'directory' | 'log'>,
  signal: AbortSignal,
) {
  let unread = 0;

  return async (accountId: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      unread = 0;
      return true;
    } catch (error) {
      const fault = faultOf(error);
      unread += 1;
      log.warn({ accountId, code: fault.code }, 'a sweep passed an account that cannot be read');
      if (unread < IN_A_ROW) return false;
      const answer = await directory.managerById(NO_ENTRY, signal).catch(faultOf);
      if (answer instanceof DirectoryError) throw fault;
      unread = 0;
      return false;
    }
  };
}
