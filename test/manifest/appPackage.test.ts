import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { PNG } from 'pngjs';
import { appPackage } from '../../manifest/appPackage.ts';
import { packageFaults } from '../../manifest/check.ts';
import { readInstallation } from '../../manifest/installation.ts';
import { readMessage } from '../../src/teams/in/commands.ts';

const APP_ID = '5f0c3c52-6f2b-4c0e-9a53-3f1f2f1d9e11';
const INSTALLATION = {
  appId: APP_ID,
  version: '1.2.3',
  pages: {
    website: 'https://www.example.se/losenord',
    privacy: 'https://www.example.se/personuppgifter',
    terms: 'https://www.example.se/villkor',
  },
};
const ENVIRONMENT = {
  MicrosoftAppId: APP_ID,
  PUBLIC_URL: 'https://bot.example.se/',
  MANIFEST_WEBSITE_URL: INSTALLATION.pages.website,
  MANIFEST_PRIVACY_URL: INSTALLATION.pages.privacy,
  MANIFEST_TERMS_URL: INSTALLATION.pages.terms,
};
const zip = unzipSync(appPackage(INSTALLATION));
const manifest: Record<string, unknown> = JSON.parse(strFromU8(zip['manifest.json']!));
const english: Record<string, string> = JSON.parse(strFromU8(zip['en.json']!));

describe('the Teams app package', () => {
  it('holds the manifest, the English texts and both icons, nothing else', () => {
    expect(Object.keys(zip).sort()).toEqual([
      'color.png',
      'en.json',
      'manifest.json',
      'outline.png',
    ]);
  });

  it('is one that Teams takes, in both languages', () => {
    expect(packageFaults(appPackage(INSTALLATION))).toEqual([]);
  });

  it('names this installation and leaves no placeholder', () => {
    expect(manifest).toMatchObject({ id: APP_ID, version: '1.2.3', bots: [{ botId: APP_ID }] });
    expect(manifest['developer']).toMatchObject({
      websiteUrl: 'https://www.example.se/losenord',
      privacyUrl: 'https://www.example.se/personuppgifter',
      termsOfUseUrl: 'https://www.example.se/villkor',
    });
    expect(strFromU8(zip['manifest.json']!)).not.toMatch(/\{\w+\}/);
  });

  it('has each address as it was given, also with signs that mean more to a program', () => {
    const website = "https://www.example.se/$&/$$/$'/{version}";
    const { 'manifest.json': filled } = unzipSync(
      appPackage({ ...INSTALLATION, pages: { ...INSTALLATION.pages, website } }),
    );
    expect(JSON.parse(strFromU8(filled!))).toMatchObject({ developer: { websiteUrl: website } });
  });

  it('is for personal chats only, without anonymous guests', () => {
    expect(manifest).toMatchObject({ bots: [{ scopes: ['personal'], isNotificationOnly: false }] });
    expect(manifest).not.toHaveProperty('supportsAnonymousGuestUsers');
    expect(manifest).not.toHaveProperty('supportedChannelTypes');
    expect(manifest).toMatchObject({ validDomains: [], defaultInstallScope: 'personal' });
  });

  it('is Swedish by default and says all of it in English too', () => {
    expect(manifest['localizationInfo']).toEqual({
      defaultLanguageTag: 'sv',
      additionalLanguages: [{ languageTag: 'en', file: 'en.json' }],
    });
    const keys = Object.keys(english).filter((key) => key !== '$schema');
    const swedish = [
      ...['name.short', 'name.full', 'description.short', 'description.full'],
      ...commands().flatMap((_, index) =>
        ['title', 'description'].map(
          (part) => `bots[0].commandLists[0].commands[${String(index)}].${part}`,
        ),
      ),
    ];
    expect(keys.sort()).toEqual(swedish.sort());
  });

  it('lists only words that the bot understands, each once', () => {
    const titles = [
      ...commands().map(({ title }) => title),
      ...Object.entries(english).flatMap(([key, text]) => (key.endsWith('].title') ? [text] : [])),
    ];
    expect(titles).toHaveLength(14);
    for (const title of titles) expect([title, readMessage(title).type]).not.toContain('text');
    expect(new Set(commands().map(({ title }) => title)).size).toBe(7);
  });

  it('is the same package for the same installation', () => {
    expect(appPackage(INSTALLATION)).toEqual(appPackage(INSTALLATION));
  });
});

describe('packageFaults', () => {
  const changed = (name: string, bytes: Uint8Array): string[] =>
    packageFaults(zipSync({ ...zip, [name]: bytes }));
  const withManifest = (change: Record<string, unknown>): string[] =>
    changed('manifest.json', strToU8(JSON.stringify({ ...manifest, ...change })));
  const icon = (size: number, [red, green, blue, alpha]: readonly number[]): Uint8Array => {
    const image = new PNG({ width: size, height: size });
    image.data.set(
      Array.from({ length: size * size }, () => [red, green, blue, alpha].map(Number)).flat(),
    );
    return PNG.sync.write(image);
  };

  it.each([
    ['a part that the schema asks for', { icons: undefined }, /^manifest.json: .*icons/],
    ['an address that is not https', { developer: { name: 'IT' } }, /^manifest.json: \/developer/],
    ['a name that is too long', { name: { short: 'a'.repeat(31) } }, /^manifest.json: \/name/],
    ['a word that was not filled in', { packageName: '{word}' }, /\{word\} was not filled in$/],
    ['a schema of no version', { $schema: 'https://example.se' }, /names no version$/],
  ])('names %s', (_, change, fault) => {
    expect(withManifest(change).join('\n')).toMatch(new RegExp(fault, 'm'));
  });

  it('names a text that is too long in English', () => {
    const name = JSON.stringify({ ...english, 'name.short': 'a'.repeat(31) });
    expect(changed('en.json', strToU8(name)).join()).toMatch(/^en.json: \/name/);
  });

  it.each([
    ['color.png', 191, [1, 2, 3, 255], 'color.png: 191×191, not 192×192'],
    ['color.png', 192, [1, 2, 3, 254], 'color.png: not opaque'],
    ['outline.png', 31, [255, 255, 255, 128], 'outline.png: 31×31, not 32×32'],
    ['outline.png', 32, [255, 255, 255, 255], 'outline.png: not white on transparent'],
    ['outline.png', 32, [255, 255, 255, 0], 'outline.png: not white on transparent'],
  ])('names what is wrong with %s (%#)', (name, size, colour, fault) => {
    expect(changed(name, icon(size, colour))).toContain(fault);
  });

  it('names a file that is missing, and one that is odd', () => {
    const rest = Object.entries(zip).filter(([name]) => name !== 'en.json');
    const files = { ...Object.fromEntries(rest), 'notes.txt': strToU8('') };
    expect(packageFaults(zipSync(files))).toEqual(['en.json: missing', 'notes.txt: odd']);
  });
});

describe('the environment of the app package', () => {
  it('gives the installation', () => {
    expect(readInstallation(ENVIRONMENT, '1.2.3')).toEqual({
      installation: INSTALLATION,
      minds: [],
    });
  });

  it('is reported with every fault at once', () => {
    expect(readInstallation({ MANIFEST_TERMS_URL: 'x' }, '1.0.0')).toEqual({
      faults: [
        expect.stringMatching(/^MicrosoftAppId: /),
        expect.stringMatching(/^PUBLIC_URL: /),
        expect.stringMatching(/^MANIFEST_TERMS_URL: /),
      ],
    });
  });

  it('may leave the pages to the proxy in front of the bot, and that is said', () => {
    const { MicrosoftAppId, PUBLIC_URL } = ENVIRONMENT;
    expect(readInstallation({ MicrosoftAppId, PUBLIC_URL }, '1.2.3')).toEqual({
      installation: {
        ...INSTALLATION,
        pages: {
          website: 'https://bot.example.se',
          privacy: 'https://bot.example.se/privacy',
          terms: 'https://bot.example.se/terms',
        },
      },
      minds: [
        expect.stringMatching(/^MANIFEST_WEBSITE_URL is not set: .*404$/),
        expect.stringMatching(/^MANIFEST_PRIVACY_URL is not set: .*404$/),
        expect.stringMatching(/^MANIFEST_TERMS_URL is not set: .*404$/),
      ],
    });
  });

  it.each([
    ['what is no GUID', { MicrosoftAppId: 'x"y' }],
    ['an empty GUID', { MicrosoftAppId: '00000000-0000-0000-0000-000000000000' }],
    ['plain http', { PUBLIC_URL: 'http://bot.example.se' }],
    ['a path', { PUBLIC_URL: 'https://bot.example.se/bot' }],
    ['a user', { PUBLIC_URL: 'https://user@bot.example.se' }],
    ['a website by plain http', { MANIFEST_WEBSITE_URL: 'http://www.example.se' }],
    ['a privacy page that is no address', { MANIFEST_PRIVACY_URL: 'www.example.se/privacy' }],
    ['a privacy page with a password', { MANIFEST_PRIVACY_URL: 'https://u:p@www.example.se' }],
    ['terms that would end the text', { MANIFEST_TERMS_URL: 'https://www.example.se/","x":"' }],
    ['terms with a control character', { MANIFEST_TERMS_URL: 'https://www.example.se/\u0007' }],
    [
      'terms that are too long',
      { MANIFEST_TERMS_URL: `https://www.example.se/${'a'.repeat(2048)}` },
    ],
  ])('refuses %s', (_, wrong) => {
    expect(readInstallation({ ...ENVIRONMENT, ...wrong }, '1.2.3')).toEqual({
      faults: [expect.stringContaining(Object.keys(wrong)[0]!)],
    });
  });
});

describe('npm run manifest', () => {
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = ENVIRONMENT) =>
    spawnSync(process.execPath, ['manifest/build.ts', ...args], {
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
    });
  const zips = (): string[] => readdirSync('manifest').filter((name) => name.endsWith('.zip'));

  it('writes the zip and prints where', () => {
    const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
    const file = join(folder, 'app.zip');
    expect(run([file])).toMatchObject({ status: 0, stderr: '', stdout: `${file}\n` });
    expect(unzipSync(readFileSync(file))).toHaveProperty(['manifest.json']);
    rmSync(folder, { recursive: true });
  });

  it('says what to mind where the pages are left out, and goes on', () => {
    const { MicrosoftAppId, PUBLIC_URL } = ENVIRONMENT;
    const { status, stderr } = run(['--check'], { MicrosoftAppId, PUBLIC_URL });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^(?:mind {2}MANIFEST_\w+_URL is not set: .*\n){3}$/);
  });

  it('only checks for a pipeline, and writes nothing', () => {
    const before = zips();
    expect(run(['--check'])).toMatchObject({
      status: 0,
      stderr: '',
      stdout: 'ok    the app package is valid; nothing was written\n',
    });
    expect(zips()).toEqual(before);
  });

  it.each([[['/nowhere']], [['--check']]])('exits with 1 and one line a fault for %j', (args) => {
    const { status, stdout, stderr } = run(args, {});
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^MicrosoftAppId: .*\nPUBLIC_URL: .*\n$/);
  });

  it.each(['/nowhere/app.zip', tmpdir(), '/dev/full'])(
    'says in one line that %s cannot be written',
    (file) => {
      const { status, stdout, stderr } = run([file]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^Error: (?:ENOENT|EISDIR|ENOSPC): .*\n$/);
    },
  );

  it('says in one line what an unknown option could have been', () => {
    expect(run(['--chekc'])).toMatchObject({
      status: 1,
      stderr: 'npm run -s manifest -- [--check | FILE]\n',
    });
  });
});

function commands(): { title: string; description: string }[] {
  const [bot] = manifest['bots'] as { commandLists: { commands: [] }[] }[];
  return bot?.commandLists[0]?.commands ?? [];
}
