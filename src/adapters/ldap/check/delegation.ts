import type { Control, Entry } from 'ldapts';
import type { Session } from '../dialect.ts';

import { CriticalControl } from '../wire/connection.ts';
import { bufferOf, buffersOf, textOf, textsOf } from '../wire/entry.ts';
import { allOf, anyOf, equals, not } from '../wire/filters.ts';
import {
  parseSecurityDescriptor,
  rightsOn,
  rightsStandingOn,
} from '../activeDirectory/securityDescriptor.ts';
import type { Right, SecurityDescriptor } from '../activeDirectory/securityDescriptor.ts';

/** LDAP_SERVER_SD_FLAGS: which parts of a descriptor are asked for (MS-ADTS 3.1.1.3.4.1.11). */
const SD_FLAGS = '1.2.840.113556.1.4.801';
const DESCRIPTOR = 'nTSecurityDescriptor';
/** Everyone and Authenticated Users: every bound client is in both. */
const EVERYBODY = ['010100000000000100000000', '01010000000000050b000000'];
/** Its access list is copied onto every protected account (MS-ADTS 3.1.1.6.1). */
const ADMIN_SD_HOLDER = /^CN=AdminSDHolder,CN=System,/i;
/** Users outside the base that are looked at, the protected ones first. */
const MAX_USERS = 2_000;

/**
 * SDFlagsRequestValue ::= SEQUENCE { Flags INTEGER }: owner 1, access list 4. Without the audit list: reading
 * that takes a privilege, and without the privilege the whole attribute would be missing.
 */
const OWNER_AND_ACCESS_LIST = [0x30, 0x03, 0x02, 0x01, 0x05];

/** An object outside the base of the accounts, and the service account's rights there. */
export interface RightsSomewhere {
  /** sAMAccountName of a user, DN of a place. */
  readonly name: string;
  readonly rights: readonly Right[];
}

/** Where the service account has rights outside the base of the accounts. */
export interface RightsElsewhere {
  /** Users and places whose access list was read, and those whose list was not shown. */
  readonly looked: number;
  readonly unreadable: number;
  readonly isPartial: boolean;
  readonly users: readonly RightsSomewhere[];
  /** Units and containers on which a grant stands: where it has to be taken away. */
  readonly places: readonly RightsSomewhere[];
}

/** Reads the service account's rights from access lists alone; no operation is tried. */
export interface RightsReader {
  /** The attributes to ask for with an entry. */
  readonly attributes: readonly string[];
  readonly controls: readonly Control[];
  /** Rights on the entry; undefined where its access list is not shown. */
  of(entry: Entry): ReadonlySet<Right> | undefined;
  /** Attributes of the entry that the server lets it write, beside those that the guide grants. */
  writesBeside(dn: string): Promise<string[]>;
  elsewhere(
    domain: string,
    accountsBase: string,
    own: string | undefined,
  ): Promise<RightsElsewhere>;
}

/** Undefined where the server does not show access lists. `own`: the service account's entry. */
export async function rightsReader(
  session: Session,
  own: Entry | undefined,
): Promise<RightsReader | undefined> {
  if (!session.facts.controls.includes(SD_FLAGS)) return undefined;
  const sids = await ownSids(session, own);
  const asked = {
    attributes: [DESCRIPTOR],
    controls: [new CriticalControl(SD_FLAGS, OWNER_AND_ACCESS_LIST)],
  };

  function of(entry: Entry): ReadonlySet<Right> | undefined {
    const descriptor = descriptorOf(entry);
    return descriptor && rightsOn(descriptor, sids);
  }

  return {
    ...asked,
    of,

    async writesBeside(dn) {
      // MS-ADTS 3.1.1.4.5.22: computed for the account that asks.
      const attributes = ['allowedAttributesEffective'];
      const [entry] = await session.connection.search({ base: dn, scope: 'base', attributes });
      const all = entry === undefined ? [] : textsOf(entry, 'allowedAttributesEffective');
      return all.filter((name) => name !== 'lockoutTime' && name !== 'pwdLastSet').sort();
    },

    async elsewhere(domain, accountsBase, ownDn) {
      const counts = { looked: 0, unreadable: 0 };
      const [users, places]: [RightsSomewhere[], RightsSomewhere[]] = [[], []];
      const isElsewhere = ({ dn }: Entry): boolean =>
        !isWithin(dn, accountsBase) && dn.toLowerCase() !== ownDn?.toLowerCase();

      /** Adds the rights found on an entry; gives whether the entry was to be looked at. */
      function look(
        entry: Entry,
        found: RightsSomewhere[],
        read: (descriptor: SecurityDescriptor) => ReadonlySet<Right>,
      ): boolean {
        if (!isElsewhere(entry)) return false;
        const descriptor = descriptorOf(entry);
        counts[descriptor === undefined ? 'unreadable' : 'looked'] += 1;
        const rights = descriptor === undefined ? [] : [...read(descriptor)];
        const name = textOf(entry, 'sAMAccountName') ?? entry.dn;
        if (rights.length > 0) found.push({ name, rights });
        return true;
      }

      const search = {
        base: domain,
        scope: 'sub',
        attributes: ['sAMAccountName', DESCRIPTOR],
        binary: [DESCRIPTOR],
        controls: asked.controls,
      } as const;
      const isPlace = anyOf(
        ['domainDNS', 'organizationalUnit', 'container', 'builtinDomain'].map((name) =>
          equals('objectClass', name),
        ),
      );
      for await (const page of session.connection.pages({ ...search, filter: isPlace })) {
        for (const entry of page) {
          if (!holdsPeople(entry, domain)) continue;
          look(entry, places, (seen) => placeRights(entry, seen, sids));
        }
      }

      const isUser = allOf([equals('objectClass', 'user'), not(equals('objectClass', 'computer'))]);
      const isProtected = equals('adminCount', '1');
      let left = MAX_USERS;
      for (const which of [isProtected, not(isProtected)]) {
        const pages = session.connection.pages({ ...search, filter: allOf([isUser, which]) });
        for await (const page of pages) {
          for (const entry of page) {
            if (look(entry, users, (seen) => rightsOn(seen, sids))) left -= 1;
          }
          if (left <= 0) break;
        }
      }
      // The highest first: a grant there reaches furthest.
      places.sort((a, b) => a.name.length - b.name.length);
      return { ...counts, isPartial: left <= 0, users, places };
    },
  };
}

/** The system container holds no accounts, but the pattern of the protected ones. */
function holdsPeople({ dn }: Entry, domain: string): boolean {
  return ADMIN_SD_HOLDER.test(dn) || !isWithin(dn, `CN=System,${domain}`);
}

/** The rights that an administrator has to take away there. */
function placeRights(
  { dn }: Entry,
  descriptor: SecurityDescriptor,
  sids: ReadonlySet<string>,
): ReadonlySet<Right> {
  if (ADMIN_SD_HOLDER.test(dn)) return rightsOn(descriptor, sids);
  return rightsStandingOn(descriptor, sids);
}

function descriptorOf(entry: Entry): SecurityDescriptor | undefined {
  const bytes = bufferOf(entry, DESCRIPTOR);
  try {
    return bytes && parseSecurityDescriptor(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * The SIDs by which the server knows the service account, groups within groups included (MS-ADTS 3.1.1.3.2,
 * tokenGroups).
 */
async function ownSids(session: Session, own: Entry | undefined): Promise<ReadonlySet<string>> {
  const attributes = ['tokenGroups', 'objectSid'];
  const sids = new Set(EVERYBODY);
  for (const base of ['', ...(own === undefined ? [] : [own.dn])]) {
    const search = { base, scope: 'base', attributes, binary: attributes } as const;
    for (const entry of await session.connection.search(search)) {
      for (const attribute of attributes) {
        for (const sid of buffersOf(entry, attribute)) sids.add(sid.toString('hex'));
      }
    }
  }
  return sids;
}

function isWithin(dn: string, base: string): boolean {
  return `,${dn}`.toLowerCase().endsWith(`,${base}`.toLowerCase());
}
