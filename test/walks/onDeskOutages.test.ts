import { describe, expect, it } from '@jest/globals';
import { describeCard, textOf, type Button, type ChatDriver } from '../support/chatDriver.ts';
import {
  ask,
  confirm,
  newCall,
  openAccount,
  pick,
  shownNumber,
  type Call,
} from '../support/desk.ts';
import { cardsTo } from '../support/notices.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import {
  CONNECTOR_OUTAGES,
  DESK_STEPS,
  DIRECTORY_OUTAGES,
  type DeskStep,
} from './deskOutageTable.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import { enroll, newMobile } from '../support/walks.ts';

/** Within this time a card names a defined state (requirement R7). */
const STATE_MS = 15_000;
const house = await houseOfSuite({ entrance: 'port' });

/** A tap of the desk or of the manager whom it asks, ready to be made. */
interface Ready {
  readonly call: Call;
  readonly chat: ChatDriver;
  readonly button: Button;
  readonly inputs?: Record<string, string>;
}

/** As far as the tap at which the directory is lost. */
const READY: Readonly<Record<DeskStep, () => Promise<Ready>>> = {
  async find() {
    const call = await newCall(house);
    const { agent, account } = call;
    return { call, chat: agent, button: agent.button('deskFind'), inputs: { account } };
  },
  async open() {
    const call = await newCall(house);
    const { agent, account } = call;
    await agent.tap('deskFind', { account });
    return { call, chat: agent, button: agent.button('deskOpen', account) };
  },
  async ask() {
    const call = await newCall(house);
    await openAccount(call.agent, call.account);
    return { call, chat: call.agent, button: call.agent.button('deskConfirm', call.name) };
  },
  async answer() {
    const call = await newCall(house);
    const { agent, chat } = call;
    await openAccount(agent, call.account);
    await ask(house, call);
    const number = shownNumber(agent);
    const button = chat.buttons('callerAnswer').find(({ title }) => title === number)!;
    return { call, chat, button };
  },
  async vouch() {
    const call = await newCall(house);
    await openAccount(call.agent, call.account);
    await confirm(house, call);
    return { call, chat: call.agent, button: call.agent.button('deskVouch', call.name) };
  },
  async revoke() {
    const call = await newCall(house);
    const { agent, chat, account, name } = call;
    await enroll(house, { chat, account, mobile: newMobile() });
    await openAccount(agent, account);
    return { call, chat: agent, button: agent.button('deskRevoke', name) };
  },
};

/** The card that the tap has after at most 15 s, in the answer or in the message. */
async function shownAfter({ chat, button, inputs = {} }: Ready): Promise<string> {
  const before = house.teams.sent.length;
  const { card } = await chat.sendTap(button, inputs);
  if (describeCard(card) !== 'working') return describeCard(card);
  const own = () =>
    house.teams.sent
      .slice(before)
      .findLast(
        (sent) =>
          sent.conversationId === chat.person.conversationId &&
          !['working', 'notice'].includes(describeCard(sent.card)),
      );
  await house.teams.until(() => own() !== undefined);
  return describeCard(own()?.card);
}

describe('the service desk while the directory is lost', () => {
  it.each(Object.keys(DIRECTORY_OUTAGES))(
    'says so within 15 s, does nothing, and goes on with the same card: %s',
    async (outage) => {
      const steps = Object.entries(DESK_STEPS) as [DeskStep, (typeof DESK_STEPS)[DeskStep]][];
      const ready = await Promise.all(steps.map(([step]) => READY[step]()));
      const rows = house.auditRows();
      house.directory.fault = ({ name }) =>
        name === 'unbind' ? undefined : DIRECTORY_OUTAGES[outage];
      const tookMs = startStopwatch();
      const shown = await Promise.all(ready.map(shownAfter));
      expect(tookMs()).toBeLessThan(STATE_MS);
      house.directory.fault = undefined;
      expect(Object.fromEntries(steps.map(([name], index) => [name, shown[index]]))).toEqual(
        Object.fromEntries(steps.map(([name, { shows }]) => [name, shows])),
      );
      expect(house.audit(rows)).toEqual([]);
      const later: string[] = [];
      for (const one of ready) later.push(await shownAfter(one));
      expect(later).toEqual(steps.map(([, { goesOn }]) => goesOn));
    },
  );
});

describe('a question while the connector is lost', () => {
  it.each(Object.entries(CONNECTOR_OUTAGES))(
    'is put once at most: %s',
    async (_, { fault, comes, shows }) => {
      const call = await newCall(house);
      const { agent, chat, account, name } = call;
      await openAccount(agent, account);
      const button = agent.button('deskConfirm', name);
      house.teams.fail('post', fault, 1, 'caller');
      expect(await shownAfter({ call, chat: agent, button })).toBe(shows);
      house.teams.heal();
      // The same tap again asks nothing.
      await agent.tapButton(button);
      expect(cardsTo(house, chat, 'caller')).toHaveLength(comes ? 1 : 0);
      if (!comes) return;
      await house.teams.until(() => chat.reload() === 'caller');
      expect(await pick(chat, shownNumber(agent))).toBe('caller.done');
      await house.teams.until(() => {
        agent.reload();
        return textOf(agent.card).includes('Bekräftad');
      });
    },
  );
});
