import { expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import {
  ask,
  confirm,
  newAgent,
  newCall,
  openAccount,
  pick,
  shownNumber,
} from '../support/desk.ts';
import { beside, personOf } from '../support/planted.ts';
import { FIRST_PASSWORD, newPlanted, newName } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** The service desk's look at an account, and its limits. */
export function walkDesk(world: World): void {
  const eventsFrom = (rows: number) => world.audit(rows).map(({ event }) => event);

  it('shows an agent in place of a refusal how to find an account, and no way home', async () => {
    const agent = newAgent(world);
    expect(await agent.say('status')).toBe('desk');
    expect(() => agent.button('home')).toThrow();
    expect(await agent.tap('deskFind', { account: 'finns inte' })).toBe('desk accountNotFound');
    expect(textOf(agent.card)).toContain('Vi hittar inget sådant konto.');
    expect(await agent.tap('deskFind', { account: ' ' })).toBe('desk accountNotFound');
    expect(textOf(agent.card)).toContain('Skriv kontots namn');
    expect(await agent.tap('deskFind', { account: 'x'.repeat(101) })).toBe('desk accountNotFound');
    expect(() => agent.button('home')).toThrow();
  });

  it('helps an agent with words of their own, with a manager’s too where they are one', async () => {
    const { chat } = await newPlanted(world);
    const agent = newAgent(world);
    await agent.say('status');
    expect(await agent.say('hjälp')).toBe('help');
    expect(textOf(agent.card)).toContain('Skriv servicedesk');
    expect(textOf(agent.card)).not.toMatch(/byt lösenord|Kommer du inte vidare|knapparna/);
    expect(await chat.say('hjälp')).toBe('help');
    expect(textOf(chat.card)).not.toContain('Skriv servicedesk');
    world.hire(chat.dn);
    expect(await chat.say('hjälp')).toBe('help');
    expect(textOf(chat.card)).toMatch(/Skriv servicedesk.*byt lösenord.*Kommer du inte vidare/s);
  });

  it('helps by a manager’s words while the directory does not say who is an agent', async () => {
    const agent = newAgent(world);
    await agent.say('status');
    world.directory.fault = () => 'drop';
    expect(await agent.say('hjälp')).toBe('help');
    world.directory.fault = undefined;
    expect(textOf(agent.card)).toContain('byt lösenord');
  });

  it('shows an agent who answers for accounts a button at home, and by the word in either language', async () => {
    const walker = await newPlanted(world);
    const { chat, account } = walker;
    expect(await chat.say('servicedesk')).toBe('home');
    expect(() => chat.button('desk')).toThrow();
    world.hire(chat.dn);
    expect(await chat.say('status')).toBe('home');
    expect(await chat.tap('desk')).toBe('desk');
    expect(await chat.tap('home')).toBe('home');
    expect(await chat.say('Service  DESK')).toBe('desk');
    await chat.tap('deskFind', { account });
    expect(await chat.tap('deskOpen', {}, account)).toBe('refused ownAccount');
  });

  it('finds an account by its name or a part of its display name, at most five, and audits what is opened', async () => {
    const { agent, chat, account, accountId } = await newCall(world);
    const shared = newName('Gemensam');
    for (let n = 0; n < 6; n += 1) {
      const { dn } = world.account(newName('flera'), chat.dn, FIRST_PASSWORD);
      world.directory.put(dn, 'displayName', `Enhet ${shared} ${String(n)}`);
    }
    expect(await agent.tap('deskFind', { account: shared.toLowerCase() })).toBe('desk');
    expect(agent.buttons('deskOpen')).toHaveLength(5);
    expect(await agent.tap('deskFind', { account: '*' })).toBe('desk accountNotFound');
    const rows = world.auditRows();
    expect(await openAccount(agent, account)).toBe('desk.account');
    expect(world.audit(rows)).toMatchObject([
      {
        event: 'desk.looked',
        actor: `${world.tenantId}/${agent.person.aadObjectId}`,
        account: accountId,
        result: 'ok',
      },
    ]);
    const card = JSON.stringify(agent.card);
    expect(textOf(agent.card)).toContain(chat.person.name);
    for (const secret of [accountId, chat.dn, chat.person.aadObjectId, chat.person.upn]) {
      expect(card).not.toContain(secret);
    }
  });

  it('looks sixty times an hour at most, whatever the instance', async () => {
    const { agent, account } = await newCall(world);
    const { key } = personOf(world, agent);
    await beside(world, (store) =>
      store.transaction(async (tx) => {
        for (let times = 0; times < 58; times += 1) await tx.addLookUp(key);
      }),
    );
    for (const _ of [59, 60]) expect(await agent.tap('deskFind', { account })).toBe('desk');
    expect(await agent.tap('deskOpen', {}, account)).toBe('desk tooManyLookups');
    expect(await agent.tap('deskFind', { account })).toBe('desk tooManyLookups');
    world.passTime(61 * MINUTE_MS);
    expect(await agent.tap('deskFind', { account })).toBe('desk');
    expect(await agent.tap('deskOpen', {}, account)).toBe('desk.account');
  });

  it('turns away whoever is no agent, or no longer, at every button', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    await openAccount(agent, account);
    const [confirmButton, refresh, again] = [
      agent.button('deskConfirm', name),
      agent.button('refresh'),
      agent.button('desk'),
    ];
    const rows = world.auditRows();
    // Another person's card, by an agent and by a manager.
    const other = newAgent(world);
    for (const one of [other, chat]) {
      await one.say('status');
      for (const button of [confirmButton, refresh]) {
        expect(await one.tapButton(button)).toBe('refused notResponsible');
      }
    }
    world.dismiss(agent.dn);
    for (const button of [confirmButton, refresh, again]) {
      expect(await agent.tapButton(button)).toBe('refused notResponsible');
    }
    expect(new Set(eventsFrom(rows))).toEqual(new Set(['access.denied']));
    expect(world.teams.sent.filter(({ card }) => card?.body[0]?.id === 'caller')).toEqual([]);
  });

  it('tells in one line what is wrong, the worst first', async () => {
    const { agent, account, accountDn } = await newCall(world);
    await openAccount(agent, account);
    expect(textOf(agent.card)).toContain('Ingen har registrerat någon mobil.');
    world.directory.lock(accountDn);
    await agent.tap('refresh');
    const lines = textOf(agent.card).split('\n');
    expect(lines.indexOf('Kontot är låst efter fel lösenord.')).toBeLessThan(
      lines.indexOf('Ingen har registrerat någon mobil.'),
    );
  });

  it('asks the manager, and shows the right number’s answer by itself on the agent’s card', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name, accountId } = call;
    await openAccount(agent, account);
    const rows = world.auditRows();
    await ask(world, call);
    const number = shownNumber(agent);
    const question = textOf(chat.card);
    expect(question).toContain(`${agent.person.name} på servicedesk vill veta`);
    expect(question).toContain('Servicedesk frågar aldrig efter en kod eller ett lösenord.');
    expect(JSON.stringify(chat.card)).not.toContain(account);
    expect(new Set(chat.buttons('callerAnswer').map(({ title }) => title)).size).toBe(3);
    expect(await pick(chat, number)).toBe('caller.done');
    await world.teams.until(() => {
      agent.reload();
      return textOf(agent.card).includes('Bekräftad');
    });
    expect(() => agent.button('deskConfirm', name)).toThrow();
    const actors = [agent, chat].map(({ person }) => `${world.tenantId}/${person.aadObjectId}`);
    expect(world.audit(rows)).toMatchObject([
      { event: 'desk.callerAsked', actor: actors[0], account: accountId, result: 'ok' },
      { event: 'desk.callerConfirmed', actor: actors[1], account: accountId, result: 'ok' },
    ]);
    // The old card of the question shows how it ended, whatever is tapped.
    await world.teams.until(() => chat.reload() === 'caller.done');
    world.passTime(16 * MINUTE_MS);
    await agent.tap('refresh');
    expect(textOf(agent.card)).not.toContain('Bekräftad');
    expect(agent.button('deskConfirm', name)).toBeDefined();
  });

  it('takes an answer from the manager who was asked alone, while they answer for the account', async () => {
    const call = await newCall(world);
    const { agent, chat, account, accountDn } = call;
    const colleague = world.manager(newName('Chef'));
    const both = world.directory.group(newName('grp'), [chat.dn, colleague.dn]);
    world.directory.put(accountDn, 'manager', both.dn);
    await colleague.say('status');
    await openAccount(agent, account);
    await ask(world, call);
    const number = shownNumber(agent);
    const right = chat.buttons('callerAnswer').find(({ title }) => title === number)!;
    const stranger = (await newPlanted(world)).chat;
    const rows = world.auditRows();
    for (const one of [agent, stranger, colleague]) {
      for (const button of [right, chat.button('callerDeny')]) {
        expect(await one.tapButton(button)).toBe('refused notResponsible');
      }
    }
    world.directory.put(accountDn, 'manager', stranger.dn);
    expect(await chat.tapButton(right)).toBe('refused notResponsible');
    expect(new Set(eventsFrom(rows))).toEqual(new Set(['access.denied']));
  });

  it('takes a wrong number and a denial for what they are, and raises an alarm at the third', async () => {
    const call = await newCall(world);
    const { agent, chat, account } = call;
    await openAccount(agent, account);
    const rows = world.auditRows();
    const said = world.output.length;
    const alarm = '"alarm":"callerDenied"';
    for (const answer of ['wrong', 'deny', 'deny']) {
      expect(world.output.slice(said)).not.toContain(alarm);
      await ask(world, call);
      const right = shownNumber(agent);
      const wrong = chat.buttons('callerAnswer').find(({ title }) => title !== right)!;
      const button = answer === 'wrong' ? wrong : chat.button('callerDeny');
      expect(await chat.tapButton(button)).toBe('caller.done');
      const told = answer === 'wrong' ? 'Valde fel tal' : 'inte är hen';
      await world.teams.until(() => {
        agent.reload();
        return textOf(agent.card).includes(told);
      });
      // Too late to change one's mind.
      expect(await chat.tapButton(button)).toBe('caller.done');
    }
    const actor = `${world.tenantId}/${chat.person.aadObjectId}`;
    const denied = world.audit(rows).filter(({ event }) => event === 'desk.callerDenied');
    expect(denied).toMatchObject([
      { reason: 'wrongNumber', actor },
      { reason: 'denied', actor },
      { reason: 'denied', actor },
    ]);
    expect(world.output.slice(said)).toContain(alarm);
  });

  it('ends a question that nobody answers, on both cards', async () => {
    const call = await newCall(world);
    const { agent, chat, account } = call;
    await openAccount(agent, account);
    await ask(world, call);
    const late = chat.button('callerDeny');
    world.passTime(3 * MINUTE_MS);
    await world.teams.until(() => chat.reload() === 'caller.done');
    await world.teams.until(() => {
      agent.reload();
      return textOf(agent.card).includes('Svarade inte i tid');
    });
    const rows = world.auditRows();
    expect(await chat.tapButton(late)).toBe('caller.done');
    expect(eventsFrom(rows)).toEqual([]);
  });

  it('asks a manager whom the bot never met by the Entra id', async () => {
    const { agent } = await newCall(world);
    const stranger = world.manager(newName('Chef'));
    const { aadObjectId, name } = stranger.person;
    const account = newName('grupp');
    world.account(account, stranger.dn, FIRST_PASSWORD);
    await openAccount(agent, account);
    expect(await agent.tap('deskConfirm', {}, name)).toBe('desk.account callerNotReached');
    expect(textOf(agent.card)).toContain(`Vi når inte ${name} i Teams.`);
    world.directory.put(stranger.dn, 'msDS-ExternalDirectoryObjectId', `User_${aadObjectId}`);
    await agent.tap('refresh');
    expect(await agent.tap('deskConfirm', {}, name)).toBe('desk.account');
    const opened = world.teams.created.find(({ body }) =>
      JSON.stringify(body).includes(aadObjectId),
    );
    const sent = world.teams.sent.find(
      ({ conversationId, card }) =>
        conversationId === opened?.conversationId && card?.body[0]?.id === 'caller',
    );
    expect(textOf(sent?.card)).toContain(agent.person.name);
  });

  it('says where Teams cannot reach the manager', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    await openAccount(agent, account);
    world.teams.fail('post', { status: 403 }, 1, 'caller');
    const rows = world.auditRows();
    expect(await agent.tap('deskConfirm', {}, name)).toBe('desk.account callerNotReached');
    expect(world.audit(rows)).toMatchObject([
      { event: 'desk.callerAsked', result: 'ok' },
      { event: 'desk.callerAsked', result: 'failed', reason: 'callerNotReached' },
    ]);
    // The bot knows now that there is no way to them.
    expect(await agent.tap('deskConfirm', {}, name)).toBe('desk.account callerNotReached');
    await chat.say('status');
    await agent.tap('refresh');
    await confirm(world, call);
  });
}
