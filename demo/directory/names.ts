const KEPT_KEYS = 50_000;
const keys = new Map<string, string>();

/**
 * The form in which two spellings of one DN are equal (RFC 4514): lower case, no spaces around the
 * separators, escapes resolved and written in one way. Remembered: a search compares the same DNs of
 * all entries.
 */
export function dnKey(dn: string): string {
  let key = keys.get(dn);
  if (key === undefined) {
    if (keys.size >= KEPT_KEYS) keys.clear();
    key = readKey(dn);
    keys.set(dn, key);
  }
  return key;
}

function readKey(dn: string): string {
  return splitDn(dn)
    .map((rdn) => {
      const at = rdn.indexOf('=');
      const type = rdn.slice(0, at).trim().toLowerCase();
      return `${type}=${escapeValue(unescape(rdn.slice(at + 1).trim()).toLowerCase())}`;
    })
    .join(',');
}

/** The parts of a DN between its unescaped commas, from the entry up to the root. */
function splitDn(dn: string): string[] {
  return dn === '' ? [] : (dn.match(/(?:\\.|[^,\\])+/gs) ?? []);
}

export function parentDn(dn: string): string {
  return splitDn(dn).slice(1).join(',');
}

/** The value of a DN's first part, unescaped: the entry's own name. */
export function rdnValue(dn: string): string {
  const [rdn = ''] = splitDn(dn);
  return unescape(rdn.slice(rdn.indexOf('=') + 1).trim());
}

/** Whether the entry lies below `ancestor` or is it; both as `dnKey`. */
export function isWithin(key: string, ancestor: string): boolean {
  return key === ancestor || key.endsWith(`,${ancestor}`);
}

/** `dc=ad,dc=orebro` → `ad.orebro`. */
export function dnsNameOf(baseDn: string): string {
  return splitDn(baseDn).map(rdnValue).join('.').toLowerCase();
}

function unescape(value: string): string {
  if (!value.includes('\\')) return value;
  const bytes: Buffer[] = [];
  for (const [, hex, char, plain] of value.matchAll(/\\([\da-f]{2})|\\(.)|([^\\]+)/gis)) {
    bytes.push(hex === undefined ? Buffer.from(char ?? plain ?? '') : Buffer.from(hex, 'hex'));
  }
  return Buffer.concat(bytes).toString('utf8');
}

function escapeValue(value: string): string {
  return value.replace(/[,\\+"<>;=#]/g, '\\$&').replaceAll('\0', '\\00');
}
