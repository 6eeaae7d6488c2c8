import { createServer, connect } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../demo/certificates.ts';

/** The result of a verified TLS handshake: `ok`, or the code of what OpenSSL objected to. */
async function handshake(
  server: { certPem: string; keyPem: string },
  caPem: string,
  servername?: string,
): Promise<string> {
  const listener = createServer({ cert: server.certPem, key: server.keyPem });
  listener.on('tlsClientError', () => undefined);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca: caPem,
    ...(servername === undefined ? {} : { servername }),
  });
  try {
    await once(socket, 'secureConnect');
    return 'ok';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'no code';
  } finally {
    socket.destroy();
    listener.close();
  }
}

describe('createAuthority', () => {
  const request = { commonName: 'dc1.orebro.example', dnsNames: ['dc1.orebro.example'] };

  it('issues a certificate that a verifying client accepts by name and by address', async () => {
    const authority = await createAuthority();
    const issued = await authority.issue({ ...request, ipAddresses: ['127.0.0.1'] });

    expect(await handshake(issued, authority.caPem)).toBe('ok');
    expect(await handshake(issued, authority.caPem, 'dc1.orebro.example')).toBe('ok');
  });

  it('issues a certificate that holds for no other name', async () => {
    const authority = await createAuthority();
    const issued = await authority.issue({ ...request, ipAddresses: [] });

    expect(await handshake(issued, authority.caPem)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('issues an expired certificate on request', async () => {
    const authority = await createAuthority();
    const issued = await authority.issue({
      ...request,
      ipAddresses: ['127.0.0.1'],
      notBefore: new Date('2026-01-01'),
      notAfter: new Date('2026-01-02'),
    });

    expect(await handshake(issued, authority.caPem)).toBe('CERT_HAS_EXPIRED');
  });

  it('shares no key with another authority', async () => {
    const [one, other] = await Promise.all([createAuthority(), createAuthority()]);
    const issued = await one.issue({ ...request, ipAddresses: ['127.0.0.1'] });

    expect(await handshake(issued, other.caPem)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });
});
