/** The app package's facts about one installation. */
export interface Installation {
  /** The bot's app id; the Teams app carries the same. */
  readonly appId: string;
  readonly version: string;
  /** The organisation's pages, https, which Teams links to from the app. */
  readonly pages: Pages;
}

interface Pages {
  readonly website: string;
  readonly privacy: string;
  readonly terms: string;
}

/** An installation, or every fault with its remedy. */
export type ReadInstallation =
  | { readonly installation: Installation; readonly minds: readonly string[] }
  | { readonly faults: readonly string[] };

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const UNSET_GUID = /^[0-]+$/;
const PAGES = [
  { page: 'website', variable: 'MANIFEST_WEBSITE_URL', path: '' },
  { page: 'privacy', variable: 'MANIFEST_PRIVACY_URL', path: '/privacy' },
  { page: 'terms', variable: 'MANIFEST_TERMS_URL', path: '/terms' },
] as const;
/** The limits in the schema of the manifest. */
const MAX_URL_LENGTH = 2_048;

/**
 * Reads the installation from the environment. A page that is not named is taken to be below
 * PUBLIC_URL; `minds` says so, because the bot itself has no such page.
 */
export function readInstallation(
  environment: Readonly<Record<string, string | undefined>>,
  version: string,
): ReadInstallation {
  const appId = environment['MicrosoftAppId'] ?? '';
  const origin = httpsOrigin(environment['PUBLIC_URL'] ?? '');
  const faults: string[] = [];
  if (!GUID.test(appId) || UNSET_GUID.test(appId)) {
    faults.push("MicrosoftAppId: the GUID of the bot's registration in Entra is needed");
  }
  if (origin === undefined) {
    faults.push('PUBLIC_URL: an https origin is needed, such as https://bot.example.se');
  }
  const minds: string[] = [];
  const pages = { website: '', privacy: '', terms: '' };
  for (const { page, variable, path } of PAGES) {
    const url = environment[variable] ?? '';
    pages[page] = url === '' ? `${origin ?? ''}${path}` : url;
    if (url === '') {
      minds.push(
        `${variable} is not set: Teams will link to ${pages[page]}, where the bot itself answers 404`,
      );
    } else if (!isPage(url)) {
      faults.push(`${variable}: an https address is needed, such as https://www.example.se${path}`);
    }
  }
  if (faults.length > 0) return { faults };
  return { installation: { appId: appId.toLowerCase(), version, pages }, minds };
}

function httpsOrigin(url: string): string | undefined {
  if (!isPage(url)) return undefined;
  const { origin, pathname, search, hash } = new URL(url);
  return pathname === '/' && `${search}${hash}` === '' ? origin : undefined;
}

function isPage(url: string): boolean {
  // A quotation mark would end the text in the manifest; a control character may not stand in it.
  if (!URL.canParse(url) || url.length > MAX_URL_LENGTH || /["\\\s\p{Cc}]/u.test(url)) return false;
  const { protocol, username, password } = new URL(url);
  return protocol === 'https:' && `${username}${password}` === '';
}
