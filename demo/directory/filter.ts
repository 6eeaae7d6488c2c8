import type { Element } from './ber.ts';
import { children } from './ber.ts';
import { filterable } from './computed.ts';
import type { Domain } from './domain.ts';
import type { Entry, Value } from './entries.ts';
import { isInChain, isLink } from './membership.ts';
import { dnKey, rdnValue } from './names.ts';

/** A search filter (RFC 4511 4.5.1), decoded once per search. */
export type Filter = (domain: Domain, entry: Entry) => boolean;

const BIT_AND = '1.2.840.113556.1.4.803';
const BIT_OR = '1.2.840.113556.1.4.804';
const IN_CHAIN = '1.2.840.113556.1.4.1941';

/** @throws RangeError for a filter that the protocol does not know. */
export function decodeFilter(filter: Element): Filter {
  switch (filter.tag) {
    case 0xa0: {
      const all = children(filter).map(decodeFilter);
      return (domain, entry) => all.every((one) => one(domain, entry));
    }
    case 0xa1: {
      const any = children(filter).map(decodeFilter);
      return (domain, entry) => any.some((one) => one(domain, entry));
    }
    case 0xa2: {
      const [inner] = children(filter).map(decodeFilter);
      if (inner === undefined) throw new RangeError('an empty "not"');
      return (domain, entry) => !inner(domain, entry);
    }
    case 0xa3: // equalityMatch
    case 0xa8: // approxMatch: the same in Active Directory
      return comparison(filter, equalTo);
    case 0xa4:
      return substrings(filter);
    case 0xa5:
      return comparison(filter, (wanted) => (value) => order(value, wanted) >= 0);
    case 0xa6:
      return comparison(filter, (wanted) => (value) => order(value, wanted) <= 0);
    case 0x87: {
      const valuesOf = filterable(filter.value.toString());
      return (domain, entry) => valuesOf(domain, entry).length > 0;
    }
    case 0xa9:
      return extensible(filter);
    default:
      throw new RangeError(`filter ${filter.tag.toString(16)} is not known`);
  }
}

function comparison(
  filter: Element,
  comparedWith: (wanted: Buffer, attribute: string) => (value: Value) => boolean,
): Filter {
  const [type, assertion] = children(filter);
  if (type === undefined || assertion === undefined) throw new RangeError('half an assertion');
  const attribute = type.value.toString();
  const valuesOf = filterable(attribute);
  const holds = comparedWith(assertion.value, attribute);
  return (domain, entry) => valuesOf(domain, entry).some(holds);
}

function equalTo(wanted: Buffer, attribute: string): (value: Value) => boolean {
  const text = wanted.toString().toLowerCase();
  const isSame = (value: Value): boolean =>
    Buffer.isBuffer(value) ? value.equals(wanted) : value.toLowerCase() === text;
  if (!isLink(attribute)) return isSame;
  // objectCategory may be asked for by its class's name: (objectCategory=person).
  const isCategory = attribute.toLowerCase() === 'objectcategory' && !text.includes('=');
  if (isCategory) return (value) => rdnValue(String(value)).toLowerCase() === text;
  const key = dnKey(text);
  return (value) => dnKey(String(value)) === key;
}

/** Numbers as numbers, other values as text. */
function order(value: Value, wanted: Buffer): number {
  const [one, other] = [value.toString(), wanted.toString()];
  const areNumbers = /^-?\d+$/.test(one) && /^-?\d+$/.test(other);
  const [left, right] = areNumbers
    ? [BigInt(one), BigInt(other)]
    : [one.toLowerCase(), other.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}

function substrings(filter: Element): Filter {
  const [type, parts] = children(filter);
  if (type === undefined || parts === undefined) throw new RangeError('half a substring filter');
  const attribute = type.value.toString();
  const pieces = children(parts).map(({ tag, value }) => ({
    tag,
    text: value.toString().toLowerCase(),
  }));
  // AD has no substrings of DNs: such a filter is Undefined and finds nothing.
  if (isLink(attribute)) return () => false;
  const valuesOf = filterable(attribute);
  return (domain, entry) =>
    valuesOf(domain, entry).some(
      (value) => !Buffer.isBuffer(value) && contains(value.toLowerCase(), pieces),
    );
}

function contains(text: string, pieces: readonly { tag: number; text: string }[]): boolean {
  let at = 0;
  for (const { tag, text: piece } of pieces) {
    if (tag === 0x80 && !text.startsWith(piece)) return false;
    if (tag === 0x82) return text.endsWith(piece) && text.length - piece.length >= at;
    const found = tag === 0x80 ? 0 : text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}

function extensible(filter: Element): Filter {
  const part = (tag: number) =>
    children(filter)
      .find((one) => one.tag === tag)
      ?.value.toString() ?? '';
  const [rule, attribute, wanted] = [part(0x81), part(0x82), part(0x83)];
  if (rule === IN_CHAIN) {
    return (domain, entry) => isInChain(domain.entries, entry, attribute, wanted);
  }
  if (rule !== BIT_AND && rule !== BIT_OR) return () => false;
  const valuesOf = filterable(attribute);
  const bits = /^-?\d+$/.test(wanted) ? BigInt.asUintN(64, BigInt(wanted)) : undefined;
  return (domain, entry) =>
    valuesOf(domain, entry).some((value) => {
      if (bits === undefined || !/^-?\d+$/.test(value.toString())) return false;
      const common = BigInt.asUintN(64, BigInt(value.toString())) & bits;
      return rule === BIT_AND ? common === bits : common !== 0n;
    });
}
