import { expect } from '@jest/globals';

import { openDirectory } from '../../src/adapters/ldap/directory.ts';
import type { DirectoryOptions, OpenDirectory } from '../../src/adapters/ldap/directory.ts';
import type { Directory } from '../../src/ports/directory.ts';
import type { Account, DirectoryManager, GivenManager } from '../../src/ports/account.ts';
import { startLdapProxy } from '../support/ldapProxy.ts';
import type { LdapProxy } from '../support/ldapProxy.ts';
import { silentLog } from '../support/silentLog.ts';
import type { DirectoryWorld, WorldAccount } from './directoryWorld.ts';

/** A signal that no test aborts. */
export const never = new AbortController().signal;

/** The accounts that a person answers for. */
export async function accountsOf(
  directory: Directory,
  manager: GivenManager,
  signal: AbortSignal,
): Promise<readonly Account[]> {
  return (await directory.standingOf(manager, signal)).accounts;
}

/** A manager, an account that the manager answers for, and their ids. */
export interface Stage {
  readonly manager: DirectoryManager;
  readonly managerDn: string;
  readonly account: WorldAccount;
  readonly accountId: string;
  readonly version: string;
}

/** The parts of a contract test: a world, and directories opened on it. */
export interface DirectoryStage {
  readonly world: DirectoryWorld;
  readonly directory: OpenDirectory;
  /** Another directory on the same world; ends with the test. */
  open(change?: Partial<DirectoryOptions>): OpenDirectory;
  /** A directory behind a proxy that can lose requests and answers; both end with the test. */
  openProxied(
    change?: Partial<DirectoryOptions>,
  ): Promise<{ proxy: LdapProxy; proxied: OpenDirectory }>;
  stage(): Promise<Stage>;
  /** Wrong binds that count against the account now. */
  failures(managerId: string, accountId: string): Promise<number | undefined>;
  endTest(): Promise<void>;
  close(): Promise<void>;
}

/** For what a busy server may be slow at, and where the time is not what is tested. */
export const PATIENT = { connectMs: 60_000, answerMs: 60_000, callMs: 90_000 };

export function openStage(world: DirectoryWorld): DirectoryStage {
  const directory = openDirectory({ ...world.options, deadlines: PATIENT }, silentLog);
  const opened: Directory[] = [];
  const proxies: LdapProxy[] = [];

  function open(change: Partial<DirectoryOptions> = {}): OpenDirectory {
    const one = openDirectory({ ...world.options, ...change }, silentLog);
    opened.push(one);
    return one;
  }

  async function endTest(): Promise<void> {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    await Promise.all(opened.splice(0).map((one) => one.close()));
  }

  return {
    world,
    directory,
    open,
    endTest,

    async openProxied(change = {}) {
      const upstream = { host: world.host, port: world.ldapsPort };
      const proxy = await startLdapProxy(upstream, world.authority);
      proxies.push(proxy);
      return { proxy, proxied: open({ ...change, urls: [proxy.url] }) };
    },

    async stage() {
      const person = await world.newPerson();
      const account = await world.newAccount({ responsible: [person.dn] });
      const manager = await directory.findManager(person.query, never);
      const [found] = await accountsOf(directory, manager!, never);
      return {
        manager: manager!,
        managerDn: person.dn,
        account,
        accountId: found!.id,
        version: found!.passwordVersion,
      };
    },

    async failures(managerId, accountId) {
      // The policy may have been changed within the minute for which it is kept.
      return (await open().accountOf({ id: managerId }, accountId, never))?.lockout.recentFailures;
    },

    async close() {
      await endTest();
      await directory.close();
      await world.close();
    },
  };
}

/** The same entry as it is found when it is read at another time. */
export function readAgain({ place, ...entry }: DirectoryManager): Record<string, unknown> {
  return { ...entry, place: { dn: place?.dn, readAt: expect.any(Number) } };
}
