import { describe, expect, it } from '@jest/globals';

import { Secret } from '../../src/domain/secret.ts';
import type { Directory } from '../../src/ports/directory.ts';
import { REQUEST } from '../support/ldapProxy.ts';
import { never } from './directoryStage.ts';
import type { DirectoryStage, Stage } from './directoryStage.ts';
import { FIRST_PASSWORD } from './directoryWorld.ts';

const NEW_PASSWORD = 'Ny-Hemlighet-77';
/** Passwords that are allowed and must come through unchanged (requirement P4). */
const VERBATIM = [
  ' leading-Blank1',
  'trailing-Blank1 ',
  'quo"ted"-Pass1',
  '"Quoted-Pass1"',
  'back\\slash-Pass1',
  'uml\u00e4ut-NFC-1',
  'umla\u0308ut-NFD-1',
  "sh$(ell)`&|;'-Pass1",
  'emoji-🔑-Pass1',
  '<xml>&amp;-Pass1',
  `${'Lång-1'.repeat(21)}x`,
];

/** Password writes, and the facts known afterwards. */
export function describeWrites(on: DirectoryStage): void {
  describe('a write', () => {
    async function write(on: Directory, { manager, accountId, version }: Stage, text: string) {
      return on.writePassword(
        {
          manager,
          accountId,
          password: new Secret(text),
          expectedVersion: version,
        },
        never,
      );
    }

    it('sets the password, and the old one is dead', async () => {
      const set = await on.stage();
      await on.world.expire(set.account.dn);
      const before = await on.directory.accountOf(set.manager, set.accountId, never);
      const outcome = await write(
        on.directory,
        { ...set, version: before!.passwordVersion },
        NEW_PASSWORD,
      );
      expect(outcome).toMatchObject({ outcome: 'written' });
      expect(await on.world.binds(set.account.dn, NEW_PASSWORD)).toBe(true);
      expect(await on.world.binds(set.account.dn, FIRST_PASSWORD)).toBe(false);
      const after = await on.directory.accountOf(set.manager, set.accountId, never);
      expect(after?.passwordVersion).not.toBe(before?.passwordVersion);
      expect(outcome).toMatchObject({ version: after?.passwordVersion });
    });

    it('does not reach an account that took the name of a removed one', async () => {
      const set = await on.stage();
      const { dn, name } = set.account;
      await on.world.remove(dn);
      const heir = await on.world.newAccount({ name, responsible: [set.managerDn] });
      expect(heir.dn).toBe(dn);
      expect(await write(on.directory, set, NEW_PASSWORD)).toEqual({ outcome: 'notResponsible' });
      const prove = on.directory.provePassword(set.accountId, new Secret(FIRST_PASSWORD), never);
      expect(await prove).toBe('wrong');
      expect(await on.directory.unlock(set.manager, set.accountId, never)).toBe('notResponsible');
      expect(await on.world.binds(dn, FIRST_PASSWORD)).toBe(true);
    });

    it('lifts the lockout with it', async () => {
      const set = await on.stage();
      for (let time = 1; time <= 5; time += 1) {
        await on.directory.provePassword(set.accountId, new Secret('Fel-0001-xyz'), never);
      }
      expect(await write(on.directory, set, NEW_PASSWORD)).toMatchObject({ outcome: 'written' });
      const after = await on.directory.accountOf(set.manager, set.accountId, never);
      expect(after).toMatchObject({ isLocked: false, lockout: { recentFailures: 0 } });
    });

    it('sends every password as it was typed', async () => {
      for (const text of VERBATIM) {
        const set = await on.stage();
        expect([text, await write(on.directory, set, text)]).toMatchObject([
          text,
          { outcome: 'written' },
        ]);
        expect([text, await on.world.binds(set.account.dn, text)]).toEqual([text, true]);
        if (text.trim() === text) continue;
        expect([text, await on.world.binds(set.account.dn, text.trim())]).toEqual([text, false]);
      }
    });

    it('does nothing where somebody else has changed the password', async () => {
      const set = await on.stage();
      await on.world.expire(set.account.dn);
      expect(await write(on.directory, set, NEW_PASSWORD)).toEqual({ outcome: 'stale' });
      expect(await on.world.binds(set.account.dn, NEW_PASSWORD)).toBe(false);
    });

    it('tells what the directory refuses, and the old password stays', async () => {
      const set = await on.stage();
      const short = await write(on.directory, set, 'Ab-1');
      expect(short).toEqual({ outcome: 'refused', reason: on.world.tooShort });
      const empty = await write(on.directory, set, '');
      expect(empty).toEqual({ outcome: 'refused', reason: 'tooShort' });
      expect(await on.world.binds(set.account.dn, FIRST_PASSWORD)).toBe(true);
    });

    it('is unknown when the answer is lost, and its traces tell whether it was applied', async () => {
      for (const treatment of ['drop', 'applyThenDrop'] as const) {
        const set = await on.stage();
        await on.world.expire(set.account.dn);
        const before = await on.directory.accountOf(set.manager, set.accountId, never);
        const { proxy, proxied } = await on.openProxied();
        let writes = 0;
        proxy.treat = (operation) => {
          if (operation !== REQUEST.modify && operation !== REQUEST.extended) return 'pass';
          writes += 1;
          return treatment;
        };
        const version = before!.passwordVersion;
        const outcome = await write(proxied, { ...set, version }, NEW_PASSWORD);
        expect([treatment, outcome]).toEqual([
          treatment,
          { outcome: 'unknown', server: proxy.url },
        ]);
        expect(writes).toBe(1);
        const isApplied = treatment === 'applyThenDrop';
        const traces = await proxied.readWrite(
          { accountId: set.accountId, password: new Secret(NEW_PASSWORD), server: proxy.url },
          never,
        );
        expect(traces?.binds).toBe(isApplied);
        expect(traces?.passwordVersion !== version).toBe(isApplied);
        expect(await on.world.binds(set.account.dn, NEW_PASSWORD)).toBe(isApplied);
      }
    });

    it('is unknown when the new password cannot be seen to bind', async () => {
      const set = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      let isWritten = false;
      proxy.treat = (operation) => {
        if (operation === REQUEST.bind && isWritten) return 'drop';
        isWritten ||= operation === REQUEST.modify || operation === REQUEST.extended;
        return 'pass';
      };
      const outcome = await write(proxied, set, NEW_PASSWORD);
      expect(outcome).toEqual({ outcome: 'unknown', server: proxy.url });
    });

    it('has not happened when the connection ends before it', async () => {
      const set = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      proxy.treat = (operation) => (operation === REQUEST.search ? 'drop' : 'pass');
      await expect(write(proxied, set, NEW_PASSWORD)).rejects.toMatchObject({
        code: 'unreachable',
      });
      expect(await on.world.binds(set.account.dn, FIRST_PASSWORD)).toBe(true);
    });

    it('is looked for on its own server only', async () => {
      const { accountId } = await on.stage();
      const elsewhere = { accountId, server: 'ldaps://another.orebro.test' };
      await expect(on.directory.readWrite(elsewhere, never)).rejects.toMatchObject({
        code: 'unreachable',
      });
    });
  });
}
