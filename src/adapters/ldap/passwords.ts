import type { Secret } from '../../domain/secret.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { Directory, ProofOutcome, WriteOutcome } from '../../ports/directory.ts';
import type { Log } from '../../ports/log.ts';
import type { FoundAccount, Session, WriteAnswer } from './dialect.ts';
import { AnswerLost, directoryFault, isReadOnlyRefusal, WritesElsewhere } from './wire/errors.ts';
import type { Lookup } from './find/lookup.ts';
import type { Sessions } from './wire/sessions.ts';

type Passwords = Pick<Directory, 'provePassword' | 'writePassword' | 'readWrite' | 'unlock'>;

/** The calls that bind as an account or change one, each alone on its connection. */
export function createPasswords(sessions: Sessions, lookup: Lookup, log: Log): Passwords {
  /**
   * One bind as the account, on the connection that has just answered, so that one that died while it lay
   * never blurs the outcome. Nothing else may be asked on it before the service account is bound again.
   */
  async function prove(
    session: Session,
    { entry }: FoundAccount,
    password: Secret,
  ): Promise<ProofOutcome> {
    try {
      return await session.dialect.prove(session.connection, entry.dn, password);
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw directoryFault(error, 'bind');
      throw new DirectoryError('noAnswer', 'no answer to bind', { cause: error });
    }
  }

  /** The same where an undecided bind is no fault: the directory's time of change shows the write. */
  async function proveIfDecided(
    ...args: Parameters<typeof prove>
  ): Promise<ProofOutcome | 'undecided'> {
    try {
      return await prove(...args);
    } catch (error) {
      if (error instanceof DirectoryError && error.code === 'undecided') return 'undecided';
      throw error;
    }
  }

  /**
   * The password's mark after an accepted write: known where the mark has moved and the new password binds,
   * or a bind says nothing. Undefined where the write cannot be seen.
   */
  async function seenVersion(
    session: Session,
    before: FoundAccount,
    password: Secret,
  ): Promise<string | undefined> {
    try {
      const after = await lookup.again(session, before);
      if (after === undefined) return undefined;
      const { passwordVersion } = after.account;
      const hasMoved = passwordVersion !== before.account.passwordVersion;
      if (!hasMoved && session.dialect.isVersionExact) return undefined;
      const proof = await proveIfDecided(session, after, password);
      const isSeen = proof === 'proved' || (hasMoved && proof !== 'wrong');
      return isSeen ? passwordVersion : undefined;
    } catch (error) {
      const fault = directoryFault(error, 'read after write');
      if (!(fault instanceof DirectoryError)) throw fault;
      const { code, detail } = fault;
      log.warn({ account: before.account.id, code, detail }, 'a write could not be verified');
      return undefined;
    }
  }

  return {
    async provePassword(accountId, password, signal, mayBind = () => true) {
      if (password.reveal().trim() === '') return 'wrong';
      return sessions.read(signal, async (session) => {
        const found = await lookup.account(session, accountId);
        if (found === undefined) return 'wrong';
        // A bind would tell nothing, and on some servers prolong the lock.
        if (found.account.isLocked || !mayBind(found.account)) return 'locked';
        return prove(session, found, password);
      });
    },

    writePassword: ({ manager, accountId, password, expectedVersion }, signal) =>
      sessions.write(signal, async (session): Promise<WriteOutcome> => {
        if (password.reveal() === '') return { outcome: 'refused', reason: 'tooShort' };
        // Read anew: while the hash was waited for, the manager may have been disabled.
        const found = await lookup.accountOf(session, { id: manager.id }, accountId);
        if (found === undefined) return { outcome: 'notResponsible' };
        if (found.account.passwordVersion !== expectedVersion) return { outcome: 'stale' };
        if (!session.connection.isOpen) {
          throw new DirectoryError('unreachable', 'connection lost before the write');
        }
        const unknown = { outcome: 'unknown', server: session.connection.server } as const;
        let answer: WriteAnswer;
        try {
          answer = await session.dialect.write(session, found, password);
          if (answer.refusal !== undefined) return { outcome: 'refused', reason: answer.refusal };
        } catch (error) {
          if (error instanceof AnswerLost) return unknown;
          if (isReadOnlyRefusal(error)) throw new WritesElsewhere();
          throw directoryFault(error, 'write');
        }
        const version = await seenVersion(session, found, password);
        if (version === undefined) return unknown;
        const written = { outcome: 'written', version } as const;
        return answer.isBeforeMinAge === true ? { ...written, isBeforeMinAge: true } : written;
      }),

    readWrite: ({ accountId, password, server, mayBind = () => true }, signal) =>
      sessions.write(
        signal,
        async (session) => {
          const found = await lookup.account(session, accountId);
          if (found === undefined) return undefined;
          const { passwordVersion, passwordSetAt, isLocked, lockout } = found.account;
          const { server } = session.connection;
          const traces = { server, passwordVersion, passwordSetAt, isLocked, lockout };
          if (password === undefined || password.reveal() === '') return traces;
          // A bind would tell nothing, and on some servers prolong the lock.
          if (isLocked || !mayBind(found.account)) return traces;
          const proof = await proveIfDecided(session, found, password);
          // A locked account refuses every password; once it is unlocked a bind tells.
          if (proof === 'locked') return traces;
          return { ...traces, binds: proof === 'undecided' ? proof : proof === 'proved' };
        },
        server,
      ),

    unlock: (manager, accountId, signal) =>
      sessions.write(signal, async (session) => {
        const found = await lookup.accountOf(session, manager, accountId);
        if (found === undefined) return 'notResponsible';
        try {
          await session.dialect.unlock(session, found.entry);
          return 'unlocked';
        } catch (error) {
          if (isReadOnlyRefusal(error)) throw new WritesElsewhere();
          if (!(error instanceof AnswerLost)) throw directoryFault(error, 'unlock');
          throw new DirectoryError('noAnswer', 'no answer to unlock', { cause: error });
        }
      }),
  };
}
