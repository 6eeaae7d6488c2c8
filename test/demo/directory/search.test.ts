import { afterEach, describe, expect, it } from '@jest/globals';
import type { Client, SearchOptions } from 'ldapts';
import { EqualityFilter } from 'ldapts';
import { dnKey } from '../../../demo/directory/names.ts';
import { epochMs, guidBytes, guidText } from '../../../demo/directory/values.ts';
import { outcome, startDirectory, stopAll } from './running.ts';

afterEach(stopAll);

const IN_CHAIN = '1.2.840.113556.1.4.1941';
const BIT_AND = '1.2.840.113556.1.4.803';

async function names(client: Client, base: string, options: SearchOptions): Promise<string[]> {
  const { searchEntries } = await client.search(base, { attributes: ['name'], ...options });
  return searchEntries.map((entry) => String(entry['name']));
}

describe('a search of the demo directory', () => {
  it('shows the rootDSE to anybody', async () => {
    const { newClient, directory } = await startDirectory();

    const { searchEntries } = await newClient().search('', { scope: 'base' });
    expect(searchEntries[0]).toMatchObject({
      defaultNamingContext: directory.base,
      supportedControl: expect.arrayContaining(['1.2.840.113556.1.4.2239']),
      supportedCapabilities: expect.arrayContaining(['1.2.840.113556.1.4.800']),
    });
  });

  it('understands the common filters', async () => {
    const { asService, directory, accounts, manager } = await startDirectory();
    directory.user({
      name: 'natt',
      parent: accounts,
      attributes: { displayName: 'Nattpatrullen (väst)', userAccountControl: '514' },
    });
    const client = await asService();
    const found = (filter: string) => names(client, accounts, { filter });

    expect(await found('(sAMAccountName=HEMVARD)')).toEqual(['hemvard']);
    expect(await found('(!(sAMAccountName=hemvard))')).toEqual(['Konton', 'natt']);
    expect(await found(String.raw`(displayName=Natt*\28v*)`)).toEqual(['natt']);
    expect(await found('(displayName=*gruppen)')).toEqual(['hemvard']);
    expect(await found('(&(objectClass=user)(|(sn=*)(manager=*)))')).toEqual(['hemvard']);
    expect(await found(`(userAccountControl:${BIT_AND}:=2)`)).toEqual(['natt']);
    expect(await found('(userAccountControl>=513)')).toEqual(['natt']);
    expect(await found('(objectCategory=person)')).toEqual(['hemvard', 'natt']);
    expect(
      await found(`(manager=cn=åsa lindberg, ${manager.dn.split(',').slice(1).join(',')})`),
    ).toEqual(['hemvard']);
    expect(await found('(msDS-UserPasswordExpiryTimeComputed=*)')).toEqual([]);
  });

  it('follows members up and down any number of groups, and around a circle', async () => {
    const { asService, directory, manager } = await startDirectory();
    const inner = directory.group('inre', [manager.dn]);
    const outer = directory.group('yttre', [inner.dn]);
    const top = directory.group('överst', [outer.dn]);
    directory.put(inner.dn, 'member', [outer.dn, manager.dn]);
    const client = await asService();
    const found = (filter: string) => names(client, directory.base, { filter });

    expect(await found(`(member:${IN_CHAIN}:=${manager.dn})`)).toEqual(['inre', 'yttre', 'överst']);
    expect(await found(`(&(objectClass=user)(memberOf:${IN_CHAIN}:=${top.dn}))`)).toEqual([
      'Åsa Lindberg',
    ]);
    expect(await found(`(memberOf=${top.dn})`)).toEqual(['yttre']);
  });

  it('honours the three scopes', async () => {
    const { asService, accounts, directory } = await startDirectory();
    const client = await asService();
    const count = async (scope: 'base' | 'one' | 'sub') =>
      (await names(client, accounts, { scope })).length;
    directory.organizationalUnit('Under', accounts);

    expect([await count('base'), await count('one'), await count('sub')]).toEqual([1, 2, 3]);
  });

  it('finds by objectGUID, as a base and as bytes in a filter', async () => {
    const { asService, account, directory } = await startDirectory();
    const client = await asService();
    const bytes = guidBytes(account.id);

    const { searchEntries } = await client.search(`<GUID=${account.id}>`, {
      scope: 'base',
      explicitBufferAttributes: ['objectGUID'],
    });
    expect(searchEntries[0]?.dn).toBe(account.dn);
    expect(guidText(searchEntries[0]?.['objectGUID'] as Buffer)).toBe(account.id);
    expect(
      await names(client, directory.base, {
        filter: new EqualityFilter({ attribute: 'objectGUID', value: bytes }),
      }),
    ).toEqual(['hemvard']);
    expect(await outcome(client.search('<GUID=00000000-0000-0000-0000-000000000001>'))).toMatch(
      /^32 0000208D/,
    );
  });

  it('gives tokenGroups to a base search only, with nested and primary groups', async () => {
    const { asService, directory, manager } = await startDirectory();
    const inner = directory.group('inre', [manager.dn]);
    directory.group('yttre', [inner.dn]);
    const client = await asService();
    const groups = async (scope: 'base' | 'sub') => {
      const attributes = ['tokenGroups'];
      const options = { scope, attributes, explicitBufferAttributes: attributes };
      return (await client.search(manager.dn, options)).searchEntries[0]?.['tokenGroups'];
    };

    expect(await groups('base')).toHaveLength(3);
    expect(await groups('sub')).toEqual([]);
  });

  it('ends an answer at MaxPageSize with code 4, and gives all by pages', async () => {
    const { asService, accounts, directory } = await startDirectory({ maxPageSize: 10 });
    for (let n = 0; n < 24; n += 1) directory.user({ name: `konto${n}`, parent: accounts });
    const client = await asService();
    const filter = '(objectClass=user)';

    expect(await outcome(client.search(accounts, { filter }))).toMatch(/^4/);
    expect(await names(client, accounts, { filter, paged: { pageSize: 7 } })).toHaveLength(25);
  });

  it('honours the size limit of the client', async () => {
    const { asService, directory } = await startDirectory();
    const client = await asService();

    expect(await names(client, directory.base, { sizeLimit: 2 })).toHaveLength(2);
  });

  it('gives many values by ranges', async () => {
    const { asService, directory, manager, account, service } = await startDirectory({
      maxValueRange: 2,
    });
    const group = directory.group('stor', [manager.dn, account.dn, service.dn]);
    const client = await asService();
    const read = async (attribute: string) => {
      const options = { scope: 'base' as const, attributes: [attribute] };
      return (await client.search(group.dn, options)).searchEntries[0];
    };

    expect((await read('member'))?.['member;range=0-1']).toEqual([manager.dn, account.dn]);
    expect((await read('member;range=2-*'))?.['member;range=2-*']).toEqual(service.dn);
  });

  it('names the partitions elsewhere, and what is no part of the domain', async () => {
    const { asService, directory } = await startDirectory();
    const client = await asService();

    const whole = await client.search(directory.base, { filter: '(sAMAccountName=svc)' });
    expect(whole.searchReferences).toHaveLength(3);
    expect(await outcome(client.search('OU=x,DC=annan,DC=example'))).toMatch(/^10 0000202B/);
    expect(await outcome(client.search(`OU=x,OU=y,${directory.base}`))).toContain(
      `best match of:\n\t'${directory.base}'`,
    );
  });

  it('computes expiry from the policy of the account', async () => {
    const { directory, account } = await startDirectory({ clock: () => Date.UTC(2026, 10, 23) });
    const days = () => {
      const [expiry = ''] = directory.get(account.dn, 'msDS-UserPasswordExpiryTimeComputed');
      return expiry === '0' ? 0 : (epochMs(expiry) - directory.clock()) / 86_400_000;
    };

    expect(days()).toBe(90);
    directory.passwordSettings('p', { maxAgeMs: 30 * 86_400_000 }, [account.dn]);
    expect(days()).toBe(30);
    directory.put(account.dn, 'pwdLastSet', '0');
    expect(days()).toBe(0);
    directory.put(account.dn, 'userAccountControl', '66048');
    expect(directory.get(account.dn, 'msDS-UserPasswordExpiryTimeComputed')).toEqual([
      '9223372036854775807',
    ]);
  });

  it('shows of a PSO only as much as it may', async () => {
    const { directory, account, asService } = await startDirectory();
    const client = await asService();
    const read = async (visibility: 'readable' | 'nameOnly' | 'hidden') => {
      const pso = directory.passwordSettings(visibility, {}, [account.dn], { visibility });
      const { searchEntries } = await client.search(pso.dn, {
        scope: 'base',
        attributes: ['msDS-LockoutThreshold'],
      });
      return searchEntries.map((entry) => entry['msDS-LockoutThreshold']);
    };

    expect(await read('readable')).toEqual(['5']);
    expect(await read('nameOnly')).toEqual([[]]);
    expect(await outcome(read('hidden'))).toMatch(/^32/);
  });
});

describe('dnKey', () => {
  it('makes equal what names the same entry', () => {
    const spellings = [
      String.raw`CN=Lindberg\, Åsa,OU=X,DC=a`,
      String.raw`cn = lindberg\2C \C3\A5sa , ou=x,dc=A`,
    ];
    expect(new Set(spellings.map(dnKey)).size).toBe(1);
    expect(dnKey('CN=a,DC=b')).not.toBe(dnKey('CN=a\\,DC=b'));
  });
});
