import { describe, expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import {
  FIRST_PASSWORD,
  newPlanted,
  newManager,
  prove,
  resetToPassword,
  startReset,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

/** Walks the refusals and losses of the other systems. */
export function walkFaults(world: World): void {
  describe('an SMS service that', () => {
    it('refuses a message ends the start, and asks again on the number’s card', async () => {
      const refusals = [
        [{ status: 400, code: 21614 }, 'smsNumberRefused'],
        // The phone was told to stop.
        [{ status: 400, code: 21610 }, 'smsNumberRefused'],
        // The sender, and the credentials.
        [{ status: 400, code: 21606 }, 'smsUnavailable'],
        [{ status: 401, code: 20003 }, 'smsUnavailable'],
      ] as const;
      for (const [answer, reason] of refusals) {
        const walker = await newPlanted(world);
        world.twilio.scriptCodes(answer);
        expect(await startReset(walker)).toBe(`refused ${reason}`);

        const fresh = newManager(world);
        await prove(fresh);
        world.twilio.scriptCodes(answer);
        expect(await fresh.chat.tap('setMobile', { mobile: fresh.mobile })).toBe(
          `enrollment.mobile ${reason}`,
        );
        expect(await fresh.chat.tap('setMobile', { mobile: fresh.mobile })).toBe('enrollment.code');
      }
    });

    it('refuses a new code leaves the former one good', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const code = world.code(walker.mobile);
      world.passTime(61_000);
      world.twilio.scriptCodes({ status: 400, code: 21606 });
      expect(await walker.chat.tap('resendCode')).toBe('reset.code smsUnavailable');
      const told = textOf(walker.chat.card);
      expect(told).toContain('Vi kan inte skicka sms just nu. Försök igen om en stund.');
      expect(told).toContain('Koden är skickad till');
      expect(told).not.toMatch(/inte säkert|[Ee]n minut/);
      expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
    });
  });

  describe('a directory that', () => {
    it('cannot be reached refuses a start', async () => {
      const walker = await newPlanted(world);
      await walker.chat.say('status');
      world.directory.fault = () => 'drop';
      expect(await walker.chat.tap('reset', {}, walker.account)).toBe(
        'refused directoryUnavailable',
      );
      world.directory.fault = undefined;
      expect(await startReset(walker)).toBe('reset.code');
    });

    it('cannot be reached while a code is checked compares and counts nothing', async () => {
      const walker = await newPlanted(world);
      await startReset(walker);
      const code = world.code(walker.mobile);
      const rows = world.auditRows();
      world.directory.fault = () => 'drop';
      expect(await walker.chat.tap('confirmCode', { code })).toBe(
        'reset.code directoryUnavailable',
      );
      world.directory.fault = undefined;
      expect(world.audit(rows)).toEqual([]);
      expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
    });

    it('denies the right to write ends the flow with an alarm', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      world.directory.fault = ({ name }) =>
        name === 'modify'
          ? ([50, '00000005: SecErr: DSID-031A11D5, problem 4003'] as const)
          : undefined;
      expect(await walker.chat.tap('setPassword', both)).toBe('refused temporarilyUnavailable');
      expect(world.output).toContain('alarm');
      expect(world.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    });

    it('is busy at every write ends the change after ten, with no blame for the password', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      const rows = world.auditRows();
      world.directory.fault = ({ name }) =>
        name === 'modify' ? ([51, 'busy'] as const) : undefined;
      for (let time = 1; time < 10; time += 1) {
        expect(await walker.chat.tap('setPassword', both)).toBe(
          'reset.newPassword directoryUnavailable',
        );
      }
      const button = walker.chat.button('setPassword');
      expect(await walker.chat.tap('setPassword', both)).toBe('refused temporarilyUnavailable');
      expect(textOf(walker.chat.card)).toContain('Något krånglar hos oss.');
      world.directory.fault = undefined;
      expect(await walker.chat.tapButton(button, both)).toBe('refused temporarilyUnavailable');
      const attempts = Array.from({ length: 10 }, () => ['reset.attempted', 'reset.refused']);
      expect(world.audit(rows).map(({ event }) => event)).toEqual(attempts.flat());
      expect(world.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    });

    it('applies the write and loses the answer is believed once the password binds', async () => {
      const walker = await newPlanted(world);
      await resetToPassword(world, walker);
      let isLost = false;
      world.directory.fault = ({ name }) => {
        if (name === 'modify' && !isLost) {
          isLost = true;
          return 'applyThenDrop';
        }
        return undefined;
      };
      const writes = world.directory.writes.length;
      const shown = await walker.chat.tap('setPassword', both);
      expect(['reset.unknown', 'reset.done']).toContain(shown);
      await world.teams.until(() => walker.chat.reload() === 'reset.done');
      expect(world.directory.hasPassword(walker.accountDn, GOOD)).toBe(true);
      expect(world.directory.writes.length).toBe(writes + 1);
    });
  });
}
