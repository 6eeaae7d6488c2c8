import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { hasTokenForm } from './guard.ts';
import { isForwarded } from './health.ts';

const MAX_JSON_DEPTH = 32;
/** Bytes that a client that was answered 413 may still send before it is cut off. */
const MAX_DISCARDED_BYTES = 256 * 1_024;
const MAX_DISCARD_MS = 1_000;
/** In pieces of one byte 256 KiB would cost a hundred times their reading. */
const MAX_PIECES = 500;

/** The body, or the HTTP status with which it is refused. Never throws. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 400 | 413> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes && chunks.length <= MAX_PIECES) return;
      request.off('data', take);
      discard(request);
      resolve(413);
    };
    request.on('data', take);
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    // Cut off or too slow: the client no longer reads the answer.
    request.once('close', () => {
      resolve(400);
    });
    request.once('error', () => {
      resolve(400);
    });
  });
}

/**
 * Lets a little more arrive and discards it: closing at once would reset the connection, and the client
 * would lose the answer (RFC 9112 9.6).
 */
export function discard(request: IncomingMessage): void {
  let size = 0;
  let pieces = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    pieces += 1;
    if (size > MAX_DISCARDED_BYTES || pieces > MAX_PIECES) request.destroy();
  });
  const timer = setTimeout(() => request.destroy(), MAX_DISCARD_MS);
  const stop = (): void => {
    clearTimeout(timer);
  };
  request.once('end', stop);
  request.once('close', stop);
}

/**
 * Cuts a connection that sends a request before the answer to the one before: thousands that came in one piece
 * would be worked off without a pause. Teams, Twilio and proxies send one at a time.
 */
export function takeInTurn(server: Server): void {
  for (const event of ['request', 'checkContinue', 'checkExpectation']) {
    const takers = server.listeners(event);
    server.removeAllListeners(event);
    server.on(event, (request: IncomingMessage, response: ServerResponse) => {
      if (request.socket.destroyed) return;
      // The connection still belongs to the answer before.
      if (response.socket === null) request.socket.destroy();
      else for (const take of takers) take.call(server, request, response);
    });
  }
}

/** The bytes as text, or undefined where they are no UTF-8. */
export function decodeText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The value, or undefined for text that is no JSON in UTF-8 or too deeply nested. */
export function parseJson(bytes: Buffer): unknown {
  const text = decodeText(bytes);
  if (text === undefined || isDeeperThan(text, MAX_JSON_DEPTH)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts brackets outside strings, so that no deep value is ever built. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isInString) {
      if (character === '\\') index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') {
      isInString = true;
    } else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > limit) return true;
    } else if (character === '}' || character === ']') {
      depth -= 1;
    }
  }
  return false;
}

interface Route {
  readonly method: 'GET' | 'POST';
  /** Longest body that is read (requirement R6). */
  readonly maxBytes: number;
  /** The credential's form, checked in the headers alone, and the status where it is missing. */
  readonly credential?: { readonly isThere: (request: IncomingMessage) => boolean; status: number };
}

/** All routes; paths are compared as they stand on the wire. */
export const ROUTES = {
  '/api/messages': {
    method: 'POST',
    maxBytes: 256 * 1_024,
    credential: { isThere: ({ headers }) => hasTokenForm(headers.authorization), status: 401 },
  },
  '/api/sms/status': {
    method: 'POST',
    maxBytes: 8 * 1_024,
    credential: { isThere: (request) => signatureOf(request) !== undefined, status: 403 },
  },
  '/healthz': { method: 'GET', maxBytes: 0 },
  '/readyz': { method: 'GET', maxBytes: 0 },
  '/metrics': { method: 'GET', maxBytes: 0 },
} as const satisfies Readonly<Record<string, Route>>;

export type Path = keyof typeof ROUTES;

export interface Refusal {
  readonly status: number;
  readonly allow?: string;
}

/** The reason to refuse a request by its first line and headers, before its body is read. */
export function refuse(request: IncomingMessage, auth: 'on' | 'off'): Refusal | undefined {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (!Object.hasOwn(ROUTES, path)) return { status: 404 };
  const { method, maxBytes, credential }: Route = ROUTES[path as Path];
  const methods: readonly string[] = method === 'GET' ? ['GET', 'HEAD'] : [method];
  if (!methods.includes(request.method ?? '')) return { status: 405, allow: methods.join(', ') };
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return { status: 415 };
  // Without authentication only programs of this machine may call, and no proxy on their behalf.
  if (auth === 'off' && isForwarded(request)) return { status: 403 };
  const isOpen = auth === 'off' && path === '/api/messages';
  if (credential && !isOpen && !credential.isThere(request)) return { status: credential.status };
  const { 'content-length': length = 0, 'transfer-encoding': coding } = request.headers;
  // Where no body is read Node would take one to its end, however long.
  const isUnread = maxBytes === 0 && coding !== undefined;
  return isUnread || Number(length) > maxBytes ? { status: 413 } : undefined;
}

/** The header of that name where it has the form of a signature: HMAC-SHA-1 in base64. */
export function signatureOf({ headers }: IncomingMessage): string | undefined {
  const signature = headers['x-twilio-signature'];
  return /^[A-Za-z0-9+/=]{28}$/.test(String(signature)) ? String(signature) : undefined;
}
