import { expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import {
  ask,
  confirm,
  newAgent,
  newCall,
  openAccount,
  shownNumber,
  type Call,
} from '../support/desk.ts';
import { cardsTo, noneWaits, noticesTo } from '../support/notices.ts';
import { enroll, FIRST_PASSWORD, newMobile, newName } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** The manager denies the question of another agent, or picks a wrong number. */
async function deny(world: World, call: Call, isWrongNumber = false): Promise<void> {
  const { chat, account } = call;
  const agent = newAgent(world);
  await agent.say('servicedesk');
  await openAccount(agent, account);
  await ask(world, { ...call, agent });
  const right = shownNumber(agent);
  const wrong = chat.buttons('callerAnswer').find(({ title }) => title !== right)!;
  await chat.tapButton(isWrongNumber ? wrong : chat.button('callerDeny'));
}

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

const PASSWORD = 'Kaffekanna-Blomma-42';

/** An agent's word for a manager who calls. */
export function walkDeskVouch(world: World): void {
  const nameOf = ({ person }: { person: { aadObjectId: string } }): string =>
    `${world.tenantId}/${person.aadObjectId}`;
  const notices = (chat: Parameters<typeof cardsTo>[1]) => cardsTo(world, chat, 'notice');

  it('vouches for a confirmed manager, who enrolls the directory’s mobile and resets', async () => {
    const call = await newCall(world);
    const { agent, chat, account, accountId, accountDn, name, mobile } = call;
    await openAccount(agent, account);
    expect(() => agent.button('deskVouch', name)).toThrow();
    await confirm(world, call);
    const rows = world.auditRows();
    await agent.tap('deskVouch', {}, name);
    expect(textOf(agent.card)).toContain('Kan registrera katalogens mobil');
    expect(() => agent.button('deskVouch', name)).toThrow();

    await chat.say('status');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.mobile');
    const card = JSON.stringify(chat.card);
    expect(card).toContain(`${agent.person.name} på servicedesk har släppt in dig`);
    expect(card).not.toContain('Input.Text');
    expect(card).not.toContain(mobile.slice(3, 8));
    const { data } = chat.button('useShownMobile');
    const typed = { verb: 'setMobile', title: '', data: { ...data, verb: 'setMobile' } };
    expect(await chat.tapButton(typed, { mobile: newMobile() })).toBe('enrollment.mobile');
    expect(world.codes(mobile)).toEqual([]);
    expect(await chat.tap('useShownMobile')).toBe('enrollment.code');
    // Tapped by mistake: the code that was sent holds still.
    expect(await chat.tap('changeMobile')).toBe('enrollment.mobile');
    expect(textOf(chat.card)).toContain('Koden är redan skickad');
    expect(textOf(chat.card)).not.toContain('skickar vi en kod');
    expect(await chat.tap('useShownMobile')).toBe('enrollment.code');
    expect(world.codes(mobile)).toHaveLength(1);
    expect(await chat.tap('confirmCode', { code: world.code(mobile) })).toBe('enrollment.done');
    expect(await chat.tap('reset')).toBe('reset.code');
    expect(await chat.tap('confirmCode', { code: world.code(mobile) })).toBe('reset.newPassword');
    const password = { newPassword: PASSWORD, confirmPassword: PASSWORD };
    expect(await chat.tap('setPassword', password)).toBe('reset.done');
    expect(world.directory.hasPassword(accountDn, PASSWORD)).toBe(true);
    // Notices come in their own time.
    const acts = world.audit(rows).filter(({ event }) => !event.startsWith('notice.'));
    expect(acts.map(({ event, actor }) => [event, actor])).toEqual([
      ['desk.vouched', nameOf(agent)],
      ...[
        'enrollment.started',
        'code.sent',
        'code.accepted',
        'enrollment.completed',
        'reset.started',
        'code.sent',
        'code.accepted',
        'reset.attempted',
        'reset.written',
      ].map((event) => [event, nameOf(chat)]),
    ]);
    expect(acts[0]).toMatchObject({ account: accountId, reason: nameOf(chat) });

    // Told as a first enrollment, with the agent's name, once.
    await world.teams.until(() => notices(chat).length === 1);
    expect(textOf(notices(chat)[0]?.card)).toContain(
      `med hjälp av ${agent.person.name} på servicedesk`,
    );
    await noneWaits(world);
    expect(noticesTo(world, mobile)[0]).toContain(agent.person.name);
  });

  it('vouches for a quarter of an hour, once, and for nobody who is enrolled', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    await openAccount(agent, account);
    await confirm(world, call);
    await agent.tap('deskVouch', {}, name);
    world.passTime(16 * MINUTE_MS);
    await chat.say('status');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    await enroll(world, { ...call, mobile: newMobile() });
    await agent.tap('refresh');
    await confirm(world, call);
    expect(() => agent.button('deskVouch', name)).toThrow();
  });

  it('takes the place of an enrollment that asks for the password', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    const asking = chat.button('proveCurrentPassword');
    await openAccount(agent, account);
    await confirm(world, call);
    await agent.tap('deskVouch', {}, name);
    expect(await chat.tapButton(asking, { currentPassword: FIRST_PASSWORD })).toBe(
      'home flowExpired',
    );
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.mobile');
  });

  it('needs a mobile in the directory, which stays the same until it is enrolled', async () => {
    const call = await newCall(world, { hasMobile: false });
    const { agent, chat, account, name, mobile } = call;
    await openAccount(agent, account);
    await confirm(world, call);
    expect(await agent.tap('deskVouch', {}, name)).toBe('desk.account noDirectoryMobile');
    expect(textOf(agent.card)).toContain(`${name} har inget mobilnummer i katalogen.`);
    world.directory.put(chat.dn, 'mobile', mobile);
    await agent.tap('refresh');
    expect(await agent.tap('deskVouch', {}, name)).toBe('desk.account');
    await chat.say('status');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.mobile');
    world.directory.put(chat.dn, 'mobile', newMobile());
    expect(await chat.tap('useShownMobile')).toBe('home flowExpired');
    expect(world.codes(mobile)).toEqual([]);
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.mobile');
  });

  it('is felt no more by a manager or an agent who has gone meanwhile', async () => {
    const call = await newCall(world);
    const { agent, chat, account, accountDn, name } = call;
    await openAccount(agent, account);
    await confirm(world, call);
    const vouch = agent.button('deskVouch', name);
    const rows = world.auditRows();
    const successor = world.manager(newName('Chef'));
    world.directory.put(accountDn, 'manager', successor.dn);
    expect(await agent.tapButton(vouch)).toBe('desk.account');
    expect(textOf(agent.card)).not.toContain(name);
    world.directory.put(accountDn, 'manager', chat.dn);
    await agent.tap('refresh');
    expect(world.audit(rows)).toEqual([]);
    await agent.tap('deskVouch', {}, name);
    world.dismiss(agent.dn);
    await chat.say('status');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
  });

  it('vouches no more for an enrollment that has begun once the agent has gone', async () => {
    for (const step of ['enrollment.mobile', 'enrollment.code']) {
      const call = await newCall(world);
      const { agent, chat, account, mobile, name } = call;
      await openAccount(agent, account);
      await confirm(world, call);
      await agent.tap('deskVouch', {}, name);
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

  it('has nothing vouched for any more once the manager denies that it is they who call', async () => {
    for (const denial of ['denied', 'wrongNumber']) {
      const call = await newCall(world);
      const { agent, chat, account, name } = call;
      await openAccount(agent, account);
      await confirm(world, call);
      await agent.tap('deskVouch', {}, name);
      await chat.say('status');
      expect(await chat.tap('enroll', {}, account)).toBe('enrollment.mobile');
      const shown = chat.button('useShownMobile');
      await deny(world, call, denial === 'wrongNumber');
      expect(await chat.tapButton(shown)).toBe('home flowExpired');
      expect(world.codes(call.mobile)).toEqual([]);
      expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    }
  });

  it('has nothing vouched for any more after a revoke, and an alarm after many vouches', async () => {
    for (let times = 0; times < 6; times += 1) {
      const call = await newCall(world);
      const { agent, chat, account, name } = call;
      await openAccount(agent, account);
      await confirm(world, call);
      await agent.tap('deskVouch', {}, name);
      if (times > 0) continue;
      await world.administer(['revoke', account]);
      await chat.say('status');
      expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
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
