import { Client } from 'ldapts';
import { openDirectory } from '../../../../src/adapters/ldap/directory.ts';
import { Secret } from '../../../../src/domain/secret.ts';
import { newPassword } from '../newPassword.ts';
import { log } from './program.ts';
import { recordOperations, replay, type Operation } from './operations.ts';

export interface DirectoryOfBench {
  readonly url: string;
  readonly ca: string;
  readonly bindDn: string;
  readonly bindPassword: string;
  readonly accountsBase: string;
  readonly managersBase: string;
  /** The name of an account, and the address of the person who answers for it. */
  readonly account: string;
  readonly upn: string;
}

/** A reset's operations on the directory: by the product's adapter, and by plain ldapts. */
export async function createDirectoryParts(given: DirectoryOfBench) {
  const { url, ca, bindDn, bindPassword, accountsBase, managersBase, upn } = given;
  const directory = openDirectory(
    {
      urls: [url],
      ca,
      bindDn,
      bindPassword: new Secret(bindPassword),
      accountsBase,
      managersBase,
      responsibleAttribute: 'manager',
    },
    log,
  );
  const { signal } = new AbortController();
  const query = { upn, mail: upn, aadObjectId: 'nobody' };
  const accountId = (await directory.findAccount(given.account, signal))?.id ?? '';

  /** One reset as the use cases ask for it: person and account at each of three taps, then the write. */
  async function byAdapter(): Promise<void> {
    for (let tap = 1; ; tap += 1) {
      const manager = await directory.findManager(query, signal);
      const account = manager && (await directory.accountOf(manager, accountId, signal));
      if (account === undefined) throw new Error('the directory does not show the account');
      if (tap < 3) continue;
      const password = new Secret(newPassword());
      const expectedVersion = account.passwordVersion;
      const write = { manager: manager!, accountId, password, expectedVersion };
      const { outcome } = await directory.writePassword(write, signal);
      if (outcome !== 'written') throw new Error(`the password was not written: ${outcome}`);
      return;
    }
  }

  /** The reads of `home`: the person, and the accounts that they answer for. */
  async function home(): Promise<void> {
    const manager = await directory.findManager(query, signal);
    const standing = manager && (await directory.standingOf(manager, signal));
    if (standing?.accounts.length !== 1)
      throw new Error('the directory does not show the one account');
  }

  function newClient(): Client {
    return new Client({ url, tlsOptions: { ca, host: new URL(url).hostname }, timeout: 5_000 });
  }
  async function bound(): Promise<Client> {
    const client = newClient();
    await client.bind(bindDn, bindPassword);
    return client;
  }

  await byAdapter();
  const operations: readonly Operation[] = await recordOperations(byAdapter, bindDn);
  const warm = await bound();
  const warmForBinds = newClient();

  return {
    byAdapter,
    home,
    async onFreshConnection() {
      const [client, forBinds] = [await bound(), newClient()];
      await replay(operations, { client, forBinds, password: newPassword() });
      await Promise.all([client.unbind(), forBinds.unbind()]);
    },
    onWarmConnection: () =>
      replay(operations, { client: warm, forBinds: warmForBinds, password: newPassword() }),
  };
}
