import { copyFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockDataDirectory } from '../../../src/adapters/store/engine/dataDirectory.ts';
import { openStore } from '../../../src/adapters/store/open.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { StoreError } from '../../../src/ports/errors.ts';
import { MINUTE, someEnrollment, someFlow } from '../../contracts/storeSamples.ts';
import { endChildren, startNode } from './child.ts';
import { silentLog, someKey, temporaryDirectory } from './support.ts';

afterEach(endChildren);

const SOURCE = new URL('../../../src/adapters/store/', import.meta.url);
const KEY = Buffer.alloc(32, 7).toString('base64');
/** For the script of a child: `opening` becomes its store in the directory that is its argument. */
const OPENING = `
    const { openStore } = await import('${SOURCE.href}open.ts');
    const { Secret } = await import('${SOURCE.href}../../domain/secret.ts');
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const opening = openStore({
      database: { kind: 'sqlite', directory: process.argv[1] },
      keys: [{ id: 'k1', key: new Secret('${KEY}') }],
      instance: 'child', migrate: true }, log);`;

describe('the SQLite file', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  const optionsIn = (path: string) =>
    ({
      database: { kind: 'sqlite', directory: path },
      keys: [{ id: 'k1', key: new Secret(KEY) }],
      instance: 'one',
      migrate: true,
    }) as const;

  it('is for its owner alone, as is the directory that is made for it', async () => {
    const path = join(directory.path, 'new', 'data');
    const before = process.umask(0);
    try {
      const store = await openStore(optionsIn(path), silentLog);
      await store.transaction((tx) => tx.saveEnrollment(someEnrollment()));
      const modeOf = async (name: string) => (await stat(join(path, name))).mode & 0o777;
      expect((await modeOf('.')).toString(8)).toBe('700');
      for (const name of await readdir(path)) expect((await modeOf(name)).toString(8)).toBe('600');
      expect(await readdir(path)).toContain('bot.sqlite-wal');
      await store.close();
    } finally {
      process.umask(before);
    }
  });

  it('is waited for while another process writes, without holding up this one', async () => {
    const store = await openStore(optionsIn(directory.path), silentLog);
    const file = join(directory.path, 'bot.sqlite');
    const writer = new DatabaseSync(file);
    writer.exec('begin immediate');
    let ticks = 0;
    // Held up, this process would never end the work that it waits for.
    const ticking = setInterval(() => {
      ticks += 1;
      if (ticks === 30) writer.exec('commit');
    }, 5);
    const enrollment = someEnrollment();
    await store.transaction((tx) => tx.saveEnrollment(enrollment));
    clearInterval(ticking);
    expect(ticks).toBeGreaterThanOrEqual(30);
    writer.close();
    await store.close();
  });

  it('is ready while another process writes', async () => {
    const store = await openStore(optionsIn(directory.path), silentLog);
    const writer = new DatabaseSync(join(directory.path, 'bot.sqlite'));
    writer.exec('begin immediate');
    expect(await store.isReady()).toBe(true);
    writer.exec('rollback');
    writer.close();
    await store.close();
  });

  it('is not ready while nothing more can be written, and is again afterwards', async () => {
    const script = `${OPENING}
      const { execFileSync } = await import('node:child_process');
      const store = await opening;
      // By itself the signal ends the process; the write then fails.
      process.on('SIGXFSZ', () => undefined);
      const limit = (size) => execFileSync('prlimit', ['--pid', process.pid, '--fsize=' + size + ':']);
      const isKept = () =>
        store.transaction((tx) => tx.saveManager({ key: { tenantId: 't', aadObjectId: 'p' } })).then(
          () => true,
          () => false,
        );
      const look = async () => console.log(await store.isReady(), await isKept());
      await look();
      limit('1');
      await look();
      limit('unlimited');
      await look();
      await store.close();`;
    const { output } = await startNode(script, directory.path).ended;
    expect(output).toBe('true true\nfalse false\ntrue true\n');
  });

  it('gives an error when another process never ends its writing', async () => {
    const store = await openStore(optionsIn(directory.path), silentLog);
    const writer = new DatabaseSync(join(directory.path, 'bot.sqlite'));
    writer.exec('begin immediate');
    const late = store.transaction((tx) => tx.saveEnrollment(someEnrollment()));
    await expect(late).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' });
    writer.close();
    expect(await store.isReady()).toBe(true);
    await store.close();
  });

  it('gives an error when it is no database', async () => {
    const file = join(directory.path, 'bot.sqlite');
    await writeFile(file, 'x'.repeat(4096));
    await expect(openStore(optionsIn(directory.path), silentLog)).rejects.toThrow(StoreError);
  });

  it('is brought up once by two processes that start together', async () => {
    const script = `${OPENING}
      const store = await opening;
      await store.transaction(async (tx) => {
        tx.audit({ event: 'service.started', actor: 'system', result: 'ok' });
      });
      await store.close();
      console.log('done');`;
    const children = [1, 2, 3].map(() => startNode(script, directory.path));
    const exits = await Promise.all(children.map((child) => child.ended));
    expect(exits).toEqual([1, 2, 3].map(() => ({ code: 0, output: 'done\n' })));
    const store = await openStore(optionsIn(directory.path), silentLog);
    expect(await store.audit.verify()).toMatchObject({ result: 'intact', rows: 3 });
    await store.close();
  });

  it('keeps all or nothing of a transaction whose process is killed', async () => {
    const script = `${OPENING}
      const store = await opening;
      const event = { event: 'service.started', actor: 'system', result: 'ok' };
      await store.transaction(async (tx) => { tx.audit(event); });
      await store.transaction(async (tx) => {
        tx.audit(event);
        await tx.saveManager({ key: { tenantId: 't', aadObjectId: 'half' } });
        console.log('half');
        await new Promise(() => { setInterval(() => {}, 1000); });
      });`;
    const child = startNode(script, directory.path);
    await child.said('half');
    child.kill();
    await child.ended;
    const store = await openStore(optionsIn(directory.path), silentLog);
    expect(await store.audit.verify()).toMatchObject({ result: 'intact', rows: 1 });
    const half = { tenantId: 't', aadObjectId: 'half' };
    expect(await store.read((reads) => reads.manager(half))).toBeUndefined();
    await store.close();
  });

  /** A store whose flushes wait in `flushes`: each is given an error, or nothing, and then goes on. */
  const WITH_HELD_FLUSHES = `
    const { default: fs } = await import('node:fs');
    const { syncBuiltinESMExports } = await import('node:module');
    const { fdatasync } = fs;
    const flushes = [];
    fs.fdatasync = (file, done) =>
      flushes.push((error) => (error ? done(error) : fdatasync(file, done)));
    syncBuiltinESMExports();
    ${OPENING}
    const pass = setInterval(() => { for (const flush of flushes.splice(0)) flush(); }, 5);
    const store = await opening;
    clearInterval(pass);
    const key = { tenantId: 't', aadObjectId: 'p' };`;

  it('gives no transaction for kept before the log is on the disk, and reads on meanwhile', async () => {
    const script = `${WITH_HELD_FLUSHES}
      let isKept = false;
      const kept = store.transaction((tx) => tx.saveManager({ key })).then(() => { isKept = true; });
      const seen = await store.read((reads) => reads.manager(key));
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log(JSON.stringify({ isKept, seen: seen?.key, flushes: flushes.length }));
      flushes.pop()();
      await kept;
      console.log('kept');
      await store.transaction(() => Promise.resolve());
      console.log(flushes.length);
      await store.close();`;
    const { output } = await startNode(script, directory.path).ended;
    expect(output.split('\n')).toEqual([
      '{"isKept":false,"seen":{"tenantId":"t","aadObjectId":"p"},"flushes":1}',
      'kept',
      '0',
      '',
    ]);
  });

  it('keeps nothing more once a flush has failed, and is not ready', async () => {
    const script = `${WITH_HELD_FLUSHES}
      const outcome = (work) => work.then(() => 'kept', (error) => error.code);
      const first = outcome(store.transaction((tx) => tx.saveManager({ key })));
      while (flushes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      flushes.pop()(new Error('EIO'));
      console.log(await first);
      const later = { tenantId: 't', aadObjectId: 'later' };
      console.log(await outcome(store.transaction((tx) => tx.saveManager({ key: later }))));
      console.log(await outcome(store.read((reads) => reads.manager(later))));
      console.log(await store.isReady(), flushes.length);
      await store.close();`;
    const { output } = await startNode(script, directory.path).ended;
    expect(output.split('\n')).toEqual([
      'unavailable',
      'unavailable',
      'unavailable',
      'false 0',
      '',
    ]);
    const store = await openStore(optionsIn(directory.path), silentLog);
    const later = { tenantId: 't', aadObjectId: 'later' };
    expect(await store.read((reads) => reads.manager(later))).toBeUndefined();
    await store.close();
  });

  it('holds what a killed process left in the log once it is opened again', async () => {
    const script = `${WITH_HELD_FLUSHES}
      void store.transaction((tx) => tx.saveManager({ key }));
      while (flushes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      console.log('committed');
      setInterval(() => {}, 1000);`;
    const child = startNode(script, directory.path);
    await child.said('committed');
    child.kill();
    expect(await child.ended).toMatchObject({ code: null });
    const store = await openStore(optionsIn(directory.path), silentLog);
    const alone = join(directory.path, 'alone.sqlite');
    await copyFile(join(directory.path, 'bot.sqlite'), alone);
    const database = new DatabaseSync(alone);
    expect(database.prepare('select count(*) as count from manager').get()).toEqual({ count: 1 });
    database.close();
    await store.close();
  });

  it('takes nothing more once another has its place: a revoke there would not be seen here', async () => {
    const store = await openStore(optionsIn(directory.path), silentLog);
    const enrollment = someEnrollment();
    await store.transaction((tx) => tx.saveEnrollment(enrollment));
    const file = join(directory.path, 'bot.sqlite');
    const backup = join(directory.path, 'backup.sqlite');
    const raw = new DatabaseSync(file);
    raw.exec(`vacuum into '${backup}'`);
    raw.close();
    expect(await store.isReady()).toBe(true);
    for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`);
    const change = () => store.transaction((tx) => tx.saveEnrollment(enrollment));
    await expect(change()).rejects.toThrow('is gone from its place');
    await rename(backup, file);
    await expect(change()).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' });
    expect(await store.isReady()).toBe(false);
    const restarted = await openStore(optionsIn(directory.path), silentLog);
    const { manager, accountId } = enrollment;
    expect(await restarted.read((reads) => reads.enrollment(manager, accountId))).toBeDefined();
    await store.close();
    expect(await restarted.isReady()).toBe(true);
    await restarted.close();
  });

  it('has the flows of a restored backup read anew by whoever knew them', async () => {
    const store = await openStore(optionsIn(directory.path), silentLog);
    const flow = someFlow({ expiresAt: Date.now() + MINUTE });
    await store.transaction((tx) => tx.addFlow(flow));
    const raw = new DatabaseSync(join(directory.path, 'bot.sqlite'), { timeout: 1_000 });
    raw.exec("update database_identity set identity = 'of another file'");
    raw.close();
    const restarted = await openStore(optionsIn(directory.path), silentLog);
    const on = { flow, lock: flow.accountId };
    const current = await store.transactionOn(on, (_tx, found) => Promise.resolve(found));
    expect(current?.expiresAt).toBeLessThan(Date.now());
    await restarted.close();
    await store.close();
  });

  it('starts on a restored backup with a flow that nobody can read, which is never read again', async () => {
    const options = optionsIn(directory.path);
    const store = await openStore(options, silentLog);
    const flow = someFlow({ expiresAt: Date.now() + MINUTE });
    await store.transaction((tx) => tx.addFlow(flow));
    await store.close();
    const raw = new DatabaseSync(join(directory.path, 'bot.sqlite'), { timeout: 1_000 });
    raw.exec("update database_identity set identity = 'of another file'");
    raw.close();
    const without = await openStore({ ...options, keys: [someKey('k2')] }, silentLog);
    await without.close();
    const restarted = await openStore(options, silentLog);
    expect(await restarted.read((reads) => reads.flow(flow.id))).toBeUndefined();
    await restarted.close();
  });

  it('answers those who wait for the disk before it closes', async () => {
    const script = `${WITH_HELD_FLUSHES}
      const kept = store.transaction((tx) => tx.saveManager({ key })).then(() => console.log('kept'));
      while (flushes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const closed = store.close().then(() => console.log('closed'));
      setTimeout(() => { for (const flush of flushes.splice(0)) flush(); }, 50);
      await Promise.all([kept, closed]);`;
    const { output } = await startNode(script, directory.path).ended;
    expect(output).toBe('kept\nclosed\n');
  });
});

describe('the lock on the data directory', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  it('is held by one at a time', async () => {
    const release = await lockDataDirectory(directory.path);
    await expect(lockDataDirectory(directory.path)).rejects.toThrow('another bot');
    release();
    (await lockDataDirectory(directory.path))();
  });

  it('keeps other processes out and leaves nothing behind when its holder is killed', async () => {
    const script = `
      const { lockDataDirectory } = await import('${SOURCE.href}engine/dataDirectory.ts');
      await lockDataDirectory(process.argv[1]);
      console.log('locked');
      setInterval(() => {}, 1000);`;
    const holder = startNode(script, directory.path);
    await holder.said('locked');
    await expect(lockDataDirectory(directory.path)).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringContaining('another bot is running'),
    });
    holder.kill();
    await holder.ended;
    (await lockDataDirectory(directory.path))();
  });

  it('does not keep the database from others', async () => {
    const release = await lockDataDirectory(directory.path);
    const store = await openStore(
      {
        database: { kind: 'sqlite', directory: directory.path },
        keys: [someKey('k1')],
        instance: 'admin',
        migrate: true,
      },
      silentLog,
    );
    expect(await store.isReady()).toBe(true);
    await store.close();
    release();
  });
});
