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
