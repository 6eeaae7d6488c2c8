import { describe, expect, it } from '@jest/globals';
import { postgresOfSuite, productOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, resetToPassword } from '../support/walks.ts';

const FIRST = 'Gladiolus-Kanna-77';
const NEXT = 'Kaffekanna-Blomma-42';
/** Until a write is taken for lost, and surely not carried out any more. */
const GIVEN_UP_MS = 60_000;

const postgres = await postgresOfSuite();
const product = await productOfSuite({ databaseUrl: postgres.url });

describe('an instance that stood still in the middle of a write', () => {
  it('does not take its answer for that of the next write, which another one sent', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    let isSent = false;
    product.directory.fault = ({ name }) => {
      if (name !== 'modify') return undefined;
      isSent = true;
      product.bot.pause();
      return [19, '0000052D: Constraint violation - password does not meet the requirements'];
    };
    const first = { newPassword: FIRST, confirmPassword: FIRST };
    const lost = walker.chat.sendTap(walker.chat.button('setPassword'), first);
    await product.teams.until(() => isSent);
    await product.startAnother();
    await product.teams.until(
      () => walker.chat.reload() === 'reset.newPassword directoryUnavailable',
      GIVEN_UP_MS,
    );

    let isNextSent = false;
    product.directory.fault = ({ name }) => {
      if (name !== 'modify') return undefined;
      isNextSent = true;
      return { delayMs: 2_500 };
    };
    const next = { newPassword: NEXT, confirmPassword: NEXT };
    const tap = walker.chat.tap('setPassword', next);
    await product.teams.until(() => isNextSent);
    product.bot.goOn();
    await lost;
    await tap;
    await product.teams.until(() => walker.chat.reload() === 'reset.done', GIVEN_UP_MS);
    expect(product.directory.hasPassword(walker.accountDn, NEXT)).toBe(true);
    const rows = await product.database.audit();
    const events = rows.map(({ event }) => event).filter((event) => /^reset/.test(event));
    expect(events.slice(events.indexOf('reset.attempted'))).toEqual([
      'reset.attempted',
      'reset.unknown',
      'reset.verified',
      'reset.attempted',
      'reset.written',
    ]);
  });
});
