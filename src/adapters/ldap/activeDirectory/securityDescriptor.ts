import { guidBytes } from '../wire/entry.ts';

/** One entry of an access list, as far as the check of a delegation needs it (MS-DTYP 2.4.4). */
interface Ace {
  readonly isAllowed: boolean;
  readonly flags: number;
  readonly mask: number;
  /** The property or right to which the entry is limited, 16 bytes in hex; absent: everything. */
  readonly objectType: string | undefined;
  /** The class to whose objects it is handed down; absent: all. */
  readonly inheritedType: string | undefined;
  readonly sid: string;
}

/** An object's owner and its access list. */
export interface SecurityDescriptor {
  readonly owner: string | undefined;
  /** In the order in which the server reads them; undefined: there is no list, which allows everything. */
  readonly aces: readonly Ace[] | undefined;
}

/**
 * The rights that the bot needs on an account (`reset`, `lockoutTime`), the one that the guide grants
 * beside them (`pwdLastSet`), and the one that would let the bot give itself the rest (`permissions`).
 */
export type Right = 'reset' | 'lockoutTime' | 'pwdLastSet' | 'permissions';

export const RIGHTS = ['reset', 'lockoutTime', 'pwdLastSet', 'permissions'] as const;

const DACL_PRESENT = 0x4;
const OBJECT_TYPE_PRESENT = 0x1;
const INHERITED_TYPE_PRESENT = 0x2;
/** Flags of an entry. */
const CONTAINER_INHERIT = 0x2;
const INHERIT_ONLY = 0x8;
const INHERITED = 0x10;
/** Bits of a mask (MS-ADTS 5.1.3.2). */
const WRITE_PROPERTY = 0x20;
const CONTROL_ACCESS = 0x100;
const WRITE_DAC = 0x4_0000;
const WRITE_OWNER = 0x8_0000;
const GENERIC_WRITE = 0x4000_0000;
const GENERIC_ALL = 0x1000_0000;

const hexOf = (guid: string): string => guidBytes(guid).toString('hex');

/** User-Force-Change-Password, lockoutTime, pwdLastSet, the property set of pwdLastSet, class user. */
const GUIDS = {
  resetPassword: hexOf('00299570-246d-11d0-a768-00aa006e0529'),
  lockoutTime: hexOf('28630ebf-41d5-11d1-a9c1-0000f80367c1'),
  pwdLastSet: hexOf('bf967a0a-0de6-11d0-a285-00aa003049e2'),
  accountRestrictions: hexOf('4c164200-20c0-11d0-a768-00aa006e0529'),
  user: hexOf('bf967aba-0de6-11d0-a285-00aa003049e2'),
};

const MAY_WRITE = WRITE_PROPERTY | GENERIC_WRITE | GENERIC_ALL;

/** Masks of which each alone grants a right, and on what. Full control is written out, or a generic bit. */
const NEEDS: Readonly<
  Record<Right, { readonly masks: readonly number[]; readonly on: readonly string[] }>
> = {
  reset: { masks: [CONTROL_ACCESS | GENERIC_ALL], on: [GUIDS.resetPassword] },
  lockoutTime: { masks: [MAY_WRITE], on: [GUIDS.lockoutTime] },
  pwdLastSet: { masks: [MAY_WRITE], on: [GUIDS.pwdLastSet, GUIDS.accountRestrictions] },
  permissions: { masks: [WRITE_DAC | GENERIC_ALL, WRITE_OWNER | GENERIC_ALL], on: [] },
};

/**
 * A self-relative descriptor (MS-DTYP 2.4.6). Entries of kinds that Active Directory does not use for
 * rights on objects (audit, conditional) are left out.
 * @throws RangeError for bytes that end too early.
 */
export function parseSecurityDescriptor(bytes: Buffer): SecurityDescriptor {
  const [ownerAt, daclAt] = [bytes.readUInt32LE(4), bytes.readUInt32LE(16)];
  const hasDacl = (bytes.readUInt16LE(2) & DACL_PRESENT) !== 0 && daclAt !== 0;
  return {
    owner: ownerAt === 0 ? undefined : sidAt(bytes, ownerAt),
    aces: hasDacl ? acesAt(bytes, daclAt) : undefined,
  };
}

function acesAt(bytes: Buffer, start: number): Ace[] {
  const aces: Ace[] = [];
  let at = start + 8;
  for (let left = bytes.readUInt16LE(start + 4); left > 0; left -= 1) {
    const ace = aceAt(bytes, at);
    if (ace !== undefined) aces.push(ace);
    at += bytes.readUInt16LE(at + 2);
  }
  return aces;
}

function aceAt(bytes: Buffer, at: number): Ace | undefined {
  const [type, flags] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)];
  // ACCESS_ALLOWED, ACCESS_DENIED, and the two that name an object type.
  const isObject = type === 5 || type === 6;
  if (type !== 0 && type !== 1 && !isObject) return undefined;
  const shared = {
    isAllowed: type === 0 || type === 5,
    flags,
    mask: bytes.readUInt32LE(at + 4),
  };
  if (!isObject) {
    const sid = sidAt(bytes, at + 8);
    return { ...shared, objectType: undefined, inheritedType: undefined, sid };
  }
  const present = bytes.readUInt32LE(at + 8);
  let next = at + 12;
  const take = (flag: number): string | undefined => {
    if ((present & flag) === 0) return undefined;
    next += 16;
    return bytes.toString('hex', next - 16, next);
  };
  const objectType = take(OBJECT_TYPE_PRESENT);
  const inheritedType = take(INHERITED_TYPE_PRESENT);
  return { ...shared, objectType, inheritedType, sid: sidAt(bytes, next) };
}

/** A SID as hex, so that it can be looked up. */
function sidAt(bytes: Buffer, at: number): string {
  const length = 8 + 4 * bytes.readUInt8(at + 1);
  if (at + length > bytes.length) throw new RangeError('the descriptor ends within a SID');
  return bytes.toString('hex', at, at + length);
}

/** The rights that a holder of these SIDs has on the object itself (MS-ADTS 5.1.3.3). */
export function rightsOn(
  { owner, aces }: SecurityDescriptor,
  sids: ReadonlySet<string>,
): ReadonlySet<Right> {
  if (aces === undefined) return new Set(RIGHTS);
  const own = aces.filter((ace) => (ace.flags & INHERIT_ONLY) === 0 && sids.has(ace.sid));
  const rights = new Set(
    RIGHTS.filter((right) => decidingAces(own, right).some(({ isAllowed }) => isAllowed)),
  );
  // An object's owner may write its access list.
  if (owner !== undefined && sids.has(owner)) rights.add('permissions');
  return rights;
}

/**
 * The rights that stand on a place itself, not on one above it: those that it hands down to users below it,
 * and the right to change its own access list.
 */
export function rightsStandingOn(
  { owner, aces = [] }: SecurityDescriptor,
  sids: ReadonlySet<string>,
): ReadonlySet<Right> {
  const own = aces.filter(({ sid }) => sids.has(sid));
  const handedDown = own.filter(
    ({ flags, inheritedType }) =>
      (flags & CONTAINER_INHERIT) !== 0 &&
      (inheritedType === undefined || inheritedType === GUIDS.user),
  );
  const direct = own.filter(({ flags }) => (flags & INHERIT_ONLY) === 0);
  const stands = ({ isAllowed, flags }: Ace): boolean => isAllowed && (flags & INHERITED) === 0;
  const rights = new Set(RIGHTS.filter((right) => decidingAces(handedDown, right).some(stands)));
  const mayChange = decidingAces(direct, 'permissions').some(stands);
  if (mayChange || (owner !== undefined && sids.has(owner))) rights.add('permissions');
  return rights;
}

/**
 * For each mask the first entry that holds it: this entry decides, and the directory puts refusals first.
 */
function decidingAces(aces: readonly Ace[], right: Right): Ace[] {
  const { masks, on } = NEEDS[right];
  return masks.flatMap(
    (mask) =>
      aces.find(
        (ace) =>
          (ace.mask & mask) !== 0 && (ace.objectType === undefined || on.includes(ace.objectType)),
      ) ?? [],
  );
}
