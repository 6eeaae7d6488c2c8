import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, type Walker } from '../support/walks.ts';

const house = await houseOfSuite();

async function startUnlock({ chat, account }: Walker): Promise<string> {
  await chat.say('status');
  return chat.tap('unlock', {}, account);
}

describe('an unlock', () => {
  it('is noted and told although the database went away just then', async () => {
    const walker = await newEnrolled(house);
    house.directory.lock(walker.accountDn);
    await startUnlock(walker);
    const rows = house.auditRows();
    let other: DatabaseSync | undefined;
    house.directory.fault = ({ name }) => {
      if (name !== 'modify' || other !== undefined) return undefined;
      other = new DatabaseSync(join(house.dataDir, 'bot.sqlite'), { timeout: 5_000 });
      other.exec('begin immediate');
      return undefined;
    };
    const code = house.code(walker.mobile);
    const tap = walker.chat.sendTap(walker.chat.button('confirmCode'), { code });
    await house.teams.until(() => house.output.includes('could not be saved yet'));
    await tap;
    expect(walker.chat.reload()).toBe('working');
    other?.exec('rollback');
    other?.close();
    await house.teams.until(() => walker.chat.reload() === 'unlock.done');
    const events = house.audit(rows).map(({ event }) => event);
    expect(events).toEqual(['code.accepted', 'unlock.completed']);
  });
});
