import { randomUUID } from 'node:crypto';
import { dnKey, isWithin, rdnValue } from './names.ts';
import { guidBytes } from './values.ts';

export type Value = string | Buffer;

/** The values that tests and seeds write for an attribute. */
export type Attributes = Readonly<Record<string, Value | readonly Value[]>>;

/** One object of the directory. Attributes are found by lower-case name and keep their spelling. */
export interface Entry {
  readonly dn: string;
  readonly key: string;
  readonly attributes: Map<string, { name: string; values: Value[] }>;
  /** The current password first, then earlier ones; never readable as an attribute. */
  passwords: string[];
}

/** All entries of one domain, in order of their making. */
export class Entries {
  readonly #byKey = new Map<string, Entry>();

  /** Adds or replaces; gives every entry its cn/ou/name and objectGUID. */
  add(dn: string, attributes: Attributes): Entry {
    const name = rdnValue(dn);
    const entry: Entry = { dn, key: dnKey(dn), attributes: new Map(), passwords: [] };
    put(entry, 'distinguishedName', [dn]);
    put(entry, 'name', [name]);
    put(entry, dn.slice(0, dn.indexOf('=')).toLowerCase(), [name]);
    put(entry, 'objectGUID', [guidBytes(randomUUID())]);
    for (const [attribute, values] of Object.entries(attributes)) put(entry, attribute, values);
    this.#byKey.set(entry.key, entry);
    return entry;
  }

  remove(entry: Entry): void {
    this.#byKey.delete(entry.key);
    // As in Active Directory, links to a removed entry go with it.
    for (const other of this.all()) {
      for (const attribute of LINKS) {
        const rest = strings(other, attribute).filter((dn) => dnKey(dn) !== entry.key);
        if (rest.length < strings(other, attribute).length) put(other, attribute, rest);
      }
    }
  }

  get(dn: string): Entry | undefined {
    return this.#byKey.get(dnKey(dn));
  }

  byKey(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  all(): IterableIterator<Entry> {
    return this.#byKey.values();
  }

  *within(key: string): Generator<Entry> {
    for (const entry of this.all()) if (isWithin(entry.key, key)) yield entry;
  }

  /** The entry with this exact value, compared as bytes or without regard to case. */
  find(attribute: string, value: Value): Entry | undefined {
    const key = attribute.toLowerCase();
    for (const entry of this.all()) {
      if (entry.attributes.get(key)?.values.some((own) => isSame(own, value))) return entry;
    }
    return undefined;
  }
}

const LINKS = ['member', 'manager', 'managedBy', 'msDS-PSOAppliesTo'];

/** Replaces an attribute's values; none removes it. */
export function put(entry: Entry, attribute: string, values: Value | readonly Value[]): void {
  const list = typeof values === 'string' || Buffer.isBuffer(values) ? [values] : [...values];
  const key = attribute.toLowerCase();
  if (list.length === 0) entry.attributes.delete(key);
  else entry.attributes.set(key, { name: attribute, values: list });
}

/** The values as they were written, without the computed ones. */
export function stored(entry: Entry, attribute: string): readonly Value[] {
  return entry.attributes.get(attribute.toLowerCase())?.values ?? [];
}

export function strings(entry: Entry, attribute: string): string[] {
  return stored(entry, attribute).map(String);
}

/** The one value of a single-valued attribute. */
export function first(entry: Entry, attribute: string): string | undefined {
  return strings(entry, attribute)[0];
}

/** A numeric attribute; 0 where it was never set. */
export function number(entry: Entry, attribute: string): number {
  return Number(first(entry, attribute) ?? 0);
}

export function isUser(entry: Entry): boolean {
  return strings(entry, 'objectClass').includes('user');
}

function isSame(one: Value, other: Value): boolean {
  if (typeof one === 'string' && typeof other === 'string') {
    return one.toLowerCase() === other.toLowerCase();
  }
  // Every entry is compared: a copy of its value would cost more than the comparison.
  return toBytes(one).equals(toBytes(other));
}

const toBytes = (value: Value): Buffer => (typeof value === 'string' ? Buffer.from(value) : value);
