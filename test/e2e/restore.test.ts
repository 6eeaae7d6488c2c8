import { execFile } from 'node:child_process';
import { chmod, copyFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { folderOfSuite, postgresOfSuite, productOfSuite } from '../support/ofSuite.ts';
import { adminJson } from '../support/adminCli.ts';
import type { Product } from '../support/product.ts';
import { ALWAYS, cardsTo, newDue, sweepAgain } from '../support/rotations.ts';
import { enroll, newEnrolled, newMobile, startReset } from '../support/walks.ts';

const run = promisify(execFile);
const NEW = 'Kaffekanna-Blomma-42';
const policy = { maxAgeMs: Infinity };

/** A manager at an open code, one behind it, and one who was reminded: as in a backup. */
async function underWay(product: Product) {
  const atCode = await newEnrolled(product);
  await startReset(atCode);
  const behindCode = await newEnrolled(product);
  await startReset(behindCode);
  expect(await behindCode.chat.tap('confirmCode', { code: product.code(behindCode.mobile) })).toBe(
    'reset.newPassword',
  );
  const reminded = { ...(await newDue(product, 80)), mobile: newMobile() };
  await enroll(product, reminded);
  await sweepAgain(product);
  expect(cardsTo(product, reminded.chat)).toHaveLength(1);
  return { atCode, behindCode, reminded };
}

/** Tests of a bot that was started on a restored backup. */
async function expectRestored(product: Product, before: Awaited<ReturnType<typeof underWay>>) {
  const { atCode, behindCode, reminded } = before;
  const writes = product.directory.writes.length;
  // Earlier notices are sent on; codes are not.
  const codesSent = () =>
    product.twilio.requests.filter(({ form }) => /^\d{6} /.test(form['Body'] ?? '')).length;
  const codes = codesSent();
  expect(await atCode.chat.tap('confirmCode', { code: product.code(atCode.mobile) })).toBe(
    'home flowExpired',
  );
  const passwords = { newPassword: NEW, confirmPassword: NEW };
  expect(await behindCode.chat.tap('setPassword', passwords)).toBe('home flowExpired');
  expect(product.directory.writes.length).toBe(writes);
  expect(codesSent()).toBe(codes);

  await sweepAgain(product);
  expect(cardsTo(product, reminded.chat)).toHaveLength(1);

  // Still enrolled: a reset begins with a code, and goes to its end.
  await startReset(atCode);
  await atCode.chat.tap('confirmCode', { code: product.code(atCode.mobile) });
  expect(await atCode.chat.tap('setPassword', passwords)).toBe('reset.done');
  expect((await adminJson<{ result?: string }>(product, ['audit', 'verify'])).code).toBe(0);
  expect(await product.database.brokenAuditRow()).toBeUndefined();
}

const folder = await folderOfSuite();
const [first, second] = await Promise.all([postgresOfSuite(), postgresOfSuite()]);
const onPostgres = await productOfSuite({ databaseUrl: first.url, env: ALWAYS, policy });
const onSqlite = await productOfSuite({ env: ALWAYS, policy });

describe('a backup of PostgreSQL', () => {
  const product = onPostgres;

  it('is restored into an empty cluster with nothing usable under way and no reminder sent again', async () => {
    const before = await underWay(product);
    const dump = join(folder, 'bot.dump');
    await run('pg_dump', ['-Fc', '-f', dump, first.url]);
    await product.end('SIGKILL');
    await run('pg_restore', ['--no-owner', '-d', second.url, dump]);
    await product.moveTo(second.url);
    await product.start();
    await expectRestored(product, before);
  });
});

describe('a backup of SQLite', () => {
  const product = onSqlite;

  it('is put in the place of the database with nothing usable under way and no reminder sent again', async () => {
    const before = await underWay(product);
    const copy = join(folder, 'bot.sqlite');
    product.database.querySqlite(`vacuum into '${copy}'`);
    expect(await product.end()).toBe(0);
    for (const name of await readdir(product.dataDir)) {
      if (name.startsWith('bot.sqlite')) await rm(join(product.dataDir, name));
    }
    const restored = join(product.dataDir, 'bot.sqlite');
    await copyFile(copy, restored);
    await chmod(restored, 0o600);
    await product.start();
    await expectRestored(product, before);
  });

  it('is no restored one after a stop and after a kill, and another program finds it in use', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const walker = await newEnrolled(product);
      await startReset(walker);
      await product.end(signal);
      await product.start();
      const { ino } = await stat(join(product.dataDir, 'bot.sqlite'));
      const locks = (await readFile('/proc/locks', 'utf8')).split('\n');
      const own = locks.filter((line) => line.includes(` ${String(product.bot.pid)} `));
      // Without a lock on the file itself, a process that closes it deletes the log with commits that are
      // not in it yet.
      expect(own.filter((line) => line.includes(`:${String(ino)} `))).not.toEqual([]);
      const code = product.code(walker.mobile);
      expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
    }
  });
});
