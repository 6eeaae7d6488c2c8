/** FILETIME (MS-DTYP 2.3.3) counts 100 ns from 1601-01-01 UTC. */
const EPOCH_OFFSET = 116_444_736_000_000_000n;
/** How Active Directory writes "never" as a point in time and as a (negative) duration. */
export const NEVER = '9223372036854775807';
const ENDLESS = '-9223372036854775808';

/** Epoch ms as the FILETIME string in which the directory keeps points in time. */
export function fileTime(epochMs: number): string {
  return String(BigInt(Math.round(epochMs)) * 10_000n + EPOCH_OFFSET);
}

/** Epoch ms of a FILETIME string. */
export function epochMs(time: string): number {
  return Number((BigInt(time) - EPOCH_OFFSET) / 10_000n);
}

/** A duration as the directory keeps it: negative, in 100 ns; Infinity is its lowest number. */
export function interval(ms: number): string {
  return Number.isFinite(ms) ? String(-BigInt(Math.round(ms)) * 10_000n) : ENDLESS;
}

/** The ms of a kept duration; 0 stays 0. */
export function intervalMs(value: string): number {
  return value === ENDLESS ? Infinity : -Number(BigInt(value) / 10_000n) + 0;
}

/** objectGUID's bytes as text: the first three groups are little-endian (MS-DTYP 2.3.4). */
export function guidText(guid: Buffer): string {
  const hex = Buffer.concat([
    Buffer.from(guid.subarray(0, 4)).reverse(),
    Buffer.from(guid.subarray(4, 6)).reverse(),
    Buffer.from(guid.subarray(6, 8)).reverse(),
    guid.subarray(8),
  ]).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The bytes of a GUID written with hyphens, or of its bytes written as 32 hex digits. */
export function guidBytes(text: string): Buffer {
  if (!text.includes('-')) return Buffer.from(text, 'hex');
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]);
}

/** `S-1-5-21-…` as bytes (MS-DTYP 2.4.2.2). */
export function sidBytes(text: string): Buffer {
  const [, revision, authority, ...parts] = text.split('-').map(Number);
  const bytes = Buffer.alloc(8 + 4 * parts.length);
  bytes.writeUInt8(revision ?? 1, 0);
  bytes.writeUInt8(parts.length, 1);
  bytes.writeUIntBE(authority ?? 0, 2, 6);
  parts.forEach((part, index) => bytes.writeUInt32LE(part, 8 + 4 * index));
  return bytes;
}
