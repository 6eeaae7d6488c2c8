import { describe, expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { SERVICE_DESK } from '../support/product.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  enroll,
  enrollToCode,
  FIRST_PASSWORD,
  MINUTE_MS,
  newEnrolled,
  newManager,
  newMobile,
  prove,
  wrongCode,
} from '../support/walks.ts';

const product = await productOfSuite();

describe('the current password', () => {
  it('is refused twice on the same card and the third time for a day', async () => {
    const { chat, account, accountDn } = newManager(product);
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
    const binds = product.directory.bindsOf(accountDn);
    expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
      'refused proofLocked',
    );
    expect(product.directory.bindsOf(accountDn)).toBe(binds);
  });

  it('keeps the wrong tries when a right one comes between', async () => {
    const { chat, account } = newManager(product);
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

  it.each([
    ['empty', ''],
    ['blank', '   '],
    ['a number', 12345678],
    ['null', null],
    ['an object', { $ne: '' }],
    ['a list', ['a']],
    ['true', true],
    ['overlong', 'x'.repeat(257)],
    ['far overlong', 'x'.repeat(60_000)],
  ])('that is %s is wrong, uncounted, and never reaches the directory', async (_name, value) => {
    const { chat, account, accountDn } = newManager(product);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    for (let time = 0; time < 4; time += 1) {
      expect(await chat.tap('proveCurrentPassword', { currentPassword: value })).toBe(
        'enrollment.currentPassword passwordWrong',
      );
    }
    expect(product.directory.bindsOf(accountDn)).toBe(0);
  });

  it('of an account that is locked in the directory is not tried', async () => {
    const { chat, account, accountDn } = newManager(product);
    product.directory.lock(accountDn);
    expect(await prove({ chat, account })).toBe('refused proofLocked');
    expect(product.directory.bindsOf(accountDn)).toBe(0);
    product.directory.unlock(accountDn);
    await chat.tap('home');
    await chat.tap('enroll', {}, account);
    expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
      'enrollment.mobile',
    );
  });

  it('proves also when it has expired or must be changed', async () => {
    const expired = newManager(product);
    product.directory.put(expired.accountDn, 'pwdLastSet', '116444736000000000');
    expect(await prove(expired)).toBe('enrollment.mobile');
    const mustChange = newManager(product);
    product.directory.put(mustChange.accountDn, 'pwdLastSet', '0');
    expect(await prove(mustChange)).toBe('enrollment.mobile');
  });

  it('never locks the account, whoever tries however often', async () => {
    const { chat, account, accountDn } = newManager(product);
    for (let time = 0; time < 10; time += 1) {
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      await chat.tap('proveCurrentPassword', { currentPassword: `Fel-Losen-${String(time)}` });
    }
    expect(product.directory.bindsOf(accountDn)).toBe(3);
    expect(product.directory.hasPassword(accountDn, FIRST_PASSWORD)).toBe(true);
    expect(Number(product.directory.get(accountDn, 'lockoutTime')[0] ?? 0)).toBe(0);
  });
});

describe('the mobile number', () => {
  it.each([
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
  ])('that is %s is refused and sends nothing', async (_name, mobile) => {
    const walker = newManager(product);
    await prove(walker);
    const rows = product.auditRows();
    expect(await walker.chat.tap('setMobile', { mobile })).toBe('enrollment.mobile mobileInvalid');
    expect(product.audit(rows)).toEqual([]);
    expect(await walker.chat.tap('setMobile', { mobile: walker.mobile })).toBe('enrollment.code');
  });

  it('from the directory is shown masked and counts only when its code was entered', async () => {
    const mobile = newMobile();
    const chat = product.manager(`Mo${mobile.slice(-4)}`, mobile);
    product.account(`grupp${mobile.slice(-3)}x`, chat.dn, FIRST_PASSWORD);
    await chat.say('registrera');
    await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
    expect(textOf(chat.card)).toContain(mobile.slice(-2));
    expect(JSON.stringify(chat.card)).not.toContain(mobile.slice(-7));
    expect(await chat.tap('useShownMobile')).toBe('enrollment.code');
    expect(await chat.tap('confirmCode', { code: product.code(mobile) })).toBe('enrollment.done');
  });

  it('can be changed while its code is awaited; the proof stays', async () => {
    const walker = newManager(product);
    await enrollToCode(product, walker);
    const first = product.code(walker.mobile);
    expect(await walker.chat.tap('changeMobile')).toBe('enrollment.mobile');
    const other = newMobile();
    expect(await walker.chat.tap('setMobile', { mobile: other })).toBe('enrollment.code');
    const second = product.code(other);
    if (first !== second) {
      expect(await walker.chat.tap('confirmCode', { code: first })).toBe(
        'enrollment.code codeRefused',
      );
    }
    expect(await walker.chat.tap('confirmCode', { code: second })).toBe('enrollment.done');
  });

  it('is changed only with a code to the old number and one to the new', async () => {
    const walker = await newEnrolled(product);
    const { chat, account } = walker;
    const rows = product.auditRows();
    const other = newMobile();
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
    expect(await chat.tap('setMobile', { mobile: other })).toBe('enrollment.oldCode');
    expect(textOf(chat.card)).toContain(SERVICE_DESK);
    expect(product.texts(other)).toEqual([]);
    const old = product.code(walker.mobile);
    expect(await chat.tap('confirmOldCode', { code: wrongCode(old) })).toBe(
      'enrollment.oldCode codeRefused',
    );
    expect(await chat.tap('confirmOldCode', { code: old })).toBe('enrollment.code');
    expect(await chat.tap('confirmCode', { code: product.code(other) })).toBe('enrollment.done');
    const events = product.audit(rows).map(({ event }) => event);
    expect(events.filter((event) => !/^(access|code\.refused)/.test(event))).toEqual([
      'enrollment.started',
      'enrollment.proved',
      'code.sent',
      'code.accepted',
      'code.sent',
      'code.accepted',
      'enrollment.completed',
    ]);
    product.passTime(2 * MINUTE_MS);
    await chat.tap('reset');
    expect(product.texts(other).length).toBeGreaterThanOrEqual(2);
  });

  it('is confirmed anew with one code where it stays the same', async () => {
    const walker = await newEnrolled(product);
    product.passTime(2 * MINUTE_MS);
    await prove(walker);
    expect(await walker.chat.tap('useShownMobile')).toBe('enrollment.code');
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'enrollment.done',
    );
  });

  it('that the SMS service refuses is asked for again, the old code not', async () => {
    const walker = await newEnrolled(product);
    product.passTime(2 * MINUTE_MS);
    const { chat } = walker;
    await prove(walker);
    await chat.tap('setMobile', { mobile: newMobile() });
    product.twilio.scriptCodes({ status: 400, code: 21614 });
    expect(await chat.tap('confirmOldCode', { code: product.code(walker.mobile) })).toBe(
      'enrollment.mobile smsNumberRefused',
    );
    const third = newMobile();
    expect(await chat.tap('setMobile', { mobile: third })).toBe('enrollment.code');
    expect(await chat.tap('confirmCode', { code: product.code(third) })).toBe('enrollment.done');
  });

  it('is not blamed where the SMS service refuses the old one', async () => {
    const walker = await newEnrolled(product);
    product.passTime(2 * MINUTE_MS);
    const { chat } = walker;
    await prove(walker);
    product.twilio.scriptCodes({ status: 400, code: 21610 });
    expect(await chat.tap('setMobile', { mobile: newMobile() })).toBe(
      'enrollment.mobile smsNumberRefused',
    );
    expect(textOf(chat.card)).toContain('numret som är registrerat nu');
    expect(textOf(chat.card)).not.toContain('välj ett annat');
  });

  it('belongs to one manager: each of a group enrolls alone', async () => {
    const first = product.manager('Gruppchefett');
    const second = product.manager('Gruppcheftva');
    const inner = product.directory.group('Inre', [second.dn]);
    const group = product.directory.group('Chefer', [first.dn, inner.dn]);
    product.account('delad', group.dn, FIRST_PASSWORD);
    expect(await enroll(product, { chat: first, account: 'delad', mobile: newMobile() })).toBe(
      'enrollment.done',
    );
    await second.say('status');
    expect(() => second.button('reset', 'delad')).toThrow('no reset');
    expect(await enroll(product, { chat: second, account: 'delad', mobile: newMobile() })).toBe(
      'enrollment.done',
    );
  });
});
