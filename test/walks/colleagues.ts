import { expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { plantEnrollment } from '../support/planted.ts';
import {
  enroll,
  FIRST_PASSWORD,
  newMobile,
  newName,
  prove,
  startReset,
  wrongCode,
} from '../support/walks.ts';
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

  it('are promised no try at a code that the others have used up', async () => {
    const chats = ['Dag', 'Eva', 'Fia'].map((name) => world.manager(newName(name)));
    const group = world.directory.group(
      newName('Chefer'),
      chats.map(({ dn }) => dn),
    );
    const account = newName('grupp');
    const { dn: accountDn, id: accountId } = world.account(account, group.dn, FIRST_PASSWORD);
    const walkers = chats.map((chat) => ({
      chat,
      account,
      accountDn,
      accountId,
      mobile: newMobile(),
    }));
    for (const walker of walkers) {
      await plantEnrollment(world, { ...walker, password: FIRST_PASSWORD });
      await startReset(walker);
    }
    const [dag, eva, fia] = walkers.map(({ chat, mobile }) => (n: number) => {
      return chat.tap('confirmCode', { code: wrongCode(world.code(mobile), n) });
    });
    for (let n = 1; n <= 5; n += 1) await dag!(n);
    for (let n = 1; n <= 3; n += 1) await eva!(n);
    expect(await fia!(1)).toBe('reset.code codeRefused');
    expect(textOf(chats[2]!.card)).toContain('Du har 1 försök kvar.');
    expect(await fia!(2)).toBe('refused locked');
  });
}
