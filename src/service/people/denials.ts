import type { AuditEvent } from '../../domain/audit.ts';
import { MINUTE_MS } from '../../domain/durations.ts';
import { managerName, type ManagerKey } from '../../domain/parties.ts';
import type { Store, StoreTransaction } from '../../ports/store/store.ts';
import type { Log } from '../../ports/log.ts';
import type { Denials } from '../deps.ts';

/** Directory reads a minute for a person who is only turned away, or only from that account. */
const LOOKED_UP = 5;
/** Persons and accounts counted at once; more are no longer kept apart. */
const MAX_KEPT = 10_000;

interface Counted {
  readonly event: AuditEvent;
  more: number;
  readonly timer: NodeJS.Timeout;
}

const idOf = ({ event, actor, account = '', reason = '' }: AuditEvent): string =>
  [event, actor, account, reason].join(' ');

const foundId = (key: ManagerKey, accountId = ''): string =>
  [managerName(key), accountId].join(' ');

export function createDenials(
  store: Pick<Store, 'transaction'>,
  log: Log,
  minuteMs = MINUTE_MS,
): Denials {
  const counted = new Map<string, Counted>();
  const found = new Map<string, { times: number; readonly timer: NodeJS.Timeout }>();

  /** Writes the denials counted beside the first row, and counts no more. */
  async function end(id: string): Promise<void> {
    const ended = counted.get(id);
    if (ended === undefined) return;
    clearTimeout(ended.timer);
    counted.delete(id);
    const { event, more } = ended;
    if (more === 0) return;
    const reason = [event.reason ?? [], more > 1 ? `×${String(more)}` : []].flat().join(' ');
    const row = { ...event, flow: undefined, reason: reason === '' ? undefined : reason };
    try {
      await store.transaction((tx) => {
        tx.audit(row);
        return Promise.resolve();
      });
    } catch (error) {
      log.error({ err: error, times: more }, 'repeated events were not audited');
    }
  }

  /** The minute is over: a row for the counted denials begins the next one. */
  async function endMinute(id: string): Promise<void> {
    const ended = counted.get(id);
    if (ended === undefined) return;
    const written = end(id);
    if (ended.more > 0) begin(ended.event);
    await written;
  }

  function begin(event: AuditEvent): void {
    const id = idOf(event);
    if (counted.has(id) || counted.size >= MAX_KEPT) return;
    const timer = setTimeout(() => void endMinute(id), minuteMs);
    timer.unref();
    counted.set(id, { event, more: 0, timer });
  }

  function auditIn(tx: StoreTransaction, event: AuditEvent): void {
    const isCounted = counted.has(idOf(event));
    if (!isCounted) tx.audit(event);
    tx.afterCommit(() => {
      // Also where the minute of the row before has ended since.
      begin(event);
      const current = counted.get(idOf(event));
      if (isCounted && current !== undefined) current.more += 1;
    });
  }

  return {
    auditIn,

    async audit(key, account) {
      const actor = managerName(key);
      const reason = 'notResponsible';
      const event = { event: 'access.denied', actor, account, result: 'refused', reason } as const;
      const before = counted.get(idOf(event));
      if (before !== undefined) {
        before.more += 1;
        return;
      }
      begin(event);
      await store.transaction((tx) => {
        tx.audit(event);
        return Promise.resolve();
      });
    },

    settle: (event) => end(idOf(event)),

    foundNothing(key, accountId) {
      const id = foundId(key, accountId);
      const before = found.get(id);
      if (before !== undefined) {
        before.times += 1;
        return;
      }
      if (found.size >= MAX_KEPT) return;
      const timer = setTimeout(() => found.delete(id), minuteMs);
      timer.unref();
      found.set(id, { times: 1, timer });
    },

    isKnown: (key, accountId) => (found.get(foundId(key, accountId))?.times ?? 0) >= LOOKED_UP,

    async flush() {
      for (const { timer } of found.values()) clearTimeout(timer);
      found.clear();
      await Promise.all([...counted.keys()].map(endMinute));
      for (const { timer } of counted.values()) clearTimeout(timer);
      counted.clear();
    },
  };
}
