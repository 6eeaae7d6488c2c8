import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answers.ts';
import type { OperationName } from './protocol.ts';

/** The operation about to happen; `connect` before anything is read from a new connection. */
export interface Operation {
  readonly name: OperationName | 'connect' | 'startTls';
  readonly dn: string;
  /** The request as it came, in BER: a value that it names can be looked for. */
  readonly content: Buffer;
}

/**
 * The fault of an operation. `drop` cuts the connection, `hang` never answers; with `applyThen…` the
 * operation is carried out before. A delay comes before the operation, which then goes on as `then` says,
 * or well; so does a wait `until` something has happened. A `lateMs` operation is carried out at once and
 * answered that much later. A pair is an LDAP result code and its diagnostic text.
 */
export type Fault =
  | Ending
  | { readonly delayMs: number; readonly then?: Ending }
  | { readonly until: Promise<unknown> }
  | { readonly lateMs: number }
  | readonly [number, string];

type Ending = 'drop' | 'hang' | 'applyThenDrop' | 'applyThenHang';

/**
 * A fault as steps: the waits before and after the operation, the ending in its place, and the one after
 * it.
 */
export function splitFault(fault: Fault | undefined): {
  wait?: () => Promise<unknown>;
  lateMs?: number;
  before?: 'drop' | 'hang' | Answer;
  after?: 'drop' | 'hang';
} {
  switch (fault) {
    case undefined:
      return {};
    case 'drop':
    case 'hang':
      return { before: fault };
    case 'applyThenDrop':
      return { after: 'drop' };
    case 'applyThenHang':
      return { after: 'hang' };
  }
  if ('delayMs' in fault) {
    // The connection keeps the process, if anything does.
    const wait = () => delay(fault.delayMs, undefined, { ref: false });
    return { ...splitFault(fault.then), wait };
  }
  if ('lateMs' in fault) return { lateMs: fault.lateMs };
  if ('until' in fault) return { wait: () => fault.until };
  const [code, message] = fault;
  return { before: { code, message } };
}
