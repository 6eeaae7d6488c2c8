import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from './refusal.ts';

export type Operation = 'post' | 'update' | 'create' | 'member' | 'login' | 'metadata' | 'keys';

/**
 * The fault: an answer of that status, no answer, a cut connection (before or after the effect), a delay,
 * or a wait for a promise.
 */
export type Fault =
  | { readonly status: number; readonly code?: string; readonly headers?: Record<string, string> }
  | 'hang'
  | 'cut'
  | 'cutAfter'
  | { readonly delayMs: number }
  | { readonly until: Promise<unknown> };

/** The planned failures of Microsoft's answers. */
export class FaultPlan {
  readonly #planned = new Map<
    Operation,
    { fault: Fault; times: number; card: string | undefined }
  >();

  /** With `card` only the calls that carry that card fail, and count. */
  plan(operation: Operation, fault: Fault, times: number, card?: string): void {
    this.#planned.set(operation, { fault, times, card });
  }

  /** Whether the planned failures have all come. */
  isSpent(operation: Operation): boolean {
    return (this.#planned.get(operation)?.times ?? 0) <= 0;
  }

  clear(operation?: Operation): void {
    if (operation === undefined) this.#planned.clear();
    else this.#planned.delete(operation);
  }

  /** Carries out `effect` and answers with its result or refusal, or as planned. */
  async answer(
    operation: Operation,
    response: ServerResponse,
    effect: () => object,
    card?: string,
  ): Promise<void> {
    const planned = this.#planned.get(operation);
    const isMeant = planned !== undefined && (planned.card === undefined || planned.card === card);
    const fault = isMeant && planned.times-- > 0 ? planned.fault : undefined;
    if (fault === 'hang') return;
    if (fault === 'cut') {
      response.destroy();
      return;
    }
    if (typeof fault === 'object' && 'status' in fault) {
      const { status, code = 'Fault', headers } = fault;
      new Refusal(status, code, 'planned').answer(response, headers);
      return;
    }
    if (typeof fault === 'object') await ('until' in fault ? fault.until : pause(fault.delayMs));
    const result = effect();
    if (fault === 'cutAfter') {
      response.destroy();
    } else if (result instanceof Refusal) {
      result.answer(response);
    } else {
      response.writeHead(operation === 'post' ? 201 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(result));
    }
  }
}
