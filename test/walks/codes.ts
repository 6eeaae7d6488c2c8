import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { SERVICE_DESK } from '../support/parts.ts';
import { newPlanted, startReset, wrongCode, type Walker } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** Walks the codes: guesses, lockouts, and the ways to a new code. */
export function walkCodes(world: World): void {
  /** Types wrong codes on the card at hand; gives each one's answer. */
  async function guessWrong({ chat, mobile }: Walker, times: number): Promise<string[]> {
    const shown: string[] = [];
    const right = world.code(mobile);
    for (let time = 1; time <= times; time += 1) {
      shown.push(await chat.tap('confirmCode', { code: wrongCode(right, time) }));
    }
    return shown;
  }

  describe('a code', () => {
    it('is taken from an older card of the same step too', async () => {
      const walker = await newPlanted(world);
      const { chat } = walker;
      expect(await startReset(walker)).toBe('reset.code');
      const older = chat.button('confirmCode');
      const right = world.code(walker.mobile);
      await chat.tap('confirmCode', { code: wrongCode(right, 1) });
      expect(chat.shown).toBe('reset.code codeRefused');
      expect(await chat.tapButton(older, { code: right })).toBe('reset.newPassword');
    });

    it('is refused four times on the same card, the fifth wrong one locks for a day', async () => {
      const walker = await newPlanted(world);
      const { chat, account } = walker;
      await startReset(walker);
      const right = world.code(walker.mobile);
      expect(await guessWrong(walker, 5)).toEqual([
        'reset.code codeRefused',
        'reset.code codeRefused',
        'reset.code codeRefused',
        'reset.code codeRefused',
        'refused locked',
      ]);
      expect(textOf(chat.card)).toContain(SERVICE_DESK);

      await chat.say('status');
      for (const verb of ['enroll', 'reset']) {
        await chat.say('status');
        expect(await chat.tap(verb, {}, account)).toBe('refused locked');
      }
      world.passTime(24 * HOUR_MS + MINUTE_MS);
      expect(await startReset(walker)).toBe('reset.code');
      expect(await chat.tap('confirmCode', { code: right })).toMatch(/^reset\.(code|newPassword)/);
    });

    it('that is right does not count as the sixth after five wrong ones', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const button = walker.chat.button('confirmCode');
      const right = world.code(walker.mobile);
      await guessWrong(walker, 5);
      expect(await walker.chat.tapButton(button, { code: right })).toBe('refused locked');
    });

    it('keeps its wrong tries over new codes and new flows, until a reset', async () => {
      const walker = await newPlanted(world);
      const { chat } = walker;
      for (let time = 0; time < 4; time += 1) {
        world.passTime(11 * MINUTE_MS);
        await startReset(walker);
        expect(await guessWrong(walker, 1)).toEqual(['reset.code codeRefused']);
        await chat.tap('cancel');
      }
      world.passTime(11 * MINUTE_MS);
      await startReset(walker);
      expect(await chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
        'reset.newPassword',
      );
      const password = 'Kaffekanna-Blomma-42';
      expect(
        await chat.tap('setPassword', { newPassword: password, confirmPassword: password }),
      ).toBe('reset.done');
      world.passTime(HOUR_MS);
      await startReset(walker);
      expect(await guessWrong(walker, 4)).toEqual(Array(4).fill('reset.code codeRefused'));
    });

    it('that cannot be one is no guess', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const codes = [
        ['empty', ''],
        ['letters', 'abcdef'],
        ['too short', '12345'],
        ['too long', '1234567'],
        ['a number', 123456],
        ['an object', { code: '123456' }],
        ['null', null],
        ['overlong', '1'.repeat(5000)],
      ] as const;
      for (const [name, code] of codes) {
        const shown = await walker.chat.tap('confirmCode', { code });
        expect([name, shown]).toEqual([name, 'reset.code codeRefused']);
      }
      expect(await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
        'reset.newPassword',
      );
    });

    it('is no longer good after its five minutes', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      world.passTime(5 * MINUTE_MS + 1_000);
      expect(await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
        'reset.code codeRefused',
      );
    });

    it('makes the one before it worthless', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const first = world.code(walker.mobile);
      world.passTime(61_000);
      expect(await walker.chat.tap('resendCode')).toBe('reset.code');
      const second = world.code(walker.mobile);
      if (first === second) return;
      expect(await walker.chat.tap('confirmCode', { code: first })).toBe('reset.code codeRefused');
      expect(await walker.chat.tap('confirmCode', { code: second })).toBe('reset.newPassword');
    });

    it('typed as a chat message is taken for the one card that waits for it', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const code = world.code(walker.mobile);
      expect(await walker.chat.say(`${code.slice(0, 3)} ${code.slice(3)}`)).toBe(
        'reset.newPassword',
      );
    });
  });

  describe('a new code', () => {
    it('is sent again after a minute, and three times in all', async () => {
      const walker = await newPlanted(world);
      const { chat, mobile } = walker;
      await startReset(walker);
      const before = world.codes(mobile).length;
      expect(await chat.tap('resendCode')).toBe('reset.code tooManyCodes');
      expect(world.codes(mobile).length).toBe(before);
      for (let time = 0; time < 2; time += 1) {
        expect(textOf(chat.card)).not.toContain('börja om');
        world.passTime(61_000);
        expect(await chat.tap('resendCode')).toBe('reset.code');
      }
      // The last one: no card from here on promises another.
      expect(textOf(chat.card)).not.toMatch(/Efter en minut|tryck på Skicka ny kod/i);
      expect(textOf(chat.card)).toContain('Tryck annars på Avbryt och börja om');
      world.passTime(61_000);
      expect(await chat.tap('resendCode')).toBe('reset.code tooManyCodes');
      expect(world.codes(mobile).length).toBe(before + 2);
      // Waiting does not help in this flow; the card names the way that does.
      expect(textOf(chat.card)).not.toMatch(/Vänta|Efter en minut/);
      expect(textOf(chat.card)).toContain('Tryck annars på Avbryt och börja om');
      await chat.tap('cancel');
      expect(await startReset(walker)).toBe('reset.code');
    });

    it('is promised by no flow that has sent its last before the number has its share again', async () => {
      const walker = await newPlanted(world);
      const { chat } = walker;
      await startReset(walker);
      await chat.tap('cancel');
      await startReset(walker);
      for (let time = 0; time < 2; time += 1) {
        world.passTime(61_000);
        expect(await chat.tap('resendCode')).toBe('reset.code');
      }
      const told = /Avbryt och börja om (?:i morgon )?kl\.|Du kan få en ny (?:i morgon )?kl\./;
      expect(textOf(chat.card)).toMatch(told);
      world.passTime(61_000);
      expect(await chat.tap('resendCode')).toBe('reset.code tooManyCodes');
      expect(textOf(chat.card)).toMatch(told);
      await chat.tap('cancel');
      expect(await startReset(walker)).toBe('refused tooManyCodes');
    });

    it('is not sent to a number that has had its share, and says so where it was asked for', async () => {
      const walker = await newPlanted(world);
      const { chat } = walker;
      // The enrollment's message was the first of five within ten minutes.
      for (let time = 0; time < 4; time += 1) {
        expect(await startReset(walker)).toBe('reset.code');
        if (time < 3) await chat.tap('cancel');
      }
      // The fifth: its card promises none before the number has its share again.
      const told = /Du kan få en ny kod (?:i morgon )?kl\./;
      expect(textOf(chat.card)).toMatch(told);
      expect(textOf(chat.card)).not.toMatch(/Efter en minut|Skicka ny kod\.|börja om/i);
      world.passTime(MINUTE_MS);
      expect(await chat.tap('resendCode')).toBe('reset.code tooManyCodes');
      expect(textOf(chat.card)).toMatch(told);
      await chat.tap('cancel');
      expect(textOf(chat.card)).toContain('Vill du börja om? Tryck på Till start.');
      expect(await startReset(walker)).toBe('refused tooManyCodes');
      world.passTime(11 * MINUTE_MS);
      expect(await startReset(walker)).toBe('reset.code');
    });
  });
}
