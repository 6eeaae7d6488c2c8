import { Attribute, Change, type Control, type Entry } from 'ldapts';

import { complexityOf } from '../../../domain/passwords/complexity.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ProofOutcome } from '../../../ports/directory.ts';
import { DirectoryError } from '../../../ports/errors.ts';
import {
  PASSWORD_ATTRIBUTES,
  passwordStates,
  POLICY_HINTS,
  verdictOf,
} from './activeDirectoryRules.ts';
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
import { climb, MAX_FOLLOWED } from '../find/groups.ts';
import { bufferOf, filetimeOf, guidBytes, guidText, textsOf } from '../wire/entry.ts';
import { CriticalControl } from '../wire/connection.ts';
import { refusalOf, RESULT } from '../wire/errors.ts';
import { allOf, anyOf, chunks, equals } from '../wire/filters.ts';
import { mayBeTooYoung } from '../passwordRules.ts';

/** Win32 ERROR_PASSWORD_RESTRICTION. */
const PASSWORD_RESTRICTION = '0000052D';

/** PolicyHintsRequestValue ::= SEQUENCE { Flags INTEGER }, flag 1: check the history, which no server may skip. */
const CHECK_HISTORY = [0x30, 0x03, 0x02, 0x01, 0x01];

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
  dnAttribute: 'distinguishedName',
  binary: ['objectGUID', 'objectSid'],
  personAttributes: [
    'objectClass',
    'userAccountControl',
    'accountExpires',
    'msDS-ExternalDirectoryObjectId',
    'sAMAccountName',
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
  groupsOf: (session, dn) => climb(dn, (dns) => namesIn(session, dns, 'memberOf')),

  // No chain rule here either: over all persons it looks at the groups of each.
  membersOf: (session, dns) => namesIn(session, dns, 'member'),

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
    if (!(await isRefused(hints === undefined ? [] : [new CriticalControl(hints, CHECK_HISTORY)])))
      return {};
    // With the hints the minimum age binds a reset too, unlike an administrator's reset. Where no other
    // known rule speaks against the password, it is sent as an administrator's.
    const { requiresComplexity, forbiddenNames } = account.rules;
    const { isComplex, holdsName } = complexityOf(password.reveal(), forbiddenNames);
    const isKnownGood = !requiresComplexity || (isComplex && !holdsName);
    const isTooYoung = hints !== undefined && mayBeTooYoung(account, Date.now());
    if (!isTooYoung || !isKnownGood || (await isRefused([]))) return { refusal: 'policy' };
    return { isBeforeMinAge: true };
  },

  async unlock(session, entry) {
    await session.connection.modify(entry.dn, [replace('lockoutTime', ['0'])]);
  },
};

/** The values of an attribute of names in those entries: every directory finds an entry by its DN at once. */
async function namesIn(
  session: Session,
  dns: readonly string[],
  attribute: 'member' | 'memberOf',
): Promise<string[]> {
  const found: string[] = [];
  for (const some of chunks(dns)) {
    const entries = await session.connection.search({
      base: domainBase(session),
      scope: 'sub',
      filter: anyOf(some.map((dn) => equals('distinguishedName', dn))),
      attributes: [attribute],
    });
    for (const entry of entries) {
      for (const name of await wholeOf(session, entry, attribute)) found.push(name);
    }
  }
  return found;
}

/**
 * All values of an attribute, of which Active Directory gives 1 500 in an answer (MS-ADTS 3.1.1.3.1.3.3), or
 * so many that more are not followed.
 */
async function wholeOf(session: Session, entry: Entry, attribute: string): Promise<string[]> {
  const values = textsOf(entry, attribute);
  let part: Entry | undefined = entry;
  while (part !== undefined && values.length <= MAX_FOLLOWED) {
    const range = Object.keys(part).find((key) => key.startsWith(`${attribute};range=`));
    if (range === undefined) break;
    const more = textsOf(part, range);
    values.push(...more);
    if (range.endsWith('*') || more.length === 0) break;
    [part] = await session.connection.search({
      base: entry.dn,
      scope: 'base',
      attributes: [`${attribute};range=${String(values.length)}-*`],
    });
  }
  return values;
}
