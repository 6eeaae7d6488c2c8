import { expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { confirm, deny, newCall, openAccount, vouch } from '../support/desk.ts';
import { cardsTo, noneWaits, noticesTo } from '../support/notices.ts';
import { SERVICE_DESK } from '../support/parts.ts';
import { enroll, FIRST_PASSWORD, newMobile, newName } from '../support/walks.ts';
import type { World } from '../support/world.ts';

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
    await agent.tap('refresh');
    expect(textOf(agent.card)).not.toContain('Kan registrera katalogens mobil');
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

  it('sends another code to the one number once the held one counts no more', async () => {
    const call = await newCall(world);
    const { chat, account, mobile } = call;
    await vouch(world, call);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    expect(await chat.tap('useShownMobile')).toBe('enrollment.code');
    expect(await chat.tap('changeMobile')).toBe('enrollment.mobile');
    world.passTime(5 * MINUTE_MS + 1);
    expect(await chat.tap('useShownMobile')).toBe('enrollment.code');
    expect(world.codes(mobile)).toHaveLength(2);
    expect(await chat.tap('confirmCode', { code: world.code(mobile) })).toBe('enrollment.done');
  });

  it('sends to the service desk whom no message reaches at the one number', async () => {
    const call = await newCall(world);
    const { chat, account } = call;
    await vouch(world, call);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    world.twilio.scriptCodes({ status: 400, code: 21614 });
    expect(await chat.tap('useShownMobile')).toBe('enrollment.mobile smsNumberRefused');
    expect(textOf(chat.card)).toContain(
      `Sms kommer inte fram till numret. Ring ${SERVICE_DESK}, så får du hjälp.`,
    );
    expect(textOf(chat.card)).not.toContain('välj ett annat');
  });

  it('vouches for a quarter of an hour, once, and for nobody who is enrolled', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    await vouch(world, call);
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
    const { chat, account } = call;
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    const asking = chat.button('proveCurrentPassword');
    await vouch(world, call);
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

  it('has nothing vouched for any more after a revoke', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    await vouch(world, call);
    await world.administer(['revoke', account]);
    await chat.say('status');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    // The manager is confirmed still, and the agent can vouch anew.
    await agent.tap('refresh');
    await agent.tap('deskVouch', {}, name);
    await chat.say('status');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.mobile');
  });

  it('has nothing vouched for any more once the manager denies that it is they who call', async () => {
    for (const denial of ['denied', 'wrongNumber']) {
      const call = await newCall(world);
      const { agent, chat, account } = call;
      await vouch(world, call);
      await chat.say('status');
      expect(await chat.tap('enroll', {}, account)).toBe('enrollment.mobile');
      const shown = chat.button('useShownMobile');
      await deny(world, call, denial === 'wrongNumber');
      // The card of the agent who vouched is drawn anew.
      await world.teams.until(() => {
        agent.reload();
        return !textOf(agent.card).includes('Kan registrera katalogens mobil');
      });
      expect(await chat.tapButton(shown)).toBe('home flowExpired');
      expect(world.codes(call.mobile)).toEqual([]);
      expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    }
  });
}
