import { managerName, type ManagerKey } from '../domain/parties.ts';
import type { Store } from '../ports/store.ts';
import type { Log } from '../ports/log.ts';
import type { Deps } from './deps.ts';

const MINUTE_MS = 60_000;
/** So often in a minute a person is looked up in the directory only to be turned away. */
const LOOKED_UP = 5;
/** Persons at once; more are no longer kept apart. */
const MAX_KEPT = 10_000;

/** Who was turned away within the last minute. Counted in this process alone. */
export interface Denials {
  /** Writes a denial; the further ones of that person and account within a minute as one row. */
  audit(key: ManagerKey, accountId: string | undefined): Promise<void>;
  /** The person answers for nothing, as the directory or the roster says. */
  foundNothing(key: ManagerKey): void;
  /** Whether the directory has said so often enough within a minute not to be asked again. */
  isKnown(key: ManagerKey): boolean;
  /** Writes what was counted and has no row yet. */
  flush(): Promise<void>;
}

/** What has been counted beside its first row. */
interface Counted {
  readonly actor: string;
  readonly account: string | undefined;
  more: number;
  readonly timer: NodeJS.Timeout;
}

export function createDenials(store: Pick<Store, 'transaction'>, log: Log): Denials {
  const counted = new Map<string, Counted>();
  const found = new Map<string, { times: number; readonly timer: NodeJS.Timeout }>();

  const write = (actor: string, account: string | undefined, times: number): Promise<void> =>
    store.transaction((tx) => {
      const reason = times > 1 ? `notResponsible ×${String(times)}` : 'notResponsible';
      tx.audit({ event: 'access.denied', actor, account, result: 'refused', reason });
      return Promise.resolve();
    });

  /** The minute is over: a row for what was counted begins the next one. */
  function endMinute(id: string): Promise<void> {
    const ended = counted.get(id);
    if (ended === undefined) return Promise.resolve();
    clearTimeout(ended.timer);
    counted.delete(id);
    if (ended.more === 0) return Promise.resolve();
    begin(id, ended.actor, ended.account);
    return write(ended.actor, ended.account, ended.more).catch((error: unknown) => {
      log.error({ err: error, times: ended.more }, 'denials were not audited');
    });
  }

  function begin(id: string, actor: string, account: string | undefined): void {
    const timer = setTimeout(() => void endMinute(id), MINUTE_MS);
    timer.unref();
    counted.set(id, { actor, account, more: 0, timer });
  }

  return {
    async audit(key, accountId) {
      const actor = managerName(key);
      const id = `${actor} ${accountId ?? ''}`;
      const before = counted.get(id);
      if (before !== undefined) {
        before.more += 1;
        return;
      }
      if (counted.size < MAX_KEPT) begin(id, actor, accountId);
      return write(actor, accountId, 1);
    },

    foundNothing(key) {
      const id = managerName(key);
      const before = found.get(id);
      if (before !== undefined) {
        before.times += 1;
        return;
      }
      if (found.size >= MAX_KEPT) return;
      const timer = setTimeout(() => found.delete(id), MINUTE_MS);
      timer.unref();
      found.set(id, { times: 1, timer });
    },

    isKnown: (key) => (found.get(managerName(key))?.times ?? 0) >= LOOKED_UP,

    async flush() {
      for (const { timer } of found.values()) clearTimeout(timer);
      found.clear();
      await Promise.all([...counted.keys()].map(endMinute));
      for (const { timer } of counted.values()) clearTimeout(timer);
      counted.clear();
    },
  };
}

/** The one answer to one who is not let in; the auditor is told. */
export async function deny(deps: Deps, key: ManagerKey): Promise<'notResponsible'> {
  deps.denials.foundNothing(key);
  await auditDenied(deps, key);
  return 'notResponsible';
}

/** Tells the auditor of somebody who reached for what is not theirs. */
export function auditDenied(deps: Deps, key: ManagerKey, accountId?: string): Promise<void> {
  return deps.denials.audit(key, accountId);
}
