import { Attribute, BerWriter, Change, PasswordPolicyControl, PasswordPolicyError } from 'ldapts';
import { DirectoryError } from '../../../ports/errors.ts';
import type { ProofOutcome } from '../../../ports/directory.ts';
import type { Dialect, WriteRefusal, Session } from '../dialect.ts';
import { climb } from '../find/groups.ts';
import { textOf, textsOf } from '../wire/entry.ts';
import { hasResult, RESULT } from '../wire/errors.ts';
import { allOf, anyOf, equals, not, chunks, present } from '../wire/filters.ts';
import { isDisabled, PASSWORD_ATTRIBUTES, passwordStates } from './openldapRules.ts';

/** RFC 3062. Unlike a plain modification it always stores a hash, whatever the server's settings. */
const MODIFY_PASSWORD = '1.3.6.1.4.1.4203.1.11.1';
const USER_IDENTITY = 0x80;
const NEW_PASSWORD = 0x82;

function modifyPasswordRequest(dn: string, password: string): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeString(dn, USER_IDENTITY);
  writer.writeString(password, NEW_PASSWORD);
  writer.endSequence();
  return writer.buffer;
}

/** The texts of ppolicy.c, for a server that sends no control with its answer. */
const TOO_YOUNG = /too young to change/i;

function writeRefusal(policyError: number | undefined, error: unknown): WriteRefusal {
  switch (policyError) {
    case PasswordPolicyError.PasswordInHistory:
      return 'usedBefore';
    case PasswordPolicyError.PasswordTooShort:
      return 'tooShort';
    case PasswordPolicyError.PasswordTooYoung:
      return 'tooYoung';
    case undefined:
      return error instanceof Error && TOO_YOUNG.test(error.message) ? 'tooYoung' : 'policy';
    default:
      return 'policy';
  }
}

const MEMBER_ATTRIBUTES = ['member', 'uniqueMember'];
/** The filter of groups: entries that have members. */
const HAS_MEMBERS = anyOf(MEMBER_ATTRIBUTES.map((attribute) => present(attribute)));

/** OpenLDAP with the ppolicy overlay; without it there are no rules, no lockout and no expiry. */
export const openldap: Dialect = {
  name: 'openldap',
  defaultAccountsFilter: '(objectClass=inetOrgPerson)',
  defaultManagerFilter: '(mail={mail})',
  nameAttribute: 'uid',
  idAttribute: 'entryUUID',
  dnAttribute: 'entryDN',
  binary: [],
  personAttributes: ['pwdAccountLockedTime', 'uid', 'mail'],
  addressAttribute: 'mail',
  accountAttributes: PASSWORD_ATTRIBUTES,
  // pwdChangedTime counts whole seconds.
  isVersionExact: false,
  // A person with members would answer for an account, and be followed as a group, unseen.
  personFilter: not(HAS_MEMBERS),

  idOf: (entry) => textOf(entry, 'entryUUID')?.toLowerCase(),
  idFilter: (id) => equals('entryUUID', id),
  isPerson: (entry) => !isDisabled(entry),
  groupsOf: groupsAbove,
  membersOf,

  async isIn(session, dn, groups) {
    const names = new Set(groups.map((group) => group.toLowerCase()));
    return (await groupsAbove(session, dn)).some((group) => names.has(group.toLowerCase()));
  },

  prepare: (session) =>
    Promise.resolve({
      filter: undefined,
      isEligible: (entry) => !isDisabled(entry),
      passwordState: passwordStates(session),
    }),

  async prove(connection, dn, password): Promise<ProofOutcome> {
    const policy = new PasswordPolicyControl();
    try {
      await connection.bind(dn, password, [policy]);
      return 'proved';
    } catch (error) {
      if (!hasResult(error, RESULT.invalidCredentials)) throw error;
      // ppolicy looks at the expiry after the password was found right, at the lock before.
      const reason = policy.value?.error;
      if (reason === PasswordPolicyError.AccountLocked) return 'locked';
      return reason === PasswordPolicyError.PasswordExpired ||
        reason === PasswordPolicyError.ChangeAfterReset
        ? 'proved'
        : 'wrong';
    }
  },

  async write(session, { entry: { dn } }, password) {
    const policy = new PasswordPolicyControl();
    try {
      const request = modifyPasswordRequest(dn, password.reveal());
      await session.connection.extended(MODIFY_PASSWORD, request, [policy]);
      return {};
    } catch (error) {
      // The refusal comes as "insufficient access" (50), which no delegation would cure.
      if (policy.value?.error === PasswordPolicyError.MustSupplyOldPassword) {
        throw new DirectoryError('policy', 'pwdSafeModify is TRUE');
      }
      const isPolicy =
        hasResult(error, RESULT.constraintViolation) ||
        (hasResult(error, RESULT.unwillingToPerform) && policy.value?.error !== undefined);
      if (isPolicy) return { refusal: writeRefusal(policy.value?.error, error) };
      throw error;
    }
  },

  async unlock(session, entry) {
    const lock = new Attribute({ type: 'pwdAccountLockedTime', values: [] });
    try {
      await session.connection.modify(entry.dn, [
        new Change({ operation: 'delete', modification: lock }),
      ]);
    } catch (error) {
      if (!hasResult(error, RESULT.noSuchAttribute)) throw error;
    }
  },
};

/** The groups that lead down to `dn`, however deep: OpenLDAP has no rule that follows them itself. */
function groupsAbove(session: Session, dn: string): Promise<string[]> {
  return climb(dn, (dns) => parents(session, dns));
}

async function parents(session: Session, dns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const base of session.facts.namingContexts) {
    for (const some of chunks(dns)) {
      const filter = anyOf(
        some.flatMap((dn) => MEMBER_ATTRIBUTES.map((attribute) => equals(attribute, dn))),
      );
      const search = { base, scope: 'sub', filter, attributes: ['1.1'] } as const;
      for (const { dn } of await session.connection.search(search)) found.push(dn);
    }
  }
  return found;
}

/** The members of those of the entries that are groups. */
async function membersOf(session: Session, dns: readonly string[]): Promise<string[]> {
  const filter = allOf([HAS_MEMBERS, anyOf(dns.map((dn) => equals('entryDN', dn)))]);
  const members: string[] = [];
  for (const base of session.facts.namingContexts) {
    const search = { base, scope: 'sub', filter, attributes: MEMBER_ATTRIBUTES } as const;
    for (const group of await session.connection.search(search)) {
      // A search for a member finds those of `member;lang-sv` and of other kinds of the attribute too.
      for (const attribute of Object.keys(group).filter((name) => name !== 'dn')) {
        // RFC 4517 3.3.21: a unique member may carry a bit string after the DN.
        members.push(...textsOf(group, attribute).map((dn) => dn.replace(/#'[01]*'B$/, '')));
      }
    }
  }
  return members;
}
