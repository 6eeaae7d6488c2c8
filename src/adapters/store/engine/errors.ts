import { StoreError } from '../../../ports/errors.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const INSUFFICIENT_PRIVILEGE = '42501';
const UNDEFINED_TABLE = '42P01';
const READ_ONLY_TRANSACTION = '25006';
/** The server ends, crashes, or starts up, or the way to it broke. */
const UNSERVED = new Set([READ_ONLY_TRANSACTION, '57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE']);
/** https://www.postgresql.org/docs/current/errcodes-appendix.html: class 08, connection exception. */
const CONNECTION_EXCEPTION = /^08...$/;
/** These words of `pg` come without a code. */
const CONNECTION_ENDED = 'Connection terminated unexpectedly';
/** The same at the first statement after that, which is not sent. */
const NOT_SENT = 'Client has encountered a connection error and is not queryable';

/** https://www.sqlite.org/rescode.html, the low byte of an extended code. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const PRIMARY_CODE_MASK = 0xff;

const GRANTING = 'as the owner: `admin migrate`, then deploy/grants.sql';

interface DriverError {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly errcode?: unknown;
  readonly message?: unknown;
  readonly path?: unknown;
  readonly severity?: unknown;
}

function fieldsOf(error: unknown): DriverError {
  return typeof error === 'object' && error !== null ? error : {};
}

function describe(error: DriverError): string {
  const { code, constraint, errcode, message, path, severity } = error;
  if (typeof errcode === 'number') return `sqlite ${errcode}: ${String(message)}`;
  if (typeof code !== 'string') return typeof message === 'string' ? message : 'no reason given';
  // These words are about the connection: they quote no stored value.
  if (severity === 'FATAL') return `${code}: ${String(message)}`;
  // These words name a table or a schema.
  if (code === INSUFFICIENT_PRIVILEGE) return `${code}: ${String(message)}; ${GRANTING}`;
  // A file of TLS that the URL names.
  if (typeof path === 'string') return `${code} ${path}`;
  return typeof constraint === 'string' ? `${code} ${constraint}` : code;
}

/**
 * A database driver's exception as the port's error. The driver's words that may quote stored values are
 * dropped, because the cause ends in the log.
 */
export function storeFailure(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof Error) {
    for (const field of ['detail', 'where', 'hint', 'internalQuery']) {
      Reflect.deleteProperty(error, field);
    }
  }
  return new StoreError('unavailable', describe(fieldsOf(error)), { cause: error });
}

function causeOf(error: unknown): DriverError {
  return error instanceof StoreError ? fieldsOf(error.cause) : {};
}

/** The transaction lost against another one and may be run again as a whole. */
export function isConflict(error: unknown): boolean {
  const { code, errcode } = causeOf(error);
  if (typeof errcode === 'number') {
    const primary = errcode & PRIMARY_CODE_MASK;
    return primary === SQLITE_BUSY || primary === SQLITE_LOCKED;
  }
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** The schema was never created here. */
export function isMissingTable(error: unknown): boolean {
  const { code, errcode, message } = causeOf(error);
  if (typeof errcode === 'number') return /no such table/.test(String(message));
  return code === UNDEFINED_TABLE;
}

/** The role lacks the rights that a migration needs. */
export function isDenied(error: unknown): boolean {
  return causeOf(error).code === INSUFFICIENT_PRIVILEGE;
}

/**
 * The server did not serve, or serves no more: it was ended, or lives on as a read-only copy. Nothing was
 * committed; the next connection may lead to its successor.
 */
export function isUnserved(error: unknown): boolean {
  const { code, message } = causeOf(error);
  if (typeof code !== 'string') return message === CONNECTION_ENDED || message === NOT_SENT;
  return UNSERVED.has(code) || CONNECTION_EXCEPTION.test(code);
}

/** The connection had ended before the statement: it was not sent. */
export function isNotSent(error: unknown): boolean {
  return causeOf(error).message === NOT_SENT;
}

/** A server that takes no writes says so before the first one. */
export function readOnly(): StoreError {
  const cause = Object.assign(new Error('read-only'), { code: READ_ONLY_TRANSACTION });
  return new StoreError('unavailable', 'the database is read-only', { cause });
}

/** The server went away while it committed: the transaction may have been kept. */
export function outcomeOfCommitUnknown(cause: unknown): StoreError {
  return new StoreError('unavailable', 'no answer to a commit', { cause });
}
