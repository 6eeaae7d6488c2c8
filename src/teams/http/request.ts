import type { IncomingMessage, Server, ServerResponse } from 'node:http';

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
    for (const cut of ['close', 'error']) {
      request.once(cut, () => {
        resolve(400);
      });
    }
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
