import type { Answer } from './answers.ts';
import type { Element } from './ber.ts';
import { children, element, integer, octets, readInteger, sequence } from './ber.ts';
import type { Value } from './entries.ts';

/** LDAP's operations by the tag of their request, and the tag of the answer (RFC 4511 4.2–4.12). */
export const OPERATIONS = {
  0x60: { name: 'bind', answer: 0x61 },
  0x63: { name: 'search', answer: 0x65 },
  0x66: { name: 'modify', answer: 0x67 },
  0x68: { name: 'add', answer: 0x69 },
  0x4a: { name: 'delete', answer: 0x6b },
  0x6c: { name: 'modifyDn', answer: 0x6d },
  0x6e: { name: 'compare', answer: 0x6f },
  0x77: { name: 'extended', answer: 0x78 },
  0x42: { name: 'unbind', answer: undefined },
  0x50: { name: 'abandon', answer: undefined },
} as const;

export type OperationName = (typeof OPERATIONS)[keyof typeof OPERATIONS]['name'];

/** A request control as it came: `value` are its bytes. */
export interface Control {
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value?: Buffer;
}

/** One LDAPMessage from a client. */
export interface Request {
  readonly id: number;
  readonly operation: Element;
  readonly name: OperationName;
  readonly controls: readonly Control[];
}

/** @throws RangeError for bytes that are no LDAPMessage. */
export function readRequest(message: Element): Request {
  const [id, operation, controls] = children(message);
  if (id === undefined || operation === undefined) throw new RangeError('no LDAPMessage');
  const known = OPERATIONS[operation.tag as keyof typeof OPERATIONS];
  if (known === undefined) throw new RangeError('unknown operation');
  return {
    id: readInteger(id),
    operation,
    name: known.name,
    controls: controls?.tag === 0xa0 ? children(controls).map(readControl) : [],
  };
}

function readControl(control: Element): Control {
  const [oid, ...rest] = children(control);
  const value = rest.find(({ tag }) => tag === 0x04)?.value;
  return {
    oid: oid?.value.toString() ?? '',
    isCritical: rest.some(({ tag, value: flag }) => tag === 0x01 && flag[0] !== 0),
    ...(value === undefined ? {} : { value }),
  };
}

/** Kinds of a modify's changes (RFC 4511 4.6). */
export const ADD = 0;
export const DELETE = 1;
export const REPLACE = 2;

/** One change of a modify request. */
export interface Change {
  readonly kind: number;
  readonly attribute: string;
  readonly values: readonly Buffer[];
}

/** @throws RangeError for a request that is no modify. */
export function readModify({ operation }: Request): { dn: string; changes: Change[] } {
  const [dn, list] = children(operation);
  if (dn === undefined || list === undefined) throw new RangeError('no modify');
  const changes = children(list).map((change) => {
    const [kind, modification] = children(change);
    const [type, values] = modification === undefined ? [] : children(modification);
    if (!kind || !type || !values) throw new RangeError('no change');
    return {
      kind: readInteger(kind),
      attribute: type.value.toString(),
      values: children(values).map(({ value }) => value),
    };
  });
  return { dn: dn.value.toString(), changes };
}

/** The DN that an operation is about; empty for those without one. */
export function targetOf({ operation, name }: Request): string {
  if (name === 'delete') return operation.value.toString();
  if (name === 'unbind' || name === 'abandon' || name === 'extended') return '';
  const parts = children(operation);
  return (name === 'bind' ? parts[1] : parts[0])?.value.toString() ?? '';
}

/** An LDAPResult, with response controls where there are any. */
export function resultMessage(
  id: number,
  tag: number,
  { code, message }: Answer,
  extra: { readonly referral?: string; readonly controls?: readonly Buffer[] } = {},
): Buffer {
  const referral = extra.referral === undefined ? [] : [element(0xa3, octets(extra.referral))];
  const controls = extra.controls?.length ? [element(0xa0, ...extra.controls)] : [];
  return sequence(
    integer(id),
    element(tag, integer(code, 0x0a), octets(''), octets(message), ...referral),
    ...controls,
  );
}

export function entryMessage(
  id: number,
  dn: string,
  attributes: readonly (readonly [name: string, values: readonly Value[]])[],
): Buffer {
  const list = attributes.map(([name, values]) =>
    sequence(octets(name), element(0x31, ...values.map((value) => octets(value)))),
  );
  return sequence(integer(id), element(0x64, octets(dn), sequence(...list)));
}

export function referenceMessage(id: number, url: string): Buffer {
  return sequence(integer(id), element(0x73, octets(url)));
}

export function controlElement(oid: string, value: Buffer): Buffer {
  return sequence(octets(oid), octets(value));
}
