import { expect, it } from '@jest/globals';
import { enroll, FIRST_PASSWORD, newMobile, newName, prove } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** The managers of one account, who share its wrong passwords. */
export function walkColleagues(world: World): void {
  it('prove no password on the day of three wrong ones, but reset where they are enrolled', async () => {
    const [asa, bo, cia] = ['Asa', 'Bo', 'Cia'].map((name) => world.manager(newName(name)));
    const group = world.directory.group(newName('Chefer'), [asa!.dn, bo!.dn, cia!.dn]);
    const account = newName('grupp');
    const { dn } = world.account(account, group.dn, FIRST_PASSWORD);
    await enroll(world, { chat: bo!, account, mobile: newMobile() });
    await prove({ chat: asa!, account }, 'Fel-Losen-1');
    for (const currentPassword of ['Fel-Losen-2', 'Fel-Losen-3']) {
      await asa!.tap('proveCurrentPassword', { currentPassword });
    }
    const binds = world.directory.bindsOf(dn);
    expect(await prove({ chat: cia!, account })).toBe('refused proofLocked');
    expect(world.directory.bindsOf(dn)).toBe(binds);
    await bo!.say('status');
    expect(await bo!.tap('reset', {}, account)).toBe('reset.code');
  });
}
