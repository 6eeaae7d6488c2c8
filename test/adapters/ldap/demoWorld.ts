import { createAuthority } from '../../../demo/certificates.ts';
import type { DomainOptions } from '../../../demo/directory/adDomain.ts';
import { DemoDirectory } from '../../../demo/directory/server.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { DirectoryWorld } from '../../contracts/directoryWorld.ts';
import { FIRST_PASSWORD } from '../../contracts/directoryWorld.ts';

export interface DemoWorld extends DirectoryWorld {
  readonly demo: DemoDirectory;
}

const HOST = '127.0.0.1';
const FILETIME_2020 = '132223104000000000';
const NORMAL = '512';
const DISABLED = '514';

export async function startDemoWorld(options: DomainOptions = {}): Promise<DemoWorld> {
  const authority = await createAuthority();
  const tls = await authority.issue({ commonName: 'demo', dnsNames: [], ipAddresses: [HOST] });
  const demo = new DemoDirectory({ tls, ...options });
  const { ldapPort, ldapsPort } = await demo.listen({ host: HOST });
  const { base } = demo;
  const [shared, personal, other] = ['Delade', 'Personal', 'Annat'].map((name) =>
    demo.organizationalUnit(name),
  );
  const servicePassword = 'Service-Passw0rd!';
  const service = demo.user({
    name: 'svc-pwbot',
    parent: other!.dn,
    password: servicePassword,
    attributes: { userAccountControl: '66048' },
  });
  demo.delegate(service.dn, shared!.dn);
  let count = 0;
  const ids = new Map<string, string>();

  function account(
    responsible: readonly string[],
    about: { name?: string; attribute?: string; isOutside?: boolean } = {},
  ): { dn: string; name: string } {
    const name = about.name ?? `delat${++count}`;
    const { dn, id } = demo.user({
      name,
      parent: about.isOutside === true ? other!.dn : shared!.dn,
      password: FIRST_PASSWORD,
      attributes: {
        displayName: `Hemvården ${name}`,
        [about.attribute ?? 'manager']: responsible,
      },
    });
    ids.set(dn, id);
    return { dn, name };
  }

  const addTo = (group: string, dn: string): void =>
    demo.put(group, 'member', [...demo.get(group, 'member'), dn]);

  return {
    demo,
    host: HOST,
    ldapPort,
    ldapsPort,
    authority,
    tooShort: 'policy',
    options: {
      urls: [`ldaps://${HOST}:${ldapsPort}`],
      ca: authority.caPem,
      bindDn: service.dn,
      bindPassword: new Secret(servicePassword),
      accountsBase: shared!.dn,
      managersBase: personal!.dn,
      responsibleAttribute: 'manager',
    },

    newPerson({ name = `Åsa Chef ${++count}`, mobile, mail, isDisabled = false } = {}) {
      const { dn, id } = demo.user({
        name: `chef${++count}`,
        commonName: name,
        parent: personal!.dn,
        attributes: {
          displayName: name,
          userAccountControl: isDisabled ? DISABLED : NORMAL,
          ...(mobile === undefined ? {} : { mobile }),
          ...(mail === undefined ? {} : { mail }),
        },
      });
      ids.set(dn, id);
      const [upn] = demo.get(dn, 'userPrincipalName');
      return Promise.resolve({ dn, query: { upn, aadObjectId: 'unused' } });
    },
    newCrowd: (size) =>
      Promise.resolve(
        Array.from({ length: size }, () => {
          const { dn, id } = demo.user({ name: `folk${++count}`, parent: personal!.dn });
          ids.set(dn, id);
          return dn;
        }),
      ),
    newGroup: (members) => Promise.resolve(demo.group(`grupp${++count}`, members).dn),
    setMembers: (dn, members) => Promise.resolve(demo.put(dn, 'member', members)),
    newAccount: ({ responsible, ...about }) => Promise.resolve(account(responsible, about)),
    setResponsible: (dn, responsible) => Promise.resolve(demo.put(dn, 'manager', responsible)),
    setPassword: (dn, password) => Promise.resolve(demo.setPassword(dn, password)),
    disable: (dn) => Promise.resolve(demo.put(dn, 'userAccountControl', DISABLED)),
    remove: (dn) => Promise.resolve(demo.remove(dn)),
    expire: (dn) => Promise.resolve(demo.put(dn, 'pwdLastSet', FILETIME_2020)),
    mustChange: (dn) => Promise.resolve(demo.put(dn, 'pwdLastSet', '0')),
    neverExpire(dn) {
      demo.put(dn, 'userAccountControl', '66048');
      return Promise.resolve(() => Promise.resolve(demo.put(dn, 'userAccountControl', NORMAL)));
    },
    setLockout: ({ threshold, windowSeconds }) =>
      Promise.resolve(
        demo.setPolicy({ lockoutThreshold: threshold, observationMs: windowSeconds * 1_000 }),
      ),

    newProtectedAccounts(responsible) {
      const made = (why: string, change: (dn: string) => void): readonly [string, string] => {
        const { dn } = account([responsible]);
        change(dn);
        return [why, dn];
      };
      const admins = `CN=Domain Admins,CN=Users,${base}`;
      const groupManaged = ['user', 'computer', 'msDS-GroupManagedServiceAccount'];
      return Promise.resolve([
        made('adminCount', (dn) => demo.put(dn, 'adminCount', '1')),
        made('a member of Domain Admins', (dn) => addTo(admins, dn)),
        made('a nested member of Domain Admins', (dn) =>
          addTo(admins, demo.group(`grupp${++count}`, [dn]).dn),
        ),
        made('of the primary group Domain Admins', (dn) => demo.put(dn, 'primaryGroupID', '512')),
        made('a member of Backup Operators', (dn) =>
          addTo(`CN=Backup Operators,CN=Builtin,${base}`, dn),
        ),
        made('krbtgt', (dn) => demo.put(dn, 'sAMAccountName', 'krbtgt_4711')),
        made('a computer', (dn) => demo.put(dn, 'userAccountControl', '4096')),
        made('a group managed service account', (dn) => demo.put(dn, 'objectClass', groupManaged)),
        made('disabled', (dn) => demo.put(dn, 'userAccountControl', DISABLED)),
        made('expired', (dn) => demo.put(dn, 'accountExpires', FILETIME_2020)),
        ['outside the base', account([responsible], { isOutside: true }).dn],
      ]);
    },

    idOf: (dn) => Promise.resolve(ids.get(dn) ?? ''),
    binds: (dn, password) => Promise.resolve(demo.hasPassword(dn, password)),
    close: () => demo.close(),
  };
}
