import type { ChatDriver } from './chatDriver.ts';
import { textOf } from './chatDriver.ts';
import { FIRST_PASSWORD, newMobile, newName, startReset, wrongCode } from './walks.ts';
import type { World } from './world.ts';

/** An agent of the service desk, who answers for no account. */
export function newAgent(world: World) {
  const chat = world.manager(newName('Agent'));
  world.hire(chat.dn);
  return chat;
}

/** A manager whose own entry holds a mobile, with one account, and an agent who has opened the chat. */
export async function newCall(world: World, { hasMobile = true } = {}) {
  const mobile = newMobile();
  const chat = world.manager(newName('Chef'), hasMobile ? mobile : undefined);
  const account = newName('grupp');
  const { dn: accountDn, id: accountId } = world.account(account, chat.dn, FIRST_PASSWORD);
  const agent = newAgent(world);
  await chat.say('status');
  await agent.say('servicedesk');
  return { agent, chat, account, accountDn, accountId, mobile, name: chat.person.name };
}
export type Call = Awaited<ReturnType<typeof newCall>>;

/** The agent opens the account's card. */
export async function openAccount(agent: ChatDriver, account: string): Promise<string> {
  if (!agent.shown.startsWith('desk') || agent.shown.startsWith('desk.account')) {
    await agent.say('servicedesk');
  }
  await agent.tap('deskFind', { account });
  return agent.tap('deskOpen', {}, account);
}

/** The agent asks the manager, whose chat then shows the question. */
export async function ask(world: World, { agent, chat, name }: Call): Promise<void> {
  await agent.tap('deskConfirm', {}, name);
  await world.teams.until(() => chat.reload() === 'caller');
}

/** The number that the agent's card shows. */
export function shownNumber(agent: ChatDriver): string {
  const number = /^\d\d$/m.exec(textOf(agent.card))?.[0];
  if (number === undefined) throw new Error(`no number on ${agent.shown}`);
  return number;
}

/** The manager picks that number; gives the card's name. */
export async function pick(chat: ChatDriver, number: string): Promise<string> {
  return chat.tapButton(answerButton(chat, (title) => title === number));
}

/** A button of the question's numbers. */
function answerButton(chat: ChatDriver, fits: (title: string) => boolean) {
  const found = chat.buttons('callerAnswer').find(({ title }) => fits(title));
  if (found === undefined) throw new Error(`no such number on ${chat.shown}`);
  return found;
}

/** The agent asks, and the manager picks the right number. */
export async function confirm(world: World, call: Call): Promise<void> {
  const { agent, chat } = call;
  await ask(world, call);
  await pick(chat, shownNumber(agent));
  await world.teams.until(() => {
    agent.reload();
    return /Bekräftad|Confirmed/.test(textOf(agent.card));
  });
}

/** The agent opens the account, and vouches for the manager once they are confirmed. */
export async function vouch(world: World, call: Call): Promise<void> {
  const { agent, account, name } = call;
  await openAccount(agent, account);
  await confirm(world, call);
  await agent.tap('deskVouch', {}, name);
}

/** The manager, who is enrolled, is locked out by five wrong codes. */
export async function lockCodes(world: World, call: Call): Promise<void> {
  const { chat, mobile } = call;
  await startReset(call);
  for (let wrong = 1; wrong <= 5; wrong += 1) {
    await chat.tap('confirmCode', { code: wrongCode(world.code(mobile), wrong) });
  }
  if (chat.shown !== 'refused locked') throw new Error(`not locked but ${chat.shown}`);
}

/** The manager denies the question of another agent, or picks a wrong number. */
export async function deny(world: World, call: Call, isWrongNumber = false): Promise<void> {
  const { chat, account } = call;
  const agent = newAgent(world);
  await agent.say('servicedesk');
  await openAccount(agent, account);
  await ask(world, { ...call, agent });
  const right = shownNumber(agent);
  const wrong = chat.buttons('callerAnswer').find(({ title }) => title !== right)!;
  await chat.tapButton(isWrongNumber ? wrong : chat.button('callerDeny'));
}
