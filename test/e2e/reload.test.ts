import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../demo/certificates.ts';
import { folderOfSuite } from '../support/ofSuite.ts';
import { SERVICE_PASSWORD, startParts } from '../support/parts.ts';
import { Product } from '../support/product.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { newEnrolled, newManager, enroll, reset, resetToPassword } from '../support/walks.ts';

const folder = await folderOfSuite();
const keyNamed = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [OLD_KEY, OTHER_KEY] = [keyNamed('k1'), keyNamed('k9')];
const foreign = await createAuthority();
const FILES = [
  'MicrosoftAppPassword_FILE',
  'ENCRYPTION_KEYS_FILE',
  'LDAP_BIND_PASSWORD_FILE',
  'TWILIO_AUTH_TOKEN_FILE',
  'METRICS_TOKEN_FILE',
  'LDAP_CA_FILE',
] as const;
type Contents = Partial<Record<(typeof FILES)[number], string>>;
/** The files as they are now. */
const given: Contents = {};

/** As an administrator replaces files: each whole, at one moment. */
async function give(contents: Contents): Promise<void> {
  Object.assign(given, contents);
  for (const [name, text] of Object.entries(contents)) {
    await writeFile(join(folder, `${name}.new`), `${text}\n`, { mode: 0o600 });
    await rename(join(folder, `${name}.new`), join(folder, name));
  }
}

const inFiles = FILES.filter((name) => name !== 'LDAP_CA_FILE');
const parts = await startParts({
  env: {
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    ...Object.fromEntries(inFiles.map((name) => [name.replace(/_FILE$/, ''), ''])),
    ...Object.fromEntries(FILES.map((name) => [name, join(folder, name)])),
  },
});
await give({
  MicrosoftAppPassword_FILE: 'first',
  ENCRYPTION_KEYS_FILE: OLD_KEY,
  LDAP_BIND_PASSWORD_FILE: SERVICE_PASSWORD,
  TWILIO_AUTH_TOKEN_FILE: parts.twilio.authToken,
  METRICS_TOKEN_FILE: 'first',
  LDAP_CA_FILE: await readFile(join(parts.folder, 'ca.pem'), 'utf8'),
});
// The bot logs in again and again.
parts.teams.tokenSeconds = 1;
const product = new Product(parts);
atSuiteEnd(() => product.stop());
await product.start();
const { teams, directory, twilio } = product;
const GOOD = 'Kaffekanna-Blomma-42';

let from = 0;
beforeEach(() => {
  from = product.output.length;
});

/** Sends SIGHUP and waits for what the bot says of it. */
async function reload(said: string): Promise<string> {
  process.kill(product.bot.pid, 'SIGHUP');
  await teams.until(() => product.output.slice(from).includes(said));
  return product.output.slice(from);
}

async function statusOfMetrics(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${product.url}/metrics`, { headers })).status;
}

describe('SIGHUP', () => {
  it('takes all secrets while the bot runs, and what is under way ends', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    teams.registration.secret = 'app-second';
    twilio.promoteToken();
    directory.setPassword(product.setting('LDAP_BIND_DN'), 'Nytt-Tjanst-Losen-88');
    await give({
      MicrosoftAppPassword_FILE: 'app-second',
      ENCRYPTION_KEYS_FILE: `${keyNamed('k2')},${OLD_KEY}`,
      LDAP_BIND_PASSWORD_FILE: 'Nytt-Tjanst-Losen-88',
      TWILIO_AUTH_TOKEN_FILE: twilio.authToken,
      METRICS_TOKEN_FILE: 'metrics-second',
    });
    const output = await reload('read again, and taken');
    for (const secret of ['app-second', 'metrics-second', 'Nytt-Tjanst', twilio.authToken]) {
      expect(output).not.toContain(secret);
    }
    const typed = { newPassword: GOOD, confirmPassword: GOOD };
    expect(await walker.chat.tap('setPassword', typed)).toBe('reset.done');
    expect(await enroll(product, newManager(product))).toBe('enrollment.done');
    expect([await statusOfMetrics('first'), await statusOfMetrics('metrics-second')]).toEqual([
      403, 200,
    ]);
    const { stdout, stderr } = await product.runAdmin(['check']);
    const [, all] = /(\d+) encrypted values/.exec(stdout + stderr) ?? [];
    const [, earlier] =
      /(\d+) values are encrypted with an earlier key/.exec(stdout + stderr) ?? [];
    expect(Number(earlier)).toBeGreaterThan(0);
    expect(Number(earlier)).toBeLessThan(Number(all));
  });

  it.each<[string, Contents, string]>([
    [
      'a password that the directory refuses',
      { LDAP_BIND_PASSWORD_FILE: 'canary' },
      'serviceAccount',
    ],
    ['a foreign authority', { LDAP_CA_FILE: foreign.caPem }, 'LDAP_CA_FILE: tls'],
    ['a secret that the login refuses', { MicrosoftAppPassword_FILE: 'canary' }, 'gives no token'],
    [
      'a token that the SMS service refuses',
      { TWILIO_AUTH_TOKEN_FILE: 'canary' },
      'account is refused',
    ],
    ['no key that is needed', { ENCRYPTION_KEYS_FILE: OTHER_KEY }, 'need a key that is gone'],
    [
      'a value that is wrong by itself',
      { ENCRYPTION_KEYS_FILE: 'canary' },
      'ENCRYPTION_KEYS: must be',
    ],
  ])('takes nothing where there is %s', async (_, wrong, said) => {
    const before = { ...given };
    const walker = await newEnrolled(product);
    await give({ METRICS_TOKEN_FILE: 'third', ...wrong });
    const output = await reload('nothing of them was taken');
    expect(output).toContain(said);
    expect(output).not.toContain('canary');
    expect(await statusOfMetrics('third')).toBe(403);
    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    await give(before);
  });
});
