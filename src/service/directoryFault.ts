import { isOver } from '../ports/deadline.ts';
import { DirectoryError, type DirectoryErrorCode } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';

/** The directory's fault, where a call's error is one; any other error is thrown on. */
export function faultOf(error: unknown): DirectoryError {
  if (error instanceof DirectoryError) return error;
  throw error;
}

/** For a look that may fail: nothing is seen while the directory is away; any other error is thrown on. */
export function nothingSeen(error: unknown): undefined {
  faultOf(error);
}

/** For a look that gets a part of the work's time alone: nothing is seen where that was too short. */
export async function seenInTime<T>(
  look: Promise<T>,
  deadline: AbortSignal,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    const fault = faultOf(error);
    if (!isOver(deadline) || isOver(signal)) throw fault;
    return undefined;
  }
}

/**
 * The problem that the manager is told when the directory failed: one for faults that trying again does not
 * mend, one for the others.
 */
export function directoryReason(
  error: DirectoryError,
): 'directoryUnavailable' | 'temporarilyUnavailable' {
  return error.code in FAULT_ALARMS ? 'temporarilyUnavailable' : 'directoryUnavailable';
}

const FAULT_ALARMS: Partial<Record<DirectoryErrorCode, readonly [alarm: string, text: string]>> = {
  noRights: ['directoryRights', 'directory denies the bot'],
  policy: ['directoryPolicy', "the directory's password policy lets the bot write no password"],
  undecided: ['proofUndecided', 'the directory does not say whether a password is right'],
};

/** The log gets the rest; inside a transaction only `afterCommit`. */
export function tellFault({ log }: { readonly log: Log }, { code, detail }: DirectoryError): void {
  const found = FAULT_ALARMS[code];
  if (found === undefined) {
    log.warn({ code, detail }, 'directory failed');
    return;
  }
  const [alarm, text] = found;
  log.error({ alarm, detail }, text);
}
