import type { Entry } from 'ldapts';

/** 100 ns ticks between 1601, where a FILETIME starts, and 1970 (MS-DTYP 2.3.3). */
const FILETIME_EPOCH = 116_444_736_000_000_000n;
const TICKS_PER_MS = 10_000n;
/** "Never" as Active Directory writes it in times and in intervals. */
const NEVER = 9_223_372_036_854_775_807n;

/** The attribute's values as text; binary values are left out. Names compare without case, as LDAP does. */
export function textsOf(entry: Entry, attribute: string): string[] {
  return valuesOf(entry, attribute).filter((value) => typeof value === 'string');
}

export function textOf(entry: Entry, attribute: string): string | undefined {
  return textsOf(entry, attribute)[0];
}

export function bufferOf(entry: Entry, attribute: string): Buffer | undefined {
  return buffersOf(entry, attribute)[0];
}

export function buffersOf(entry: Entry, attribute: string): Buffer[] {
  return valuesOf(entry, attribute).filter((value) => Buffer.isBuffer(value));
}

/** A whole number, or undefined where the attribute is absent or no number. */
export function numberOf(entry: Entry, attribute: string): number | undefined {
  const value = integerOf(entry, attribute);
  return value === undefined ? undefined : Number(value);
}

function integerOf(entry: Entry, attribute: string): bigint | undefined {
  const text = textOf(entry, attribute);
  return text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}

function valuesOf(entry: Entry, attribute: string): (string | Buffer)[] {
  const name = Object.hasOwn(entry, attribute) ? attribute : otherCaseOf(entry, attribute);
  const value = name === undefined ? undefined : entry[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function otherCaseOf(entry: Entry, attribute: string): string | undefined {
  const wanted = attribute.toLowerCase();
  return Object.keys(entry).find((key) => key.toLowerCase() === wanted);
}

/** A FILETIME as epoch ms; undefined for absent, 0 and never. */
export function filetimeOf(entry: Entry, attribute: string): number | undefined {
  const ticks = integerOf(entry, attribute);
  if (ticks === undefined || ticks <= 0n || ticks >= NEVER) return undefined;
  return Number((ticks - FILETIME_EPOCH) / TICKS_PER_MS);
}

/** An interval as ms. Active Directory stores it negative; undefined for absent, 0 and for ever. */
export function intervalOf(entry: Entry, attribute: string): number | undefined {
  const ticks = integerOf(entry, attribute);
  if (ticks === undefined || ticks >= 0n || ticks <= -NEVER) return undefined;
  return Number(-ticks / TICKS_PER_MS);
}

/** Generalized times (RFC 4517 3.3.13, UTC as slapd writes them) as epoch ms. */
export function generalizedTimesOf(entry: Entry, attribute: string): number[] {
  return textsOf(entry, attribute).flatMap((text) => {
    const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3})\d*)?Z$/.exec(text);
    if (parts === null) return [];
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
      .slice(1, 7)
      .map(Number);
    const ms = Number((parts[7] ?? '').padEnd(3, '0'));
    return [Date.UTC(year, month - 1, day, hour, minute, second, ms)];
  });
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether the text has the form in which this adapter hands out ids. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** objectGUID as text: the first three groups are little-endian (MS-DTYP 2.3.4.2). */
export function guidText(bytes: Buffer): string {
  const hex = swapped(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function guidBytes(text: string): Buffer {
  return swapped(Buffer.from(text.replaceAll('-', ''), 'hex'));
}

function swapped(bytes: Buffer): Buffer {
  const groups = [bytes.subarray(0, 4), bytes.subarray(4, 6), bytes.subarray(6, 8)];
  return Buffer.concat([
    ...groups.map((group) => Buffer.from(group).reverse()),
    bytes.subarray(8, 16),
  ]);
}

/** S-1-5-32, in which the built-in groups are, as bytes (MS-DTYP 2.4.2). */
export const BUILTIN_DOMAIN_SID = Buffer.from('010100000000000520000000', 'hex');

/** The SID of an account or group of a domain. */
export function sidWithin(domain: Buffer, relativeId: number): Buffer {
  const sid = Buffer.concat([domain, Buffer.alloc(4)]);
  sid.writeUInt8(domain.readUInt8(1) + 1, 1);
  sid.writeUInt32LE(relativeId, domain.length);
  return sid;
}

/** The last part of a SID: for built-in accounts and groups it is the same in every domain. */
export function relativeIdOf(sid: Buffer): number {
  return sid.readUInt32LE(sid.length - 4);
}
