import { randomUUID } from 'node:crypto';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { ALWAYS, cardsTo, firstSweep, newDue, sweepAgain } from '../support/rotations.ts';
import { enroll, greet, newEnrolled, newManager, newName, reset } from '../support/walks.ts';

const house = await houseOfSuite({ env: ALWAYS, entrance: 'door' });

/** Tables that hold nothing of the bot's, or one row for all: values planted there would end its work as their loss does. */
const NOT_PLANTED = ['audit', 'audit_head', 'bot_migration', 'bot_migration_lock', 'lock'];
/** SQLite keeps them in a column of any type. */
const VALUES = [
  2n ** 63n - 1n,
  -(2n ** 63n),
  1e300,
  'text',
  '',
  Buffer.from([0, 255]),
  null,
] as const;

type Row = Record<string, SQLInputValue>;

/** Rows of tables that the walks of this suite leave empty. */
const SAMPLES: Readonly<Record<string, Row>> = {
  failure: { kind: 'proof', at: Date.now() },
  notice: { tries: 0, payload: '', lane: 'chat' },
  passcode: { mac: '', expires_at: 0, former_mac: null, former_expires_at: null },
  reminder: { account_name: '', cycle: '', stage: 7, recipient: '', repeat: 0, at: 0 },
  reminder_snooze: { cycle: '', recipient: '', until: 0, snoozes: 1 },
  reminder_silence: { cycle: '', until: 2 ** 50, told_at: 0, seal: null },
  revocation: { manager: '', seal: '' },
  desk_lookup: { agent: '', at: Date.now() },
  desk_look: { agent: '', made_at: 0, draw: 1, version: 1, managers: '' },
  caller_check: { agent: '', asked_at: 0, vouched_at: Date.now(), version: 1, state: '' },
};

/** The columns that let a background loop come to a row before all others. */
const DUE: Readonly<Record<string, Row>> = {
  flow: { ended_at: null, unsettled: 1, saved_at: 0 },
  notice: { due_at: 0 },
  caller_check: { due_at: 0 },
  reminder: { fate: 'reserved' },
};

/** Puts each of the values into each column, in a row of its own; gives how many stand there. */
function plantAll(): number {
  const database = new DatabaseSync(join(house.dataDir, 'bot.sqlite'), { timeout: 20_000 });
  let planted = 0;
  const put = (table: string, row: Row): void => {
    const names = Object.keys(row);
    const places = names.map(() => '?').join();
    const sql = `insert or ignore into ${table} (${names.join()}) values (${places})`;
    planted += Number(database.prepare(sql).run(...Object.values(row)).changes);
  };
  try {
    database.exec('pragma foreign_keys = off');
    const tables = database.prepare(`select name from sqlite_schema where type = 'table'`).all();
    for (const table of tables.map(({ name }) => String(name))) {
      if (NOT_PLANTED.includes(table)) continue;
      const names = database.prepare(`select name from pragma_table_info('${table}')`).all();
      const columns = names.map(({ name }) => String(name));
      const found = database.prepare(`select * from ${table} limit 1`).get() as Row | undefined;
      const sample = found ?? SAMPLES[table];
      if (sample === undefined) throw new Error(`no sample of ${table}`);
      for (const column of columns) {
        for (const value of VALUES) {
          const own: Row = {};
          for (const name of ['id', 'handle', 'flow_id', 'origin', 'name', 'account_id']) {
            if (columns.includes(name)) own[name] = randomUUID();
          }
          if (columns.includes('revoked_at')) own['revoked_at'] = Date.now() + planted;
          else if (columns.includes('manager')) own['manager'] = `${randomUUID()}/${randomUUID()}`;
          put(table, { ...sample, ...own, ...DUE[table], [column]: value });
        }
      }
    }
  } finally {
    database.close();
  }
  return planted;
}

it('values that the bot never writes, in any column, hold up nothing of others', async () => {
  await firstSweep(house);
  const first = await newEnrolled(house);
  expect(await reset(house, first, 'Kaffekanna-Blomma-42')).toBe('reset.done');
  await newDue(house, 200);
  await sweepAgain(house);

  expect(plantAll()).toBeGreaterThan(500);
  // The suite would wait for the holder's sweep.
  await house.database.query(`update lease set holder = '' where name <> 'sweep'`);
  const before = house.output.length;
  const walker = newManager(house);
  const colleague = house.manager(newName('Chef'));
  await greet({ chat: colleague });
  const group = house.directory.group(newName('Chefer'), [walker.chat.dn, colleague.dn]);
  house.directory.put(walker.accountDn, 'manager', group.dn);
  expect(await enroll(house, walker)).toBe('enrollment.done');
  expect(await reset(house, walker, 'Tallskog-Morgon-61')).toBe('reset.done');
  const due = await newDue(house, 200);
  await sweepAgain(house);
  await house.teams.until(() => cardsTo(house, due.chat).length > 0);
  await house.teams.until(() => cardsTo(house, colleague, 'notice').length > 0);
  const failed = house.output.slice(before).split('\n');
  expect(failed.filter((line) => /round failed|ended early|cannot be drawn/.test(line))).toEqual(
    [],
  );

  expect(await house.administer(['accounts'])).toHaveLength(4);
  await expect(house.administer(['rekey'])).rejects.toThrow(/"left":0/);
  await house.end();
  await house.start();
  expect(await walker.chat.say('status')).toBe('home');
});
