import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import { BerReader } from 'ldapts';

import { DirectoryError } from '../../../ports/errors.ts';

const MAX_STARTTLS_ANSWER_BYTES = 4_096;
const EXTENDED_RESPONSE = 0x78;
/** LDAPMessage 1 with the extended request 1.3.6.1.4.1.1466.20037 (RFC 4511 4.14.1). */
const STARTTLS_REQUEST = Buffer.from(
  '301d02010177188016312e332e362e312e342e312e313436362e3230303337',
  'hex',
);
/** The network's faults; every other failure of a handshake means that the server was not verified. */
const NETWORK_FAULTS = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'ABORT_ERR']);

/** One server, as configured. */
export interface Endpoint {
  readonly url: string;
  /** The name that the certificate must hold. */
  readonly host: string;
  /** The one of the host's addresses to connect to; absent: whichever answers. */
  readonly address?: string;
  readonly port: number;
  /** True for ldap://, where TLS is demanded before anything else is said. */
  readonly isStartTls: boolean;
}

export function endpointOf(url: string): Endpoint {
  const { protocol, hostname, port } = new URL(url);
  const isStartTls = protocol === 'ldap:';
  return {
    url,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isStartTls ? 389 : 636) : Number(port),
    isStartTls,
  };
}

/**
 * The server behind a connection, as `openServers` finds it again. By its address too where the host
 * is a name: several controllers may stand behind one, and they know of a write at different times.
 */
export function serverName({ url, host }: Endpoint, socket: net.Socket): string {
  const { remoteAddress } = socket;
  return net.isIP(host) !== 0 || remoteAddress === undefined ? url : `${url} ${remoteAddress}`;
}

/**
 * The authorities that all connections trust, read at the first connection: reading certificates costs half
 * a handshake.
 */
export function trustIn(ca: string | undefined): () => tls.SecureContext {
  let context: tls.SecureContext | undefined;
  return () =>
    (context ??= tls.createSecureContext({
      ca: ca ?? systemTrust(),
      minVersion: 'TLSv1.2',
      // The issuing authority is enough where only this one was named: its own issuer need not be known.
      allowPartialTrustChain: ca !== undefined,
    }));
}

/**
 * Node's own list of trusted authorities lacks those of the organisation, so the system's list is added.
 */
function systemTrust(): string[] {
  const lists = [tls.getCACertificates('default'), tls.getCACertificates('system')];
  return [...new Set(lists.flat())];
}

/**
 * A connected TLS socket whose chain and host name are verified. Not left to ldapts: its StartTLS
 * waits for ever on a silent server, and reconnects in plain text after a lost connection.
 * @throws DirectoryError `unreachable` or `tls`.
 */
export async function openTlsSocket(
  endpoint: Endpoint,
  trust: () => tls.SecureContext,
  deadline: AbortSignal,
): Promise<tls.TLSSocket> {
  const { host, address, port } = endpoint;
  const raw = net.connect({ host: address ?? host, port, noDelay: true });
  // Errors that come after the outcome is known have no receiver, but must not end the process.
  raw.on('error', () => undefined);
  try {
    await once(raw, 'connect', { signal: deadline });
    if (endpoint.isStartTls) await requestTls(raw, deadline);
  } catch (error) {
    raw.destroy();
    throw connectFault(error, 'connect', 'unreachable');
  }
  const secure = tls.connect({
    socket: raw,
    host,
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    secureContext: trust(),
    rejectUnauthorized: true,
  });
  secure.on('error', () => undefined);
  let missing: string | undefined;
  // Before the chain is judged: afterwards a refused socket knows no certificate any more.
  secure.prependOnceListener('secure', () => {
    missing = issuerOf(secure.getPeerCertificate(true));
  });
  try {
    await once(secure, 'secureConnect', { signal: deadline });
    return secure;
  } catch (error) {
    secure.destroy();
    raw.destroy();
    throw connectFault(error, 'TLS handshake', 'tls', missing);
  }
}

/**
 * The issuer of the last certificate in the chain that a server sent, by its common name or all of its
 * name.
 */
function issuerOf(certificate: tls.DetailedPeerCertificate): string | undefined {
  let last = certificate;
  while (last.issuerCertificate !== undefined && last.issuerCertificate !== last) {
    last = last.issuerCertificate;
  }
  const issuer: unknown = last.issuer;
  if (typeof issuer !== 'object' || issuer === null) return undefined;
  const { CN } = issuer as { readonly CN?: unknown };
  return typeof CN === 'string' ? CN : JSON.stringify(issuer);
}

/** OpenSSL's codes for a chain without a known issuer. */
const UNKNOWN_ISSUER =
  /^(UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/;

function connectFault(
  error: unknown,
  phase: string,
  code: 'unreachable' | 'tls',
  issuer?: string,
): DirectoryError {
  if (error instanceof DirectoryError) return error;
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  const reason = hasCode ? String(error.code) : 'failed';
  const isNetwork = code === 'unreachable' || NETWORK_FAULTS.has(reason);
  const isUnknown = issuer !== undefined && UNKNOWN_ISSUER.test(reason);
  const missing = isUnknown ? `, LDAP_CA_FILE lacks the certificate of "${issuer}"` : '';
  const detail = `${phase}: ${reason === 'ABORT_ERR' ? 'time is up' : reason}${missing}`;
  return new DirectoryError(isNetwork ? 'unreachable' : 'tls', detail, { cause: error });
}

/** Asks for TLS on a plain connection and waits for the one answer that allows it. */
async function requestTls(raw: net.Socket, signal: AbortSignal): Promise<void> {
  raw.write(STARTTLS_REQUEST);
  const ended = new AbortController();
  const onEnd = (): void => {
    ended.abort();
  };
  raw.once('end', onEnd);
  raw.once('close', onEnd);
  let answer = Buffer.alloc(0);
  try {
    while (!isWhole(answer)) {
      const [chunk] = await once(raw, 'data', { signal: AbortSignal.any([signal, ended.signal]) });
      answer = Buffer.concat([answer, chunk]);
      if (answer.length > MAX_STARTTLS_ANSWER_BYTES)
        throw new DirectoryError('tls', 'StartTLS: overlong');
    }
  } finally {
    raw.off('end', onEnd);
    raw.off('close', onEnd);
    raw.pause();
  }
  if (resultOf(answer) !== 0) throw new DirectoryError('tls', 'StartTLS refused');
}

function isWhole(message: Buffer): boolean {
  if (message.length < 2) return false;
  const reader = new BerReader(message);
  return reader.readSequence() !== null && reader.remain >= reader.length;
}

/** The result code, or undefined for anything but exactly one extended response: bytes sent ahead of TLS are not trusted. */
function resultOf(message: Buffer): number | undefined {
  const reader = new BerReader(message);
  reader.readSequence();
  if (reader.remain !== reader.length) return undefined;
  reader.readInt();
  return reader.peek() === EXTENDED_RESPONSE && reader.readSequence() !== null
    ? (reader.readEnumeration() ?? undefined)
    : undefined;
}
