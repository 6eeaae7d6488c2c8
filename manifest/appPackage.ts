import { readFileSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import { strToU8, zipSync } from 'fflate';

/** What the app package says of one installation. */
export interface Installation {
  /** The bot's app id; the Teams app carries the same. */
  readonly appId: string;
  /** https origin, without a path. */
  readonly publicUrl: string;
  readonly version: string;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const UNSET_GUID = /^[0-]+$/;

/** Reads the installation from the environment, or gives every fault with what would be right. */
export function readInstallation(
  environment: Readonly<Record<string, string | undefined>>,
  version: string,
): Installation | { readonly faults: readonly string[] } {
  const appId = environment['MicrosoftAppId'] ?? '';
  const url = environment['PUBLIC_URL'] ?? '';
  const publicUrl = httpsOrigin(url);
  const faults = [
    ...(GUID.test(appId) && !UNSET_GUID.test(appId)
      ? []
      : ["MicrosoftAppId: the GUID of the bot's registration in Entra is needed"]),
    ...(publicUrl === undefined
      ? ['PUBLIC_URL: an https origin is needed, such as https://bot.example.se']
      : []),
  ];
  if (publicUrl === undefined || faults.length > 0) return { faults };
  return { appId: appId.toLowerCase(), publicUrl, version };
}

function httpsOrigin(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin, pathname, search, hash, username } = new URL(url);
  const isOrigin = pathname === '/' && `${search}${hash}${username}` === '';
  return protocol === 'https:' && isOrigin ? origin : undefined;
}

/** The Teams app package, a zip: the same bytes for the same installation. */
export function appPackage({ appId, publicUrl, version }: Installation): Uint8Array {
  const manifest = read('manifest.json')
    .replaceAll('{MicrosoftAppId}', appId)
    .replaceAll('{PUBLIC_URL}', publicUrl)
    .replaceAll('{version}', version);
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
