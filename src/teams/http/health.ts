import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Secret } from '../../domain/secret.ts';
import { single, within } from '../../service/waiting/waiting.ts';
import { isLoopbackAddress } from '../out/serviceHosts.ts';

/** A readiness probe must be answered within 200 ms (requirement R12). */
const READY_TIMEOUT_MS = 150;

/** Whether turns can be served; the answer comes in time even if the check hangs. One check at a time. */
export function createReadiness(isReady: () => Promise<boolean>): () => Promise<boolean> {
  const check = single(() => isReady().catch(() => false));
  return async () => (await within(READY_TIMEOUT_MS, check())) ?? false;
}

/** Whether a proxy says that it passed the request on. */
export function isForwarded(request: IncomingMessage): boolean {
  return Object.keys(request.headers).some(
    (name) => name === 'forwarded' || name.startsWith('x-forwarded-'),
  );
}

/** With a token only for its bearer; without one only for this machine, and no proxy on it. */
export function maySeeMetrics(request: IncomingMessage, token: Secret | undefined): boolean {
  if (!token) return isLoopbackAddress(request.socket.remoteAddress) && !isForwarded(request);
  return isSameText(request.headers.authorization ?? '', `Bearer ${token.reveal()}`);
}

function isSameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
