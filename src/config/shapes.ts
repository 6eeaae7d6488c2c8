import type { SendingHours } from '../domain/rotation/calendar.ts';
import { createPrivateKey, X509Certificate } from 'node:crypto';

/** Whether the host is this machine's own loopback, as a URL or a listen address names it. */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.[0-9]{1,3}){3}|\[?::1\]?|localhost)$/i.test(host);
}

/** An https address, http for loopback hosts; without credentials and fragment. */
export function httpUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') {
    return undefined;
  }
  const isAllowed =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  return isAllowed ? text : undefined;
}

/** Such an address without path and query, as it was written save a slash at the end. */
export function origin(text: string): string | undefined {
  const address = httpUrl(text)?.replace(/\/$/, '');
  return address !== undefined && /^https?:\/\/[^/?#\\]+$/i.test(address) ? address : undefined;
}

/** One or several `ldaps://host[:port]` or `ldap://host[:port]`, separated by spaces. */
export function ldapUrls(text: string): string[] | undefined {
  const urls = text
    .trim()
    .split(/\s+/)
    .map((url) => url.replace(/\/$/, ''));
  const isRight = (url: string): boolean =>
    /^ldaps?:\/\/(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/i.test(url) &&
    URL.canParse(url);
  return urls.every(isRight) ? urls : undefined;
}

/** A PostgreSQL address with a database or a host; everything else is left to the driver. */
export function postgresUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^postgres(?:ql)?:$/.test(url.protocol) ? text : undefined;
}

/** Whether a database address leaves this machine over anything but verified TLS. */
export function lacksVerifiedTls(databaseUrl: string): boolean {
  const url = new URL(databaseUrl);
  const host = url.searchParams.get('host') ?? url.hostname;
  const isLocal = host === '' || host.startsWith('/') || isLoopback(host);
  return !isLocal && url.searchParams.get('sslmode') !== 'verify-full';
}

/** Attribute=value pairs; the directory judges the rest. */
export function isDn(text: string): boolean {
  return /^[A-Za-z0-9.-]+ *=.+$/.test(text);
}

/** Any text, with parentheses and backslashes as two hexadecimal digits (RFC 4515 3). */
const FILTER_VALUE = String.raw`(?:[^()\\]|\\[0-9A-Fa-f]{2})*`;
/** `cn=…`, `cn>=…`, `cn:dn:2.5.13.5:=…` and `:2.5.13.5:=…`, each in its parentheses. */
const FILTER_ITEM = new RegExp(
  String.raw`\((?:[\w-]+(?:[~<>]?=|(?::dn)?(?::[\w.-]+)?:=)|(?::dn)?:[\w.-]+:=)${FILTER_VALUE}\)`,
  'gi',
);
const FILTER_COMBINATION = /\((?:[&|](?:\(\))+|!\(\))\)/g;

/** Whether the directory's adapter can read the filter; a test holds the two against each other. */
export function isFilter(text: string): boolean {
  if (text.includes('()')) return false;
  // From within: a correct part becomes () until nothing changes any more.
  let rest = text.replace(FILTER_ITEM, '()');
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replace(FILTER_COMBINATION, '()');
  }
  return rest === '()';
}

/** A certificate in PEM, alone or before its issuers. */
export function certificate(text: string): string | undefined {
  return read(() => new X509Certificate(text)) && text;
}

/** A private key in PEM that needs no passphrase. */
export function privateKey(text: string): string | undefined {
  return read(() => createPrivateKey(text)) && text;
}

/** Whether the key is the certificate's own, and of the kind with which Entra lets a bot log in. */
export function isKeyOf(pem: string, key: string): boolean {
  const own = createPrivateKey(key);
  return own.asymmetricKeyType === 'rsa' && new X509Certificate(pem).checkPrivateKey(own);
}

function read<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** The first moment of a day in UTC, epoch ms. */
export function startOfDay(text: string): number | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? undefined : at;
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `Mon-Fri 08-16`; one day alone and ranges over Sunday are days too. */
export function schedule(text: string): SendingHours | undefined {
  const match = /^([a-z]{3})(?:-([a-z]{3}))? +([0-9]{2})-([0-9]{2})$/.exec(text.toLowerCase());
  if (match === null) return undefined;
  const [, first = '', last = first, from, to] = match;
  const [start, end] = [WEEKDAYS.indexOf(first), WEEKDAYS.indexOf(last)];
  const [fromHour, toHour] = [Number(from), Number(to)];
  if (start < 0 || end < 0 || fromHour >= toHour || toHour > 24) return undefined;

  const count = ((end - start + 7) % 7) + 1;
  const weekdays = Array.from({ length: count }, (_, index) => ((start + index) % 7) + 1);
  return { weekdays: weekdays.sort((a, b) => a - b), fromHour, toHour };
}

/** Host names, each perhaps with `*.` before it, in lower case. */
export function serviceHosts(text: string): string[] | undefined {
  const hosts = text.split(',').map((host) => host.trim().toLowerCase());
  const isRight = (host: string): boolean =>
    /^(?:(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])$/.test(host);
  return hosts.every(isRight) ? hosts : undefined;
}
