import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { hashRow } from '../../src/adapters/store/audit/auditChain.ts';
import { HOUR_MS } from '../../src/domain/durations.ts';
import { houseOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { adminJson, runAdminProcess } from '../support/adminCli.ts';
import { newEnrolled, reset, startReset } from '../support/walks.ts';

const [house, server] = await Promise.all([houseOfSuite(), postgresOfSuite()]);
await newEnrolled(house);

type WholeRow = Parameters<typeof hashRow>[0] & { readonly hash: string };

describe('audit verify', () => {
  /**
   * A copy of the database whose guards are gone and that an attacker has changed. The rows are the
   * copy's: the bot may write one more at any time.
   */
  async function verifyAfter(
    change: (rows: readonly WholeRow[]) => readonly string[],
    argsOf: (rows: readonly WholeRow[]) => readonly string[] = () => [],
  ) {
    const folder = await mkdtemp(join(tmpdir(), 'bot-audit-'));
    try {
      house.database.querySqlite(`vacuum into '${join(folder, 'bot.sqlite')}'`);
      const database = new DatabaseSync(join(folder, 'bot.sqlite'));
      const rows = database.prepare('select * from audit order by seq').all() as WholeRow[];
      database.exec('drop trigger audit_no_update; drop trigger audit_no_delete');
      for (const statement of change(rows)) database.exec(statement);
      database.close();
      const { code, value } = await adminJson<{ error?: string; row?: number; result?: string }>(
        house,
        ['audit', 'verify', ...argsOf(rows)],
        { DATA_DIR: folder },
      );
      return { code, value, rows };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it.each([
    ['a changed row', [`update audit set actor = 'system' where seq = 3`], 3],
    ['a changed result', [`update audit set result = 'refused' where seq = 2`], 2],
    ['a removed row', [`delete from audit where seq = 4`], 4],
    [
      'a removed row whose number was given away',
      ['delete from audit where seq = 4', 'update audit set seq = seq - 1 where seq > 4'],
      4,
    ],
    [
      'an inserted row',
      [
        'update audit set seq = -seq where seq >= 3',
        'update audit set seq = 1 - seq where seq < 0',
        `insert into audit select at, event, 'os:nobody', account, result, reason, flow, instance, 3,
           previous, hash, seal from audit where seq = 4`,
      ],
      3,
    ],
    [
      'a removed last row',
      ['delete from audit where seq = (select max(seq) from audit)'],
      undefined,
    ],
  ] as const)('names %s by its number', async (_what, statements, row) => {
    const { code, value, rows } = await verifyAfter(() => statements);
    expect(code).toBe(1);
    expect(value.error).toContain(`row ${String(row ?? value.row)}`);
    expect(value.row).toBe(row ?? rows.length);
  });

  it('finds a chain that was rewritten as a whole', async () => {
    const { code, value, rows } = await verifyAfter((read) => {
      let previous = '';
      const statements = read.map((row) => {
        const actor = row.actor === 'system' ? 'os:root' : row.actor;
        const hash = hashRow({ ...row, actor, previous });
        const statement = `update audit set actor = '${actor}', previous = '${previous}', hash = '${hash}' where seq = ${String(row.seq)}`;
        previous = hash;
        return statement;
      });
      return [...statements, `update audit_head set hash = '${previous}'`];
    });
    expect(code).toBe(1);
    expect(value).toMatchObject({
      result: 'broken',
      row: rows.findIndex(({ actor }) => actor === 'system') + 1,
    });
  });

  it('finds a chain whose end was taken away by the head that was noted before', async () => {
    function withoutLast(rows: readonly WholeRow[]): string[] {
      const before = rows.at(-2)!;
      return [
        `delete from audit where seq > ${String(before.seq)}`,
        `update audit_head set seq = ${String(before.seq)}, hash = '${before.hash}'`,
      ];
    }
    expect(await verifyAfter(withoutLast)).toMatchObject({ code: 0, value: { result: 'intact' } });
    expect(await verifyAfter(withoutLast, (rows) => ['--head', rows.at(-1)!.hash])).toMatchObject({
      code: 1,
      value: { result: 'headUnknown' },
    });
  });
});

describe('migrate', () => {
  it('makes no database: the bot could not open one that belongs to an administrator', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bot-data-'));
    try {
      const { code, value } = await adminJson<{ error: string }>(house, ['migrate'], {
        DATA_DIR: folder,
      });
      expect(code).toBe(1);
      expect(value.error).toContain('the bot makes it at its first start');
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
    expect((await adminJson(house, ['migrate'])).code).toBe(0);
  });
});

describe('the way to PostgreSQL', () => {
  it('is copied beside the running bot, again after it has stopped, and then goes on there', async () => {
    const walker = await newEnrolled(house);
    const url = await server.createDatabase(`d${randomUUID()}`);
    const first = await adminJson<{ rows: Record<string, number> }>(house, ['copy-to', url]);
    expect(first).toMatchObject({ code: 0, value: { rows: { enrollment: 2 } } });

    house.passTime(HOUR_MS);
    await startReset(walker);
    await house.end();
    // Arguments stand in the process list: the password can come another way.
    const { password } = new URL(url);
    const bare = url.replace(`:${password}@`, '@');
    const second = await runAdminProcess({ ...house.env, PGPASSWORD: password }, ['copy-to', bare]);
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(/^enrollment +2$/m);

    const moved = { DATABASE_URL: url };
    await house.start(moved);
    expect((await adminJson(house, ['audit', 'verify'], moved)).code).toBe(0);
    // The code of the flow under way came along.
    const shown = await walker.chat.tap('confirmCode', { code: house.code(walker.mobile) });
    expect(shown).toBe('reset.newPassword');
    await walker.chat.tap('cancel');

    const foreign = await adminJson<{ error: string }>(house, ['copy-to', url]);
    expect(foreign.code).toBe(1);
    expect(foreign.value.error).toContain('nothing was copied');
    const pointless = await adminJson<{ error: string }>(house, ['copy-to', url], moved);
    expect(pointless.code).toBe(1);
    expect(pointless.value.error).toContain('PostgreSQL already');
    await house.end();
    house.passTime(HOUR_MS);
    await house.start();
    expect(await reset(house, walker, 'Kaffekanna-Blomma-42')).toBe('reset.done');
  });

  it.each([['mysql://x/y'], ['postgres://user@:x/'], ['somewhere']])(
    'is not looked for at %s',
    async (url) => {
      const { code, value } = await adminJson<{ error: string }>(house, ['copy-to', url]);
      expect(code).toBe(1);
      expect(value.error).toContain('postgres://');
    },
  );

  it('is prepared by migrate, for a role that may not', async () => {
    const url = await server.createDatabase(`d${randomUUID()}`);
    const role = `bot_${randomUUID().replaceAll('-', '')}`;
    await server.query(`create role ${role} login password 'p'`);
    const roleUrl = url.replace(/\/\/[^@]+@/, `//${role}:p@`);
    const early = await adminJson<{ error: string }>(house, ['audit', 'verify'], {
      DATABASE_URL: roleUrl,
    });
    expect(early.code).toBe(1);
    expect(early.value.error).toContain('admin migrate');
    const denied = await adminJson(house, ['migrate'], { DATABASE_URL: roleUrl });
    expect(denied.code).toBe(1);
    expect((await adminJson(house, ['migrate'], { DATABASE_URL: url })).code).toBe(0);
    for (const right of [
      `grant select, insert, update, delete on all tables in schema public to ${role}`,
      `revoke update, delete, truncate on audit from ${role}`,
    ]) {
      await server.query(right, [], url);
    }
    const later = await adminJson(house, ['audit', 'verify'], { DATABASE_URL: roleUrl });
    expect(later).toMatchObject({ code: 0, value: { result: 'intact', rows: 1 } });
  });
});
