/**
 * The closed list of what can fail outside. `unreachable`: nothing that changes anything was sent.
 * `noAnswer`: the request may have been carried out. `tls`: the server could not be verified, nothing
 * secret was sent. `serviceAccount`: the bot's own credentials are refused. `noRights`: the directory
 * denies the operation. `policy`: its password policy forbids every write of a password without the old
 * one. `undecided`: a bind was refused for a reason that does not tell whether the password is right.
 * `unexpected`: an answer that the protocol does not allow or the bot does not know.
 */
export type DirectoryErrorCode =
  | 'unreachable'
  | 'noAnswer'
  | 'tls'
  | 'serviceAccount'
  | 'noRights'
  | 'policy'
  | 'undecided'
  | 'unexpected';

/** The one error that a directory throws. `detail` is for the log: result codes, never names or secrets. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
  readonly code: DirectoryErrorCode;
  readonly detail: string;

  constructor(code: DirectoryErrorCode, detail: string, options?: ErrorOptions) {
    super(`directory: ${code} (${detail})`, options);
    this.code = code;
    this.detail = detail;
  }
}

/**
 * `unavailable`: the database did not answer or refused; nothing was committed, or it is not known.
 * `busy`: more is asked than this machine can do in time; nothing was begun.
 */
export type StoreErrorCode = 'unavailable' | 'corrupt' | 'busy';

/** The one error that a store throws. `corrupt`: stored data cannot be decrypted or read. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, detail: string, options?: ErrorOptions) {
    super(`store: ${code} (${detail})`, options);
    this.code = code;
  }
}

/**
 * `unreachable`: the bot was removed or blocked. `messageGone`: the message or conversation no longer exists.
 * `ambiguous`: it may have been delivered. `refused`: anything else, nothing was delivered.
 */
export type NotifierErrorCode = 'unreachable' | 'messageGone' | 'ambiguous' | 'refused';

/** The one error that a notifier throws. */
export class NotifierError extends Error {
  override readonly name = 'NotifierError';
  readonly code: NotifierErrorCode;
  /** How long the channel asks to wait before the next try, where it says so. */
  readonly retryAfterMs?: number;
  /** The channel has too much to do: nothing was delivered, and the same may be tried again. */
  readonly isBusy: boolean;
  /** The channel has answered, so that asking again would change nothing. */
  readonly isFinal: boolean;

  constructor(
    code: NotifierErrorCode,
    detail: string,
    options: ErrorOptions & {
      readonly retryAfterMs?: number;
      readonly isBusy?: boolean;
      readonly isFinal?: boolean;
    } = {},
  ) {
    super(`notifier: ${code} (${detail})`, options);
    this.code = code;
    this.isBusy = options.isBusy ?? false;
    this.isFinal = options.isFinal ?? false;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** A card cannot be drawn: its template or a text of it is broken. The message names the card alone. */
export class CardError extends Error {
  override readonly name = 'CardError';

  constructor(card: string, cause: unknown) {
    super(`the card ${card} cannot be drawn`, { cause });
  }
}

/** The server was not found, nothing listens there, or the proxy made no connection. */
const UNCONNECTED = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'ERR_PROXY_TUNNEL'],
]);

/**
 * The server's certificate is not accepted: Node's codes for that
 * (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
 */
const UNTRUSTED = new Set([
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH', 'INVALID_CA', 'INVALID_PURPOSE'],
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'PATH_LENGTH_EXCEEDED'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_GET_CRL'],
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'],
  ...['CERT_CHAIN_TOO_LONG', 'CERT_REVOKED', 'CERT_UNTRUSTED', 'CERT_REJECTED'],
  ...['CERT_SIGNATURE_FAILURE', 'CRL_HAS_EXPIRED'],
]);

/** Whether the failed request never left: sending it again cannot double it. */
export function isUnsent(code: string | undefined): boolean {
  return code !== undefined && (UNCONNECTED.has(code) || UNTRUSTED.has(code));
}
