import type { AuditEvent } from '../../domain/audit.ts';
import { MINUTE_MS } from '../../domain/durations.ts';
import { managerName, type ManagerKey } from '../../domain/parties.ts';
import type { Store, StoreTransaction } from '../../ports/store/store.ts';
import type { Log } from '../../ports/log.ts';
import type { Denials } from '../deps.ts';
import { createBundles } from '../waiting/bundles.ts';

/** Directory reads a minute for a person who is only turned away, or only from that account. */
const LOOKED_UP = 5;
/** Persons kept at once; further ones are asked for again. */
const MAX_KEPT = 10_000;

const kindOf = ({ event, actor, account = '' }: AuditEvent): string =>
  [event, actor, account].join(' ');

const idOf = (event: AuditEvent): string => [kindOf(event), event.reason ?? ''].join(' ');

/** The row of those that were counted, with the flow of the last one. */
function rowOf(last: AuditEvent, more: number): AuditEvent {
  const reason = [last.reason ?? [], more > 1 ? `×${String(more)}` : []].flat().join(' ');
  return { ...last, reason: reason === '' ? undefined : reason };
}

const foundId = (key: ManagerKey, accountId = ''): string =>
  [managerName(key), accountId].join(' ');

export function createDenials(
  store: Pick<Store, 'transaction'>,
  log: Log,
  minuteMs = MINUTE_MS,
): Denials {
  const found = new Map<string, { times: number; readonly timer: NodeJS.Timeout }>();

  /** Writes the denials counted beside the first row. */
  const bundles = createBundles<AuditEvent>(async (last, more) => {
    try {
      await write(rowOf(last, more));
    } catch (error) {
      log.error({ err: error, times: more }, 'repeated events were not audited');
    }
  }, minuteMs);

  async function write(row: AuditEvent): Promise<void> {
    await store.transaction(async (tx) => {
      tx.audit(row);
    });
  }

  function settleIn(tx: StoreTransaction, event: AuditEvent): void {
    for (const { last, more, told } of bundles.counted((one) => kindOf(one) === kindOf(event))) {
      tx.audit(rowOf(last, more));
      tx.afterCommit(told);
    }
  }

  return {
    settleIn,

    auditIn(tx, event, begun) {
      const id = idOf(event);
      const isCounted = bundles.isUnderWay(id);
      if (!isCounted) {
        if (begun !== undefined) settleIn(tx, begun);
        tx.audit(event);
      }
      tx.afterCommit(() => {
        // Also where the minute of the row before has ended since.
        bundles.begin(id, event);
        if (isCounted) bundles.count(id, event);
      });
    },

    async audit(key, account) {
      const actor = managerName(key);
      const reason = 'notResponsible';
      const event = { event: 'access.denied', actor, account, result: 'refused', reason } as const;
      const id = idOf(event);
      if (bundles.count(id, event)) return;
      bundles.begin(id, event);
      await write(event);
    },

    settle: (event) => bundles.end(idOf(event)),

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
      await bundles.flush();
    },
  };
}
