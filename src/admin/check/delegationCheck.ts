import type { Inspection } from '../../adapters/ldap/check/inspection.ts';
import type { RightsElsewhere, RightsSomewhere } from '../../adapters/ldap/check/delegation.ts';
import type { Right } from '../../adapters/ldap/activeDirectory/securityDescriptor.ts';
import { counted } from '../print.ts';
import { named, NOTHING, type Advice, type Checked } from './advice.ts';

const IN_WORDS: Readonly<Record<Right, string>> = {
  reset: 'reset passwords',
  lockoutTime: 'lift lockouts',
  pwdLastSet: 'write pwdLastSet',
  permissions: 'change permissions',
};

/** Whether the service account has the needed rights here, and none elsewhere (requirement D5). */
export function judgeDelegation(seen: Inspection): Omit<Checked, 'name'> {
  if (seen.dialect === 'openldap') {
    return {
      ...NOTHING,
      mind: [
        {
          text: 'OpenLDAP does not tell what an account may do: whether passwords may be reset here, and only here, is shown by slapacl on its host',
          see: 'openldap',
        },
      ],
    };
  }
  if (seen.elsewhere === undefined) return unread(seen);
  const [here, there] = [judgeHere(seen), judgeElsewhere(seen.elsewhere)];
  return {
    found: [...here.found, ...there.found],
    mend: here.mend,
    mind: [...here.mind, ...there.mind, ...wholeDomain(seen)],
  };
}

function unread(seen: Inspection): Omit<Checked, 'name'> {
  const text =
    'access lists could not be read on this server: whether passwords may be reset here, and only here, is not known before one is reset';
  return {
    ...NOTHING,
    mind: [...(seen.isAccountsBaseReadable ? [advice(text)] : []), ...wholeDomain(seen)],
  };
}

function wholeDomain({ isWholeDomain }: Inspection): Advice[] {
  const text =
    'LDAP_ACCOUNTS_BASE is the whole domain: put the shared accounts into a unit of their own, so that the right ends there';
  return isWholeDomain ? [advice(text)] : [];
}

function judgeHere({ accounts, writesBeside }: Inspection): Omit<Checked, 'name'> {
  const readable = accounts.filter(({ rights }) => rights !== undefined);
  const unreadable = accounts.length - readable.length;
  const without = (right: Right): string[] =>
    readable.filter(({ rights }) => rights?.has(right) === false).map(({ name }) => name);
  const [noReset, noUnlock, noVersion] = [
    without('reset'),
    without('lockoutTime'),
    without('pwdLastSet'),
  ];
  const tooMuch = readable
    .filter(({ rights }) => rights?.has('permissions'))
    .map(({ name }) => name);
  const isProved = readable.length > 0 && noReset.length === 0 && noUnlock.length === 0;
  const delegate = 'delegate it on LDAP_ACCOUNTS_BASE, and let the accounts inherit it';
  const line = (names: readonly string[], text: string): Advice[] =>
    names.length === 0 ? [] : [advice(text)];
  return {
    found: isProved
      ? [`may reset passwords and lift lockouts of ${counted(readable.length, 'shared account')}`]
      : [],
    mend: [
      ...line(
        noReset,
        `the service account may not reset passwords of ${named(noReset)}: ${delegate}`,
      ),
      ...line(
        noUnlock,
        `the service account may not write lockoutTime of ${named(noUnlock)}, which every reset does: ${delegate}`,
      ),
    ],
    mind: [
      ...line(
        noVersion,
        `the service account may not write pwdLastSet of ${named(noVersion)}: resets work without`,
      ),
      ...line(
        tooMuch,
        `the service account may change the permissions of ${named(tooMuch)}: take that away, it needs no more than the guide grants`,
      ),
      ...line(
        writesBeside,
        `the service account may also write ${named(writesBeside)} of ${accounts[0]?.name ?? ''}: take that away, it needs no more than the guide grants`,
      ),
      ...(unreadable === 0
        ? []
        : [
            advice(
              `the access list of ${counted(unreadable, 'shared account')} could not be read: whether a password may be reset there is not known`,
            ),
          ]),
    ],
  };
}

function judgeElsewhere(seen: RightsElsewhere): Omit<Checked, 'name'> {
  const { users, places, looked, unreadable, isPartial } = seen;
  const some = isPartial ? ', not all users' : '';
  const hidden = unreadable === 0 ? '' : `, ${String(unreadable)} could not be read`;
  const extent = `${String(looked)} users and containers looked at${some}${hidden}`;
  if (users.length === 0 && places.length === 0) {
    const isProved = looked > 0;
    return {
      ...NOTHING,
      found: isProved ? [`has no such right outside LDAP_ACCOUNTS_BASE (${extent})`] : [],
      mind: isProved
        ? []
        : [advice(`no access list outside LDAP_ACCOUNTS_BASE could be read (${extent})`)],
    };
  }
  const granted = places.length === 0 ? '' : `; the grants stand on ${named(places.map(inWords))}`;
  const reached = users.length === 0 ? '' : ` of ${named(users.map(({ name }) => name))}`;
  const rights = [...new Set([...users, ...places].flatMap((one) => one.rights))];
  const may = rights.map((right) => IN_WORDS[right]).join(', ');
  return {
    ...NOTHING,
    mind: [
      advice(
        `outside LDAP_ACCOUNTS_BASE the service account may ${may}${reached}${granted}: take that away (${extent})`,
      ),
    ],
  };
}

function inWords({ name, rights }: RightsSomewhere): string {
  return `${name} (${rights.map((right) => IN_WORDS[right]).join(', ')})`;
}

function advice(text: string): Advice {
  return { text, see: 'activeDirectory' };
}
