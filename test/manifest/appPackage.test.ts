import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Resvg } from '@resvg/resvg-js';
import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv-draft-04';
import { strFromU8, unzipSync } from 'fflate';
import { appPackage, readInstallation } from '../../manifest/appPackage.ts';

const APP_ID = '5f0c3c52-6f2b-4c0e-9a53-3f1f2f1d9e11';
const INSTALLATION = {
  appId: APP_ID,
  publicUrl: 'https://bot.example.se',
  version: '1.2.3',
};
/** The words that the contract's chat section opens cards with. */
const WORDS = [
  ...['registrera', 'byt nummer', 'enroll', 'byt lösenord', 'glömt lösenord', 'återställ', 'reset'],
  ...['lås upp', 'unlock', 'status', 'hjälp', 'help', 'avbryt', 'cancel', 'svenska', 'english'],
];

const require = createRequire(import.meta.url);
const zip = unzipSync(appPackage(INSTALLATION));
const manifest: Record<string, unknown> = JSON.parse(strFromU8(zip['manifest.json']!));
const english: Record<string, string> = JSON.parse(strFromU8(zip['en.json']!));

function validator(name: string): ValidateFunction {
  const file = `@microsoft/app-manifest/build/json-schemas/teams/v1.25/${name}.schema.json`;
  const schema: object = JSON.parse(readFileSync(require.resolve(file), 'utf8'));
  const options = { strict: false, unicodeRegExp: false, validateFormats: false };
  return new Ajv.default(options).compile(schema);
}

describe('the Teams app package', () => {
  it('holds the manifest, the English texts and both icons, nothing else', () => {
    expect(Object.keys(zip).sort()).toEqual([
      'color.png',
      'en.json',
      'manifest.json',
      'outline.png',
    ]);
  });

  it('is valid by the schema of its version, in both languages', () => {
    const isManifest = validator('MicrosoftTeams');
    isManifest(manifest);
    expect(isManifest.errors).toBeNull();
    const isLocalization = validator('MicrosoftTeams.Localization');
    isLocalization(english);
    expect(isLocalization.errors).toBeNull();
    expect(isManifest({ ...manifest, icons: undefined })).toBe(false);
  });

  it('names this installation and leaves no placeholder', () => {
    expect(manifest).toMatchObject({ id: APP_ID, version: '1.2.3', bots: [{ botId: APP_ID }] });
    expect(manifest['developer']).toMatchObject({ websiteUrl: 'https://bot.example.se' });
    expect(strFromU8(zip['manifest.json']!)).not.toMatch(/\{\w+\}/);
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

  it('lists only words that the bot knows', () => {
    const titles = [
      ...commands().map(({ title }) => title),
      ...Object.entries(english).flatMap(([key, text]) => (key.endsWith('].title') ? [text] : [])),
    ];
    expect(titles).toHaveLength(14);
    for (const title of titles) expect(WORDS).toContain(title);
  });

  it('has a full color icon and a white outline on nothing, in the sizes that Teams asks for', () => {
    const icon = (name: string): { width: number; height: number; pixels: Uint8Array } => {
      const data = Buffer.from(zip[name]!).toString('base64');
      const [width, height] = [16, 20].map((at) => Buffer.from(zip[name]!).readUInt32BE(at));
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}"><image href="data:image/png;base64,${data}" width="${String(width)}" height="${String(height)}"/></svg>`;
      const image = new Resvg(svg).render();
      return { width: image.width, height: image.height, pixels: image.pixels };
    };
    const color = icon('color.png');
    expect(color).toMatchObject({ width: 192, height: 192 });
    expect(color.pixels.filter((_, index) => index % 4 === 3).every((a) => a === 255)).toBe(true);

    const outline = icon('outline.png');
    expect(outline).toMatchObject({ width: 32, height: 32 });
    const alphas = outline.pixels.filter((_, index) => index % 4 === 3);
    expect(alphas.some((alpha) => alpha === 0) && alphas.some((alpha) => alpha === 255)).toBe(true);
    const opaque = [...outline.pixels].filter(
      (_, index) => outline.pixels[index - (index % 4) + 3] === 255,
    );
    expect(opaque.every((value) => value === 255)).toBe(true);
  });

  it('is the same package for the same installation', () => {
    expect(appPackage(INSTALLATION)).toEqual(appPackage(INSTALLATION));
  });
});

describe('npm run manifest', () => {
  it('reports every fault of the environment at once and builds nothing', () => {
    expect(readInstallation({}, '1.0.0')).toEqual({
      faults: [expect.stringMatching(/^MicrosoftAppId: /), expect.stringMatching(/^PUBLIC_URL: /)],
    });
  });

  it.each([
    ['not a GUID', { MicrosoftAppId: 'x"y' }],
    ['an empty GUID', { MicrosoftAppId: '00000000-0000-0000-0000-000000000000' }],
    ['plain http', { PUBLIC_URL: 'http://bot.example.se' }],
    ['a path', { PUBLIC_URL: 'https://bot.example.se/bot' }],
    ['a user', { PUBLIC_URL: 'https://user@bot.example.se' }],
  ])('refuses %s', (_, wrong) => {
    const right = { MicrosoftAppId: APP_ID, PUBLIC_URL: 'https://bot.example.se/' };
    expect(readInstallation(right, '1.2.3')).toEqual(INSTALLATION);
    expect(readInstallation({ ...right, ...wrong }, '1.2.3')).toEqual({
      faults: [expect.stringContaining(Object.keys(wrong)[0]!)],
    });
  });

  it('writes the zip and prints where', () => {
    const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
    const file = join(folder, 'app.zip');
    const run = spawnSync(process.execPath, ['manifest/build.ts', file], {
      env: {
        PATH: process.env['PATH'],
        MicrosoftAppId: APP_ID,
        PUBLIC_URL: 'https://bot.example.se',
      },
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: `${file}\n` });
    expect(unzipSync(readFileSync(file))).toHaveProperty(['manifest.json']);
    rmSync(folder, { recursive: true });
  });

  it('exits with 1 and one line for each fault', () => {
    const run = spawnSync(process.execPath, ['manifest/build.ts', '/nowhere'], {
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toMatch(/^MicrosoftAppId: .*\nPUBLIC_URL: .*\n$/);
  });
});

function commands(): { title: string; description: string }[] {
  const [bot] = manifest['bots'] as { commandLists: { commands: [] }[] }[];
  return bot?.commandLists[0]?.commands ?? [];
}
