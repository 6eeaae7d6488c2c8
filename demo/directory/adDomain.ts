import type { Domain } from './domain.ts';
import { DOMAIN_SID, builtIn, clearLockout, domainSid, setPassword } from './domain.ts';
import type { Attributes, Entry, Value } from './entries.ts';
import { Entries, put, stored } from './entries.ts';
import { valuesOf } from './computed.ts';
import { isPassword } from './logon.ts';
import { dnKey, dnsNameOf } from './names.ts';
import type { Policy } from './policy.ts';
import { DEFAULT_POLICY, domainAttributes, psoAttributes } from './policy.ts';
import { NEVER, fileTime, guidText, sidBytes } from './values.ts';

export interface DomainOptions {
  /** Default `DC=ad,DC=orebro,DC=example`. */
  readonly base?: string;
  /** Default `OREBRO`. */
  readonly netbiosName?: string;
  readonly policy?: Partial<Policy>;
  /** Epoch ms; default the machine's clock. Can be set again at any time as `clock`. */
  readonly clock?: () => number;
  /** A read-only domain controller: default false. */
  readonly isReadOnly?: boolean;
  /** OIDs of controls; default paging, domain scope and both policy hints. */
  readonly supportedControls?: readonly string[];
  /** Default 1 000. */
  readonly maxPageSize?: number;
  /** Default 1 500. */
  readonly maxValueRange?: number;
  /** How long the former password still binds; default 0 (Windows: an hour). */
  readonly oldPasswordAllowedMs?: number;
}

/** A person or account to be made. */
export interface NewUser {
  /** sAMAccountName; the UPN is made of it unless `attributes` has one. */
  readonly name: string;
  /** DN of the container; default `CN=Users` of the domain. */
  readonly parent?: string;
  /** The cn; default: `name`. */
  readonly commonName?: string;
  /** Without a password the account cannot bind. */
  readonly password?: string;
  readonly attributes?: Attributes;
}

/** An entry made for tests and seeds: its DN and its id. */
export interface Made {
  readonly dn: string;
  /** objectGUID, lower-case hyphenated. */
  readonly id: string;
}

const CONTROLS = [
  '1.2.840.113556.1.4.319',
  '1.2.840.113556.1.4.1339',
  '1.2.840.113556.1.4.2239',
  '1.2.840.113556.1.4.2066',
];

/** An Active Directory domain in memory: filled and read by its owner, without rights. */
export class AdDomain {
  readonly base: string;
  /** Epoch ms; replace it to travel in time. */
  clock: () => number;
  protected readonly domain: Domain;
  #nextRelativeId = 1101;

  constructor(options: DomainOptions = {}) {
    this.base = options.base ?? 'DC=ad,DC=orebro,DC=example';
    this.clock = options.clock ?? Date.now;
    const entries = new Entries();
    this.domain = {
      entries,
      head: entries.add(this.base, {
        objectClass: ['top', 'domain', 'domainDNS'],
        objectSid: sidBytes(DOMAIN_SID),
      }),
      dnsName: dnsNameOf(this.base),
      netbiosName: options.netbiosName ?? 'OREBRO',
      isReadOnly: options.isReadOnly ?? false,
      supportedControls: options.supportedControls ?? CONTROLS,
      maxPageSize: options.maxPageSize ?? 1000,
      maxValueRange: options.maxValueRange ?? 1500,
      oldPasswordAllowedMs: options.oldPasswordAllowedMs ?? 0,
      notOverNetwork: new Set(),
      delegations: [],
      hidden: new Map(),
      now: () => this.clock(),
    };
    for (const [dn, attributes] of builtIn(this.base)) entries.add(dn, attributes);
    this.setPolicy(options.policy ?? {});
  }

  /** Adds an entry as it stands, or replaces the one at that DN. */
  add(dn: string, attributes: Attributes): Made {
    return made(this.domain.entries.add(dn, attributes));
  }

  organizationalUnit(name: string, parent = this.base): Made {
    return this.add(`OU=${name},${parent}`, { objectClass: ['top', 'organizationalUnit'] });
  }

  user({ name, parent, commonName, password, attributes }: NewUser): Made {
    const entry = this.domain.entries.add(
      `CN=${commonName ?? name},${parent ?? `CN=Users,${this.base}`}`,
      {
        objectClass: ['top', 'person', 'organizationalPerson', 'user'],
        objectCategory: this.#category('Person'),
        sAMAccountName: name,
        userPrincipalName: `${name}@${this.domain.dnsName}`,
        objectSid: domainSid(this.#nextRelativeId++),
        primaryGroupID: '513',
        userAccountControl: '512',
        accountExpires: NEVER,
        badPwdCount: '0',
        badPasswordTime: '0',
        pwdLastSet: '0',
        ...attributes,
      },
    );
    if (password !== undefined) {
      setPassword(this.domain, entry, password);
      const since = attributes?.['pwdLastSet'];
      if (since !== undefined) put(entry, 'pwdLastSet', since);
    }
    return made(entry);
  }

  /** A global security group. */
  group(name: string, members: readonly string[] = [], parent = `CN=Users,${this.base}`): Made {
    return this.add(`CN=${name},${parent}`, {
      objectClass: ['top', 'group'],
      objectCategory: this.#category('Group'),
      sAMAccountName: name,
      objectSid: domainSid(this.#nextRelativeId++),
      groupType: '-2147483646',
      member: members,
    });
  }

  /** A PSO; rules that are not named are the domain's defaults. Lowest precedence wins. */
  passwordSettings(
    name: string,
    policy: Partial<Policy>,
    appliesTo: readonly string[],
    { precedence = 10, visibility = 'readable' as 'readable' | 'nameOnly' | 'hidden' } = {},
  ): Made {
    const container = `CN=Password Settings Container,CN=System,${this.base}`;
    const pso = this.domain.entries.add(`CN=${name},${container}`, {
      objectClass: ['top', 'msDS-PasswordSettings'],
      'msDS-PasswordSettingsPrecedence': String(precedence),
      'msDS-PSOAppliesTo': appliesTo,
      ...psoAttributes({ ...DEFAULT_POLICY, ...policy }),
    });
    if (visibility !== 'readable') this.domain.hidden.set(pso.key, visibility);
    return made(pso);
  }

  /** Sets the domain's own password policy; rules that are not named get their defaults. */
  setPolicy(policy: Partial<Policy>): void {
    const attributes = domainAttributes({ ...DEFAULT_POLICY, ...policy });
    for (const [name, value] of Object.entries(attributes)) put(this.domain.head, name, value);
  }

  /** Lets `trustee` reset passwords and write lockoutTime and pwdLastSet of users below `below`. */
  delegate(trustee: string, below: string): void {
    this.domain.delegations.push({ trustee: dnKey(trustee), below: dnKey(below) });
  }

  /** Takes the right "Access this computer from the network" from an account. */
  denyNetworkLogon(dn: string): void {
    this.domain.notOverNetwork.add(dnKey(dn));
  }

  remove(dn: string): void {
    this.domain.entries.remove(this.#entry(dn));
  }

  /** Replaces an attribute's values; none removes it. */
  put(dn: string, attribute: string, values: Value | readonly Value[]): void {
    put(this.#entry(dn), attribute, values);
  }

  /** All values as text, computed attributes included; empty where there are none. */
  get(dn: string, attribute: string): string[] {
    return valuesOf(this.domain, this.#entry(dn), attribute).map(String);
  }

  /** A password written by another client, without any rule but the record of it. */
  setPassword(dn: string, password: string): void {
    setPassword(this.domain, this.#entry(dn), password);
  }

  /** Whether the password would bind, apart from the account's state; counts nothing. */
  hasPassword(dn: string, password: string): boolean {
    return isPassword(this.domain, this.#entry(dn), password);
  }

  /** Locks the account as too many wrong binds do. */
  lock(dn: string): void {
    const now = fileTime(this.clock());
    put(this.#entry(dn), 'lockoutTime', now);
    put(this.#entry(dn), 'badPasswordTime', now);
    put(this.#entry(dn), 'badPwdCount', this.get(this.base, 'lockoutThreshold'));
  }

  unlock(dn: string): void {
    clearLockout(this.#entry(dn));
  }

  #entry(dn: string): Entry {
    const entry = this.domain.entries.get(dn);
    if (entry === undefined) throw new Error(`the demo directory has no ${dn}`);
    return entry;
  }

  #category(name: string): string {
    return `CN=${name},CN=Schema,CN=Configuration,${this.base}`;
  }
}

function made(entry: Entry): Made {
  const [guid] = stored(entry, 'objectGUID');
  return { dn: entry.dn, id: Buffer.isBuffer(guid) ? guidText(guid) : '' };
}
