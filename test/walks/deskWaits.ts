import { expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { confirm, lockCodes, newCall, openAccount } from '../support/desk.ts';
import { plantEnrollment } from '../support/planted.ts';
import {
  enroll,
  enrollToCode,
  FIRST_PASSWORD,
  newMobile,
  newName,
  startReset,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

const NO_CODE = /^Får ingen ny kod förrän (i morgon )?kl\./m;
const MUST_WAIT = 'En ansvarig måste vänta: se under namnet.';

/** An agent's card promises no step that the bot would refuse. */
export function walkDeskWaits(world: World): void {
  it('says after a lifted lockout that the manager has had all codes for now', async () => {
    const call = await newCall(world);
    const { agent, chat, account } = call;
    await plantEnrollment(world, { ...call, password: FIRST_PASSWORD });
    for (let times = 0; times < 3; times += 1) {
      expect(await startReset(call)).toBe('reset.code');
      await chat.tap('cancel');
    }
    await lockCodes(world, call);
    await openAccount(agent, account);
    await confirm(world, call);
    await agent.tap('deskClearLockout');
    expect(textOf(agent.card)).toContain('Spärren är borttagen.');
    expect(textOf(agent.card)).not.toContain('Det går att försöka igen.');
    expect(textOf(agent.card)).toContain(MUST_WAIT);
    expect(textOf(agent.card)).toMatch(NO_CODE);
    expect(await startReset(call)).toBe('refused tooManyCodes');

    world.passTime(10 * MINUTE_MS);
    await agent.tap('refresh');
    expect(textOf(agent.card)).not.toMatch(NO_CODE);
    expect(textOf(agent.card)).not.toContain(MUST_WAIT);
    expect(textOf(agent.card)).toContain('Spärren är borttagen. Det går att försöka igen.');
    expect(await startReset(call)).toBe('reset.code');
  });

  it('promises no new try of the password while the account is close to its own lockout', async () => {
    const call = await newCall(world);
    const { agent, chat, account, accountDn } = call;
    await chat.tap('enroll', {}, account);
    for (const currentPassword of ['Fel-Losen-1', 'Fel-Losen-2', 'Fel-Losen-3']) {
      await chat.tap('proveCurrentPassword', { currentPassword });
    }
    await openAccount(agent, account);
    expect(textOf(agent.card)).toMatch(/^Registrering med lösenord är spärrad till i morgon/m);
    const close = 'Kontot är nära att låsas: registrering med lösenord går inte just nu.';
    expect(textOf(agent.card)).not.toContain(close);
    await confirm(world, call);
    await agent.tap('deskClearLockout');
    expect(textOf(agent.card)).toContain(close);
    expect(textOf(agent.card)).not.toContain('Det går att försöka igen.');
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    const currentPassword = FIRST_PASSWORD;
    expect(await chat.tap('proveCurrentPassword', { currentPassword })).toBe('refused proofLocked');

    world.directory.unlock(accountDn);
    await agent.tap('refresh');
    expect(textOf(agent.card)).not.toContain(close);
    expect(textOf(agent.card)).toContain('Det går att försöka igen.');
  });

  it('says after a revoke from when a number that is vouched for can reset', async () => {
    const call = await newCall(world);
    const { agent, chat, account, name } = call;
    const told = /^Med ett nytt nummer går det att byta lösenord först i morgon kl\./m;
    await openAccount(agent, account);
    expect(textOf(agent.card)).not.toMatch(told);
    await enroll(world, { chat, account, mobile: newMobile() });
    await agent.tap('refresh');
    await agent.tap('deskRevoke', { reason: 'phoneLost' }, name);
    expect(textOf(agent.card)).toMatch(told);
    world.passTime(HOUR_MS);
    await confirm(world, call);
    expect(agent.button('deskVouch', name)).toBeDefined();
    expect(textOf(agent.card)).toMatch(told);
    await agent.tap('deskVouch', {}, name);
    expect(textOf(agent.card)).toMatch(told);

    await chat.say('status');
    await chat.tap('enroll', {}, account);
    await chat.tap('useShownMobile');
    await chat.tap('confirmCode', { code: world.code(call.mobile) });
    await agent.tap('refresh');
    expect(textOf(agent.card)).not.toMatch(told);
    expect(textOf(agent.card)).toContain(MUST_WAIT);
    expect(textOf(agent.card)).toContain('Numret är nytt. Det går att byta lösenord med det först');
  });

  it('says before a vouch that no code can go out to the directory’s number', async () => {
    const call = await newCall(world);
    const { agent, chat, account, mobile, name } = call;
    for (let times = 0; times < 5; times += 1) {
      expect(await enrollToCode(world, { chat, account, mobile })).toBe('enrollment.code');
      await chat.tap('cancel');
    }
    expect(world.codes(mobile)).toHaveLength(5);
    await openAccount(agent, account);
    expect(textOf(agent.card)).not.toMatch(NO_CODE);
    await confirm(world, call);
    expect(textOf(agent.card)).toMatch(NO_CODE);
    expect(textOf(agent.card)).toContain(MUST_WAIT);
    await agent.tap('deskVouch', {}, name);
    expect(textOf(agent.card)).toMatch(NO_CODE);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    expect(await chat.tap('useShownMobile')).toBe('enrollment.mobile tooManyCodes');

    world.passTime(DAY_MS);
    await agent.tap('refresh');
    await confirm(world, call);
    expect(textOf(agent.card)).not.toMatch(NO_CODE);
    expect(textOf(agent.card)).not.toContain(MUST_WAIT);
  });

  it('counts no number of a former manager among those that wait', async () => {
    const call = await newCall(world);
    const { agent, chat, account, accountDn } = call;
    await enroll(world, { chat, account, mobile: newMobile() });
    await world.administer(['revoke', account]);
    await enroll(world, { chat, account, mobile: newMobile() });
    await openAccount(agent, account);
    expect(textOf(agent.card)).toContain(MUST_WAIT);
    world.directory.put(accountDn, 'manager', world.manager(newName('Chef')).dn);
    await agent.tap('refresh');
    expect(textOf(agent.card)).toContain('Ansvarar inte längre.');
    expect(textOf(agent.card)).not.toContain(MUST_WAIT);
  });
}
