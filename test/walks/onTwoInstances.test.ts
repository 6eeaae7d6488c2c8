import { expect, it } from '@jest/globals';
import { confirm, newAgent, newCall, openAccount, pick, shownNumber } from '../support/desk.ts';
import { textOf } from '../support/chatDriver.ts';
import { cardsTo } from '../support/notices.ts';
import { houseOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { enroll, newMobile } from '../support/walks.ts';

const postgres = await postgresOfSuite();
const house = await houseOfSuite({
  entrance: 'door',
  databaseUrl: await postgres.createDatabase('bot'),
});

const audit = async (event: string, account: string) =>
  (await house.database.audit()).filter((line) => line.event === event && line.account === account);

it('two agents at two instances share one manager’s questions, and an answer at either shows', async () => {
  const call = await newCall(house);
  const { agent, chat, account, accountId, name } = call;
  const second = newAgent(house);
  await second.say('status');
  const elsewhere = await house.chatAtAnother(second);
  await elsewhere.say('servicedesk');
  await openAccount(agent, account);
  await openAccount(elsewhere, account);
  await Promise.all([agent, elsewhere].map((one) => one.sendTap(one.button('deskConfirm', name))));
  expect(await audit('desk.callerAsked', accountId)).toHaveLength(1);
  expect(cardsTo(house, chat, 'caller')).toHaveLength(1);

  const asking = (await agent.tap('refresh'), textOf(agent.card).includes('Säg det här talet'))
    ? agent
    : elsewhere;
  await asking.tap('refresh');
  const managerElsewhere = await house.chatAtAnother(chat);
  managerElsewhere.reload();
  expect(await pick(managerElsewhere, shownNumber(asking))).toBe('caller.done');
  await house.teams.until(() => {
    asking.reload();
    return textOf(asking.card).includes('Bekräftad');
  });
});

it('one act of an agent is done once, by twenty taps at two instances', async () => {
  const call = await newCall(house);
  const { agent, chat, account, accountId, name } = call;
  await enroll(house, { chat, account, mobile: newMobile() });
  await openAccount(agent, account);
  const elsewhere = await house.chatAtAnother(agent);
  const button = agent.button('deskRevoke', name);
  const taps = Array.from({ length: 20 }, (_, n) =>
    (n % 2 === 0 ? agent : elsewhere).sendTap(button),
  );
  await Promise.all(taps);
  expect(await audit('desk.revoked', accountId)).toHaveLength(1);
  await agent.tap('refresh');
  await confirm(house, call);
  const vouch = agent.button('deskVouch', name);
  await Promise.all([agent, elsewhere, agent].map((one) => one.sendTap(vouch)));
  expect(await audit('desk.vouched', accountId)).toHaveLength(1);
});

it('an hour’s look-ups are counted over both', async () => {
  const agent = newAgent(house);
  await agent.say('status');
  const elsewhere = await house.chatAtAnother(agent);
  await elsewhere.say('status');
  for (let times = 0; times < 30; times += 1) {
    await agent.tap('deskFind', { account: 'ingen alls' });
    await elsewhere.tap('deskFind', { account: 'ingen alls' });
  }
  expect(await elsewhere.tap('deskFind', { account: 'ingen alls' })).toBe('desk tooManyLookups');
});
