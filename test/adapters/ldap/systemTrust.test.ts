import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { createAuthority } from '../../../demo/certificates.ts';
import { startRecordingServer } from '../../support/recordingServer.ts';
import { firstGood } from '../../support/tries.ts';

const run = promisify(execFile);
const CANARY = 'Canary-Passw0rd-4711';
const SOURCE = new URL('../../../src/', import.meta.url);
/** Makes one call and prints the code of the fault with which it ends. */
const CALL = `
  import { openDirectory } from '${new URL('adapters/ldap/directory.ts', SOURCE).href}';
  import { Secret } from '${new URL('domain/secret.ts', SOURCE).href}';
  const options = {
    urls: [process.env.URL],
    bindDn: 'CN=svc,DC=orebro,DC=test',
    bindPassword: new Secret('${CANARY}'),
    accountsBase: 'OU=Delade,DC=orebro,DC=test',
    managersBase: 'OU=Personal,DC=orebro,DC=test',
    responsibleAttribute: 'manager',
  };
  const directory = openDirectory(options, { debug() {}, info() {}, warn() {}, error() {} });
  const id = '00000000-1111-2222-3333-444444444444';
  const fault = await directory.managerById(id, new AbortController().signal).catch((error) => error);
  process.stdout.write(fault.code);`;

describe('a directory without LDAP_CA_FILE', () => {
  it('is trusted by the authorities of the system, which Node does not ask by itself', async () => {
    const authority = await createAuthority();
    const { certPem: cert, keyPem: key } = await authority.issue({
      commonName: 'localhost',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
    });
    const server = await startRecordingServer((_socket, secure) => {
      secure({ cert, key }, (socket) => socket.destroy());
    });
    const folder = await mkdtemp(join(tmpdir(), 'system-trust-'));
    const end = async (change: NodeJS.ProcessEnv): Promise<string> => {
      const env = { ...process.env, URL: `ldaps://127.0.0.1:${server.port}`, ...change };
      const args = ['--input-type=module', '-e', CALL];
      return (await run(process.execPath, args, { env, timeout: 60_000 })).stdout;
    };
    try {
      // A busy machine may be too late for the handshake.
      expect(
        await firstGood(
          () => end({}),
          (code) => code === 'tls',
        ),
      ).toBe('tls');
      expect(server.decrypted()).toHaveLength(0);
      // OpenSSL's name for the system's list.
      const SSL_CERT_FILE = join(folder, 'authorities.pem');
      await writeFile(SSL_CERT_FILE, authority.caPem);
      const isSent = (): boolean => server.decrypted().includes(CANARY);
      expect(await firstGood(() => end({ SSL_CERT_FILE }), isSent)).toBe('unreachable');
      expect(isSent()).toBe(true);
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  });
});
