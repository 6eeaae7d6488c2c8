import { expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { confirm, deny, newCall, openAccount, vouch } from '../support/desk.ts';
import type { World } from '../support/world.ts';

/** Gives a function that makes the rows what they were, as who writes the database without keys can. */
async function keepRows(world: World, table: string, where: string): Promise<() => Promise<void>> {
  const rows = await world.database.query<Record<string, string | number | null>>(
    `select * from ${table} where ${where}`,
  );
  expect(rows).not.toHaveLength(0);
  return async () => {
    for (const { id, ...row } of rows) {
      const sets = Object.entries(row).map(
        ([name, value]) => `${name} = ${value === null ? 'null' : `'${String(value)}'`}`,
      );
      await world.database.query(
        `update ${table} set ${sets.join(', ')} where id = '${String(id)}'`,
      );
    }
  };
}

/** The ends of an agent's word for a manager. */
export function walkDeskVouchEnds(world: World): void {
  it('vouches no more for an enrollment that has begun once the agent has gone', async () => {
    for (const step of ['enrollment.mobile', 'enrollment.code']) {
      const call = await newCall(world);
      const { agent, chat, account, mobile } = call;
      await vouch(world, call);
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      if (step === 'enrollment.code') await chat.tap('useShownMobile');
      expect(chat.shown).toBe(step);
      world.dismiss(agent.dn);
      const late =
        step === 'enrollment.code'
          ? await chat.tap('confirmCode', { code: world.code(mobile) })
          : await chat.tap('useShownMobile');
      expect(late).toBe('home flowExpired');
    }
  });

  it('raises an alarm after many', async () => {
    for (let times = 0; times < 6; times += 1) {
      const call = await newCall(world);
      await vouch(world, call);
    }
    // Once an hour: earlier walks may have raised it.
    await world.teams.until(() => world.output.includes('"alarm":"manyVouches"'));
  });

  it('has nothing vouched for any more where rows from before a revoke or a denial are put back', async () => {
    for (const end of ['revoke', 'denial']) {
      const call = await newCall(world);
      const { agent, chat, account, accountId } = call;
      await openAccount(agent, account);
      await confirm(world, call);
      await agent.tap('deskVouch', {}, call.name);
      await chat.say('status');
      expect(await chat.tap('enroll', {}, account)).toBe('enrollment.mobile');
      const shown = chat.button('useShownMobile');
      const isAbout = `account_id = '${accountId}'`;
      const putBack = [
        await keepRows(world, 'caller_check', isAbout),
        await keepRows(world, 'flow', isAbout),
      ];
      if (end === 'revoke') await world.administer(['revoke', account]);
      else await deny(world, call);
      for (const put of putBack) await put();
      expect(await chat.tapButton(shown)).toBe('home flowExpired');
      expect(world.codes(call.mobile)).toEqual([]);
      expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
      if (end === 'revoke') continue;
      await agent.tap('refresh');
      expect(textOf(agent.card)).not.toContain('✓');
    }
  });
}
