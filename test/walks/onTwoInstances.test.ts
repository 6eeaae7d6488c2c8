import { expect, it } from '@jest/globals';
import {
  ask,
  confirm,
  newAgent,
  newCall,
  openAccount,
  pick,
  shownNumber,
} from '../support/desk.ts';
import { textOf, type ChatDriver } from '../support/chatDriver.ts';
import { cardsTo } from '../support/notices.ts';
import { houseOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { ALWAYS, setAge, sweepAgain } from '../support/rotations.ts';
import { enroll, FIRST_PASSWORD, newManager, newMobile, newName, prove } from '../support/walks.ts';

const postgres = await postgresOfSuite();
const house = await houseOfSuite({
  entrance: 'door',
  env: ALWAYS,
  policy: { maxAgeMs: Infinity },
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

/** A due account of three managers. */
async function newDueOfThree() {
  const first = house.manager(newName('Asa'));
  const others = [house.manager(newName('Bo')), house.manager(newName('Cia'))];
  for (const chat of [first, ...others]) await chat.say('status');
  const all = [first, ...others].map(({ dn }) => dn);
  const group = house.directory.group(newName('Chefer'), all);
  const { dn, id } = house.account(newName('forfallen'), group.dn, FIRST_PASSWORD);
  setAge(house, dn, 120);
  return { first, others, accountId: id };
}

it('what one manager called not needed is undone once, by two others at once', async () => {
  const all = await Promise.all([
    newDueOfThree(),
    newDueOfThree(),
    newDueOfThree(),
    newDueOfThree(),
  ]);
  await sweepAgain(house);
  for (const { first, others, accountId } of all) {
    await house.teams.until(() => first.reload() === 'reminder');
    expect(await first.tap('notNeeded', { reason: 'other' })).toBe('reminder.done');
    const noticeTo = (chat: ChatDriver) => cardsTo(house, chat, 'notice').at(-1);
    await house.teams.until(() => others.every((chat) => noticeTo(chat) !== undefined));
    for (const chat of others) chat.card = noticeTo(chat)?.card;
    await Promise.all(others.map((chat) => chat.sendTap(chat.button('undoNotNeeded'))));
    expect(await audit('reminder.notNeededUndone', accountId)).toHaveLength(1);
  }
});

it('three denials to one agent raise the alarm, also where two come at once', async () => {
  for (let round = 0; round < 3; round += 1) {
    const agent = newAgent(house);
    const calls = [];
    for (let n = 0; n < 3; n += 1) {
      const call = { ...(await newCall(house)), agent };
      await agent.say('servicedesk');
      await openAccount(agent, call.account);
      await ask(house, call);
      calls.push(call);
    }
    const [first, ...others] = calls.map(({ chat }) => chat);
    await first!.tap('callerDeny');
    await Promise.all(others.map((chat) => chat.sendTap(chat.button('callerDeny'))));
    const key = `"agent":"${house.tenantId}/${agent.person.aadObjectId}"`;
    const alarms = house.output.split('\n').filter((line) => line.includes('"callerDenied"'));
    expect(alarms.filter((line) => line.includes(key))).not.toHaveLength(0);
  }
});

it('a phone that two managers enroll at once raises the alarm', async () => {
  for (let round = 0; round < 3; round += 1) {
    const mobile = newMobile();
    const typed = [];
    for (const walker of [newManager(house), newManager(house)]) {
      await prove(walker);
      expect(await walker.chat.tap('setMobile', { mobile })).toBe('enrollment.code');
      typed.push({ walker, code: house.code(mobile) });
    }
    await Promise.all(
      typed.map(({ walker: { chat }, code }) => chat.sendTap(chat.button('confirmCode'), { code })),
    );
    for (const { walker } of typed) {
      expect(await audit('enrollment.completed', walker.accountId)).toHaveLength(1);
    }
    expect(house.output.split('"alarm":"sharedNumber"')).toHaveLength(round + 2);
  }
});
