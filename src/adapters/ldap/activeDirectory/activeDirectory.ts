import { Attribute, Change, Control, type BerWriter, type Entry } from 'ldapts';

import { isComplex } from '../../../domain/passwords/passwordPolicy.ts';
import type { Secret } from '../../../domain/secret.ts';
import { DirectoryError, type ProofOutcome } from '../../../ports/directory.ts';
import { PASSWORD_ATTRIBUTES, passwordStates, verdictOf } from './activeDirectoryRules.ts';
import type { Dialect, Session } from '../dialect.ts';
import {
  domainBase,
  domainOf,
  ENABLED_FILTER,
  inChain,
  isEnabledUser,
  isUnprotected,
  PROTECTION_ATTRIBUTES,
} from './protection.ts';
import { climb } from '../find/climb.ts';
import { bufferOf, filetimeOf, guidBytes, guidText, textsOf } from '../wire/entry.ts';
import { refusalOf, RESULT } from '../wire/errors.ts';
import { allOf, anyOf, chunks, equals } from '../wire/filters.ts';
import { mayBeTooYoung } from '../passwordRules.ts';

/** LDAP_SERVER_POLICY_HINTS and its predecessor: a reset then obeys the password history (MS-ADTS 3.1.1.3.4.1.27). */
export const POLICY_HINTS = ['1.2.840.113556.1.4.2239', '1.2.840.113556.1.4.2066'];
/** Win32 ERROR_PASSWORD_RESTRICTION. */
const PASSWORD_RESTRICTION = '0000052D';
const BINARY = ['objectGUID', 'objectSid'];

class PolicyHints extends Control {
  constructor(oid: string) {
    // Critical: a server that cannot obey must refuse, not skip the history.
    super(oid, { critical: true });
  }

  protected override writeControl(writer: BerWriter): void {
    // PolicyHintsRequestValue ::= SEQUENCE { Flags INTEGER }, flag 1: check the history.
    writer.writeBuffer(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x01]), 4);
  }
}

/** MS-ADTS 3.1.1.3.1.5: the quoted password in UTF-16LE, and nothing done to it before. */
async function reset(
  session: Session,
  dn: string,
  password: Secret,
  controls: Control[],
): Promise<void> {
  const quoted = Buffer.from(`"${password.reveal()}"`, 'utf16le');
  const changes = [replace('unicodePwd', [quoted]), replace('lockoutTime', ['0'])];
  await session.connection.modify(dn, changes, controls);
}

/** Whether the error answers a password that breaks a rule; the error does not say which. */
function isPolicyRefusal(error: unknown): boolean {
  const refusal = refusalOf(error);
  const isRefused =
    refusal?.code === RESULT.constraintViolation || refusal?.code === RESULT.unwillingToPerform;
  return isRefused && refusal.win32 === PASSWORD_RESTRICTION;
}

function replace(type: string, values: string[] | Buffer[]): Change {
  return new Change({ operation: 'replace', modification: new Attribute({ type, values }) });
}

/**
 * Whether an account has an end date that is past. A person who left must not stay responsible; and a bind
 * with the right password is refused then, so that a new password could not be confirmed.
 */
function hasExpired(entry: Entry): boolean {
  const expiresAt = filetimeOf(entry, 'accountExpires');
  return expiresAt !== undefined && expiresAt <= Date.now();
}

/** Active Directory, and Samba as a domain controller. */
export const activeDirectory: Dialect = {
  name: 'activeDirectory',
  defaultAccountsFilter: '(objectClass=user)',
  defaultManagerFilter: '(userPrincipalName={upn})',
  nameAttribute: 'sAMAccountName',
  idAttribute: 'objectGUID',
  binary: BINARY,
  personAttributes: [
    'objectClass',
    'userAccountControl',
    'accountExpires',
    'msDS-ExternalDirectoryObjectId',
    'userPrincipalName',
    'mail',
  ],
  addressAttribute: 'userPrincipalName',
  entraAttribute: 'msDS-ExternalDirectoryObjectId',
  accountAttributes: [...PROTECTION_ATTRIBUTES, 'accountExpires', ...PASSWORD_ATTRIBUTES],
  isVersionExact: true,
  personFilter: ENABLED_FILTER,

  idOf(entry) {
    const bytes = bufferOf(entry, 'objectGUID');
    return bytes === undefined ? undefined : guidText(bytes);
  },

  idFilter: (id) => equals('objectGUID', guidBytes(id)),

  isPerson: (entry) => isEnabledUser(entry) && !hasExpired(entry),

  // No chain rule: over a whole domain it looks at each group, which takes seconds where they are thousands.
  groupsOf: (session, dn) => climb(dn, (dns) => parents(session, dns)),

  async personsBehind(session, base, dns, limit = Infinity) {
    const found = new Map<string, Entry>();
    for (const some of chunks(dns)) {
      const filters = some.flatMap((dn) => [
        equals('distinguishedName', dn),
        inChain('memberOf', dn),
      ]);
      const pages = session.connection.pages({
        base,
        scope: 'sub',
        filter: allOf([equals('objectClass', 'user'), ENABLED_FILTER, anyOf(filters)]),
        attributes: ['objectGUID', 'displayName', 'cn', ...this.personAttributes],
        binary: BINARY,
      });
      for await (const entries of pages) {
        // An account may have expired: persons who do not count must not make a crowd.
        for (const entry of entries) if (this.isPerson(entry)) found.set(entry.dn, entry);
        if (found.size > limit) return { persons: [...found.values()], isAll: false };
      }
    }
    return { persons: [...found.values()], isAll: true };
  },

  async isIn(session, dn, groups) {
    for (const some of chunks(groups)) {
      const found = await session.connection.search({
        base: domainBase(session),
        scope: 'sub',
        filter: allOf([
          anyOf(some.map((group) => equals('distinguishedName', group))),
          inChain('member', dn),
        ]),
        attributes: ['1.1'],
      });
      if (found.length > 0) return true;
    }
    return false;
  },

  async prepare(session) {
    const { rules, unprotected } = await domainOf(session);
    return {
      filter: unprotected,
      isEligible: (entry) => isUnprotected(entry) && !hasExpired(entry),
      passwordState: passwordStates(session, rules),
    };
  },

  async prove(connection, dn, password): Promise<ProofOutcome> {
    try {
      await connection.bind(dn, password);
      return 'proved';
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal?.code !== RESULT.invalidCredentials) throw error;
      const verdict = verdictOf(refusal.bindReason);
      if (verdict !== 'undecided') return verdict;
      throw new DirectoryError('undecided', `reason ${String(refusal.bindReason)} to bind`);
    }
  },

  async write(session, { entry: { dn }, account }, password) {
    const hints = POLICY_HINTS.find((oid) => session.facts.controls.includes(oid));
    const isRefused = async (control: Control[]): Promise<boolean> => {
      try {
        await reset(session, dn, password, control);
        return false;
      } catch (error) {
        if (isPolicyRefusal(error)) return true;
        throw error;
      }
    };
    if (!(await isRefused(hints === undefined ? [] : [new PolicyHints(hints)]))) return {};
    // With the hints the minimum age binds a reset too, unlike an administrator's reset. Where no other
    // known rule speaks against the password, it is sent as an administrator's.
    const isKnownGood = !account.rules.requiresComplexity || isComplex(password.reveal());
    const isTooYoung = hints !== undefined && mayBeTooYoung(account, Date.now());
    if (!isTooYoung || !isKnownGood || (await isRefused([]))) return { refusal: 'policy' };
    return { isBeforeMinAge: true };
  },

  async unlock(session, entry) {
    await session.connection.modify(entry.dn, [replace('lockoutTime', ['0'])]);
  },
};

/** The groups that hold one of the DNs, as their entries tell: every directory finds an entry by its DN at once. */
async function parents(session: Session, dns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const some of chunks(dns)) {
    const entries = await session.connection.search({
      base: domainBase(session),
      scope: 'sub',
      filter: anyOf(some.map((dn) => equals('distinguishedName', dn))),
      attributes: ['memberOf'],
    });
    found.push(...entries.flatMap((entry) => textsOf(entry, 'memberOf')));
  }
  return found;
}
