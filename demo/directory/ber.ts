/** One tag-length-value of BER (ITU-T X.690), as LDAP uses it: definite lengths, one-byte tags. */
export interface Element {
  readonly tag: number;
  readonly value: Buffer;
}

/** Longer messages than this are a broken or hostile client. */
const MAX_LENGTH = 10_000_000;

/** Encodes an element around its already encoded contents. */
export function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const value = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(value.length)]), value]);
}

export function sequence(...contents: readonly Buffer[]): Buffer {
  return element(0x30, ...contents);
}

export function octets(value: string | Buffer, tag = 0x04): Buffer {
  return element(tag, typeof value === 'string' ? Buffer.from(value, 'utf8') : value);
}

/** Encodes a non-negative integer; `tag` 0x0a makes it an enumerated value. */
export function integer(value: number, tag = 0x02): Buffer {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  if (bytes[0]! >= 0x80) bytes.unshift(0);
  return element(tag, Buffer.from(bytes));
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

/**
 * Reads the element that begins at `start`; undefined when the buffer does not hold all of it yet.
 * @throws RangeError for bytes that can never become an element.
 */
export function readElement(
  buffer: Buffer,
  start = 0,
): { element: Element; end: number } | undefined {
  const tag = buffer[start];
  const first = buffer[start + 1];
  if (tag === undefined || first === undefined) return undefined;
  let length = first;
  let body = start + 2;
  if (first & 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new RangeError('BER length not supported');
    if (buffer.length < body + count) return undefined;
    length = buffer.readUIntBE(body, count);
    body += count;
  }
  if (length > MAX_LENGTH) throw new RangeError('BER element too long');
  if (buffer.length < body + length) return undefined;
  return { element: { tag, value: buffer.subarray(body, body + length) }, end: body + length };
}

/** The elements that a constructed element holds. @throws RangeError when they do not fill it. */
export function children(parent: Element): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < parent.value.length;) {
    const next = readElement(parent.value, at);
    if (next === undefined) throw new RangeError('BER element is cut off');
    found.push(next.element);
    at = next.end;
  }
  return found;
}

/** A signed integer of up to six bytes. */
export function readInteger({ value }: Element): number {
  if (value.length === 0 || value.length > 6) throw new RangeError('BER integer not supported');
  return value.readIntBE(0, value.length);
}
