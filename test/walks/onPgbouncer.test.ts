import { expect, it } from '@jest/globals';
import { houseOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { startPgbouncer } from '../support/pgbouncer.ts';
import { newEnrolled, reset } from '../support/walks.ts';

const postgres = await postgresOfSuite();
const pooler = await startPgbouncer(postgres);
atSuiteEnd(() => pooler.stop());
const databaseUrl = pooler.through(await postgres.createDatabase('bot'));
const house = await houseOfSuite({ databaseUrl });

it('behind PgBouncer the bot starts, does its job, and the check finds its database', async () => {
  const walker = await newEnrolled(house);
  expect(await reset(house, walker, 'Kaffekanna-Blomma-42')).toBe('reset.done');
  const { checks } = await house.administer<{ checks: unknown[] }>(['check']);
  expect(checks).toContainEqual(expect.objectContaining({ name: 'database', ok: true }));
});
