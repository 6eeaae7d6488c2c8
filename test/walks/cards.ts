import { describe, expect, it } from '@jest/globals';
import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { buttonsOf, textOf, type Button } from '../support/chatDriver.ts';
import {
  enrollToCode,
  FIRST_PASSWORD,
  newPlanted,
  newManager,
  prove,
  reset,
  resetToPassword,
  startReset,
  type Walker,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const TWICE = { newPassword: GOOD, confirmPassword: GOOD };
const UNCONFIRMED = { newPassword: GOOD, confirmPassword: '' };

/** Walks the rules of every flow: old and foreign cards, words in the chat, language, cancel. */
export function walkCards(world: World): void {
  const denied = new Set<Walker>();
  function isFirst(intruder: Walker): boolean {
    const isNew = !denied.has(intruder);
    denied.add(intruder);
    return isNew;
  }

  async function expectDenied(intruder: Walker, button: Button, inputs = {}): Promise<void> {
    const rows = world.auditRows();
    expect(await intruder.chat.tapButton(button, inputs)).toBe('refused notResponsible');
    const actor = `${world.tenantId}/${intruder.chat.person.aadObjectId}`;
    const own = world.audit(rows).filter((row) => row.actor === actor);
    const events = own.map(({ event }) => event);
    expect(events.filter((event) => event !== 'access.denied')).toEqual([]);
    // Further denials of that minute are one row at its end.
    if (isFirst(intruder)) expect(events).not.toEqual([]);
  }

  describe('a card that is not current', () => {
    it('of another step answers with the current one and changes nothing', async () => {
      const walker = newManager(world);
      const { chat, account } = walker;
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      const first = chat.button('proveCurrentPassword');
      await chat.tapButton(first, { currentPassword: FIRST_PASSWORD });
      const second = chat.button('setMobile');
      await chat.tapButton(second, { mobile: walker.mobile });
      const rows = world.auditRows();
      const codes = world.codes(walker.mobile).length;
      expect(await chat.tapButton(first, { currentPassword: 'annat' })).toBe('enrollment.code');
      expect(await chat.tapButton(second, { mobile: '0701234599' })).toBe('enrollment.code');
      expect(await chat.tapButton({ ...second, verb: 'cancel', data: second.data })).toBe(
        'enrollment.code',
      );
      expect(world.audit(rows)).toEqual([]);
      expect(world.codes(walker.mobile).length).toBe(codes);
      expect(await chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
        'enrollment.done',
      );
    });

    it('of the same step answers with the current one, and the directory is not asked', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      const old = walker.chat.button('setPassword');
      expect(await walker.chat.tapButton(old, UNCONFIRMED)).toBe(
        'reset.newPassword passwordMismatch',
      );
      const rows = world.auditRows();
      world.directory.fault = () => 'drop';
      expect(await walker.chat.tapButton(old, TWICE)).toBe('reset.newPassword passwordMismatch');
      world.directory.fault = undefined;
      expect(world.audit(rows)).toEqual([]);
      expect(await walker.chat.tap('setPassword', TWICE)).toBe('reset.done');
    });

    it('of a flow that ended shows its last card for fifteen minutes, then home', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const old = walker.chat.button('confirmCode');
      await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) });
      await walker.chat.tap('setPassword', { newPassword: GOOD, confirmPassword: GOOD });
      expect(await walker.chat.tapButton(old, { code: '123456' })).toBe('reset.done');
      world.passTime(16 * MINUTE_MS);
      expect(await walker.chat.tapButton(old, { code: '123456' })).toBe('home flowExpired');
      world.passTime(29 * DAY_MS);
      expect(await walker.chat.tapButton(old, { code: '123456' })).toBe('home flowExpired');
    });

    it('of a cancelled flow shows that it was cancelled', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const old = walker.chat.button('confirmCode');
      const code = world.code(walker.mobile);
      expect(await walker.chat.tap('cancel')).toBe('cancelled');
      expect(textOf(walker.chat.card)).toContain('Lösenordet är inte bytt.');
      expect(await walker.chat.tapButton(old, { code })).toBe('cancelled');
    });

    it('begins one flow, however often its button on home is tapped', async () => {
      const walker = await newPlanted(world);
      await walker.chat.say('status');
      const button = walker.chat.button('reset', walker.account);
      expect(await walker.chat.tapButton(button)).toBe('reset.code');
      const codes = world.codes(walker.mobile).length;
      expect(await walker.chat.tapButton(button)).toBe('reset.code');
      await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) });
      expect(await walker.chat.tapButton(button)).toBe('reset.newPassword');
      await walker.chat.tap('setPassword', { newPassword: GOOD, confirmPassword: GOOD });
      expect(await walker.chat.tapButton(button)).toBe('reset.done');
      expect(world.codes(walker.mobile).length).toBe(codes);
      world.passTime(16 * MINUTE_MS);
      expect(await walker.chat.tapButton(button)).toBe('home flowExpired');
      expect(world.codes(walker.mobile).length).toBe(codes);
    });
  });

  describe('a card of somebody else', () => {
    it('answers with the one refusal, whatever is on it', async () => {
      const owner = await newPlanted(world);
      const intruder = await newPlanted(world);
      await owner.chat.say('status');
      await expectDenied(intruder, owner.chat.button('reset', owner.account));
      await expectDenied(intruder, owner.chat.button('enroll', owner.account));
      await startReset(owner);
      const code = world.code(owner.mobile);
      for (const button of buttonsOf(owner.chat.card)) {
        await expectDenied(intruder, button, { code });
      }
      expect(await owner.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
      const button = owner.chat.button('setPassword');
      await expectDenied(intruder, button, { newPassword: GOOD, confirmPassword: GOOD });
      expect(world.directory.hasPassword(owner.accountDn, FIRST_PASSWORD)).toBe(true);
    });

    it('is shown to nobody by a reminder that was written without the keys', async () => {
      const owner = await newPlanted(world);
      const intruder = await newPlanted(world);
      await owner.chat.say('status');
      const { data } = owner.chat.button('reset', owner.account);
      expect(await startReset(owner)).toBe('reset.code');
      const named = `'${String(data['handle'])}', '${intruder.accountId}', '${intruder.account}'`;
      const recipient = `${world.tenantId}/${intruder.chat.person.aadObjectId}`.toLowerCase();
      await world.database.query(
        `insert into reminder (handle, account_id, account_name, cycle, stage, recipient, repeat, fate, at)
         values (${named}, 'invitation', 0, '${recipient}', 0, 'sent', 0)`,
      );
      for (const verb of ['refresh', 'reset']) {
        const button = { verb, title: '', data: { ...data, verb } };
        await intruder.chat.tapButton(button);
        expect(intruder.chat.shown).not.toContain('reset');
        expect(textOf(intruder.chat.card)).not.toContain(owner.account);
      }
      await owner.chat.say('status');
    });

    it('is also one of the own whose turn never was', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const { data } = walker.chat.button('confirmCode');
      const [flow] = String(data['handle']).split('.');
      const later = { verb: 'confirmCode', handle: `${String(flow)}.77` };
      const code = world.code(walker.mobile);
      await expectDenied(walker, { verb: 'confirmCode', title: '', data: later }, { code });
      await expectDenied(walker, { verb: 'enroll', title: '', data: { ...later, verb: 'enroll' } });
      await expectDenied(walker, { verb: 'cancel', title: '', data: { verb: 'cancel' } });
      await startReset(walker);
      expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
    });

    it('is what a handle that nobody was given is taken for', async () => {
      const walker = await newPlanted(world);
      const handles = [
        ['a made-up handle', { handle: 'A'.repeat(24) }],
        ['a made-up flow', { handle: `${'A'.repeat(24)}.1` }],
        ['an object', { handle: { $ne: null } }],
        ['a list', { handle: ['x'] }],
        ['a number', { handle: 7 }],
        ['an overlong handle', { handle: 'x'.repeat(10_000) }],
        ['a path', { handle: '../../etc/passwd' }],
        ['__proto__', { handle: '__proto__' }],
      ] as const;
      for (const [, data] of handles) {
        for (const verb of ['confirmCode', 'setPassword', 'proveCurrentPassword', 'setMobile']) {
          await expectDenied(walker, { verb, title: '', data: { verb, ...data } });
        }
      }
    });
  });

  describe('the chat', () => {
    it('carries opaque values only, and shows no number, code or password', async () => {
      const walker = newManager(world);
      const { chat, mobile, accountDn, accountId } = walker;
      await enrollToCode(world, walker);
      await chat.tap('confirmCode', { code: world.code(mobile) });
      await reset(world, walker, GOOD);
      const own = world.teams.sent.filter(
        ({ conversationId }) => conversationId === chat.person.conversationId,
      );
      const cards = JSON.stringify(own.map(({ card }) => card));
      expect(own.length).toBeGreaterThan(6);
      const secrets = [FIRST_PASSWORD, GOOD, mobile, mobile.slice(3), accountDn, accountId];
      for (const secret of [...secrets, ...world.codes(mobile)]) {
        expect(cards).not.toContain(secret);
      }
      expect(cards).not.toContain('${');
    });

    it('answers in the language that the manager chose, from then on', async () => {
      const walker = newManager(world);
      const { chat } = walker;
      expect(await chat.say('english')).toBe('home');
      expect(textOf(chat.card)).toMatch(/password/i);
      await prove(walker);
      expect(textOf(chat.card)).toContain(`Account: ${walker.account}`);
      expect(await chat.say('Svenska')).toBe('home');
      expect(textOf(chat.card)).toMatch(/lösenord/i);
      expect(await chat.tap('language')).toBe('home');
      expect(textOf(chat.card)).toMatch(/password/i);
    });

    it('changes the cards on which something is under way, and loses nothing of it', async () => {
      const walker = await newPlanted(world);
      const { chat, account, mobile } = walker;
      await startReset(walker);
      const waiting = chat.messageId;
      const code = world.code(mobile);
      const shown = () => world.teams.sent.filter(({ id }) => id === waiting).at(-1)?.card;
      expect(textOf(shown())).toContain(`Steg 1 av 2 · Konto: ${account}`);
      expect(await chat.say('english')).toBe('home');
      expect(textOf(shown())).toContain(`Step 1 of 2 · Account: ${account}`);
      const button = buttonsOf(shown()).find(({ verb }) => verb === 'confirmCode')!;
      expect(await chat.tapButton(button, { code })).toBe('reset.newPassword');
      expect(textOf(chat.card)).toContain('Step 2 of 2');
    });

    it('opens a card by its words', async () => {
      const words = [
        ['registrera', 'enrollment.currentPassword'],
        ['Byt nummer', 'enrollment.currentPassword'],
        ['ENROLL', 'enrollment.currentPassword'],
        ['byt lösenord', 'reset.code'],
        ['Glömt lösenord', 'reset.code'],
        ['återställ', 'reset.code'],
        ['reset', 'reset.code'],
        ['lås upp', 'home'],
        ['unlock', 'home'],
        ['status', 'home'],
        ['hjälp', 'help'],
        ['Help', 'help'],
        ['Hjälp mig!', 'help'],
        ['hjälp?', 'help'],
        ['Help me.', 'help'],
        ['Status!', 'home'],
        ['avbryt', 'cancelled'],
        ['cancel', 'cancelled'],
        ['hej på dig', 'home'],
        ['482913', 'home'],
      ] as const;
      const walker = await newPlanted(world);
      for (const [text, card] of words) {
        world.passTime(11 * MINUTE_MS);
        expect([text, await walker.chat.say(text)]).toEqual([text, card]);
      }
    });

    it('open home where there are several accounts to choose from', async () => {
      const walker = await newPlanted(world);
      world.account(`${walker.account}tva`, walker.chat.dn, FIRST_PASSWORD);
      for (const text of ['registrera', 'byt lösenord', 'lås upp']) {
        expect(await walker.chat.say(text)).toBe('home');
      }
    });

    it('end all own flows', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      const button = walker.chat.button('setPassword');
      expect(await walker.chat.say('avbryt')).toBe('cancelled');
      expect(textOf(walker.chat.card)).toContain('Lösenordet är inte bytt.');
      expect(await walker.chat.say('avbryt')).toBe('cancelled');
      expect(textOf(walker.chat.card)).not.toContain('Lösenordet');
      const inputs = { newPassword: GOOD, confirmPassword: GOOD };
      expect(await walker.chat.tapButton(button, inputs)).toBe('cancelled');
      expect(world.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    });
  });
}
