import type { Answer } from './answers.ts';
import type { OperationName } from './protocol.ts';

/** What is about to happen; `connect` before anything is read from a new connection. */
export interface Operation {
  readonly name: OperationName | 'connect' | 'startTls';
  readonly dn: string;
}

/**
 * What goes wrong with an operation. `drop` cuts the connection, `hang` never answers; with
 * `applyThen…` the operation is carried out before. A delay comes before the operation, which then
 * goes on as `then` says, or well; what is `lateMs` is carried out at once and answered that much later.
 * A pair is an LDAP result code and its diagnostic text.
 */
export type Fault =
  | Ending
  | { readonly delayMs: number; readonly then?: Ending }
  | { readonly lateMs: number }
  | readonly [number, string];

type Ending = 'drop' | 'hang' | 'applyThenDrop' | 'applyThenHang';

/** A fault as steps: how long to wait before it and after it, what to do instead of the operation, what after it. */
export function splitFault(fault: Fault | undefined): {
  delayMs: number;
  lateMs?: number;
  before?: 'drop' | 'hang' | Answer;
  after?: 'drop' | 'hang';
} {
  switch (fault) {
    case undefined:
      return { delayMs: 0 };
    case 'drop':
    case 'hang':
      return { delayMs: 0, before: fault };
    case 'applyThenDrop':
      return { delayMs: 0, after: 'drop' };
    case 'applyThenHang':
      return { delayMs: 0, after: 'hang' };
  }
  if ('lateMs' in fault) return { delayMs: 0, lateMs: fault.lateMs };
  if ('delayMs' in fault) return { ...splitFault(fault.then), delayMs: fault.delayMs };
  const [code, message] = fault;
  return { delayMs: 0, before: { code, message } };
}
