import { describe, expect, it } from '@jest/globals';
import { postgresOfSuite, productOfTest } from '../support/ofSuite.ts';
import { runCrashes } from './crashRounds.ts';

/** On each database, each under eight managers; `npm run test:crash` kills 200 times on each. */
const KILLS = 5;
const RUN_MS = 600_000;

const postgres = await postgresOfSuite();

describe('a bot killed at random moments of running flows', () => {
  it.each(['SQLite', 'PostgreSQL'])(
    'repeats nothing, loses nothing and says nothing false on %s',
    async (engine) => {
      const isPostgres = engine === 'PostgreSQL';
      const product = await productOfTest(
        isPostgres ? { databaseUrl: await postgres.createDatabase('crashes') } : {},
      );
      const counts = await runCrashes(product, KILLS);
      expect(counts).toMatchObject({
        kills: KILLS,
        secondSms: 0,
        secondWrites: 0,
        lost: '',
        falseCards: 0,
        resolved: counts.unknown,
        isChainWhole: true,
      });
      // How many walks end between the kills depends on the machine; one at least shows that flows ran.
      expect(counts.walks).toBeGreaterThan(0);
    },
    RUN_MS,
  );
});
