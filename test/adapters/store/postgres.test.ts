import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../../demo/certificates.ts';
import type { Authority } from '../../../demo/certificates.ts';
import { migrateStore, openStore } from '../../../src/adapters/store/open.ts';
import type { OpenStore } from '../../../src/adapters/store/open.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { StoreError } from '../../../src/ports/errors.ts';
import type { StoreTransaction } from '../../../src/ports/store/store.ts';
import { storeContract } from '../../contracts/store.ts';
import { someEnrollment, someFlow, someManager } from '../../contracts/storeSamples.ts';
import type { PostgresServer } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';
import { atRestSuite } from './atRest.ts';
import { rawPostgres } from './rawPostgres.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';
import { recordingLog, silentLog, someKey, temporaryDirectory } from './support.ts';

let server: PostgresServer;
let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue({
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: [],
  });
  server = await startPostgres({ tls: { certificate: certPem, key: keyPem } });
});
afterAll(() => server.stop());

const newDatabase = () => server.createDatabase(`d${randomUUID()}`);
const keys = [someKey('k1')];
const optionsAt = (url: string) => ({
  database: { kind: 'postgres' as const, url: new Secret(url) },
  keys,
  instance: 'one',
  migrate: true,
});
const UNAVAILABLE = { name: 'StoreError', code: 'unavailable' };

describe('the store on PostgreSQL', () => {
  storeContract(async () => {
    const options = optionsAt(await newDatabase());
    const one = await openStore(options, silentLog);
    const other = await openStore({ ...options, instance: 'other' }, silentLog);
    return {
      one,
      other,
      async close() {
        await one.close();
        await other.close();
      },
    };
  });
});

describe('the PostgreSQL database', () => {
  const key = someKey('k1');
  let template: Promise<string> | undefined;
  async function bringUp(): Promise<string> {
    const url = new Secret(await server.createDatabase('brought_up'));
    await migrateStore({ kind: 'postgres', url }, [key], silentLog);
    return 'brought_up';
  }
  const create = async () => rawPostgres(server, await (template ??= bringUp()));
  atRestSuite(() => rawPostgres(server), { key, create });

  it('gives a lease to nobody whose transaction began before that of its holder', async () => {
    const options = optionsAt(await newDatabase());
    const one = await openStore(options, silentLog);
    const other = await openStore({ ...options, instance: 'other' }, silentLog);
    const request = { name: 'sweep', leaseMs: 60_000, everyMs: 60_000 };
    const first = { ...request, holder: 'first' };
    const late = { ...request, holder: 'late' };
    const isTakenLate = (before: () => Promise<unknown>): Promise<boolean> =>
      other.transaction(async (tx) => {
        await pause(20);
        await before();
        return tx.takeLease(late);
      });

    expect(await isTakenLate(() => one.transaction((tx) => tx.takeLease(first)))).toBe(false);
    const end = () => one.transaction((tx) => tx.endLease({ ...first, isDone: true }));
    expect(await isTakenLate(end)).toBe(false);
    await one.close();
    await other.close();
  });

  it('refuses to empty the audit at once', async () => {
    const url = await newDatabase();
    await migrateStore({ kind: 'postgres', url: new Secret(url) }, keys, silentLog);
    await expect(server.query('truncate audit', [], url)).rejects.toThrow('append-only');
  });
});

describe('a PostgreSQL server that fails', () => {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const resource of opened.splice(0).toReversed()) await resource.close();
  });

  async function storeOn(url: string, log = silentLog): Promise<OpenStore> {
    const store = await openStore(optionsAt(url), log);
    opened.push(store);
    return store;
  }

  async function storeBehindRelay(): Promise<{ store: OpenStore; relay: Relay; url: string }> {
    const relay = await startRelay(server.port);
    opened.push(relay);
    const url = await newDatabase();
    const store = await storeOn(url.replace(`:${server.port}/`, `:${relay.port}/`));
    return { store, relay, url };
  }

  const OTHERS = `from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  const terminate = (url: string) =>
    server.query(`select pg_terminate_backend(pid) ${OTHERS}`, [], url);

  it('in the middle of a transaction gives an error, and the next call works', async () => {
    const url = await newDatabase();
    const { log, lines } = recordingLog();
    const store = await storeOn(url, log);
    const flow = someFlow();
    const cut = store.transaction(async (tx) => {
      await tx.addFlow(flow);
      await terminate(url);
      await pause(50);
      await tx.setFlowMessage(flow.id, 'late');
    });
    await expect(cut).rejects.toMatchObject(UNAVAILABLE);
    expect(await store.transaction((tx) => tx.flow(flow.id))).toBeUndefined();
    expect(lines.some(({ level }) => level === 'warn')).toBe(true);
  });

  it.each<[string, (tx: StoreTransaction) => Promise<unknown>]>([
    ['two statements', (tx) => tx.flow('x')],
    ['the last statement and COMMIT', () => Promise.resolve()],
  ])('between %s is asked again, from the first one on', async (_, goOn) => {
    const url = await newDatabase();
    const { log, lines } = recordingLog();
    const store = await storeOn(url, log);
    const flow = someFlow();
    let runs = 0;
    await store.transaction(async (tx) => {
      runs += 1;
      await tx.addFlow(flow);
      if (runs > 1) return;
      await terminate(url);
      // The client hears of it while it waits for nothing.
      while (!lines.some(({ message }) => message.includes('was lost'))) await pause(10);
      await goOn(tx);
    });
    expect(runs).toBe(2);
    expect(await store.read((reads) => reads.flow(flow.id))).toEqual(flow);
  });

  it('between two transactions is not noticed by the second', async () => {
    const url = await newDatabase();
    const store = await storeOn(url);
    await Promise.all([1, 2, 3].map(() => store.transaction((tx) => tx.flow('x'))));
    await terminate(url);
    while ((await server.query(`select pid ${OTHERS}`, [], url)).length > 0) await pause(10);
    await pause(50);
    expect(await store.transaction((tx) => tx.flow('x'))).toBeUndefined();
  });

  it('is gone to four times for a change of a flow, and once for what is only read', async () => {
    const { store, relay } = await storeBehindRelay();
    const flow = someFlow();
    await store.transaction((tx) => tx.addFlow(flow));
    const packetsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = relay.packets;
      await work();
      return relay.packets - before;
    };
    const change = (): Promise<unknown> =>
      store.transactionOn({ flow, lock: 'x' }, async (tx, current) => {
        await tx.saveFlow({ ...flow, version: current?.version ?? 0 });
        tx.audit({ event: 'reset.refused', actor: 'system', result: 'refused' });
      });
    const look = (): Promise<unknown> =>
      store.read((reads) => Promise.all([reads.flow(flow.id), reads.manager(flow.manager)]));
    expect(await packetsOf(change)).toBe(4);
    expect(await packetsOf(look)).toBe(1);
  });

  it('keeps nothing where the audit row is refused', async () => {
    const { store } = await storeBehindRelay();
    const flow = someFlow();
    const attempt = store.transaction(async (tx) => {
      await tx.addFlow(flow);
      // PostgreSQL takes no such character in a text.
      tx.audit({ event: 'service.started', actor: 'os:\0', result: 'ok' });
    });
    await expect(attempt).rejects.toMatchObject(UNAVAILABLE);
    expect(await store.read((reads) => reads.flow(flow.id))).toBeUndefined();
    const next = store.transaction((tx) => tx.addFlow(flow));
    await expect(next).resolves.toBeUndefined();
  });

  it('at COMMIT gives an error although the work may have been kept', async () => {
    const { store, relay, url } = await storeBehindRelay();
    const flow = someFlow();
    relay.cutAnswerTo = 'commit\0';
    const cut = store.transaction((tx) => tx.addFlow(flow));
    await expect(cut).rejects.toMatchObject(UNAVAILABLE);
    await pause(50);
    expect(await server.query('select id from flow', [], url)).toEqual([{ id: flow.id }]);
    expect(await store.transaction((tx) => tx.flow(flow.id))).toEqual(flow);
  });

  it('by silence is not ready within a second, gives errors in time, and is used again', async () => {
    const { store, relay } = await storeBehindRelay();
    expect(await store.isReady()).toBe(true);
    relay.mode = 'hold';
    const silent = store.transaction((tx) => tx.flow('x'));
    const answers: string[] = [];
    const given = (answer: string) => () => void answers.push(answer);
    // An unanswered statement is given up later.
    await Promise.all([
      store.isReady().then((isReady) => answers.push(`ready: ${String(isReady)}`)),
      expect(silent).rejects.toMatchObject(UNAVAILABLE).then(given('given up')),
    ]);
    expect(answers).toEqual(['ready: false', 'given up']);
    relay.mode = 'pass';
    expect(await store.transaction((tx) => tx.flow('x'))).toBeUndefined();
    expect(await store.isReady()).toBe(true);
  });

  it('to be reached gives an error at once', async () => {
    const relay = await startRelay(server.port);
    await relay.close();
    const nowhere = openStore(optionsAt(`postgres://u:p@127.0.0.1:${relay.port}/x`), silentLog);
    await expect(nowhere).rejects.toMatchObject(UNAVAILABLE);
  });

  it('by a deadlock is asked again, and both transactions are done, and told, once', async () => {
    const store = await storeOn(await newDatabase());
    const [a, b] = [someManager(), someManager()];
    let runs = 0;
    let said = 0;
    const meet = Promise.withResolvers<void>();
    const inOrder = (first: string, second: string, key: typeof a) =>
      store.transaction(async (tx) => {
        runs += 1;
        tx.afterCommit(() => (said += 1));
        await tx.lock(first);
        if (runs === 2) meet.resolve();
        await meet.promise;
        await tx.lock(second);
        await tx.saveManager({ key });
      });
    await Promise.all([inOrder('left', 'right', a), inOrder('right', 'left', b)]);
    // On a busy machine the two may meet so once more.
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(said).toBe(2);
    expect(await store.transaction((tx) => tx.manager(a))).toBeDefined();
    expect(await store.transaction((tx) => tx.manager(b))).toBeDefined();
  });

  it('says what was wrong without a stored value, a password or an address', async () => {
    const url = await newDatabase();
    const store = await storeOn(url);
    const button = { handle: 'canary-handle', manager: someManager(), accountId: 'canary-account' };
    await store.transaction((tx) => tx.addButtons([button]));
    const twice: unknown = await store
      .transaction((tx) => tx.addButtons([button]))
      .catch((error: unknown) => error);
    const wrong: unknown = await openStore(
      optionsAt(url.replace(/:[^:@]+@/, ':canary-password@')),
      silentLog,
    ).catch((error: unknown) => error);
    const malformed: unknown = await openStore(
      optionsAt('postgres://canary-user:canary-password@:x/'),
      silentLog,
    ).catch((error: unknown) => error);
    for (const error of [twice, wrong, malformed]) {
      if (!(error instanceof StoreError)) throw new Error('no StoreError');
      const { cause } = error;
      const shown = `${error.stack} ${JSON.stringify(cause, Object.getOwnPropertyNames(cause))}`;
      expect(shown).not.toContain('canary');
    }
  });
});

describe('a PostgreSQL role that may not change the schema', () => {
  const role = `bot_${randomUUID().replaceAll('-', '')}`;
  let url: string;
  let roleUrl: string;
  beforeAll(async () => {
    url = await newDatabase();
    await server.query(`create role ${role} login password 'p'`);
    roleUrl = url.replace(/\/\/[^@]+@/, `//${role}:p@`);
  });

  it('is told to run admin migrate', async () => {
    await expect(openStore(optionsAt(roleUrl), silentLog)).rejects.toThrow('admin migrate');
  });

  it('works once another role has done it', async () => {
    await migrateStore({ kind: 'postgres', url: new Secret(url) }, keys, silentLog);
    await expect(openStore(optionsAt(roleUrl), silentLog)).rejects.toThrow(
      /42501: permission denied for table \w+; as the owner: .* deploy\/grants\.sql/,
    );
    for (const right of [
      `grant select, insert, update, delete on all tables in schema public to ${role}`,
      `revoke update, delete, truncate on audit from ${role}`,
      `revoke insert, update, delete on bot_migration from ${role}`,
    ]) {
      await server.query(right, [], url);
    }
    const store = await openStore(optionsAt(roleUrl), silentLog);
    const enrollment = someEnrollment();
    await store.transaction(async (tx) => {
      await tx.lock('x');
      await tx.saveEnrollment(enrollment);
      tx.audit({ event: 'enrollment.completed', actor: 'system', result: 'ok' });
    });
    expect(await store.isReady()).toBe(true);
    expect(await store.audit.verify()).toMatchObject({ result: 'intact', rows: 1 });
    await store.close();
  });
});

describe('TLS to PostgreSQL', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeAll(async () => {
    directory = await temporaryDirectory();
  });
  afterAll(() => directory.remove());

  async function openVerified(host: string, caPem: string): Promise<boolean> {
    const ca = join(directory.path, `${randomUUID()}.pem`);
    await writeFile(ca, caPem);
    const url = server.url.replace('127.0.0.1', host);
    const store = await openStore(
      optionsAt(`${url}?sslmode=verify-full&sslrootcert=${ca}`),
      silentLog,
    );
    const isEncrypted = await server.query(
      `select ssl from pg_stat_ssl join pg_stat_activity using (pid)
       where pid <> pg_backend_pid() and backend_type = 'client backend' and ssl`,
    );
    await store.close();
    return isEncrypted.length > 0;
  }

  it('tells how long the server’s certificate is good', async () => {
    const ca = join(directory.path, 'ends.pem');
    await writeFile(ca, authority.caPem);
    const url = `${server.url.replace('127.0.0.1', 'localhost')}?sslmode=verify-full&sslrootcert=${ca}`;
    const seen: [string, number][] = [];
    const certificateSeen = (host: string, endsAt: number): void => void seen.push([host, endsAt]);
    const options = optionsAt(url);
    const database = { ...options.database, certificateSeen };
    const store = await openStore({ ...options, database }, silentLog);
    await store.close();
    expect(seen[0]![0]).toBe('localhost');
    expect(seen[0]![1]).toBeGreaterThan(Date.now());
  });

  it('is used where the certificate is right', async () => {
    expect(await openVerified('localhost', authority.caPem)).toBe(true);
  });

  it('names the file of an authority that is not there', async () => {
    const url = `${server.url}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`;
    await expect(openStore(optionsAt(url), silentLog)).rejects.toThrow('ENOENT /nowhere/ca.pem');
  });

  it('is refused for another name or another authority', async () => {
    await expect(openVerified('127.0.0.1', authority.caPem)).rejects.toMatchObject(UNAVAILABLE);
    const { caPem } = await createAuthority();
    await expect(openVerified('localhost', caPem)).rejects.toMatchObject(UNAVAILABLE);
  });
});
