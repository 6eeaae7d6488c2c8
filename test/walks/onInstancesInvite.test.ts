import { describe, expect, it } from '@jest/globals';
import { houseOfTest, postgresOfSuite } from '../support/ofSuite.ts';
import { rowsOf, type Invited } from '../support/invitations.ts';
import { ALWAYS, cardsTo } from '../support/rotations.ts';
import { greet, newManager } from '../support/walks.ts';

const postgres = await postgresOfSuite();

describe('an invitation on PostgreSQL, with several instances', () => {
  it('reaches each manager once, who enrolls at any of them', async () => {
    const databaseUrl = await postgres.createDatabase('bot');
    const shared = await houseOfTest({ env: ALWAYS, policy: { maxAgeMs: Infinity }, databaseUrl });
    const walker = newManager(shared);
    await greet(walker);
    const elsewhere = await shared.chatAtAnother(walker.chat);
    const told = await Promise.all([1, 2, 3].map(() => shared.administer<Invited>(['invite'])));
    expect(told.flatMap((one) => rowsOf(one, walker.account)).toSorted()).toEqual([
      'already',
      'already',
      'sent',
    ]);
    expect(cardsTo(shared, walker.chat, 'invitation')).toHaveLength(1);
    expect(elsewhere.reload()).toBe('invitation');
    expect(await elsewhere.tap('enroll')).toBe('enrollment.currentPassword');
    const events = await shared.database.query<{ event: string }>(
      `select event from audit where account = '${walker.accountId}' order by seq`,
    );
    expect(events.map(({ event }) => event)).toEqual(['invitation.sent', 'enrollment.started']);
  });
});
