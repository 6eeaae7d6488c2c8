import { expect, it } from '@jest/globals';
import { newManager } from '../support/walks.ts';
import type { World } from '../support/world.ts';

const FIRST = 'Gammalt-Losen-17';
const SECOND = 'Kaffekanna-Blomma-42';

/** The bot's main job, from the installation to the new password. */
export function walkMainJob(world: World): void {
  it('enrolls a phone and resets the shared password', async () => {
    const { teams, directory } = world;
    const { chat, account, accountDn, accountId, mobile } = newManager(world);
    const rows = world.auditRows();

    expect(await chat.install()).toBe('home');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
    expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST })).toBe(
      'enrollment.mobile',
    );
    expect(await chat.tap('setMobile', { mobile: mobile.replace('+46', '0') })).toBe(
      'enrollment.code',
    );
    expect(await chat.tap('confirmCode', { code: world.code(mobile) })).toBe('enrollment.done');
    await teams.until(() => chat.reload() === 'enrollment.done');

    expect(await chat.tap('reset')).toBe('reset.code');
    expect(await chat.tap('confirmCode', { code: world.code(mobile) })).toBe('reset.newPassword');
    expect(await chat.tap('setPassword', { newPassword: SECOND, confirmPassword: SECOND })).toBe(
      'reset.done',
    );

    expect(directory.hasPassword(accountDn, SECOND)).toBe(true);
    expect(world.audit(rows, accountId).map(({ event }) => event)).toEqual([
      'enrollment.started',
      'enrollment.proved',
      'code.sent',
      'code.accepted',
      'enrollment.completed',
      'reset.started',
      'code.sent',
      'code.accepted',
      'reset.attempted',
      'reset.written',
    ]);
  });
}
