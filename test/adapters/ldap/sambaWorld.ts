import { guidText } from '../../../src/adapters/ldap/wire/entry.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { DirectoryWorld } from '../../contracts/directoryWorld.ts';
import { FIRST_PASSWORD } from '../../contracts/directoryWorld.ts';
import { openLdapAdmin } from '../../support/ldapAdmin.ts';
import type { LdapAdmin } from '../../support/ldapAdmin.ts';
import { startSamba } from '../../support/samba.ts';
import type { Samba } from '../../support/samba.ts';

export interface SambaWorld extends DirectoryWorld {
  readonly samba: Samba;
  readonly admin: LdapAdmin;
}

const SECOND_TICKS = 10_000_000;
const FILETIME_2020 = '132223104000000000';

export async function startSambaWorld(): Promise<SambaWorld> {
  const samba = await startSamba();
  const { base, host, authority } = samba;
  const admin = await openLdapAdmin({ ...samba, ldapsPort: 636, caPem: authority.caPem }).catch(
    async (error: unknown) => {
      await samba.stop();
      throw error;
    },
  );
  let count = 0;

  async function user(parent: string, name: string, attributes: Record<string, string | string[]>) {
    const dn = `CN=${name.replaceAll(',', '\\,')},${parent}`;
    await admin.add(dn, {
      objectClass: 'user',
      sAMAccountName: name.replace(/[^\w.-]/g, ''),
      userPrincipalName: `${name.replace(/[^\w.-]/g, '')}@ad.orebro.test`,
      ...attributes,
    });
    await admin.put(dn, 'unicodePwd', [Buffer.from(`"${FIRST_PASSWORD}"`, 'utf16le')]);
    await admin.put(dn, 'userAccountControl', ['512']);
    return dn;
  }

  async function account(
    responsible: readonly string[],
    about: { name?: string; attribute?: string; isOutside?: boolean } = {},
  ) {
    const name = about.name ?? `delat${++count}`;
    const parent = `OU=${about.isOutside === true ? 'Annat' : 'Delade'},${base}`;
    const dn = await user(parent, name, {
      displayName: `Hemvården ${name}`,
      ...(responsible.length === 0 ? {} : { [about.attribute ?? 'manager']: [...responsible] }),
    });
    return { dn, name };
  }

  async function group(members: readonly string[]): Promise<string> {
    const dn = `CN=grupp${++count},OU=Annat,${base}`;
    await admin.add(dn, {
      objectClass: 'group',
      sAMAccountName: `grupp${count}`,
      ...(members.length === 0 ? {} : { member: [...members] }),
    });
    return dn;
  }

  return {
    samba,
    admin,
    host,
    ldapPort: 389,
    ldapsPort: 636,
    authority,
    tooShort: 'policy',
    options: {
      urls: [`ldaps://${host}:636`],
      ca: authority.caPem,
      bindDn: samba.serviceDn,
      bindPassword: new Secret(samba.servicePassword),
      accountsBase: `OU=Delade,${base}`,
      managersBase: `OU=Personal,${base}`,
      responsibleAttribute: 'manager',
    },

    async newPerson({ name = `Åsa Chef, ${++count}`, mobile, mail, isDisabled = false } = {}) {
      const dn = await user(`OU=Personal,${base}`, name, {
        displayName: name,
        ...(mobile === undefined ? {} : { mobile }),
        ...(mail === undefined ? {} : { mail }),
      });
      if (isDisabled) await admin.put(dn, 'userAccountControl', ['514']);
      const upn = `${name.replace(/[^\w.-]/g, '')}@ad.orebro.test`;
      return { dn, query: { upn, aadObjectId: 'unused' } };
    },
    newCrowd: (size) =>
      Promise.all(
        Array.from({ length: size }, async () => {
          const name = `folk${++count}`;
          const dn = `CN=${name},OU=Personal,${base}`;
          // Enabled in one request: an account that needs no password (544).
          const userAccountControl = '544';
          await admin.add(dn, { objectClass: 'user', sAMAccountName: name, userAccountControl });
          return dn;
        }),
      ),
    newGroup: group,
    setMembers: (dn, members) => admin.put(dn, 'member', [...members]),
    newAccount: ({ responsible, ...about }) => account(responsible, about),
    setResponsible: (dn, responsible) => admin.put(dn, 'manager', [...responsible]),
    setPassword: (dn, password) =>
      admin.put(dn, 'unicodePwd', [Buffer.from(`"${password}"`, 'utf16le')]),
    disable: (dn) => admin.put(dn, 'userAccountControl', ['514']),
    remove: (dn) => admin.remove(dn),
    expire: (dn) => samba.set(dn, 'pwdLastSet', FILETIME_2020),
    async neverExpire(dn) {
      await admin.put(dn, 'userAccountControl', ['66048']);
      return () => admin.put(dn, 'userAccountControl', ['512']);
    },
    mustChange: (dn) => admin.put(dn, 'pwdLastSet', ['0']),

    async setLockout({ threshold, windowSeconds }) {
      await admin.put(base, 'lockoutThreshold', [String(threshold)]);
      const window = String(-windowSeconds * SECOND_TICKS);
      await admin.put(base, 'lockOutObservationWindow', [window]);
    },

    async newProtectedAccounts(responsible) {
      const made = async (why: string, change: (dn: string) => Promise<unknown>) => {
        const { dn } = await account([responsible]);
        await change(dn);
        return [why, dn] as const;
      };
      const addTo = async (name: string, dn: string): Promise<void> => {
        const entry = await admin.read(name);
        await admin.put(name, 'member', [...[entry['member'] ?? []].flat().map(String), dn]);
      };
      const machine = `CN=maskin${++count},OU=Delade,${base}`;
      await admin.add(machine, {
        objectClass: 'computer',
        sAMAccountName: `maskin${count}$`,
        userAccountControl: '4096',
        manager: responsible,
      });
      const admins = `CN=Domain Admins,CN=Users,${base}`;
      return [
        await made('adminCount', (dn) => admin.put(dn, 'adminCount', ['1'])),
        await made('a member of Domain Admins', (dn) => addTo(admins, dn)),
        await made('a nested member of Domain Admins', async (dn) =>
          addTo(admins, await group([dn])),
        ),
        await made('of the primary group Domain Admins', async (dn) => {
          await addTo(admins, dn);
          await admin.put(dn, 'primaryGroupID', ['512']);
          await admin.put(dn, 'adminCount', []);
        }),
        await made('a member of Account Operators', (dn) =>
          addTo(`CN=Account Operators,CN=Builtin,${base}`, dn),
        ),
        ['a computer', machine],
        await made('disabled', (dn) => admin.put(dn, 'userAccountControl', ['514'])),
        await made('expired', (dn) => admin.put(dn, 'accountExpires', [FILETIME_2020])),
        ['outside the base', (await account([responsible], { isOutside: true })).dn],
      ];
    },

    idOf: async (dn) => guidText(await admin.bytesOf(dn, 'objectGUID')),
    binds: (dn, password) => admin.binds(dn, password),

    async close() {
      await admin.close();
      await samba.stop();
    },
  };
}
