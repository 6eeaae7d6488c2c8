import { userInfo } from 'node:os';
import { expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { cardsTo, noneWaits } from '../support/notices.ts';
import {
  enroll,
  FIRST_PASSWORD,
  newPlanted,
  newManager,
  newMobile,
  newName,
  startReset,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

const ACTOR = `os:${userInfo().username}`;

/** The managers whom a revocation finds, tells and makes wait. */
export function walkRevokeManagers(world: World): void {
  const noticesTo = (chat: Parameters<typeof cardsTo>[1]) => cardsTo(world, chat, 'notice');
  /** Two managers of one account, not enrolled yet. */
  function twoManagers() {
    const [first, second] = [world.manager(newName('Chef')), world.manager(newName('Chef'))];
    const group = world.directory.group(newName('grp'), [first.dn, second.dn]);
    const account = newName('delad');
    world.account(account, group.dn, FIRST_PASSWORD);
    const one = { chat: first, account, mobile: newMobile() };
    return { account, one, other: { chat: second, account, mobile: newMobile() } };
  }

  it('tells a terminal the account’s name without what turns its reading direction', async () => {
    const { chat } = newManager(world);
    const account = `${newName('grupp')}\u202enevet`;
    world.account(account, chat.dn, FIRST_PASSWORD);
    for (const command of ['revoke', 'clear-lockout', 'status']) {
      const { code, stdout } = await world.runAdmin([command, account]);
      expect([code, stdout.includes(account.replace('\u202e', ''))]).toEqual([0, true]);
    }
  });

  it('takes one manager’s number and leaves the colleagues’ alone', async () => {
    const { account, one, other } = twoManagers();
    await enroll(world, one);
    await enroll(world, other);
    await one.chat.say('status');
    await one.chat.tap('reset', {}, account);
    await other.chat.say('status');
    expect(await other.chat.tap('reset', {}, account)).toBe('reset.code');
    await noneWaits(world);
    const before = world.auditRows();
    const texts = world.texts(other.mobile).length;
    const { upn } = one.chat.person;
    const done = await world.administer(['revoke', account, '--manager', upn]);
    expect(done).toMatchObject({ account, numbers: 1, flows: 1 });
    const reason = `${world.tenantId}/${one.chat.person.aadObjectId}`;
    expect(world.audit(before)).toMatchObject([
      { event: 'admin.revoke', actor: ACTOR, reason, result: 'ok' },
      { event: 'enrollment.revoked', actor: ACTOR, reason, result: 'ok' },
    ]);
    await noneWaits(world);
    expect(world.texts(one.mobile).at(-1)).toMatch(/togs bort/);
    expect(world.texts(other.mobile).length).toBe(texts);
    for (const { chat } of [one, other]) {
      const owner = chat === one.chat ? 'du' : one.chat.person.name;
      const told = `Mobilnumret som ${owner} hade registrerat togs bort`;
      expect(textOf(noticesTo(chat).at(-1)?.card)).toContain(told);
    }

    expect(await world.administer(['status', account])).toMatchObject({
      revokedFrom: { manager: reason, name: one.chat.person.name },
    });
    const status = await world.runAdmin(['status', account]);
    expect(status.stdout).toMatch(new RegExp(`^Revoked +\\S+ \\S+, ${one.chat.person.name}$`, 'm'));

    expect(await one.chat.say('reset')).toBe('home notEnrolled');
    const code = world.code(other.mobile);
    expect(await other.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
    await other.chat.tap('cancel');
    world.passTime(HOUR_MS);
    const again = { ...one, mobile: newMobile() };
    expect(await enroll(world, again)).toBe('enrollment.done');
    await again.chat.say('status');
    expect(await again.chat.tap('reset', {}, account)).toBe('refused numberTooNew');
    await other.chat.say('status');
    expect(await other.chat.tap('reset', {}, account)).toBe('reset.code');
  });

  it('makes each manager of the account wait, also one who had no number', async () => {
    const { account, one, other } = twoManagers();
    await other.chat.say('status');
    await enroll(world, one);
    await noneWaits(world);
    await world.administer(['revoke', account]);
    // Both are told in chat: the manager who lost the number has no card of a flow that would tell it.
    for (const { chat } of [one, other]) {
      await world.teams.until(() => noticesTo(chat).length === 2);
      expect(textOf(noticesTo(chat).at(-1)?.card)).toContain(account);
    }
    expect(await enroll(world, other)).toBe('enrollment.done');
    await other.chat.say('status');
    expect(await other.chat.tap('reset', {}, account)).toBe('refused numberTooNew');
  });

  it('makes nobody wait once a season has gone by', async () => {
    const walker = await newPlanted(world);
    await world.administer(['revoke', walker.account]);
    await noneWaits(world);
    world.passTime(91 * 24 * HOUR_MS);
    const again = { ...walker, mobile: newMobile() };
    expect(await enroll(world, again)).toBe('enrollment.done');
    expect(await startReset(again)).toBe('reset.code');
  });

  it('tells the one whose number it took from a colleague of the same name', async () => {
    const [one, other] = [newName('Chef'), newName('Chef')].map((name) => world.manager(name));
    for (const { dn } of [one!, other!]) world.directory.put(dn, 'displayName', 'Anna Berg');
    const group = world.directory.group(newName('grp'), [one!.dn, other!.dn]);
    const account = newName('delad');
    world.account(account, group.dn, FIRST_PASSWORD);
    await other!.say('status');
    await enroll(world, { chat: one!, account, mobile: newMobile() });
    await world.administer(['revoke', account]);
    await noneWaits(world);
    const told = textOf(noticesTo(other!).at(-1)?.card);
    expect(told).toContain(
      `Mobilnumret som ${one!.person.upn} (Anna Berg) hade registrerat togs bort`,
    );
  });

  it('finds the manager by whatever name, and revokes nothing where it finds none', async () => {
    const walker = await newPlanted(world);
    const { account, chat } = walker;
    const revoke = (who: string) => world.administer(['revoke', account, '--manager', who]);
    for (const who of ['', 'ingen.alls', '00000000-0000-4000-8000-000000000000']) {
      await expect(revoke(who)).rejects.toThrow();
    }
    expect(await world.administer(['status', account])).toMatchObject({ numbers: [{}] });
    for (const who of [
      chat.person.name.toLowerCase(),
      chat.person.aadObjectId,
      `${world.tenantId}/${chat.person.aadObjectId}`,
    ]) {
      expect(await revoke(who)).toMatchObject({ numbers: 1 });
      expect(await enroll(world, { ...walker, mobile: newMobile() })).toBe('enrollment.done');
      world.passTime(11 * MINUTE_MS);
    }
  });

  it('names the person behind sudo', async () => {
    const { account } = newManager(world);
    const before = world.auditRows();
    await world.administer(['revoke', account], { SUDO_USER: 'EXAMPLE\\anna' });
    await world.administer(['clear-lockout', account], { SUDO_USER: 'an\nna) os:root' });
    expect(world.audit(before)).toMatchObject([
      { event: 'admin.revoke', actor: `${ACTOR}(sudo:EXAMPLE\\anna)` },
      { event: 'admin.clear-lockout', actor: `${ACTOR}(sudo:?)` },
    ]);
  });

  it('raises an alarm where there are many in an hour', async () => {
    for (let time = 0; time < 5; time += 1) {
      await world.administer(['revoke', newManager(world).account]);
    }
    // Once an hour: earlier walks may have raised it.
    await world.teams.until(() => world.output.includes('"alarm":"manyRevokes"'));
  });
}
