import 'reflect-metadata'; // @peculiar/x509's dependency injection looks for it at load
import { constants, createHash, verify, webcrypto, X509Certificate } from 'node:crypto';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { z } from 'zod';

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;
const DAY_MS = 24 * 3_600_000;
/** Ten minutes, as Entra's documentation asks for, and a little for the clocks. */
const MAX_LIFE_SECONDS = 660;

/** A certificate as an administrator makes one for a bot registration, for 90 days if nothing else is said. */
export async function createBotCertificate(
  notAfter = new Date(Date.now() + 90 * DAY_MS),
): Promise<{ certificate: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=bot',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter,
    signingAlgorithm: RSA,
    keys,
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: made.toString('pem'), key: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

const header = z.object({ alg: z.literal('PS256'), 'x5t#S256': z.string() });
const claims = z.object({
  aud: z.string(),
  iss: z.string(),
  sub: z.string(),
  exp: z.number(),
  jti: z.string(),
});

/** Whether Microsoft's login takes the assertion of a registration that knows the certificate. */
export function isAssertionOf(assertion: string, certificate: string, appId: string): boolean {
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  const { 'x5t#S256': thumbprint } = header.parse(read(head));
  const { aud, iss, sub, exp } = claims.parse(read(body));
  const known = new X509Certificate(certificate);
  const life = exp - Date.now() / 1000;
  return (
    thumbprint === createHash('sha256').update(known.raw).digest('base64url') &&
    /^https:\/\/login\.microsoftonline\.com\/[0-9a-f-]{36}\/oauth2\/v2\.0\/token$/.test(aud) &&
    iss === appId &&
    sub === appId &&
    life > 0 &&
    life < MAX_LIFE_SECONDS &&
    verify(
      'sha256',
      Buffer.from(`${head}.${body}`),
      {
        key: known.publicKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      },
      Buffer.from(signature, 'base64url'),
    )
  );
}
