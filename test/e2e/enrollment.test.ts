import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { FIRST_PASSWORD, newEnrolled, newManager, newMobile, prove } from '../support/walks.ts';

/** As Active Directory writes a time: 100 ns since 1601. */
function fileTime(ms: number): string {
  return String((BigInt(ms) + 11_644_473_600_000n) * 10_000n);
}

const house = await houseOfSuite();

describe('the current password', () => {
  it('proves also when it has expired or must be changed', async () => {
    const expired = newManager(house);
    house.directory.put(expired.accountDn, 'pwdLastSet', '116444736000000000');
    expect(await prove(expired)).toBe('enrollment.mobile');
    const mustChange = newManager(house);
    house.directory.put(mustChange.accountDn, 'pwdLastSet', '0');
    expect(await prove(mustChange)).toBe('enrollment.mobile');
  });

  it('is promised no try that the directory’s lockout does not leave', async () => {
    const { chat, account, accountDn } = newManager(house);
    const { directory } = house;
    const threshold = Number(directory.get(directory.base, 'lockoutThreshold')[0]);
    // Another client has had wrong logons: two attempts are left to the bot, and two to people.
    directory.put(accountDn, 'badPwdCount', String(threshold - 4));
    directory.put(accountDn, 'badPasswordTime', fileTime(Date.now()));
    expect(await prove({ chat, account }, 'Fel-Losen-1')).toBe(
      'enrollment.currentPassword passwordWrong',
    );
    expect(textOf(chat.card)).toMatch(/1 försök/);
    const wrong = { currentPassword: 'Fel-Losen-2' };
    expect(await chat.tap('proveCurrentPassword', wrong)).toBe('refused proofLocked');
    // It was tried, as had been said.
    expect(directory.bindsOf(accountDn)).toBe(2);
  });

  it('never locks the account, whoever tries however often', async () => {
    const { chat, account, accountDn } = newManager(house);
    for (let time = 0; time < 10; time += 1) {
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      await chat.tap('proveCurrentPassword', { currentPassword: `Fel-Losen-${String(time)}` });
    }
    expect(house.directory.bindsOf(accountDn)).toBe(3);
    expect(house.directory.hasPassword(accountDn, FIRST_PASSWORD)).toBe(true);
    expect(Number(house.directory.get(accountDn, 'lockoutTime')[0] ?? 0)).toBe(0);
  });
});

describe('the mobile number', () => {
  it('is not blamed where the SMS service refuses the old one', async () => {
    const walker = await newEnrolled(house);
    house.passTime(2 * MINUTE_MS);
    const { chat } = walker;
    await prove(walker);
    house.twilio.scriptCodes({ status: 400, code: 21610 });
    expect(await chat.tap('setMobile', { mobile: newMobile() })).toBe(
      'enrollment.mobile smsNumberRefused',
    );
    expect(textOf(chat.card)).toContain('numret som är registrerat nu');
    expect(textOf(chat.card)).not.toContain('välj ett annat');
  });
});
