import type { Dialect, Session } from '../dialect.ts';
import type { Secret } from '../../../domain/secret.ts';
import { withDeadline } from '../../../ports/deadline.ts';
import { DirectoryError } from '../../../ports/errors.ts';
import type { Log } from '../../../ports/log.ts';
import type { Connection, ServerFacts } from './connection.ts';
import { AnswerLost, directoryFault, hasResult, RESULT, WritesElsewhere } from './errors.ts';
import { openServers, type Deadlines, type ServerOptions } from './servers.ts';
import { endpointOf } from './tlsSocket.ts';
import { createKeptSessions } from './keptSessions.ts';

/** The usual ones (requirement D6). */
const DEADLINES: Deadlines = { connectMs: 3_000, answerMs: 5_000, callMs: 10_000 };

type Work<T> = (session: Session, signal: AbortSignal) => Promise<T>;

export interface Sessions {
  /** Runs searches, on a kept connection where there is one; once more on a new one if the kept one was dead. */
  read<T>(signal: AbortSignal, work: Work<T>): Promise<T>;
  /**
   * Runs `work` on a connection of its own: a kept one on which the service account has just been bound
   * anew, so that a connection that died while it lay never blurs the outcome of a write, or a new one.
   * Where `work` throws WritesElsewhere the other servers are asked in turn.
   */
  write<T>(signal: AbortSignal, work: Work<T>, server?: string): Promise<T>;
  /** Runs `work` on a connection of its own, for as long as every single answer comes in time. */
  long<T>(signal: AbortSignal, work: Work<T>): Promise<T>;
  /** Connections that are opened from now on use these; those in use end with the earlier ones. */
  renew(access: Access): void;
  close(): void;
}

/** The way in, as it may change while the bot runs. */
export interface Access {
  readonly ca?: string | undefined;
  readonly bindPassword: Secret;
}

export interface SessionOptions extends Access, Omit<ServerOptions, 'ca' | 'deadlines'> {
  readonly bindDn: string;
  /** Tells the server's kind from its description. */
  readonly dialectOf: (facts: ServerFacts) => Dialect;
  /** Others than the usual ones. */
  readonly deadlines?: Deadlines;
}

export function openSessions(options: SessionOptions, log: Log): Sessions {
  const { deadlines = DEADLINES } = options;
  const { callMs } = deadlines;
  const servers = openServers({ ...options, deadlines }, log);
  const kept = createKeptSessions();
  const directory = {};
  let { bindPassword } = options;

  function open(signal: AbortSignal, server?: string): Promise<Session> {
    return servers.connect(signal, (connection) => bind(connection, signal), server);
  }

  async function bind(connection: Connection, signal: AbortSignal): Promise<Session> {
    kept.opened(connection);
    return asServiceAccount(connection, signal, async () => {
      const facts = await connection.serverFacts();
      return { connection, facts, dialect: options.dialectOf(facts), directory };
    });
  }

  /** Binds and goes on; a connection on which either fails is closed. */
  async function asServiceAccount<T>(
    connection: Connection,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await connection.within(signal, async () => {
        await connection.bind(options.bindDn, bindPassword);
        return work();
      });
    } catch (error) {
      connection.close();
      // OpenLDAP takes no UPN for a name.
      const code = [RESULT.invalidCredentials, RESULT.invalidDn].find((one) =>
        hasResult(error, one),
      );
      if (code === undefined) throw error;
      throw new DirectoryError('serviceAccount', `result ${code} to bind`);
    }
  }

  const isReady = ({ connection }: Session): boolean => connection.boundAs === options.bindDn;

  /**
   * A kept connection on which the service account is bound; `isBoundAnew`: just now, since the account may
   * have been shut out meanwhile. Undefined where there is none, or it is no longer usable.
   */
  async function takeKept(signal: AbortSignal, isBoundAnew: boolean): Promise<Session | undefined> {
    // The bind that proved a password has taken the service account's place: a write needs a bind anyway.
    const session = kept.take((one) => isReady(one) !== isBoundAnew);
    if (session === undefined || (isReady(session) && !isBoundAnew)) return session;
    try {
      return await asServiceAccount(session.connection, signal, () => Promise.resolve(session));
    } catch (error) {
      if (error instanceof DirectoryError || signal.aborted) throw error;
      kept.endAll();
      return undefined;
    }
  }

  async function workOn<T>(
    session: Session,
    signal: AbortSignal,
    work: Work<T>,
    isKept = true,
  ): Promise<T> {
    try {
      const result = await session.connection.within(signal, () => work(session, signal));
      if (isKept) kept.keep(session);
      else session.connection.close();
      return result;
    } catch (error) {
      // Another part of the work may be under way still: it must not go on under the rights of a later bind.
      session.connection.close();
      throw error;
    }
  }

  /** Asks the other servers in turn, after one that takes no writes; throws the last one's error. */
  async function writeElsewhere<T>(
    readOnly: string,
    signal: AbortSignal,
    work: Work<T>,
    refusal: WritesElsewhere,
  ): Promise<T> {
    log.warn({ server: readOnly }, 'this directory server takes no writes');
    let last: unknown = refusal;
    for (const url of options.urls) {
      if (signal.aborted) break;
      try {
        const session = await open(signal, endpointOf(url).url);
        if (session.connection.server !== readOnly) {
          return await workOn(session, signal, work);
        }
        kept.keep(session);
      } catch (error) {
        const isNextAsked =
          error instanceof WritesElsewhere ||
          error instanceof AnswerLost ||
          (error instanceof DirectoryError && ['unreachable', 'tls'].includes(error.code));
        if (!isNextAsked) throw error;
        last = error;
      }
    }
    throw last;
  }

  async function call<T>(
    signal: AbortSignal,
    work: (deadline: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await withDeadline(callMs, signal, work);
    } catch (error) {
      throw directoryFault(error, 'read');
    }
  }

  return {
    read: (signal, work) =>
      call(signal, async (deadline) => {
        const session = await takeKept(deadline, false);
        if (session !== undefined) {
          try {
            return await workOn(session, deadline, work);
          } catch (error) {
            if (!(error instanceof AnswerLost) || deadline.aborted) throw error;
            kept.endAll();
          }
        }
        return workOn(await open(deadline), deadline, work);
      }),

    write: (signal, work, server) =>
      call(signal, async (deadline) => {
        const isAnyServer = server === undefined;
        const rebound = isAnyServer ? await takeKept(deadline, true) : undefined;
        const session = rebound ?? (await open(deadline, server));
        try {
          return await workOn(session, deadline, work, isAnyServer);
        } catch (error) {
          if (!(error instanceof WritesElsewhere) || !isAnyServer) throw error;
          return await writeElsewhere(session.connection.server, deadline, work, error);
        }
      }),

    async long(signal, work) {
      try {
        const session = await withDeadline(callMs, signal, (deadline) => open(deadline));
        return await workOn(session, signal, work, false);
      } catch (error) {
        throw directoryFault(error, 'read');
      }
    },

    renew(access) {
      bindPassword = access.bindPassword;
      servers.trust(access.ca);
      kept.renew();
    },

    close() {
      kept.close();
    },
  };
}
