import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

import { createAuthority } from '../../../demo/certificates.ts';
import type { Authority } from '../../../demo/certificates.ts';
import { openDirectory } from '../../../src/adapters/ldap/directory.ts';
import type { Deadlines } from '../../../src/adapters/ldap/wire/servers.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { startBlackHole, startRecordingServer } from '../../support/recordingServer.ts';
import type { Behaviour, RecordingServer } from '../../support/recordingServer.ts';
import { silentLog } from '../../support/silentLog.ts';
import { firstGood, leastMs } from '../../support/tries.ts';

const CANARY = 'Canary-Passw0rd-4711';
const STARTTLS_DONE = Buffer.from('300c02010178070a010004000400', 'hex');
const STARTTLS_REFUSED = Buffer.from('300c02010178070a013404000400', 'hex');
const BIND_DONE = Buffer.from('300c02010261070a010004000400', 'hex');
/** Sooner than the bot gives up on silence. */
const SOON_MS = 2_000;
const SEARCH_DONE = Buffer.from('300c02010365070a010004000400', 'hex');

type Pair = { certPem: string; keyPem: string };

describe('TLS to the directory', () => {
  let authority: Authority;
  let good: Pair;
  const closing: (() => Promise<void>)[] = [];
  const never = new AbortController().signal;

  beforeAll(async () => {
    authority = await createAuthority();
    good = await issue();
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  function issue(change = {}, by = authority): Promise<Pair> {
    return by.issue({
      commonName: 'localhost',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
      ...change,
    });
  }

  function open(url: string, ca = authority.caPem, deadlines?: Deadlines): Directory {
    const directory = openDirectory(
      {
        urls: [url],
        ca,
        bindDn: 'CN=svc,DC=orebro,DC=test',
        bindPassword: new Secret(CANARY),
        accountsBase: 'OU=Delade,DC=orebro,DC=test',
        managersBase: 'OU=Personal,DC=orebro,DC=test',
        responsibleAttribute: 'manager',
        ...(deadlines === undefined ? {} : { deadlines }),
      },
      silentLog,
    );
    closing.push(() => directory.close());
    return directory;
  }

  async function serve(behave: Behaviour): Promise<RecordingServer> {
    const server = await startRecordingServer(behave);
    closing.push(() => server.close());
    return server;
  }

  /** The code with which a call fails, and how long that took. */
  async function failure(url: string): Promise<{ code: unknown; ms: number }> {
    const started = Date.now();
    const error: unknown = await open(url)
      .managerById('00000000-1111-2222-3333-444444444444', never)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'DirectoryError' });
    expect(String(error)).not.toContain(CANARY);
    return { code: (error as { code: unknown }).code, ms: Date.now() - started };
  }

  /** The same of a server that needs not be waited for. */
  const soonFailure = (url: string) =>
    firstGood(
      () => failure(url),
      ({ ms }) => ms < SOON_MS,
    );

  const withTls =
    ({ certPem: cert, keyPem: key }: Pair, options = {}): Behaviour =>
    (_socket, secure) => {
      secure({ cert, key, ...options });
    };

  const withStartTls =
    (answer: Buffer, pair?: Pair): Behaviour =>
    (socket, secure) => {
      socket.once('data', () => {
        if (pair === undefined) socket.write(answer);
        else {
          socket.write(answer, () => {
            secure({ cert: pair.certPem, key: pair.keyPem });
          });
        }
      });
    };

  async function selfSigned(): Promise<Pair> {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=localhost',
      signingAlgorithm: algorithm,
      keys,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      certPem: certificate.toString('pem'),
      keyPem: PemConverter.encode(key, 'PRIVATE KEY'),
    };
  }

  describe('of a server below two tiers of authorities', () => {
    async function detailFor(trusted: Authority, sent: string[], pair: Pair): Promise<unknown> {
      const cert = [pair.certPem, ...sent].join('\n');
      const server = await serve((_socket, secure) => {
        secure({ cert, key: pair.keyPem }, (socket) => socket.destroy());
      });
      const directory = open(`ldaps://127.0.0.1:${server.port}`, trusted.caPem);
      const id = '00000000-1111-2222-3333-444444444444';
      const error: unknown = await directory.managerById(id, never).catch((e: unknown) => e);
      return (error as { detail: unknown }).detail;
    }

    it('needs the issuing one only, whether or not the server sends it', async () => {
      const issuing = await authority.subordinate();
      const pair = await issue({}, issuing);
      // A chain that is verified is followed by a bind, which this server does not answer.
      for (const sent of [[], [issuing.caPem], [issuing.caPem, authority.caPem]]) {
        expect(await detailFor(issuing, sent, pair)).not.toContain('TLS handshake');
        const detail = await detailFor(authority, sent, pair);
        if (sent.length > 0) expect(detail).not.toContain('TLS handshake');
      }
    });

    it('names the certificate that is missing', async () => {
      const issuing = await authority.subordinate();
      const pair = await issue({}, issuing);
      const nameOf = ({ caPem }: Authority) =>
        new X509Certificate(caPem).subject.replace('CN=', '');
      const stranger = await createAuthority();
      const missing = (one: Authority) =>
        expect.stringContaining(`LDAP_CA_FILE lacks the certificate of "${nameOf(one)}"`);
      expect(await detailFor(authority, [], pair)).toEqual(missing(issuing));
      expect(await detailFor(stranger, [], pair)).toEqual(missing(issuing));
      expect(await detailFor(stranger, [issuing.caPem], pair)).toEqual(missing(authority));
    });
  });

  const day = 86_400_000;
  const expired = {
    notBefore: new Date(Date.now() - 9 * day),
    notAfter: new Date(Date.now() - day),
  };
  const otherName = { dnsNames: ['dc1.another.test'], ipAddresses: ['127.0.0.9'] };
  const certificates: [string, () => Promise<Pair>][] = [
    ['is self-signed', selfSigned],
    ['has expired', () => issue(expired)],
    ['is for another name', () => issue(otherName)],
    ['is of another authority', async () => issue({}, await createAuthority())],
  ];

  it.each(certificates)(
    'sends nothing to an LDAPS server whose certificate %s',
    async (_, make) => {
      const server = await serve(withTls(await make()));
      for (const host of ['127.0.0.1', 'localhost']) {
        const { code, ms } = await soonFailure(`ldaps://${host}:${server.port}`);
        expect([host, code]).toEqual([host, 'tls']);
        expect(ms).toBeLessThan(SOON_MS);
      }
      expect(server.decrypted()).toHaveLength(0);
      expect(server.received().includes(CANARY)).toBe(false);
    },
  );

  it.each(certificates)('sends nothing after StartTLS when the certificate %s', async (_, make) => {
    const server = await serve(withStartTls(STARTTLS_DONE, await make()));
    expect((await failure(`ldap://127.0.0.1:${server.port}`)).code).toBe('tls');
    expect(server.decrypted()).toHaveLength(0);
    expect(server.received().includes(CANARY)).toBe(false);
  });

  it('sends nothing over TLS 1.1', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    const server = await serve(withTls(good, old));
    expect((await failure(`ldaps://127.0.0.1:${server.port}`)).code).toBe('tls');
    expect(server.decrypted()).toHaveLength(0);
  });

  it.each([
    ['an LDAP server without TLS', 'ldaps', (socket) => void socket.write(BIND_DONE)],
    ['a server that refuses StartTLS', 'ldap', withStartTls(STARTTLS_REFUSED)],
    ['a server that answers StartTLS with a bind', 'ldap', withStartTls(BIND_DONE)],
    [
      'a server that says more before TLS than it was asked',
      'ldap',
      (socket) =>
        void socket.once('data', () => socket.write(Buffer.concat([STARTTLS_DONE, BIND_DONE]))),
    ],
    ['a server that answers StartTLS without end', 'ldap', withStartTls(Buffer.alloc(8_192, 0x30))],
  ] as [string, string, Behaviour][])(
    'falls back to nothing before %s',
    async (_, scheme, behave) => {
      const server = await serve(behave);
      const { code, ms } = await soonFailure(`${scheme}://127.0.0.1:${server.port}`);
      expect(code).toBe('tls');
      expect(ms).toBeLessThan(SOON_MS);
      expect(server.received().includes(CANARY)).toBe(false);
    },
  );

  it.each([
    ['ends', (socket) => void socket.once('data', () => socket.end())],
    [
      'is reset within a message',
      (socket) =>
        void socket.once('data', () =>
          socket.write(STARTTLS_DONE.subarray(0, 5), () => socket.resetAndDestroy()),
        ),
    ],
  ] as [string, Behaviour][])(
    'gives up at once when the connection %s before TLS',
    async (_, behave) => {
      const server = await serve(behave);
      const { code, ms } = await soonFailure(`ldap://127.0.0.1:${server.port}`);
      expect(code).toBe('unreachable');
      expect(ms).toBeLessThan(SOON_MS);
      expect(server.received().includes(CANARY)).toBe(false);
    },
  );

  it('gives up after 3 s on silence, wherever it begins', async () => {
    const hole = await startBlackHole();
    closing.push(() => hole.close());
    const silent = await serve(() => undefined);
    const silentAfterAgreeing = await serve(withStartTls(STARTTLS_DONE));
    const half = await serve(withStartTls(STARTTLS_DONE.subarray(0, 5)));
    const outcomes = await Promise.all(
      [
        `ldaps://127.0.0.1:${hole.port}`,
        `ldaps://127.0.0.1:${silent.port}`,
        `ldap://127.0.0.1:${silent.port}`,
        `ldap://127.0.0.1:${silentAfterAgreeing.port}`,
        `ldap://127.0.0.1:${half.port}`,
      ].map(failure),
    );
    for (const { code, ms } of outcomes) {
      expect(code).toBe('unreachable');
      expect(ms).toBeGreaterThan(2_900);
      // The system itself would wait for two minutes, or for ever.
      expect(ms).toBeLessThan(30_000);
    }
    for (const server of [silent, silentAfterAgreeing, half]) {
      expect(server.received().includes(CANARY)).toBe(false);
    }
  });

  it('gives up at once when a message breaks off within TLS, and starts anew', async () => {
    const { certPem: cert, keyPem: key } = good;
    let connections = 0;
    const server = await serve((_socket, secure) => {
      connections += 1;
      secure({ cert, key }, (socket) => {
        socket.write(BIND_DONE.subarray(0, 5), () => socket.destroy());
      });
    });
    const directory = open(`ldaps://127.0.0.1:${server.port}`);
    let asked = 0;
    for (let time = 1; time <= 2; time += 1) {
      const took = await leastMs(SOON_MS, async () => {
        const answer = directory.managerById('00000000-1111-2222-3333-444444444444', never);
        await expect(answer).rejects.toMatchObject({ code: 'unreachable' });
        asked += 1;
        expect(connections).toBe(asked);
      });
      expect(took).toBeLessThan(SOON_MS);
    }
  });

  it('waits for a silent server no longer than a connection may take', async () => {
    const server = await serve(() => undefined);
    const deadlines = { connectMs: 100, answerMs: 60_000, callMs: 60_000 };
    const directory = open(`ldaps://127.0.0.1:${server.port}`, authority.caPem, deadlines);
    const began = performance.now();
    const answer = directory.managerById('00000000-1111-2222-3333-444444444444', never);
    await expect(answer).rejects.toMatchObject({ code: 'unreachable' });
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it.each(['ldaps', 'ldap'])(
    'sends the password once the server is verified (%s)',
    async (scheme) => {
      const { certPem: cert, keyPem: key } = good;
      const answers = (socket: { write(data: Buffer): unknown }): ((data: Buffer) => void) => {
        let asked = 0;
        return () => void socket.write((asked += 1) === 1 ? BIND_DONE : SEARCH_DONE);
      };
      const server = await serve((socket, secure) => {
        let answer: ((data: Buffer) => void) | undefined;
        const begin = (): void => {
          secure({ cert, key }, (secured, data) => {
            answer ??= answers(secured);
            answer(data);
          });
        };
        if (scheme === 'ldaps') begin();
        else socket.once('data', () => socket.write(STARTTLS_DONE, begin));
      });
      const directory = open(`${scheme}://127.0.0.1:${server.port}`);
      const enough = new AbortController();
      const answer = directory
        .managerById('00000000-1111-2222-3333-444444444444', enough.signal)
        .catch(() => undefined);
      for (let waited = 0; waited < 3_000 && !server.decrypted().includes(CANARY); waited += 1) {
        await pause(10);
      }
      enough.abort();
      await answer;
      expect(server.decrypted().includes(CANARY)).toBe(true);
      expect(server.received().includes(CANARY)).toBe(false);
    },
  );
});
