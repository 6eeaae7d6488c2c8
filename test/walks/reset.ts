import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import {
  FIRST_PASSWORD,
  newPlanted,
  newManager,
  resetToPassword,
  startReset,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = (password: unknown) => ({ newPassword: password, confirmPassword: password });

/** Walks the reset of a password: its start, its refusals and its write. */
export function walkReset(world: World): void {
  describe('the new password', () => {
    it('that breaks a rule is refused on the same card, without a message', async () => {
      const walker = await newPlanted(world);
      const { chat, accountDn } = walker;
      await resetToPassword(world, walker);
      const codes = world.codes(walker.mobile).length;
      const passwords = [
        [
          'twice differently',
          { newPassword: GOOD, confirmPassword: `${GOOD}x` },
          'passwordMismatch',
        ],
        ['once only', { newPassword: GOOD }, 'passwordMismatch'],
        ['with seven characters', both('Ab1-xyz'), 'passwordTooShort'],
        ['empty', both(''), 'passwordTooShort'],
        ['as an object', { newPassword: { a: 1 }, confirmPassword: GOOD }, 'passwordTooShort'],
        ['as a list', { newPassword: [GOOD], confirmPassword: GOOD }, 'passwordTooShort'],
        ['as a number', { newPassword: 1234567890, confirmPassword: GOOD }, 'passwordTooShort'],
        ['confirmed by an object', { newPassword: GOOD, confirmPassword: {} }, 'passwordMismatch'],
        ['with 128 characters', both(`Aa1-${'x'.repeat(124)}`), 'passwordTooLong'],
        ['far too long', both('Aa1-'.repeat(10_000)), 'passwordTooLong'],
        ['with å', both('Kaffekåanna-42'), 'passwordForbiddenCharacter'],
        ['with Ö in two parts', both('KaffekO\u0308anna-42'), 'passwordForbiddenCharacter'],
        ['as before', both(FIRST_PASSWORD), 'passwordUsedBefore'],
        ['counted up by one', both('Gammalt-Losen-18'), 'passwordUsedBefore'],
        ['as everybody does', both('Password123!'), 'passwordTooCommon'],
        ['as season and year', both('Sommar2026!'), 'passwordTooCommon'],
        ['too simple for the directory', both('kaffekannablomma'), 'passwordRefusedByDirectory'],
      ] as const;
      for (const [name, inputs, reason] of passwords) {
        const shown = await chat.tap('setPassword', inputs);
        expect([name, shown]).toEqual([name, `reset.newPassword ${reason}`]);
      }
      expect(world.directory.hasPassword(accountDn, FIRST_PASSWORD)).toBe(true);
      expect(world.codes(walker.mobile).length).toBe(codes);
      expect(await chat.tap('setPassword', both(GOOD))).toBe('reset.done');
      expect(world.directory.hasPassword(accountDn, GOOD)).toBe(true);
      expect(world.directory.hasPassword(accountDn, FIRST_PASSWORD)).toBe(false);
    });

    it('that was not typed at all is asked for', async () => {
      const walker = await newPlanted(world);
      const { chat } = walker;
      await resetToPassword(world, walker);
      await chat.tap('setPassword', both(''));
      expect(textOf(chat.card)).toContain('Skriv det nya lösenordet i båda rutorna.');
      expect(await chat.say('byt lösenord')).toBe('reset.newPassword passwordTooShort');
      expect(textOf(chat.card)).toContain('Skriv det nya lösenordet i båda rutorna.');
      await chat.tap('setPassword', both('kort'));
      expect(textOf(chat.card)).toContain('Lösenordet är för kort.');
    });

    it('that holds the account’s name breaks a rule that stands on the card before', async () => {
      const walker = await newPlanted(world);
      const { chat, account } = walker;
      await resetToPassword(world, walker);
      const rule = `Utan ord ur kontots namn: ${account}`;
      expect(textOf(chat.card)).toContain(`• ${rule}`);
      expect(await chat.tap('setPassword', both(`Kaffe-${account.toUpperCase()}-42`))).toBe(
        'reset.newPassword passwordRefusedByDirectory',
      );
      expect(textOf(chat.card)).toContain(`✗ ${rule}`);
      expect(textOf(chat.card)).toContain(
        'Lösenordet har ett ord ur kontots namn. Välj ett utan det.',
      );
      expect(await chat.say('byt lösenord')).toBe('reset.newPassword passwordRefusedByDirectory');
      expect(textOf(chat.card)).toContain(`✗ ${rule}`);
      expect(await chat.tap('setPassword', both('kort'))).toBe(
        'reset.newPassword passwordTooShort',
      );
      expect(textOf(chat.card)).toContain(`✓ ${rule}`);
    });

    it('is refused without an attempt by the bot, and with one by the directory', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      const rows = world.auditRows();
      await walker.chat.tap('setPassword', both('kort'));
      await walker.chat.tap('setPassword', both('kaffekannablomma'));
      expect(textOf(walker.chat.card)).toContain('Lösenordet har för få sorters tecken.');
      const events = world
        .audit(rows, walker.accountId)
        .map(({ event, reason }) => `${event} ${String(reason)}`);
      expect(events).toEqual([
        'reset.refused passwordTooShort',
        'reset.attempted null',
        'reset.refused passwordRefusedByDirectory',
      ]);
    });

    it('is refused in one row for each reason where it is refused again and again', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      const rows = world.auditRows();
      for (let time = 0; time < 3; time += 1) {
        await walker.chat.tap('setPassword', both('kort'));
        await walker.chat.tap('setPassword', both(''));
        await walker.chat.tap('setPassword', { ...both(GOOD), confirmPassword: 'annat' });
      }
      expect(
        world
          .audit(rows, walker.accountId)
          .map(({ event, reason }) => `${event} ${String(reason)}`),
      ).toEqual(['reset.refused passwordTooShort', 'reset.refused passwordMismatch']);
    });

    it('is audited before the write that follows it, however often it was refused', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      const rows = world.auditRows();
      for (const password of ['kort', 'kort', GOOD]) {
        await walker.chat.tap('setPassword', both(password));
      }
      const found = world.audit(rows, walker.accountId);
      expect(found.map(({ event, reason }) => `${event} ${String(reason)}`)).toEqual([
        'reset.refused passwordTooShort',
        'reset.refused passwordTooShort',
        'reset.attempted null',
        'reset.written null',
      ]);
      expect(new Set(found.map(({ flow }) => flow)).size).toBe(1);
    });

    it('ends the change after ten that the directory refuses, each with its row, and can be begun anew', async () => {
      const walker = await newPlanted(world);
      const { chat } = walker;
      await resetToPassword(world, walker);
      const writes = world.directory.writes.length;
      const rows = world.auditRows();
      for (let time = 1; time < 10; time += 1) {
        expect(await chat.tap('setPassword', both('kaffekannablomma'))).toBe(
          'reset.newPassword passwordRefusedByDirectory',
        );
      }
      const button = chat.button('setPassword');
      expect(await chat.tap('setPassword', both('kaffekannablomma'))).toBe(
        'refused temporarilyUnavailable',
      );
      expect(textOf(chat.card)).toMatch(/Många lösenord har inte godtagits.*helt annat.*Ring/s);
      expect(await chat.tapButton(button, both(GOOD))).toBe('refused temporarilyUnavailable');
      expect(world.directory.writes.length).toBe(writes + 10);
      const events = world.audit(rows, walker.accountId).map(({ event }) => event);
      const attempts = Array.from({ length: 10 }, () => ['reset.attempted', 'reset.refused']);
      expect(events).toEqual(attempts.flat());

      await resetToPassword(world, walker);
      expect(await chat.tap('setPassword', both(GOOD))).toBe('reset.done');
    });

    it('is not written for a manager who is disabled right before it', async () => {
      const walker = await newPlanted(world);
      const { chat, accountDn } = walker;
      await resetToPassword(world, walker);
      world.directory.fault = ({ name }) => {
        if (name !== 'bind') return undefined;
        // The service account is bound anew right before a write.
        world.directory.put(chat.dn, 'userAccountControl', '514');
        return undefined;
      };
      const shown = await chat.tap('setPassword', both(GOOD));
      world.directory.fault = undefined;
      expect(shown).toBe('refused notResponsible');
      expect(world.directory.hasPassword(accountDn, FIRST_PASSWORD)).toBe(true);
    });

    it('is not written when somebody else has changed it since', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      await new Promise((resolve) => setTimeout(resolve, 5));
      world.directory.setPassword(walker.accountDn, 'Nagon-Annans-9');
      const writes = world.directory.writes.length;
      const rows = world.auditRows();
      expect(await walker.chat.tap('setPassword', both(GOOD))).toBe('home flowExpired');
      expect(world.audit(rows, walker.accountId).map(({ event }) => event)).toEqual([
        'reset.refused',
      ]);
      expect(world.directory.writes.length).toBe(writes);
      expect(world.directory.hasPassword(walker.accountDn, 'Nagon-Annans-9')).toBe(true);
    });

    it('is written once for twenty taps at once, all answered alike', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      const button = walker.chat.button('setPassword');
      const writes = world.directory.writes.length;
      const answered = await Promise.all(
        Array.from({ length: 20 }, () => walker.chat.sendTap(button, both(GOOD))),
      );
      const cards = new Set(answered.map(({ card }) => card?.body[0]?.id));
      // Past three seconds a tap is answered `working`, and the message shows the result, as it always does a submit's.
      const answers = button.isSubmit === true ? [undefined] : ['reset.done', 'working'];
      expect(answers).toEqual(expect.arrayContaining([...cards]));
      await world.teams.until(() => walker.chat.reload() === 'reset.done');
      expect(world.directory.writes.length).toBe(writes + 1);
    });

    it('cannot be set before a code was entered', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const { data } = walker.chat.button('confirmCode');
      const button = { verb: 'setPassword', title: '', data: { ...data, verb: 'setPassword' } };
      expect(await walker.chat.tapButton(button, both(GOOD))).toBe('reset.code');
      expect(world.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    });

    it('typed as a chat message is not taken; the card advises to delete it', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      expect(await walker.chat.say(GOOD)).toBe('reset.newPassword');
      expect(textOf(walker.chat.card).toLowerCase()).toMatch(/ta bort/);
      expect(world.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
      expect(await walker.chat.tap('setPassword', both(GOOD))).toBe('reset.done');
    });
  });

  describe('a reset', () => {
    it('needs an enrolled number before anything else', async () => {
      const { chat, account } = newManager(world);
      await chat.say('status');
      const { data } = chat.button('enroll', account);
      const button = { verb: 'reset', title: '', data: { ...data, verb: 'reset' } };
      expect(await chat.tapButton(button)).toBe('home notEnrolled');
      expect(await chat.say('byt lösenord')).toBe('home notEnrolled');
    });

    it('shows the open one when it is started again, and sends nothing', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const codes = world.codes(walker.mobile).length;
      expect(await startReset(walker)).toBe('reset.code');
      expect(await walker.chat.say('återställ')).toBe('reset.code');
      expect(world.codes(walker.mobile).length).toBe(codes);
    });

    it('is ended by an enrollment on the same account', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const old = walker.chat.button('confirmCode');
      const code = world.code(walker.mobile);
      await walker.chat.say('status');
      expect(await walker.chat.tap('enroll', {}, walker.account)).toBe(
        'enrollment.currentPassword',
      );
      expect(await walker.chat.tapButton(old, { code })).toBe('home flowExpired');
    });

    it('ends after fifteen minutes', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      world.passTime(15 * MINUTE_MS + 1_000);
      expect(await walker.chat.tap('setPassword', both(GOOD))).toBe('home flowExpired');
      expect(world.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    });

    it('ends with one refusal when the manager no longer answers for the account, at every step', async () => {
      const steps = [
        async (walker: Awaited<ReturnType<typeof newPlanted>>) => {
          await startReset(walker);
          return () => walker.chat.tap('confirmCode', { code: world.code(walker.mobile) });
        },
        async (walker: Awaited<ReturnType<typeof newPlanted>>) => {
          await startReset(walker);
          return () => walker.chat.tap('resendCode');
        },
        async (walker: Awaited<ReturnType<typeof newPlanted>>) => {
          await resetToPassword(world, walker);
          return () => walker.chat.tap('setPassword', both(GOOD));
        },
      ];
      for (const step of steps) {
        const walker = await newPlanted(world);
        const next = await step(walker);
        world.directory.put(walker.accountDn, 'manager', []);
        const rows = world.auditRows();
        expect(await next()).toBe('refused notResponsible');
        expect(world.audit(rows).map(({ event }) => event)).toContain('access.denied');
        expect(world.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
      }
    });

    it('does not begin on an account that is protected, disabled, expired or not the manager’s', async () => {
      const now = BigInt(Date.now());
      const anHourAgo = String((now - BigInt(HOUR_MS) + 11_644_473_600_000n) * 10_000n);
      const changes = [
        { attribute: 'adminCount', value: '1' },
        { attribute: 'userAccountControl', value: '514' },
        { attribute: 'accountExpires', value: anHourAgo },
        { attribute: 'manager', value: [] },
      ];
      for (const { attribute, value } of changes) {
        const walker = await newPlanted(world);
        await walker.chat.say('status');
        world.directory.put(walker.accountDn, attribute, value);
        expect(await walker.chat.tap('reset', {}, walker.account)).toBe('refused notResponsible');
      }
    });
  });
}
