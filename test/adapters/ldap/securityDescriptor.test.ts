import { describe, expect, it } from '@jest/globals';

import {
  parseSecurityDescriptor,
  RIGHTS,
  rightsOn,
} from '../../../src/adapters/ldap/activeDirectory/securityDescriptor.ts';

/** S-1-1-0, Everyone. */
const EVERYONE = Buffer.from('010100000000000100000000', 'hex');
const sids = new Set([EVERYONE.toString('hex')]);
const GENERIC_ALL = 0x1000_0000;

/** An entry that names no object type. */
function ace(type: number, mask: number, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(type, 0);
  head.writeUInt8(flags, 1);
  head.writeUInt16LE(head.length + EVERYONE.length, 2);
  head.writeUInt32LE(mask, 4);
  return Buffer.concat([head, EVERYONE]);
}

/** A descriptor with an access list, or with none. */
function descriptor(aces: readonly Buffer[] | undefined): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt8(1, 0);
  if (aces === undefined) return head;
  head.writeUInt16LE(0x8004, 2);
  head.writeUInt32LE(head.length, 16);
  const list = Buffer.alloc(8);
  list.writeUInt16LE(aces.length, 4);
  return Buffer.concat([head, list, ...aces]);
}

const rightsIn = (aces: readonly Buffer[] | undefined) => [
  ...rightsOn(parseSecurityDescriptor(descriptor(aces)), sids),
];

describe('a security descriptor', () => {
  it('allows everything without an access list, and nothing with an empty one', () => {
    expect(rightsIn(undefined)).toEqual([...RIGHTS]);
    expect(rightsIn([])).toEqual([]);
  });

  it('obeys full control as one bit, and a refusal before it', () => {
    expect(rightsIn([ace(0, GENERIC_ALL)])).toEqual([...RIGHTS]);
    expect(rightsIn([ace(1, 0x100), ace(0, GENERIC_ALL)])).toEqual([
      'lockoutTime',
      'pwdLastSet',
      'permissions',
    ]);
  });

  it('takes leave to change owner or list as one, and either alone', () => {
    expect(rightsIn([ace(1, 0x4_0000), ace(0, 0x8_0000)])).toEqual(['permissions']);
  });

  it('leaves out what is only handed down, and entries of other kinds', () => {
    expect(rightsIn([ace(0, GENERIC_ALL, 0x0a), ace(2, GENERIC_ALL), ace(9, GENERIC_ALL)])).toEqual(
      [],
    );
    expect(rightsIn([ace(2, GENERIC_ALL), ace(0, 0x100)])).toEqual(['reset']);
  });

  it('is refused where it ends too early', () => {
    const whole = descriptor([ace(0, GENERIC_ALL)]);
    for (let length = 0; length < whole.length; length += 1) {
      // By its name: Node.js' own errors are not of the realm in which tests run.
      expect(() => parseSecurityDescriptor(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ name: 'RangeError' }),
      );
    }
  });
});
