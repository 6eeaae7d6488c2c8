import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../demo/certificates.ts';
import { openDirectory } from '../../src/adapters/ldap/directory.ts';
import { guidText } from '../../src/adapters/ldap/wire/entry.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startSambaWorld, type SambaWorld } from '../adapters/ldap/sambaWorld.ts';
import { accountsOf } from '../contracts/directoryStage.ts';
import { FIRST_PASSWORD } from '../contracts/directoryWorld.ts';
import { folderOfSuite, productOfSuite } from '../support/ofSuite.ts';
import { renderExample } from '../support/configDocs.ts';
import { guideBlock, runBlock } from '../support/guide.ts';
import { openLdapAdmin, type LdapAdmin } from '../support/ldapAdmin.ts';
import { freePort } from '../support/ports.ts';
import { inDirectory, startServer, type ServerProcess } from '../support/serverProcess.ts';
import { silentLog } from '../support/silentLog.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const folder = await folderOfSuite();
const product = await productOfSuite();

describe('the guide’s delegation in Active Directory', () => {
  const GUIDE_BASE = 'DC=example,DC=se';
  let world: SambaWorld;
  let base = '';
  beforeAll(async () => {
    world = await startSambaWorld();
    base = world.samba.base;
    await world.admin.add(`OU=Shared,${base}`, { objectClass: 'organizationalUnit' });
  });
  afterAll(async () => {
    await world?.close();
  });

  /** The GUIDs of the PowerShell block, by the names of its variables. */
  function guids(): Record<string, string> {
    const found = guideBlock('Import-Module').matchAll(/\$(\w+) += \[guid\]'([0-9a-f-]{36})'/g);
    return Object.fromEntries([...found].map(([, name = '', guid = '']) => [name, guid]));
  }

  async function schemaGuid(commonName: string): Promise<string> {
    const dn = `CN=${commonName},CN=Schema,CN=Configuration,${base}`;
    return guidText(await world.admin.bytesOf(dn, 'schemaIDGUID'));
  }

  it('names rights that the schema knows, in dsacls and in PowerShell the same', async () => {
    const reset = `CN=User-Force-Change-Password,CN=Extended-Rights,CN=Configuration,${base}`;
    const right = await world.admin.read(reset);
    expect(guids()).toEqual({
      user: await schemaGuid('User'),
      resetPassword: right['rightsGuid'],
      lockoutTime: await schemaGuid('Lockout-Time'),
      pwdLastSet: await schemaGuid('Pwd-Last-Set'),
    });
    const granted = [...guideBlock('set OU=').matchAll(/\/G "%BOT%:(.+)"/g)].map(
      ([, what]) => what,
    );
    expect(granted).toEqual([
      'CA;Reset Password;user',
      'WP;lockoutTime;user',
      'WP;pwdLastSet;user',
    ]);
    const rules = [...guideBlock('Import-Module').matchAll(/\$rule '(\w+)' \$(\w+)\)/g)];
    expect(rules.map(([, what, on]) => [what, on])).toEqual([
      ['ExtendedRight', 'resetPassword'],
      ['WriteProperty', 'lockoutTime'],
      ['WriteProperty', 'pwdLastSet'],
    ]);
  });

  it('grants on Samba what the bot needs, and nothing elsewhere', async () => {
    const bindDn = `CN=svc-passwordbot,OU=Service,${base}`;
    await world.admin.add(bindDn, { objectClass: 'user', sAMAccountName: 'svc-passwordbot' });
    await world.setPassword(bindDn, FIRST_PASSWORD);
    await world.admin.put(bindDn, 'userAccountControl', ['512']);
    const dn = `CN=hemvard,OU=Shared,${base}`;
    await world.admin.add(dn, { objectClass: 'user', sAMAccountName: 'hemvard' });
    await world.setPassword(dn, FIRST_PASSWORD);
    await world.admin.put(dn, 'userAccountControl', ['512']);
    const { directory: files } = world.samba;
    const options = `-H ${files}/private/sam.ldb -s ${files}/etc/smb.conf`;
    const block = guideBlock("UNIT='OU=").replaceAll(GUIDE_BASE, base);
    await runBlock(block, `samba-tool() { command /usr/bin/samba-tool "$@" ${options}; }`);

    const bindPassword = new Secret(FIRST_PASSWORD);
    const accountsBase = `OU=Shared,${base}`;
    const as = { ...world.options, bindDn, bindPassword, accountsBase };
    const directory = openDirectory(as, silentLog);
    const seen = await directory.inspect(never);
    await directory.close();
    expect([...(seen.accounts[0]?.rights ?? [])].sort()).toEqual([
      'lockoutTime',
      'pwdLastSet',
      'reset',
    ]);
    expect(seen).toMatchObject({
      accounts: [{ name: 'hemvard' }],
      elsewhere: { users: [], places: [] },
    });
  });
});

describe('the guide’s access lists for OpenLDAP', () => {
  const base = 'dc=example,dc=se';
  const bindDn = `cn=svc-passwordbot,ou=service,${base}`;
  const adminDn = `cn=admin,${base}`;
  let server: ServerProcess & { port: number; caPem: string; directory: string };
  let admin: LdapAdmin;

  beforeAll(async () => {
    server = await inDirectory('guide-slapd', start);
    const as = { host: '127.0.0.1', ldapsPort: server.port, caPem: server.caPem };
    admin = await openLdapAdmin({ ...as, adminDn, adminPassword: FIRST_PASSWORD });
  });
  afterAll(async () => {
    await admin?.close();
    await server?.stop();
  });

  async function start(directory: string): Promise<typeof server> {
    const file = (name: string): string => join(directory, name);
    const authority = await createAuthority();
    const tls = await authority.issue({
      commonName: 'localhost',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
    });
    await mkdir(file('db'));
    await writeFile(file('ca.crt'), authority.caPem);
    await writeFile(file('server.crt'), tls.certPem);
    await writeFile(file('server.key'), tls.keyPem, { mode: 0o600 });
    await writeFile(file('slapd.conf'), configuration(directory));
    await writeFile(file('seed.ldif'), seed());
    await run('/usr/sbin/slapadd', ['-q', '-f', file('slapd.conf'), '-l', file('seed.ldif')]);
    const port = await freePort();
    const args = ['-f', file('slapd.conf'), '-h', `ldaps://127.0.0.1:${String(port)}`, '-d', '0'];
    const { caPem } = authority;
    const program = { command: '/usr/sbin/slapd', args, directory, host: '127.0.0.1' };
    return { ...(await startServer({ ...program, tlsPort: port, caPem })), port, caPem, directory };
  }

  /** The guide's lines as they stand there, then the general rules of many servers. */
  function configuration(directory: string): string {
    return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile ${directory}/slapd.pid
TLSCACertificateFile ${directory}/ca.crt
TLSCertificateFile ${directory}/server.crt
TLSCertificateKeyFile ${directory}/server.key
security simple_bind=128 update_ssf=128
sizelimit 2
database mdb
suffix "${base}"
rootdn "${adminDn}"
rootpw ${FIRST_PASSWORD}
directory ${directory}/db
${guideBlock('limits dn.exact')}
access to attrs=userPassword by self write by anonymous auth by * none
access to * by users read by * none
overlay ppolicy
ppolicy_default "cn=default,ou=policies,${base}"
`;
  }

  function seed(): string {
    const person = (unit: string, rdn: string, more = ''): string =>
      `dn: ${rdn},ou=${unit},${base}\nobjectClass: inetOrgPerson\ncn: svc-passwordbot\nsn: x\nuserPassword: ${FIRST_PASSWORD}\n${more}`;
    return [
      `dn: ${base}\nobjectClass: organization\nobjectClass: dcObject\ndc: example\no: x\n`,
      ...['policies', 'shared', 'people', 'service'].map(
        (name) => `dn: ou=${name},${base}\nobjectClass: organizationalUnit\nou: ${name}\n`,
      ),
      `dn: cn=default,ou=policies,${base}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\npwdAttribute: userPassword\npwdLockout: TRUE\npwdMaxFailure: 5\npwdMinLength: 8\npwdCheckQuality: 2\n`,
      person('service', 'cn=svc-passwordbot'),
      person('people', 'uid=asa.lindgren', 'mail: asa@example.se\n'),
      ...['hemvardsgruppen', 'nattpatrullen', 'dagverksamheten'].map((name) =>
        person('shared', `uid=${name}`, `manager: uid=asa.lindgren,ou=people,${base}\n`),
      ),
    ].join('\n');
  }

  const open = (unit = 'shared') =>
    openDirectory(
      {
        urls: [`ldaps://127.0.0.1:${String(server.port)}`],
        ca: server.caPem,
        bindDn,
        bindPassword: new Secret(FIRST_PASSWORD),
        accountsBase: `ou=${unit},${base}`,
        managersBase: `ou=people,${base}`,
        responsibleAttribute: 'manager',
      },
      silentLog,
    );

  it('let the bot reset and unlock shared accounts', async () => {
    const directory = open();
    const query = { mail: 'asa@example.se', aadObjectId: 'unused' };
    const managerId = (await directory.findManager(query, never))?.id ?? '';
    const accounts = await accountsOf(directory, { id: managerId }, never);
    // More than the server's own size limit: only the guide's limits allow it.
    expect(accounts.map(({ name }) => name)).toHaveLength(3);
    const [account] = accounts;
    const [id = '', dn] = [account?.id, `uid=${account?.name ?? ''},ou=shared,${base}`];
    expect(account).toMatchObject({ rules: { isReadable: true }, lockout: { threshold: 5 } });
    await admin.put(dn, 'pwdAccountLockedTime', [generalizedTime()]);
    expect(await directory.unlock({ id: managerId }, id, never)).toBe('unlocked');
    const expectedVersion = account?.passwordVersion ?? '';
    const password = new Secret('Ny-Hemlighet-01');
    const write = { manager: { id: managerId }, accountId: id, password, expectedVersion };
    expect(await directory.writePassword(write, never)).toMatchObject({ outcome: 'written' });
    expect(await admin.binds(dn, 'Ny-Hemlighet-01')).toBe(true);
    await directory.close();
  });

  it('let it reset nobody else', async () => {
    await admin.put(`uid=asa.lindgren,ou=people,${base}`, 'manager', [
      `uid=asa.lindgren,ou=people,${base}`,
    ]);
    const directory = open('people');
    const query = { mail: 'asa@example.se', aadObjectId: 'unused' };
    const managerId = (await directory.findManager(query, never))?.id ?? '';
    const [own] = await accountsOf(directory, { id: managerId }, never);
    const write = {
      manager: { id: managerId },
      accountId: own?.id ?? '',
      password: new Secret('Ny-Hemlighet-02'),
      expectedVersion: own?.passwordVersion ?? '',
    };
    await expect(directory.writePassword(write, never)).rejects.toMatchObject({ code: 'noRights' });
    await directory.close();
  });

  it('are shown by slapacl as the guide says', async () => {
    const conf = join(server.directory, 'slapd.conf');
    const output = await runBlock(
      guideBlock('BOT=cn=svc'),
      `slapacl() { command /usr/sbin/slapacl -f ${conf} "$@" || true; }`,
    );
    expect(
      [...output.matchAll(/(\w+)\/?\S*: (ALLOWED|DENIED)/g)].map(([, , word]) => word),
    ).toEqual(['ALLOWED', 'ALLOWED', 'DENIED']);
  });

  it('are values of olcLimits and olcAccess under cn=config', async () => {
    const config = join(server.directory, 'config');
    await mkdir(config);
    await run('/usr/sbin/slaptest', ['-f', join(server.directory, 'slapd.conf'), '-F', config]);
    const file = join(config, 'cn=config/olcDatabase={1}mdb.ldif');
    const joined = (await readFile(file, 'utf8')).replaceAll(/\n /g, '');
    const found = [...joined.matchAll(/^olc(?:Limits|Access): \{\d\}(.*)$/gm)].map(([, v]) => v);
    const lines = guideBlock('limits dn.exact').replaceAll(/\n +/g, ' ').trim().split('\n');
    for (const line of lines) {
      const value = line.replace(/^(?:limits|access) /, '');
      expect(found.map((one) => spaced(one ?? ''))).toContain(spaced(value));
    }
  });
});

/** slapd writes quotation marks and spaces in its own way, and `base` for `exact`. */
function spaced(value: string): string {
  return value.replaceAll('dn.exact', 'dn.base').replaceAll('"', '').replaceAll(/\s+/g, ' ').trim();
}

function generalizedTime(): string {
  return `${new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}

describe('the guide’s first check', () => {
  it('runs with a filled in copy of .env.example and the secrets as files', async () => {
    const files = {
      'app-password': 'MicrosoftAppPassword',
      'encryption-keys': 'ENCRYPTION_KEYS',
      'ldap-bind-password': 'LDAP_BIND_PASSWORD',
      'twilio-auth-token': 'TWILIO_AUTH_TOKEN',
    };
    for (const [file, name] of Object.entries(files)) {
      await writeFile(join(folder, file), `${product.setting(name)}\n`);
    }
    const secrets = Object.values(files);
    const own = ['BOT_OPENID_METADATA_URL', 'BOT_LOGIN_URL', 'BOT_SERVICE_HOSTS', 'LDAP_CA_FILE'];
    const example = renderExample().replaceAll(/^#?([A-Za-z_]+)=.*$/gm, (line, name: string) => {
      if (secrets.includes(name)) return '';
      const isSet = !line.startsWith('#') || [...own, 'TWILIO_API_URL'].includes(name);
      return isSet ? `${name}=${product.setting(name)}` : line;
    });
    await writeFile(join(folder, 'bot.env'), example);
    const block = guideBlock('cd /opt/passwordbot')
      .replaceAll('/etc/passwordbot', folder)
      .replaceAll('/var/lib/passwordbot', join(folder, 'data'))
      .replaceAll('/opt/passwordbot', join(import.meta.dirname, '../..'))
      .replaceAll(' node ', ` ${process.execPath} `);
    const output = await runBlock(block.replace(/ check$/m, ' check || true'));
    expect(output).toMatch(/^ok +database\n.*no database yet/m);
    expect(output).toMatch(/^ok +sms$/m);
    expect(output).toMatch(/^ok +login$/m);
    // The product's directory is empty: that is the fault to mend.
    expect(output).toMatch(/^MEND +directory$/m);
    expect(output).toContain('no shared account is found');
  });
});
