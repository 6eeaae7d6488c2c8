import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { SERVICE_DESK } from '../support/parts.ts';
import { plantEnrollment } from '../support/planted.ts';
import {
  enroll,
  greet,
  enrollToCode,
  FIRST_PASSWORD,
  newPlanted,
  newManager,
  newMobile,
  prove,
  wrongCode,
  type Walker,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** Walks the first enrollment of a number and its change. */
export function walkEnrollment(world: World): void {
  describe('the current password', () => {
    it('is refused twice on the same card and the third time for a day', async () => {
      const { chat, account, accountDn } = newManager(world);
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      const wrong = { currentPassword: 'Fel-Losen-1' };
      expect(await chat.tap('proveCurrentPassword', wrong)).toBe(
        'enrollment.currentPassword passwordWrong',
      );
      expect(await chat.tap('proveCurrentPassword', wrong)).toBe(
        'enrollment.currentPassword passwordWrong',
      );
      expect(await chat.tap('proveCurrentPassword', wrong)).toBe('refused proofLocked');
      expect(textOf(chat.card)).toContain(SERVICE_DESK);

      await chat.tap('home');
      await chat.tap('enroll', {}, account);
      const binds = world.directory.bindsOf(accountDn);
      expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
        'refused proofLocked',
      );
      expect(world.directory.bindsOf(accountDn)).toBe(binds);
    });

    it('keeps the wrong tries when a right one comes between', async () => {
      const { chat, account } = newManager(world);
      const wrong = { currentPassword: 'Fel-Losen-1' };
      await prove({ chat, account }, 'Fel-Losen-1');
      await chat.tap('proveCurrentPassword', wrong);
      expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
        'enrollment.mobile',
      );
      await chat.tap('cancel');
      await chat.tap('home');
      await chat.tap('enroll', {}, account);
      expect(await chat.tap('proveCurrentPassword', wrong)).toBe('refused proofLocked');
    });

    it('that cannot be one is wrong, uncounted, and never reaches the directory', async () => {
      const { chat, account, accountDn } = newManager(world);
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      const passwords = [
        ['empty', ''],
        ['blank', '   '],
        ['a number', 12345678],
        ['null', null],
        ['an object', { $ne: '' }],
        ['a list', ['a']],
        ['true', true],
        ['overlong', 'x'.repeat(257)],
        ['far overlong', 'x'.repeat(60_000)],
      ] as const;
      for (const [name, currentPassword] of passwords) {
        const shown = await chat.tap('proveCurrentPassword', { currentPassword });
        expect([name, shown]).toEqual([name, 'enrollment.currentPassword passwordWrong']);
      }
      expect(world.directory.bindsOf(accountDn)).toBe(0);
    });

    it('of an account that is locked in the directory is not tried', async () => {
      const { chat, account, accountDn } = newManager(world);
      world.directory.lock(accountDn);
      expect(await prove({ chat, account })).toBe('refused proofLocked');
      expect(world.directory.bindsOf(accountDn)).toBe(0);
      world.directory.unlock(accountDn);
      await chat.tap('home');
      await chat.tap('enroll', {}, account);
      expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
        'enrollment.mobile',
      );
    });

    it('is not hashed while none is tried', async () => {
      const walker = newManager(world);
      const { chat, account, accountId, accountDn } = walker;
      // The first hash for an account makes its salt.
      const isHashed = () =>
        world.database.querySqlite(`select 1 from password_salt where account_id = '${accountId}'`)
          .length > 0;
      world.directory.lock(accountDn);
      expect(await prove(walker)).toBe('refused proofLocked');
      expect(isHashed()).toBe(false);
      world.directory.unlock(accountDn);

      await prove(walker, 'Fel-Losen-1');
      for (const wrong of ['Fel-Losen-2', 'Fel-Losen-3']) {
        await chat.tap('proveCurrentPassword', { currentPassword: wrong });
      }
      expect(isHashed()).toBe(true);
      world.database.querySqlite(`delete from password_salt where account_id = '${accountId}'`);
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
        'refused proofLocked',
      );
      expect(isHashed()).toBe(false);
    });
  });

  describe('the mobile number', () => {
    it('that is no Swedish mobile is refused, noted nowhere, and sends nothing', async () => {
      const walker = newManager(world);
      await prove(walker);
      const rows = world.auditRows();
      const mobiles = [
        ['a landline', '019-21 00 00'],
        ['a foreign number', '+47 406 12 345'],
        ['an emergency number', '112'],
        ['empty', ''],
        ['letters', 'min mobil'],
        ['too long', '070123456789012'],
        ['an object', { number: '0701234567' }],
        ['a number', 701234567],
        ['a pager', '0740-123456'],
        ['LDAP signs', '*)(mobile=*'],
      ] as const;
      for (const [name, mobile] of mobiles) {
        const shown = await walker.chat.tap('setMobile', { mobile });
        expect([name, shown]).toEqual([name, 'enrollment.mobile mobileInvalid']);
        const isEmpty = textOf(walker.chat.card).includes('Skriv ett mobilnummer i rutan.');
        expect([name, isEmpty]).toEqual([name, typeof mobile !== 'string' || mobile === '']);
      }
      expect(world.audit(rows)).toEqual([]);
      expect(await walker.chat.tap('setMobile', { mobile: walker.mobile })).toBe('enrollment.code');
    });

    it('from the directory is shown masked and counts only when its code was entered', async () => {
      const mobile = newMobile();
      const chat = world.manager(`Mo${mobile.slice(-4)}`, mobile);
      world.account(`grupp${mobile.slice(-3)}x`, chat.dn, FIRST_PASSWORD);
      await chat.say('registrera');
      await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
      expect(textOf(chat.card)).toContain(mobile.slice(-2));
      expect(JSON.stringify(chat.card)).not.toContain(mobile.slice(-7));
      expect(await chat.tap('useShownMobile')).toBe('enrollment.code');
      expect(await chat.tap('confirmCode', { code: world.code(mobile) })).toBe('enrollment.done');
    });

    it('can be changed while its code is awaited; the proof stays', async () => {
      const walker = newManager(world);
      await enrollToCode(world, walker);
      const first = world.code(walker.mobile);
      expect(await walker.chat.tap('changeMobile')).toBe('enrollment.mobile');
      const other = newMobile();
      expect(await walker.chat.tap('setMobile', { mobile: other })).toBe('enrollment.code');
      const second = world.code(other);
      if (first !== second) {
        expect(await walker.chat.tap('confirmCode', { code: first })).toBe(
          'enrollment.code codeRefused',
        );
      }
      expect(await walker.chat.tap('confirmCode', { code: second })).toBe('enrollment.done');
    });

    it('has its start and its proof in the audit, in order, also after starts that led nowhere', async () => {
      const walker = newManager(world);
      const { chat, account } = walker;
      await greet(walker);
      const rows = world.auditRows();
      for (let time = 1; time <= 3; time += 1) {
        await chat.say('status');
        await chat.tap('enroll', {}, account);
        await chat.tap('cancel');
      }
      expect(await enroll(world, walker)).toBe('enrollment.done');
      const found = world.audit(rows);
      expect(found.map(({ event, reason }) => `${event} ${String(reason)}`)).toEqual([
        'enrollment.started null',
        'enrollment.started ×3',
        'enrollment.proved null',
        'code.sent null',
        'code.accepted null',
        'enrollment.completed null',
      ]);
      expect(new Set(found.slice(1).map(({ flow }) => flow)).size).toBe(1);
    });

    it('has its starts and its proofs in the audit before its code, and before a wrong password', async () => {
      const [walker, wrong] = [newManager(world), newManager(world)];
      const rows = world.auditRows();
      for (let time = 1; time <= 2; time += 1) {
        await prove(walker);
        await walker.chat.tap('cancel');
      }
      await enrollToCode(world, walker);
      await wrong.chat.say('registrera');
      await wrong.chat.tap('cancel');
      await prove(wrong, 'Fel-Losen-1');
      const eventsOf = ({ accountId }: Walker): string[] =>
        world
          .audit(rows)
          .filter(({ account }) => account === accountId)
          .map(({ event, reason }) => `${event} ${String(reason)}`);
      expect(eventsOf(walker)).toEqual([
        'enrollment.started null',
        'enrollment.proved null',
        'enrollment.started ×2',
        'enrollment.proved ×2',
        'code.sent null',
      ]);
      expect(eventsOf(wrong)).toEqual([
        'enrollment.started null',
        'enrollment.started null',
        'enrollment.proofRefused passwordWrong',
      ]);
    });

    it('has its start in the audit before a proof that is refused at no cost', async () => {
      const walker = newManager(world);
      const { chat, account } = walker;
      await greet(walker);
      world.directory.lock(walker.accountDn);
      const rows = world.auditRows();
      for (let time = 1; time <= 2; time += 1) {
        await chat.say('status');
        await chat.tap('enroll', {}, account);
        await chat.tap('cancel');
      }
      expect(await prove(walker)).toBe('refused proofLocked');
      expect(
        world
          .audit(rows, walker.accountId)
          .map(({ event, reason }) => `${event} ${String(reason)}`),
      ).toEqual([
        'enrollment.started null',
        'enrollment.started ×2',
        'enrollment.proofRefused proofLocked',
      ]);
    });

    it('waits a minute where the same number is chosen again, and then has a new code', async () => {
      const walker = newManager(world);
      const { chat, mobile } = walker;
      await enrollToCode(world, walker);
      expect(textOf(chat.card)).not.toContain('gäller inte längre');
      expect(await chat.tap('changeMobile')).toBe('enrollment.mobile');
      const told = 'Koden som redan är skickad gäller inte längre.';
      expect(textOf(chat.card)).toContain(told);
      expect(await chat.tap('setMobile', { mobile })).toBe('enrollment.mobile tooManyCodes');
      expect(textOf(chat.card)).toContain(told);
      expect(world.codes(mobile)).toHaveLength(1);
      world.passTime(MINUTE_MS);
      expect(await chat.tap('setMobile', { mobile })).toBe('enrollment.code');
      expect(world.codes(mobile)).toHaveLength(2);
      expect(await chat.tap('confirmCode', { code: world.code(mobile) })).toBe('enrollment.done');
    });

    it('belongs to one manager: each of a group enrolls alone', async () => {
      const first = world.manager('Gruppchefett');
      const second = world.manager('Gruppcheftva');
      const inner = world.directory.group('Inre', [second.dn]);
      const group = world.directory.group('Chefer', [first.dn, inner.dn]);
      world.account('delad', group.dn, FIRST_PASSWORD);
      expect(await enroll(world, { chat: first, account: 'delad', mobile: newMobile() })).toBe(
        'enrollment.done',
      );
      await second.say('status');
      expect(() => second.button('reset', 'delad')).toThrow('no reset');
      expect(await enroll(world, { chat: second, account: 'delad', mobile: newMobile() })).toBe(
        'enrollment.done',
      );
    });
  });

  describe('a change of number', () => {
    it('is changed only with a code to the old number and one to the new', async () => {
      const walker = await newPlanted(world);
      const { chat, account } = walker;
      const rows = world.auditRows();
      const other = newMobile();
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
      expect(await chat.tap('setMobile', { mobile: other })).toBe('enrollment.oldCode');
      expect(textOf(chat.card)).toContain(SERVICE_DESK);
      expect(world.texts(other)).toEqual([]);
      const old = world.code(walker.mobile);
      expect(await chat.tap('confirmOldCode', { code: wrongCode(old) })).toBe(
        'enrollment.oldCode codeRefused',
      );
      expect(await chat.tap('confirmOldCode', { code: old })).toBe('enrollment.code');
      expect(await chat.tap('confirmCode', { code: world.code(other) })).toBe('enrollment.done');
      const events = world.audit(rows, walker.accountId).map(({ event }) => event);
      expect(events.filter((event) => !/^(access|code\.refused)/.test(event))).toEqual([
        'enrollment.started',
        'enrollment.proved',
        'code.sent',
        'code.accepted',
        'code.sent',
        'code.accepted',
        'enrollment.completed',
      ]);
      world.passTime(2 * MINUTE_MS);
      await chat.tap('reset');
      expect(world.texts(other).length).toBeGreaterThanOrEqual(2);
    });

    it('is confirmed anew with one code where it stays the same', async () => {
      const walker = await newPlanted(world);
      world.passTime(2 * MINUTE_MS);
      await prove(walker);
      expect(await walker.chat.tap('useShownMobile')).toBe('enrollment.code');
      expect(await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
        'enrollment.done',
      );
    });

    it('is not made by a first number’s code where another one was enrolled meanwhile', async () => {
      const walker = newManager(world);
      await enrollToCode(world, walker);
      const enrolled = { ...walker, mobile: newMobile(), password: FIRST_PASSWORD };
      await plantEnrollment(world, enrolled);
      expect(await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
        'home flowExpired',
      );
    });

    it('that the SMS service refuses is asked for again, the old code not', async () => {
      const walker = await newPlanted(world);
      world.passTime(2 * MINUTE_MS);
      const { chat } = walker;
      await prove(walker);
      await chat.tap('setMobile', { mobile: newMobile() });
      world.twilio.scriptCodes({ status: 400, code: 21614 });
      expect(await chat.tap('confirmOldCode', { code: world.code(walker.mobile) })).toBe(
        'enrollment.mobile smsNumberRefused',
      );
      const third = newMobile();
      expect(await chat.tap('setMobile', { mobile: third })).toBe('enrollment.code');
      expect(await chat.tap('confirmCode', { code: world.code(third) })).toBe('enrollment.done');
    });
  });
}
