import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startOpenldapWorld } from '../adapters/ldap/openldapWorld.ts';
import { startSambaWorld } from '../adapters/ldap/sambaWorld.ts';
import { FIRST_PASSWORD, type DirectoryWorld } from '../contracts/directoryWorld.ts';
import { folderOfSuite, houseOfSuite } from '../support/ofSuite.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { adminJson } from '../support/adminCli.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: readonly string[];
  readonly mend: readonly string[];
  readonly mind: readonly string[];
  readonly see: readonly string[];
}

const folder = await folderOfSuite();
const house = await houseOfSuite();
const samba = await startSambaWorld();
atSuiteEnd(() => samba.close());

/** The output of `admin check` about a directory, with the house's other settings. */
async function check(
  { options, authority }: DirectoryWorld,
  env: Readonly<Record<string, string>> = {},
): Promise<Check & { readonly code: number | null }> {
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, authority.caPem);
  const { code, value } = await adminJson<{ checks: Check[] }>(house, ['check'], {
    LDAP_URL: options.urls.join(' '),
    LDAP_CA_FILE: caFile,
    LDAP_BIND_DN: options.bindDn,
    LDAP_BIND_PASSWORD: options.bindPassword.reveal(),
    LDAP_ACCOUNTS_BASE: options.accountsBase,
    LDAP_MANAGERS_BASE: options.managersBase,
    // The house's own group stands in another directory.
    SERVICE_DESK_GROUP: '',
    ...env,
  });
  return { code, ...value.checks.find(({ name }) => name === 'directory')! };
}

describe('check on Active Directory', () => {
  it('proves that passwords may be reset here and not elsewhere', async () => {
    await samba.newAccount({ responsible: [] });
    const { code, ok, found } = await check(samba);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(found.join('\n')).toMatch(/may reset passwords and lift lockouts of \d+ shared account/);
    expect(found.join('\n')).toMatch(/has no such right outside LDAP_ACCOUNTS_BASE \(\d+ users/);
  });

  it('says that no manager is found where the filter looks for what nobody has', async () => {
    const person = await samba.newPerson();
    await samba.newAccount({ responsible: [person.dn] });
    const text = 'no person below LDAP_MANAGERS_BASE has what LDAP_MANAGER_FILTER looks for';
    const wrong = await check(samba, { LDAP_MANAGER_FILTER: '(extensionAttribute=x{upn})' });
    expect(wrong.mind.join('\n')).toContain(text);
    expect((await check(samba)).mind.join('\n')).not.toContain(text);
  });

  it('says what to mend where nothing was delegated', async () => {
    const { name } = await samba.newAccount({ responsible: [] });
    const service = await samba.newAccount({ responsible: [], isOutside: true });
    const { code, mend, mind, see } = await check(samba, {
      LDAP_BIND_DN: service.dn,
      LDAP_BIND_PASSWORD: FIRST_PASSWORD,
    });
    expect(code).toBe(1);
    expect(mend.join('\n')).toMatch(new RegExp(`may not reset passwords of .*${name}`));
    expect(mend.join('\n')).toContain('may not write lockoutTime');
    expect(mind.join('\n')).toContain('may not write pwdLastSet');
    expect(see).toContain('docs/setup.md#active-directory');
  });

  it('names what a service account with too many rights could do, and where that stands', async () => {
    await samba.newAccount({ responsible: [] });
    const { code, ok, mind } = await check(samba, {
      LDAP_BIND_DN: samba.samba.adminDn,
      LDAP_BIND_PASSWORD: samba.samba.adminPassword,
    });
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(mind.join('\n')).toMatch(
      /outside LDAP_ACCOUNTS_BASE the service account may reset passwords.*; the grants stand on /,
    );
    expect(mind.join('\n')).toContain('may change the permissions of');
    expect(mind.join('\n')).toMatch(/may also write \w+, .+ and \d+ more of /);
    expect(mind.join('\n')).toContain('in a privileged group');
  });

  it('warns of a base that is the whole domain', async () => {
    const { mind } = await check(samba, { LDAP_ACCOUNTS_BASE: samba.samba.base });
    expect(mind.join('\n')).toContain('is the whole domain');
  });
});

describe('check on OpenLDAP', () => {
  it('does not claim what only the server’s own tools can show', async () => {
    const openldap = await startOpenldapWorld({
      certificateEndsAt: new Date(Date.now() + 12 * 3_600_000),
    });
    try {
      await openldap.newAccount({ responsible: [] });
      const { code, found, mind, see } = await check(openldap);
      expect(code).toBe(0);
      expect(found.join('\n')).not.toContain('may reset');
      expect(mind.join('\n')).toContain('slapacl');
      expect(see).toContain('docs/setup.md#openldap');
      expect(mind.join('\n')).toMatch(/certificate of .+ ends in 0 days/);
    } finally {
      await openldap.close();
    }
  });
});
