import type { IncomingMessage } from 'node:http';
import { hasTokenForm } from './tokenGuard.ts';
import { isForwarded } from './health.ts';

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
