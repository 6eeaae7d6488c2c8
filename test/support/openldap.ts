import { execFile } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { createAuthority } from '../../demo/certificates.ts';
import type { Authority } from '../../demo/certificates.ts';
import { endWithRun } from './children.ts';
import { freePort } from './ports.ts';
import { inDirectory, requireProgram, startServer } from './serverProcess.ts';
import type { ServerProcess } from './serverProcess.ts';

const run = promisify(execFile);
const SLAPD = '/usr/sbin/slapd';
const HOST = '127.0.0.1';
const SEEDED_AT_ONCE = 1_000;

/** An OpenLDAP server, on free ports. */
export interface Openldap extends ServerProcess {
  readonly host: string;
  readonly ldapPort: number;
  readonly ldapsPort: number;
  readonly authority: Authority;
  readonly base: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  readonly serviceDn: string;
  readonly servicePassword: string;
  readonly defaultPolicyDn: string;
}

export interface OpenldapOptions {
  /** The issuer of the server's certificate; default: one of its own. */
  readonly authority?: Authority;
  /** The end of the server's certificate; default: in 90 days. */
  readonly certificateEndsAt?: Date;
  /** Shared accounts to begin with; their passwords are new. */
  readonly accounts?: number;
  /** The server of which this one is a replica that takes no writes; both know the authority. */
  readonly replicaOf?: Openldap;
  /** Whether the replica refers writes to that server; default true. */
  readonly isReferring?: boolean;
  /** Whether it has the ppolicy overlay; default true. */
  readonly hasPolicies?: boolean;
  /** Further entries below the base, as LDIF. */
  readonly more?: (base: string) => string;
}

/** Starts a server; seeding takes about 6 s per 100 000 accounts. */
export async function startOpenldap(options: OpenldapOptions = {}): Promise<Openldap> {
  await requireProgram(SLAPD, 'slapd');
  return inDirectory('slapd', (directory) => start(directory, options));
}

async function start(directory: string, options: OpenldapOptions): Promise<Openldap> {
  const authority = options.authority ?? (await createAuthority());
  const { certPem, keyPem } = await authority.issue({
    ...(options.certificateEndsAt === undefined ? {} : { notAfter: options.certificateEndsAt }),
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: [HOST],
  });
  const base = 'dc=orebro,dc=test';
  const facts = {
    base,
    adminDn: `cn=admin,${base}`,
    adminPassword: 'Admin-Passw0rd!',
    serviceDn: `uid=svc-pwbot,ou=service,${base}`,
    servicePassword: 'Service-Passw0rd!',
    defaultPolicyDn: `cn=default,ou=policies,${base}`,
  };
  const file = (name: string): string => path.join(directory, name);
  await mkdir(file('db'));
  await writeFile(file('ca.crt'), authority.caPem);
  await writeFile(file('server.crt'), certPem);
  await writeFile(file('server.key'), keyPem, { mode: 0o600 });
  await writeFile(file('slapd.conf'), configuration(directory, facts, options));
  const entries = [...seed(facts), ...(options.hasPolicies === false ? [] : [policy(facts)])];
  await writeFile(file('seed.ldif'), `${entries.join('\n')}\n${options.more?.(base) ?? ''}`);
  for (const part of manyAccounts(base, options.accounts ?? 0)) {
    await appendFile(file('seed.ldif'), part);
  }
  if (options.replicaOf === undefined) {
    const what = ['-q', '-f', file('slapd.conf'), '-l', file('seed.ldif')];
    const seeding = run('/usr/sbin/slapadd', what);
    endWithRun(seeding.child, 'SIGTERM');
    await seeding;
  }
  const [ldapPort, ldapsPort] = [await freePort(), await freePort()];
  const server = await startServer({
    command: SLAPD,
    args: [
      '-f',
      file('slapd.conf'),
      '-h',
      `ldap://${HOST}:${ldapPort} ldaps://${HOST}:${ldapsPort}`,
      '-d',
      '0',
    ],
    directory,
    host: HOST,
    tlsPort: ldapsPort,
    caPem: authority.caPem,
  });
  return { ...server, ...facts, host: HOST, ldapPort, ldapsPort, authority };
}

type Facts = Pick<
  Openldap,
  'base' | 'adminDn' | 'adminPassword' | 'serviceDn' | 'servicePassword' | 'defaultPolicyDn'
>;

/** Copies of all entries, kept up by polling; writes are refused. */
function replication(
  { replicaOf, isReferring = true }: OpenldapOptions,
  directory: string,
): string {
  if (replicaOf === undefined) return 'overlay syncprov\n';
  const { ldapsPort, base, adminDn, adminPassword } = replicaOf;
  const url = `ldaps://${HOST}:${ldapsPort}`;
  return `syncrepl rid=1 provider=${url} type=refreshAndPersist retry="1 +" searchbase="${base}"
  bindmethod=simple binddn="${adminDn}" credentials=${adminPassword} tls_cacert=${directory}/ca.crt
  schemachecking=off attrs="*,+"
${isReferring ? `updateref ${url}\n` : ''}`;
}

function configuration(directory: string, facts: Facts, options: OpenldapOptions): string {
  const service = `by dn.exact="${facts.serviceDn}"`;
  const hasPolicies = options.hasPolicies !== false;
  return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
${hasPolicies ? 'moduleload ppolicy\n' : ''}moduleload syncprov
pidfile ${directory}/slapd.pid
argsfile ${directory}/slapd.args
TLSCACertificateFile ${directory}/ca.crt
TLSCertificateFile ${directory}/server.crt
TLSCertificateKeyFile ${directory}/server.key
TLSProtocolMin 3.3
# Nothing secret in plain text: binds and writes without TLS are refused (13).
security simple_bind=128 update_ssf=128
password-hash {SSHA}
sizelimit 500
database mdb
maxsize 1073741824
suffix "${facts.base}"
rootdn "${facts.adminDn}"
rootpw ${facts.adminPassword}
directory ${directory}/db
dbnosync
index objectClass,uid,manager,mail,entryUUID,member,uniqueMember eq
limits dn.exact="${facts.serviceDn}" size.soft=1000 size.hard=unlimited size.pr=1000 size.prtotal=unlimited
# Delegated: the service account resets and unlocks below ou=delade only.
access to dn.subtree="ou=delade,${facts.base}" attrs=userPassword ${service} write by self write by anonymous auth by * none
${hasPolicies ? lockouts(facts) : ''}access to attrs=userPassword by self write by anonymous auth by * none
access to * by users read by * none
${replication(options, directory)}${hasPolicies ? overlay(facts) : ''}# Counts what it is asked.
database monitor
`;
}

function lockouts({ base, serviceDn }: Facts): string {
  return `access to dn.subtree="ou=delade,${base}" attrs=pwdAccountLockedTime,pwdReset,pwdFailureTime by dn.exact="${serviceDn}" manage by users read by * none
`;
}

function overlay({ defaultPolicyDn }: Facts): string {
  return `overlay ppolicy
ppolicy_default "${defaultPolicyDn}"
ppolicy_hash_cleartext
ppolicy_use_lockout
`;
}

function policy(facts: Facts): string {
  return `dn: ${facts.defaultPolicyDn}
objectClass: device
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdInHistory: 25
pwdMinLength: 8
pwdCheckQuality: 2
pwdMaxAge: 7776000
pwdLockout: TRUE
pwdLockoutDuration: 1800
pwdMaxFailure: 5
pwdFailureCountInterval: 1800
pwdAllowUserChange: TRUE
pwdMustChange: TRUE
`;
}

function seed(facts: Facts): string[] {
  const { base } = facts;
  const unit = (name: string): string =>
    `dn: ou=${name},${base}\nobjectClass: organizationalUnit\nou: ${name}\n`;
  return [
    `dn: ${base}\nobjectClass: organization\nobjectClass: dcObject\ndc: orebro\no: Orebro\n`,
    ...['policies', 'delade', 'personal', 'service', 'annat', 'grupper'].map(unit),
    `dn: ${facts.serviceDn}
objectClass: inetOrgPerson
uid: svc-pwbot
cn: svc-pwbot
sn: svc-pwbot
userPassword: ${facts.servicePassword}
`,
  ];
}

/** As text for slapadd, which takes entries a hundred times faster than the server would. */
function* manyAccounts(base: string, accounts: number): Generator<string> {
  const setAt = `${new Date().toISOString().replace(/[-:T]|\.\d+/g, '')}`;
  for (let from = 0; from < accounts; from += SEEDED_AT_ONCE) {
    const count = Math.min(SEEDED_AT_ONCE, accounts - from);
    yield Array.from({ length: count }, (_, n) => {
      const name = `enhet${String(from + n)}`;
      return `
dn: uid=${name},ou=delade,${base}
objectClass: inetOrgPerson
uid: ${name}
cn: ${name}
sn: ${name}
displayName: Hemvarden ${name}
manager: uid=chef${String(n)},ou=personal,${base}
userPassword: {SSHA}4Tt8Cv0kWNGmwrmwTJ9Qu1Vd6Jr0hmWy
pwdChangedTime: ${setAt}
`;
    }).join('');
  }
}
