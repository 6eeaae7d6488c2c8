import { readFileSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import { strToU8, zipSync } from 'fflate';
import type { Installation } from './installation.ts';

/** The Teams app package, a zip: the same bytes for the same installation. */
export function appPackage({ appId, version, pages }: Installation): Uint8Array {
  const values = new Map(Object.entries({ MicrosoftAppId: appId, version, ...pages }));
  const manifest = read('manifest.json').replaceAll(
    /\{(\w+)\}/g,
    (word, name: string) => values.get(name) ?? word,
  );
  return zipSync(
    {
      'manifest.json': strToU8(manifest),
      'en.json': strToU8(read('en.json')),
      'color.png': png('color.svg', 192),
      'outline.png': png('outline.svg', 32),
    },
    { mtime: new Date(1980, 0, 1) },
  );
}

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

function png(name: string, width: number): Uint8Array {
  return new Resvg(read(name), { fitTo: { mode: 'width', value: width } }).render().asPng();
}
