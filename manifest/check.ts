import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv-draft-04';
import { strFromU8, unzipSync } from 'fflate';
import { PNG } from 'pngjs';

const SCHEMAS = '@microsoft/app-manifest/build/json-schemas/teams';
const SCHEMA_OF = { 'manifest.json': 'MicrosoftTeams', 'en.json': 'MicrosoftTeams.Localization' };
const FILES = ['manifest.json', 'en.json', 'color.png', 'outline.png'];

/** The faults for which Teams would refuse an app package, one line each; none: it may be uploaded. */
export function packageFaults(zip: Uint8Array): string[] {
  const files = unzipSync(zip);
  const missing = FILES.filter((name) => !(name in files));
  const unknown = Object.keys(files).filter((name) => !FILES.includes(name));
  if (missing.length + unknown.length > 0) {
    return [...missing.map((name) => `${name}: missing`), ...unknown.map((name) => `${name}: odd`)];
  }
  const file = (name: string): Uint8Array => files[name] ?? new Uint8Array();
  return [
    ...textFaults('manifest.json', file('manifest.json')),
    ...textFaults('en.json', file('en.json')),
    ...colorIconFaults(PNG.sync.read(Buffer.from(file('color.png')))),
    ...outlineIconFaults(PNG.sync.read(Buffer.from(file('outline.png')))),
  ];
}

function textFaults(name: keyof typeof SCHEMA_OF, bytes: Uint8Array): string[] {
  const text = strFromU8(bytes);
  const content: { readonly $schema?: unknown } = JSON.parse(text);
  const [, version] = /\/teams\/(v[\d.]+)\//.exec(String(content.$schema)) ?? [];
  if (version === undefined) return [`${name}: $schema names no version`];
  const path = `${SCHEMAS}/${version}/${SCHEMA_OF[name]}.schema.json`;
  const schema: object = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve(path), 'utf8'),
  );
  const validate = new Ajv.default({
    allErrors: true,
    strict: false,
    unicodeRegExp: false,
    validateFormats: false,
  }).compile(schema);
  validate(content);
  return [
    ...(validate.errors ?? []).map(
      ({ instancePath, message }) => `${name}: ${instancePath} ${message ?? ''}`,
    ),
    ...(text.match(/\{\w+\}/g) ?? []).map((word) => `${name}: ${word} was not filled in`),
  ];
}

function colorIconFaults({ width, height, data }: PNG): string[] {
  return [
    ...sizeFaults('color.png', { width, height }, 192),
    ...(pixels(data).every(([, , , alpha]) => alpha === 255) ? [] : ['color.png: not opaque']),
  ];
}

function outlineIconFaults({ width, height, data }: PNG): string[] {
  const all = pixels(data);
  const visible = all.filter(([, , , alpha]) => alpha > 0);
  const isWhite = visible.every(([red, green, blue]) => Math.min(red, green, blue) === 255);
  const isOutline = visible.length > 0 && visible.length < all.length;
  return [
    ...sizeFaults('outline.png', { width, height }, 32),
    ...(isWhite && isOutline ? [] : ['outline.png: not white on transparent']),
  ];
}

function sizeFaults(
  name: string,
  { width, height }: { readonly width: number; readonly height: number },
  size: number,
): string[] {
  if (width === size && height === size) return [];
  return [`${name}: ${String(width)}×${String(height)}, not ${String(size)}×${String(size)}`];
}

type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

function pixels(data: Buffer): Pixel[] {
  return Array.from({ length: data.length / 4 }, (_, index) => {
    const at = index * 4;
    return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, data[at + 3] ?? 0];
  });
}
