import { createHash, randomUUID } from 'node:crypto';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { createAuthority } from '../../demo/certificates.ts';
import type { Authority } from '../../demo/certificates.ts';
import { PYTHON, SCRIPT, startSambaTools } from './sambaTools.ts';
import type { SambaTools } from './sambaTools.ts';
import { inDirectory, requireProgram, startServer } from './serverProcess.ts';
import type { ServerProcess } from './serverProcess.ts';

const SAMBA = '/usr/sbin/samba';
const PACKAGES = 'samba samba-dsdb-modules samba-ad-provision';
const CACHE = '.test-cache';

/** A Samba domain controller on an address of its own; its ports are fixed, which takes root. */
export interface Samba extends ServerProcess {
  readonly host: string;
  readonly authority: Authority;
  readonly base: string;
  /** Where its database and configuration are, for its own tools. */
  readonly directory: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  readonly serviceDn: string;
  readonly servicePassword: string;
  /** Writes an attribute that no LDAP client may write. */
  set(dn: string, attribute: string, value: string): Promise<void>;
  /** Puts entries in SDDL before those of an object's access list. */
  grant(dn: string, aces: string): Promise<void>;
  /** Takes inherited entries off an object, as SDProp does with protected accounts. */
  seal(dn: string): Promise<void>;
  /** Adds users and a tree of nested groups; all users, and the object `dn`, stand in its last groups. */
  grow(size: { readonly users: number; readonly groups: number }, dn: string): Promise<void>;
}

export async function startSamba(): Promise<Samba> {
  await requireProgram(SAMBA, PACKAGES);
  await requireProgram(PYTHON, 'python3');
  return inDirectory('samba', async (directory) => {
    const tools = startSambaTools(directory);
    try {
      return await start(directory, tools);
    } catch (error) {
      await tools.end();
      throw error;
    }
  });
}

/** Makes the domain, which takes seconds; once for all suites, which copy it. */
async function makeDomain(
  tools: SambaTools,
  directory: string,
  host: string,
  ...passwords: readonly string[]
) {
  const key = createHash('sha256')
    .update(await readFile(SCRIPT))
    .update(passwords.join());
  const made = path.resolve(CACHE, `samba-${key.digest('hex').slice(0, 16)}`);
  try {
    await cp(made, directory, { recursive: true, preserveTimestamps: true });
    await tools.run('configure', host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await tools.run('provision', host, ...passwords);
    // Appears complete under its name: another suite may look at the same time.
    const copy = `${made}-${randomUUID()}`;
    await cp(directory, copy, { recursive: true, preserveTimestamps: true });
    await rename(copy, made).catch(() => rm(copy, { recursive: true }));
  }
}

async function start(directory: string, tools: SambaTools): Promise<Samba> {
  // Each process its own loopback address: suites that run at once do not meet.
  const host = `127.${64 + ((process.pid >> 8) & 127)}.${process.pid & 255}.77`;
  const [adminPassword, servicePassword] = ['Adm1n-Passw0rd!', 'Service-Passw0rd!'];
  const authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue({
    commonName: 'dc1.ad.orebro.test',
    dnsNames: ['dc1.ad.orebro.test', 'localhost'],
    ipAddresses: [host],
  });
  await makeDomain(tools, directory, host, adminPassword, servicePassword);
  const files = path.join(directory, 'tls');
  await writeFile(path.join(files, 'ca.crt'), authority.caPem);
  await writeFile(path.join(files, 'server.crt'), certPem);
  await writeFile(path.join(files, 'server.key'), keyPem, { mode: 0o600 });
  const server = await startServer({
    command: SAMBA,
    args: [
      '-s',
      path.join(directory, 'etc/smb.conf'),
      '--maximum-runtime=3600',
      '-F',
      '--no-process-group',
      '-M',
      'single',
    ],
    directory,
    host,
    tlsPort: 636,
    caPem: authority.caPem,
  });
  const base = 'DC=ad,DC=orebro,DC=test';
  return {
    ...server,
    host,
    authority,
    base,
    directory,
    adminDn: `CN=Administrator,CN=Users,${base}`,
    adminPassword,
    serviceDn: `CN=svc-pwbot,OU=Service,${base}`,
    servicePassword,
    set: (dn, attribute, value) => tools.run('set', dn, attribute, value),
    grant: (dn, aces) => tools.run('grant', dn, aces),
    seal: (dn) => tools.run('seal', dn),
    grow: ({ users, groups }, dn) => tools.run('grow', String(users), String(groups), dn),
    async stop() {
      await tools.end();
      await server.stop();
    },
  };
}
