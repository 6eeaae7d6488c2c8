import { expect, it } from '@jest/globals';
import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { ask, confirm, lockCodes, newAgent, newCall, openAccount } from '../support/desk.ts';
import { cardsTo, noneWaits, noticesTo } from '../support/notices.ts';
import { plantEnrollment } from '../support/planted.ts';
import { FIRST_PASSWORD, newName } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** The limits of an agent's acts, and agents and managers of one name. */
export function walkDeskLimits(world: World): void {
  const eventsFrom = (rows: number) => world.audit(rows).map(({ event }) => event);
  const notices = (chat: Parameters<typeof cardsTo>[1]) => cardsTo(world, chat, 'notice');

  it('lifts no second lockout of an account within a day, and raises an alarm', async () => {
    const call = await newCall(world);
    const { agent, account, accountId } = call;
    await plantEnrollment(world, { ...call, password: FIRST_PASSWORD });
    await lockCodes(world, call);
    await openAccount(agent, account);
    await confirm(world, call);
    expect(await agent.tap('deskClearLockout')).toBe('desk.account');
    expect(world.output).not.toContain('"alarm":"lockedAgain"');

    world.passTime(30 * MINUTE_MS);
    await lockCodes(world, call);
    expect(world.output).toContain(`"alarm":"lockedAgain","account":"${accountId}"`);
    const rows = world.auditRows();
    for (const one of [agent, newAgent(world)]) {
      await one.say('servicedesk');
      await openAccount(one, account);
      expect(textOf(one.card)).not.toMatch(/tog redan bort|borttagen/);
      await confirm(world, { ...call, agent: one });
      expect(() => one.button('deskClearLockout')).toThrow();
      expect(textOf(one.card)).toContain('tog redan bort en spärr');
      const { data } = one.button('refresh');
      const forged = { verb: 'deskClearLockout', title: '', data: { ...data } };
      expect(await one.tapButton(forged)).toBe('desk.account');
      expect(textOf(one.card)).toContain('är spärrad efter fel koder');
    }
    expect(world.audit(rows).map(({ event }) => event)).not.toContain('desk.lockoutCleared');

    world.passTime(DAY_MS);
    await lockCodes(world, call);
    const both = [agent, newAgent(world)];
    for (const one of both) {
      await one.say('servicedesk');
      await openAccount(one, account);
      await confirm(world, { ...call, agent: one });
    }
    await Promise.all(both.map((one) => one.sendTap(one.button('deskClearLockout'))));
    const lifts = world.audit(rows).filter(({ event }) => event === 'desk.lockoutCleared');
    expect(lifts).toHaveLength(1);
    await agent.tap('refresh');
    expect(textOf(agent.card)).not.toContain('är spärrad efter fel koder');
  });

  it('asks a manager once at a time and five times an hour, whoever asks', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    const other = newAgent(world);
    await other.say('status');
    await openAccount(agent, account);
    await openAccount(other, account);
    await ask(world, call);
    expect(await other.tap('deskConfirm', {}, name)).toBe('desk.account callerBusy');
    expect(textOf(other.card)).toContain(`${name} har redan fått en fråga`);
    for (let times = 1; times < 5; times += 1) {
      await chat.tap('callerDeny');
      await agent.tap('refresh');
      await ask(world, call);
    }
    await chat.tap('callerDeny');
    expect(await other.tap('deskConfirm', {}, name)).toBe('desk.account callerBusy');
    world.passTime(61 * MINUTE_MS);
    expect(await other.tap('deskConfirm', {}, name)).toBe('desk.account');
  });

  it('raises an alarm too where wrong passwords lock an account again', async () => {
    const call = await newCall(world);
    const { agent, chat, account, accountId, accountDn } = call;
    const lockProofs = async () => {
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      for (const currentPassword of ['Fel-Losen-1', 'Fel-Losen-2', 'Fel-Losen-3']) {
        await chat.tap('proveCurrentPassword', { currentPassword });
      }
      expect(chat.shown).toBe('refused proofLocked');
    };
    await lockProofs();
    await openAccount(agent, account);
    await confirm(world, call);
    expect(await agent.tap('deskClearLockout')).toBe('desk.account');
    world.passTime(30 * MINUTE_MS);
    // The directory's own count has ended too.
    world.directory.unlock(accountDn);
    const alarm = `"alarm":"lockedAgain","account":"${accountId}"`;
    expect(world.output).not.toContain(alarm);
    await lockProofs();
    expect(world.output).toContain(alarm);
  });

  it('is told with the address of an agent who has the name of one of the managers, or of an office', async () => {
    for (const isOffice of [false, true]) {
      const call = await newCall(world);
      const { agent, chat, account, name } = call;
      await plantEnrollment(world, { ...call, password: FIRST_PASSWORD });
      world.directory.put(agent.dn, 'displayName', isOffice ? 'Service\u00a0desk Örebro' : name);
      await openAccount(agent, account);
      await ask(world, call);
      const { upn } = agent.person;
      expect(textOf(chat.card).replaceAll('\\', '')).toContain(upn);
      await noneWaits(world);
      await agent.tap('deskRevoke', { reason: 'left' }, name);
      await noneWaits(world);
      expect(textOf(notices(chat).at(-1)?.card).replaceAll('\\', '')).toContain(upn);
      expect(noticesTo(world, call.mobile).at(-1)?.replaceAll('. ', '.')).toContain(upn);
    }
  });

  it('does each act once for twenty taps at once', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    await plantEnrollment(world, { ...call, password: FIRST_PASSWORD });
    await openAccount(agent, account);
    const rows = world.auditRows();
    const twenty = (verb: string) => {
      const button = agent.button(verb, name);
      return Promise.all(Array.from({ length: 20 }, () => agent.sendTap(button)));
    };
    await twenty('deskConfirm');
    await agent.tap('refresh');
    await twenty('deskRevoke');
    const events = world.audit(rows).map(({ event }) => event);
    for (const event of ['desk.callerAsked', 'desk.revoked', 'enrollment.revoked']) {
      expect(events.filter((one) => one === event)).toHaveLength(1);
    }
    expect(cardsTo(world, chat, 'caller')).toHaveLength(1);
  });

  it('shows one of many managers once they have begun something, so that they can be asked', async () => {
    const call = await newCall(world);
    const { agent, chat, account, accountDn } = call;
    const name = `Öst ${newName('Chef')}`;
    world.directory.put(chat.dn, 'displayName', name);
    const others = Array.from({ length: 20 }, () => world.manager(newName('Chef')));
    const everybody = [...others, chat].map(({ dn }) => dn);
    const group = world.directory.group(newName('Chefer'), everybody);
    world.directory.put(accountDn, 'manager', group.dn);
    for (const other of others) await other.say('status');
    await openAccount(agent, account);
    expect(textOf(agent.card)).toContain('och en ansvarig till');
    expect(textOf(agent.card)).not.toContain(name);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    await agent.tap('refresh');
    expect(textOf(agent.card)).toContain('och en ansvarig till');
    await confirm(world, { ...call, name });
  });

  it('tells managers of one name apart by their addresses', async () => {
    const { agent, chat, account, accountDn } = await newCall(world);
    const twin = world.manager(newName('Chef'));
    const name = newName('Anna');
    for (const { dn } of [chat, twin]) world.directory.put(dn, 'displayName', name);
    const group = world.directory.group(newName('ansvariga'), [chat.dn, twin.dn]);
    world.directory.put(accountDn, 'manager', group.dn);
    await openAccount(agent, account);
    for (const { person } of [chat, twin]) {
      expect(textOf(agent.card)).toContain(`${person.upn} (${name})`);
    }
  });

  it('tries one whom Teams does not reach five times, and no more for a while', async () => {
    const call = await newCall(world);
    const { agent, account, name } = call;
    await openAccount(agent, account);
    const rows = world.auditRows();
    const confirmOnce = () => agent.tap('deskConfirm', {}, name);
    world.teams.fail('post', { status: 400 }, 5, 'caller');
    for (let time = 1; time <= 8; time += 1) {
      expect(await confirmOnce()).toBe('desk.account callerNotReached');
    }
    expect(eventsFrom(rows)).toEqual(Array(10).fill('desk.callerAsked'));
    world.passTime(11 * MINUTE_MS);
    expect(await confirmOnce()).toBe('desk.account');
  });
}
