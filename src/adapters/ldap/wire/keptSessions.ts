import type { Session } from '../dialect.ts';
import type { Connection } from './connection.ts';

/**
 * One for each manager who must be served at once (requirement R15): with fewer a crowd opens one for nearly
 * every search.
 */
const KEPT_CONNECTIONS = 50;
const KEPT_IDLE_MS = 30_000;

/** Sessions that rest between two calls, the newest first. */
export function createKeptSessions() {
  const kept: { session: Session; timer: NodeJS.Timeout }[] = [];
  let isClosed = false;
  /** Connections that were opened since the last renewal. */
  let current = new WeakSet<Connection>();

  function endAll(): void {
    for (const { session, timer } of kept.splice(0)) {
      clearTimeout(timer);
      session.connection.close();
    }
  }

  return {
    opened(connection: Connection): void {
      current.add(connection);
    },

    /** The session kept last that is still open, of those that `isWanted` where there are some; undefined where there is none. */
    take(isWanted: (session: Session) => boolean): Session | undefined {
      for (;;) {
        const index = kept.findLastIndex(({ session }) => isWanted(session));
        const [last] = kept.splice(index, 1);
        if (last === undefined) return undefined;
        clearTimeout(last.timer);
        last.session.connection.wake();
        if (last.session.connection.isOpen) return last.session;
        last.session.connection.close();
      }
    },

    keep(session: Session): void {
      const { connection } = session;
      if (isClosed || !current.has(connection) || kept.length >= KEPT_CONNECTIONS) {
        connection.close();
        return;
      }
      connection.rest();
      const timer = setTimeout(() => {
        connection.close();
        kept.splice(
          kept.findIndex((one) => one.session === session),
          1,
        );
      }, KEPT_IDLE_MS);
      timer.unref();
      kept.push({ session, timer });
    },

    /** Closes all that rest: where one gave no answer the others may be dead too. */
    endAll,

    /** Those that are in use now are not kept any more. */
    renew(): void {
      current = new WeakSet();
      endAll();
    },

    close(): void {
      isClosed = true;
      endAll();
    },
  };
}
