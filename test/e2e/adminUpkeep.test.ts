import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../src/domain/durations.ts';
import { adminJson } from '../support/adminCli.ts';
import { houseOfTest } from '../support/ofSuite.ts';
import { newEnrolled, reset, startReset, wrongCode } from '../support/walks.ts';

const PASSWORD = 'Kaffekanna-Blomma-42';

describe('rekey', () => {
  it('beside a running bot: afterwards the earlier key can go', async () => {
    const own = await houseOfTest();
    const walker = await newEnrolled(own);
    await own.end();
    const old = own.env['ENCRYPTION_KEYS'] ?? '';
    const fresh = `k2:${randomBytes(32).toString('base64')}`;
    const both = { ENCRYPTION_KEYS: `${fresh},${old}` };
    await own.start(both);
    const minded = await adminJson<{ checks: { name: string; mind: string[] }[] }>(
      own,
      ['check'],
      both,
    );
    const database = minded.value.checks.find(({ name }) => name === 'database');
    expect(database?.mind.join()).toContain('rekey');

    const { code, value } = await adminJson<{ done: number }>(own, ['rekey'], both);
    expect(code).toBe(0);
    expect(value).toMatchObject({ key: 'k2', unreadable: 0, left: 0 });
    expect(value.done).toBeGreaterThan(4);

    await own.end();
    own.passTime(HOUR_MS, fresh);
    await own.start({ ENCRYPTION_KEYS: fresh });
    expect(await reset(own, walker, PASSWORD)).toBe('reset.done');
  });
});

describe('old things', () => {
  it('are forgotten by the bot, the audit is not', async () => {
    const own = await houseOfTest();
    const walker = await newEnrolled(own);
    await startReset(walker);
    const right = own.code(walker.mobile);
    await walker.chat.tap('confirmCode', { code: wrongCode(right) });
    const rows = own.auditRows();
    const count = (table: string) =>
      Number(own.database.querySqlite<{ n: number }>(`select count(*) as n from ${table}`)[0]?.n);
    const counts = () => ['passcode', 'passcode_try', 'failure', 'code_send', 'flow'].map(count);
    const until = async (isGone: () => boolean) => {
      const deadline = Date.now() + 90_000;
      while (!isGone() && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    expect(counts().every((n) => n > 0)).toBe(true);

    await own.end();
    own.passTime(2 * HOUR_MS);
    await own.start();
    await until(() => count('passcode_try') === 0);
    expect(counts()).toEqual([0, 0, 1, 2, 2]);

    await own.end();
    own.passTime(31 * 24 * HOUR_MS);
    await own.start();
    await until(() => count('flow') === 0);
    expect(counts()).toEqual([0, 0, 0, 0, 0]);
    expect(count('enrollment')).toBe(1);
    expect(own.auditRows()).toBeGreaterThan(rows);
  });
});
