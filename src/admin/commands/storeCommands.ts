import { copyToPostgres } from '../../adapters/store/copyTo.ts';
import { migrateStore } from '../../adapters/store/open.ts';
import { lacksVerifiedTls } from '../../config/shapes.ts';
import type { AuditEvent } from '../../domain/audit.ts';
import { Secret } from '../../domain/secret.ts';
import { databaseOf } from '../../wiring.ts';
import { CommandFailure, type Command, type Workplace } from '../command.ts';
import { createProgress, table } from '../print.ts';

async function auditAct(
  place: Workplace,
  event: AuditEvent['event'],
  result: AuditEvent['result'],
  reason: string,
): Promise<void> {
  const store = await place.store();
  await store.transaction(async (tx) => {
    tx.audit({ event, actor: place.actor, result, reason });
  });
}

/** Needs a role that may change the schema. */
export const migrateDatabase: Command['run'] = async (place) => {
  await migrateStore(databaseOf(place.config), place.config.store.encryptionKeys, place.log);
  await auditAct(place, 'admin.migrate', 'ok', 'done');
  return { json: { schema: 'current' }, text: 'The database schema is current.' };
};

/** Fails, after all possible work, where values are left that the first key does not open. */
export const rekeyStore: Command['run'] = async (place) => {
  const store = await place.store();
  // Audited before the first change: a run that is killed is on record too.
  await auditAct(place, 'admin.rekey', 'ok', 'started');
  const progress = createProgress('rekey');
  const rekeyed = await store.sealed.rekey(progress.show);
  progress.end();
  const { done, unreadable, left } = rekeyed;
  const isWhole = unreadable === 0 && left === 0;
  await auditAct(place, 'admin.rekey', isWhole ? 'ok' : 'failed', 'done');
  const [first] = place.config.store.encryptionKeys;
  const key = first?.id ?? '';
  if (unreadable > 0) {
    throw new CommandFailure(
      `${String(unreadable)} values cannot be read with any configured key; ${String(done)} are re-encrypted`,
      { facts: { key, ...rekeyed } },
    );
  }
  if (left > 0) {
    throw new CommandFailure(
      `${String(left)} values were written with an earlier key meanwhile: give the running bot the same ENCRYPTION_KEYS and repeat`,
      { facts: { key, ...rekeyed } },
    );
  }
  return {
    json: { key, ...rekeyed },
    text: `${String(done)} values re-encrypted; everything is sealed with key ${key}, earlier keys can go.`,
  };
};

/** The source stays as it is. */
export const copyStore: Command['run'] = async (place, { positionals }) => {
  const url = positionals[0] ?? '';
  const database = databaseOf(place.config);
  if (database.kind !== 'sqlite') {
    throw new CommandFailure('DATABASE_URL is set: the store is in PostgreSQL already');
  }
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new CommandFailure('the target is a postgres:// URL');
  }
  if (place.config.isProduction && lacksVerifiedTls(url)) {
    throw new CommandFailure('the target needs sslmode=verify-full when it is another machine');
  }
  await auditAct(place, 'admin.copy-to', 'ok', 'started');
  const keys = place.config.store.encryptionKeys;
  const { rows, head } = await copyToPostgres(database.directory, new Secret(url), keys, place.log);
  const counts = Object.entries(rows).toSorted(([a], [b]) => a.localeCompare(b));
  return {
    json: { rows, head: head.hash },
    text: [
      table(
        ['Table', 'Rows'],
        counts.map(([name, count]) => [name, String(count)]),
      ),
      '',
      'Counts and audit chain agree. What a bot writes to the embedded store from now on is not',
      'in the copy: stop it, run this once more, then start it with DATABASE_URL.',
    ].join('\n'),
  };
};
