import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { TLSSocket } from 'node:tls';
import type { Element } from './ber.ts';
import { readElement } from './ber.ts';

/** The tag of an LDAPMessage. */
const MESSAGE = 0x30;

/** A connection's handling of a message: the bytes to answer, and what comes after them. */
export interface Reaction {
  readonly answer: Buffer;
  /** `ignore`: later data is not read. */
  readonly then?: 'startTls' | 'close' | 'ignore' | undefined;
}

/**
 * Reads LDAP messages from a socket, one after another in order of arrival, and writes what `react`
 * answers. Bytes that are no LDAP end the connection.
 */
export function serve(
  socket: Socket,
  context: SecureContext,
  isEncrypted: boolean,
  react: (message: Element, isEncrypted: boolean) => Promise<Reaction>,
): void {
  const current = isEncrypted ? secure(socket, context) : socket;
  let received = Buffer.alloc(0);
  let queue = Promise.resolve();

  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    try {
      if (received.length > 0 && received[0] !== MESSAGE) throw new RangeError('no LDAPMessage');
      for (let next = readElement(received); next; next = readElement(received)) {
        received = received.subarray(next.end);
        const message = next.element;
        queue = queue.then(() => handle(message)).catch(() => void current.destroy());
      }
    } catch {
      current.destroy();
    }
  };

  const handle = async (message: Element) => {
    const { answer, then } = await react(message, isEncrypted);
    if (current.destroyed) return;
    if (answer.length > 0) current.write(answer);
    if (then === 'close') current.destroySoon();
    if (then === 'ignore' || then === 'startTls') current.off('data', onData);
    if (then === 'startTls') serve(socket, context, true, react);
  };

  current.setNoDelay(true);
  current.on('data', onData);
  current.on('error', () => void current.destroy());
}

function secure(socket: Socket, context: SecureContext): TLSSocket {
  const encrypted = new TLSSocket(socket, { isServer: true, secureContext: context });
  // A client that gives up or does not trust the certificate is no fault of the server.
  encrypted.on('error', () => void socket.destroy());
  return encrypted;
}
