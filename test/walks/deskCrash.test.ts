import { expect, it } from '@jest/globals';
import { newCall, openAccount } from '../support/desk.ts';
import { houseOfTest } from '../support/ofSuite.ts';
import { enroll, newMobile } from '../support/walks.ts';

it('takes a number at the second tap where the first could not be written', async () => {
  const house = await houseOfTest({ entrance: 'door' });
  const call = await newCall(house);
  const { agent, chat, account, name } = call;
  await enroll(house, { chat, account, mobile: newMobile() });
  await openAccount(agent, account);
  const revoke = agent.button('deskRevoke', name);
  await house.database.query(
    `create trigger full before insert on audit when new.event = 'desk.revoked'
     begin select raise(abort, 'full'); end`,
  );
  const rows = house.auditRows();
  await agent.sendTap(revoke, { reason: 'phoneLost' });
  await house.database.query('drop trigger full');
  expect(house.audit(rows)).toEqual([]);
  await agent.tapButton(revoke, { reason: 'phoneLost' });
  expect(house.audit(rows)).toMatchObject([
    { event: 'desk.revoked', reason: 'phoneLost' },
    { event: 'enrollment.revoked' },
  ]);
});
