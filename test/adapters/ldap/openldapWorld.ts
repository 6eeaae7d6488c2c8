import { Control } from 'ldapts';

import { textOf } from '../../../src/adapters/ldap/wire/entry.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { DirectoryWorld } from '../../contracts/directoryWorld.ts';
import { FIRST_PASSWORD } from '../../contracts/directoryWorld.ts';
import { openLdapAdmin } from '../../support/ldapAdmin.ts';
import type { LdapAdmin } from '../../support/ldapAdmin.ts';
import { startOpenldap } from '../../support/openldap.ts';
import type { OpenldapOptions, Openldap } from '../../support/openldap.ts';

export interface OpenldapWorld extends DirectoryWorld {
  readonly slapd: Openldap;
  readonly admin: LdapAdmin;
}

/** The relax rules control, with which the root may write what the server otherwise keeps itself. */
const RELAX = new Control('1.3.6.1.4.1.4203.666.5.12', { critical: true });
const LOCKED_FOR_GOOD = '000001010000Z';

export async function startOpenldapWorld(
  options: Pick<OpenldapOptions, 'certificateEndsAt' | 'hasPolicies'> = {},
): Promise<OpenldapWorld> {
  const slapd = await startOpenldap(options);
  const { base, host, authority, ldapPort, ldapsPort } = slapd;
  const admin = await openLdapAdmin({ ...slapd, caPem: authority.caPem }).catch(
    async (error: unknown) => {
      await slapd.stop();
      throw error;
    },
  );
  let count = 0;

  async function person(unit: string, name: string, attributes: Record<string, string | string[]>) {
    const dn = `uid=${name},ou=${unit},${base}`;
    await admin.add(dn, {
      objectClass: 'inetOrgPerson',
      uid: name,
      cn: name,
      sn: name,
      userPassword: FIRST_PASSWORD,
      ...attributes,
    });
    return dn;
  }

  const lockForGood = (dn: string): Promise<void> =>
    admin.put(dn, 'pwdAccountLockedTime', [LOCKED_FOR_GOOD]);

  const newAccount: DirectoryWorld['newAccount'] = async (about) => {
    const { name = `delat${++count}`, responsible, attribute = 'manager' } = about;
    const dn = await person(about.isOutside === true ? 'annat' : 'delade', name, {
      displayName: `Hemvården ${name}`,
      ...(responsible.length === 0 ? {} : { [attribute]: [...responsible] }),
    });
    return { dn, name };
  };

  return {
    slapd,
    admin,
    host,
    ldapPort,
    ldapsPort,
    authority,
    tooShort: 'tooShort',
    options: {
      urls: [`ldaps://${host}:${ldapsPort}`],
      ca: authority.caPem,
      bindDn: slapd.serviceDn,
      bindPassword: new Secret(slapd.servicePassword),
      accountsBase: `ou=delade,${base}`,
      managersBase: `ou=personal,${base}`,
      responsibleAttribute: 'manager',
    },

    async newPerson(about = {}) {
      const { name = `Åsa Chef ${++count}`, mobile, isDisabled = false } = about;
      const { mail = `chef${++count}@orebro.test` } = about;
      const dn = await person('personal', `chef${count}`, {
        displayName: name,
        mail,
        ...(mobile === undefined ? {} : { mobile }),
      });
      if (isDisabled) await lockForGood(dn);
      return { dn, query: { mail, aadObjectId: 'unused' } };
    },
    newCrowd: (size) =>
      Promise.all(
        Array.from({ length: size }, () =>
          person('personal', `folk${++count}`, { mail: 'folk@orebro.test' }),
        ),
      ),
    async newGroup(members) {
      const dn = `cn=grupp${++count},ou=grupper,${base}`;
      // Every other group is of the kind whose members are "unique": both must be followed.
      const isUnique = count % 2 === 0;
      await admin.add(dn, {
        objectClass: isUnique ? 'groupOfUniqueNames' : 'groupOfNames',
        cn: `grupp${count}`,
        [isUnique ? 'uniqueMember' : 'member']: members.length === 0 ? [dn] : [...members],
      });
      return dn;
    },
    async setMembers(dn, members) {
      const isUnique = textOf(await admin.read(dn), 'objectClass') === 'groupOfUniqueNames';
      await admin.put(dn, isUnique ? 'uniqueMember' : 'member', [...members]);
    },
    newAccount,
    setResponsible: (dn, responsible) => admin.put(dn, 'manager', [...responsible]),
    setPassword: (dn, password) => admin.put(dn, 'userPassword', [password]),
    disable: lockForGood,
    remove: (dn) => admin.remove(dn),
    expire: (dn) => admin.put(dn, 'pwdChangedTime', ['20200101000000Z'], [RELAX]),
    async neverExpire(dn) {
      const policy = `cn=never,ou=policies,${base}`;
      await admin.add(policy, {
        objectClass: ['device', 'pwdPolicy'],
        cn: 'never',
        pwdAttribute: 'userPassword',
      });
      await admin.put(dn, 'pwdPolicySubentry', [policy]);
      return async () => {
        await admin.put(dn, 'pwdPolicySubentry', []);
        await admin.remove(policy);
      };
    },
    mustChange: (dn) => admin.put(dn, 'pwdReset', ['TRUE']),

    async setLockout({ threshold, windowSeconds }) {
      await admin.put(slapd.defaultPolicyDn, 'pwdMaxFailure', [String(threshold)]);
      await admin.put(slapd.defaultPolicyDn, 'pwdFailureCountInterval', [String(windowSeconds)]);
    },

    async newProtectedAccounts(responsible) {
      const disabled = await newAccount({ responsible: [responsible] });
      await lockForGood(disabled.dn);
      const outside = await newAccount({ responsible: [responsible], isOutside: true });
      return [
        ['locked for good', disabled.dn],
        ['outside the base', outside.dn],
      ];
    },

    idOf: async (dn) => textOf(await admin.read(dn), 'entryUUID') ?? '',
    binds: (dn, password) => admin.binds(dn, password),

    async close() {
      await admin.close();
      await slapd.stop();
    },
  };
}
