import type { IncomingMessage } from 'node:http';

/** Largest body that is read (requirement R6). */
export const MAX_BODY_BYTES = 256 * 1_024;
const MAX_JSON_DEPTH = 32;
/** What a client that was answered 413 may still send before it is cut off. */
const MAX_DISCARDED_BYTES = 256 * 1_024;
const MAX_DISCARD_MS = 1_000;

/** The body as text, or the HTTP status with which it is refused. Never throws. */
export async function readBody(request: IncomingMessage): Promise<string | 400 | 413> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    discard(request);
    return 413;
  }
  const bytes = await collect(request);
  if (typeof bytes === 'number') return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return 400;
  }
}

function collect(request: IncomingMessage): Promise<Buffer | 400 | 413> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take);
      discard(request);
      resolve(413);
    };
    request.on('data', take);
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    // Cut off or too slow: nobody reads the answer.
    request.once('close', () => {
      resolve(400);
    });
    request.once('error', () => {
      resolve(400);
    });
  });
}

/**
 * Lets a little more arrive and throws it away: closing at once would reset the connection, and the
 * client would lose the answer (RFC 9112 9.6).
 */
export function discard(request: IncomingMessage): void {
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_DISCARDED_BYTES) request.destroy();
  });
  const timer = setTimeout(() => request.destroy(), MAX_DISCARD_MS);
  const stop = (): void => {
    clearTimeout(timer);
  };
  request.once('end', stop);
  request.once('close', stop);
}

/** The value, or undefined for what is no JSON or too deeply nested. */
export function parseJson(text: string): unknown {
  if (isDeeperThan(text, MAX_JSON_DEPTH)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts brackets outside strings, so that nothing deep is ever built. */
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
