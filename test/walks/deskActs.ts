import { expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { confirm, lockCodes, newAgent, newCall, openAccount } from '../support/desk.ts';
import { cardsTo, noneWaits, noticesTo } from '../support/notices.ts';
import { plantEnrollment } from '../support/planted.ts';
import { enroll, FIRST_PASSWORD, greet, newMobile, startReset } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** The acts of an agent for a manager who calls, beside vouching. */
export function walkDeskActs(world: World): void {
  const nameOf = ({ person }: { person: { aadObjectId: string } }): string =>
    `${world.tenantId}/${person.aadObjectId}`;
  const notices = (chat: Parameters<typeof cardsTo>[1]) => cardsTo(world, chat, 'notice');

  it('takes a number without a confirmation, tells it, and lets the next one wait', async () => {
    const call = await newCall(world);
    const { agent, chat, account, accountId, name } = call;
    const mobile = newMobile();
    await enroll(world, { chat, account, mobile });
    await noneWaits(world);
    await openAccount(agent, account);
    const revoke = agent.button('deskRevoke', name);
    const rows = world.auditRows();
    expect(await agent.tapButton(revoke, { reason: 'phoneLost' })).toBe('desk.account');
    expect(textOf(agent.card)).toMatch(/^Ett nummer togs bort .*kl\. /m);
    expect(await agent.tapButton(revoke, { reason: 'left' })).toBe('desk.account');
    expect(world.audit(rows)).toMatchObject([
      { event: 'desk.revoked', actor: nameOf(agent), account: accountId, reason: 'phoneLost' },
      { event: 'enrollment.revoked', actor: nameOf(agent), account: accountId },
    ]);
    await noneWaits(world);
    expect(noticesTo(world, mobile).at(-1)).toContain(agent.person.name);
    expect(textOf(notices(chat).at(-1)?.card)).toContain(
      `Mobilnumret som du hade registrerat togs bort från kontot av ${agent.person.name} på servicedesk`,
    );

    // The cool-down stays, whoever vouches.
    world.passTime(HOUR_MS);
    await confirm(world, call);
    await agent.tap('deskVouch', {}, name);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    await chat.tap('useShownMobile');
    await chat.tap('confirmCode', { code: world.code(call.mobile) });
    await noneWaits(world);
    const told = textOf(notices(chat).at(-1)?.card);
    expect(told).toMatch(/Det går att byta lösenordet med den först \d+ \p{L}+ kl\. /u);
    expect(await startReset(call)).toBe('refused numberTooNew');
    await agent.tap('refresh');
    const [, , worst] = textOf(agent.card).split('\n');
    expect(worst).toBe('En ansvarig måste vänta: se under namnet.');
    // A late tap of an old card takes nothing.
    expect(await agent.tapButton(revoke, { reason: 'left' })).toBe('desk.account');
    expect(agent.button('deskRevoke', name)).toBeDefined();
    world.passTime(30 * MINUTE_MS);
    await agent.tap('deskRevoke', { reason: 'nonsense' }, name);
    expect(world.audit(rows).findLast(({ event }) => event === 'desk.revoked')).toMatchObject({
      reason: 'other',
    });
  });

  it('lifts a lockout once a manager is confirmed', async () => {
    const call = await newCall(world);
    const { agent, chat, account } = call;
    await plantEnrollment(world, { ...call, password: FIRST_PASSWORD });
    await lockCodes(world, call);
    await openAccount(agent, account);
    expect(textOf(agent.card)).toContain('är spärrad efter fel koder');
    expect(() => agent.button('deskClearLockout')).toThrow();
    await confirm(world, call);
    const rows = world.auditRows();
    expect(await agent.tap('deskClearLockout')).toBe('desk.account');
    expect(textOf(agent.card)).not.toContain('spärrad');
    expect(textOf(agent.card)).toContain('Spärren är borttagen.');
    expect(textOf(agent.card)).not.toContain('tog redan bort');
    expect(world.audit(rows)).toMatchObject([
      { event: 'desk.lockoutCleared', actor: nameOf(agent), result: 'ok' },
    ]);
    await noneWaits(world);
    expect(textOf(notices(chat).at(-1)?.card)).toContain(
      `${agent.person.name} på servicedesk tog bort spärren`,
    );
    world.passTime(11 * MINUTE_MS);
    expect(await startReset(call)).toBe('reset.code');
  });

  it('shows a confirmation to the agent who asked alone', async () => {
    const call = await newCall(world);
    const { agent, account, name } = call;
    await openAccount(agent, account);
    await confirm(world, call);
    const other = newAgent(world);
    await greet({ chat: other });
    await openAccount(other, account);
    expect(() => other.button('deskVouch', name)).toThrow();
    const { data } = agent.button('deskVouch', name);
    const stolen = { verb: 'deskVouch', title: '', data };
    expect(await other.tapButton(stolen)).toBe('refused notResponsible');
  });
}
