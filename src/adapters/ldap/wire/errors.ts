import { ResultCodeError } from 'ldapts';

import { DirectoryError } from '../../../ports/errors.ts';

/**
 * The connection ended, or the time was up, before the answer came: the request may have been carried out.
 */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

/** This server takes no writes: nothing was written, and another one may take it. */
export class WritesElsewhere extends Error {
  override readonly name = 'WritesElsewhere';
}

/** RFC 4511 appendix A, and the codes that this adapter tells apart. */
export const RESULT = {
  referral: 10,
  noSuchAttribute: 16,
  constraintViolation: 19,
  noSuchObject: 32,
  invalidDn: 34,
  invalidCredentials: 49,
  insufficientAccess: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
  /** RFC 4528. */
  assertionFailed: 122,
} as const;

/** A server's definite "no". Its text is read for two codes only and never passed on: it names DNs. */
export interface Refusal {
  readonly code: number;
  /** Active Directory's Win32 code, eight hex digits in upper case. */
  readonly win32: string | undefined;
  /** Active Directory's reason for a refused bind, such as 52e, in lower case. */
  readonly bindReason: string | undefined;
}

/** The refusal that an error is, or undefined for an error that is no answer of a server. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof ResultCodeError)) return undefined;
  return {
    code: error.code,
    win32: /^([0-9a-f]{8}):/i.exec(error.message)?.[1]?.toUpperCase(),
    bindReason: /, data ([0-9a-f]{1,8}), /i.exec(error.message)?.[1]?.toLowerCase(),
  };
}

export function hasResult(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof ResultCodeError && codes.includes(error.code);
}

/**
 * Whether the entry that was asked for is not there, or not shown. A referral: it is in another domain, where
 * the bot does not follow.
 */
export function isAbsence(error: unknown): boolean {
  const { referral, noSuchObject, invalidDn, insufficientAccess } = RESULT;
  return hasResult(error, referral, noSuchObject, invalidDn, insufficientAccess);
}

/**
 * Whether a read-only server refused a write: a read-only domain controller and a replica refer to another
 * server; a replica that knows none says so (`shadow context`).
 */
export function isReadOnlyRefusal(error: unknown): boolean {
  if (hasResult(error, RESULT.referral)) return true;
  return hasResult(error, RESULT.unwillingToPerform) && /shadow context/i.test(String(error));
}

/**
 * A failed operation as the port's error. For operations that change nothing: a lost answer is
 * `unreachable`. Errors that are neither the directory's nor the network's are returned as they are.
 */
export function directoryFault(error: unknown, operation: string): unknown {
  if (error instanceof AnswerLost) {
    return new DirectoryError('unreachable', `no answer to ${operation}`, { cause: error });
  }
  if (error instanceof WritesElsewhere) {
    return new DirectoryError('unexpected', `no server takes the ${operation}`);
  }
  const refusal = refusalOf(error);
  if (refusal === undefined) return error;
  const win32 = refusal.win32 === undefined ? '' : `/${refusal.win32}`;
  const detail = `result ${refusal.code}${win32} to ${operation}`;
  switch (refusal.code) {
    case RESULT.insufficientAccess:
      return new DirectoryError('noRights', detail);
    case RESULT.busy:
    case RESULT.unavailable:
      return new DirectoryError('unreachable', detail);
    default:
      return new DirectoryError('unexpected', detail);
  }
}
