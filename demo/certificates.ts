import 'reflect-metadata'; // @peculiar/x509's dependency injection looks for it at load
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** A certificate is valid from a little before it was made, so that a slow clock accepts it. */
const BACKDATED_MS = 5 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** Long enough that the bot does not warn of the end. */
const LIFETIME_MS = 90 * DAY_MS;

/** The names and lifetime of a server certificate: by default from now for 90 days. */
interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A certificate authority that lives only in this process. */
export interface Authority {
  /** The certificates that a client must trust. */
  readonly caPem: string;
  /** A certificate and PKCS#8 key for a TLS server; dates in the past are accepted. */
  issue(request: CertificateRequest): Promise<{ certPem: string; keyPem: string }>;
  /** An authority below this one, as organisations have them: this one signs nothing else. */
  subordinate(): Promise<Authority>;
}

/** A new authority with its own EC P-256 key; the key never leaves the process. */
export function createAuthority(): Promise<Authority> {
  return authorityBelow(undefined);
}

interface Signer {
  readonly name: string;
  readonly privateKey: webcrypto.CryptoKey;
}

async function authorityBelow(signer: Signer | undefined): Promise<Authority> {
  const keys = await generateKeys();
  const name = `CN=Demo CA ${serialNumber().slice(0, 12)}`;
  const now = Date.now();
  const ca = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: name,
    issuer: signer?.name ?? name,
    notBefore: new Date(now - 10 * 365 * DAY_MS), // older than any expired certificate below it
    notAfter: new Date(now + 2 * LIFETIME_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: signer?.privateKey ?? keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(true, signer === undefined ? 1 : 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  async function issue(request: CertificateRequest) {
    const own = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `CN=${request.commonName}`,
      issuer: name,
      notBefore: request.notBefore ?? new Date(Date.now() - BACKDATED_MS),
      notAfter: request.notAfter ?? new Date(Date.now() + LIFETIME_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([
          ...request.dnsNames.map((value) => ({ type: 'dns' as const, value })),
          ...request.ipAddresses.map((value) => ({ type: 'ip' as const, value })),
        ]),
        await SubjectKeyIdentifierExtension.create(own.publicKey),
        await AuthorityKeyIdentifierExtension.create(ca),
      ],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
    return {
      certPem: certificate.toString('pem'),
      keyPem: PemConverter.encode(key, 'PRIVATE KEY'),
    };
  }

  return {
    caPem: ca.toString('pem'),
    issue,
    subordinate: () => authorityBelow({ name, privateKey: keys.privateKey }),
  };
}

function generateKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function serialNumber(): string {
  // RFC 5280 4.1.2.2: positive, so the first bit stays 0.
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;
}
