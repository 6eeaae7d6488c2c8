import { withDeadline } from '../../ports/deadline.ts';
import type { Inspection } from '../../adapters/ldap/check/inspection.ts';
import type { InspectedServer } from '../../adapters/ldap/check/serverInspection.ts';
import { DAY_MS, HOUR_MS } from '../../domain/durations.ts';
import { DirectoryError } from '../../ports/errors.ts';
import { MAX_REMINDED } from '../../ports/account.ts';
import { counted } from '../print.ts';
import { named, NOTHING, RENEW_DAYS } from './advice.ts';
import type { Advice, Checked, Section } from './advice.ts';
import { judgeDelegation } from './delegationCheck.ts';
import type { Workplace } from '../command.ts';

const INSPECTION_MS = 5 * 60_000;
/** Below this threshold not even one wrong bind could be allowed (requirement P11). */
const LOWEST_THRESHOLD = 3;
/** Lockouts and expiry depend on both clocks. */
const CLOCK_MS = 60_000;

const CURES: Readonly<Record<DirectoryError['code'], Advice>> = {
  unreachable: {
    text: 'no server can be reached: look at LDAP_URL, name resolution and firewall',
    see: 'host',
  },
  noAnswer: { text: 'the server stopped answering', see: 'host' },
  tls: {
    text: "the server's certificate cannot be verified: look at LDAP_CA_FILE and at the host in LDAP_URL",
    see: 'host',
  },
  serviceAccount: {
    text: 'the service account is refused: look at LDAP_BIND_DN and LDAP_BIND_PASSWORD (in systemd’s EnvironmentFile a backslash outside single quotes is lost)',
    see: 'rights',
  },
  noRights: { text: 'the service account may not read what the bot needs', see: 'rights' },
  policy: {
    text: "the directory's password policy lets the bot write no password",
    see: 'openldap',
  },
  undecided: {
    text: 'the directory does not say whether a password is right: give the accounts the right to log on over the network, and keep them out of Protected Users',
    see: 'activeDirectory',
  },
  unexpected: {
    text: 'the directory gave an answer that the bot does not know',
    see: 'configuration',
  },
};

/** Reads everything that the bot needs of the directory and changes nothing there. */
export async function checkDirectory(place: Workplace): Promise<Checked> {
  const name = 'directory';
  try {
    const directory = place.directory();
    const [seen, servers] = await withDeadline(INSPECTION_MS, undefined, async (signal) => [
      await directory.inspect(signal),
      await directory.inspectServers(signal),
    ]);
    const parts = [judgeServers(servers), judgeAccounts(seen), judgeDelegation(seen)];
    return {
      name,
      found: [
        `${seen.dialect} at ${seen.server}, ${counted(seen.accounts.length, 'shared account')}`,
        ...parts.flatMap(({ found }) => found),
      ],
      mend: parts.flatMap(({ mend }) => mend),
      mind: parts.flatMap(({ mind }) => mind),
    };
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    const { text, see } = CURES[error.code];
    return { ...NOTHING, name, mend: [{ text: `${text} (${error.detail})`, see }] };
  }
}

function judgeServers(servers: readonly InspectedServer[]): Omit<Checked, 'name'> {
  const found: string[] = [];
  const mind: Advice[] = [];
  for (const server of servers) {
    if ('fault' in server) {
      const { text, see } = CURES[server.fault.code];
      mind.push({ text: `${server.url}: ${text} (${server.fault.detail})`, see });
      continue;
    }
    const days = Math.floor((server.certificateEndsAt - Date.now()) / DAY_MS);
    const ahead = server.clockAheadMs;
    const clock = ahead === undefined ? '' : `, clock ${clockText(ahead)}`;
    found.push(`${server.url}: certificate good for ${counted(days, 'day')}${clock}`);
    if (days < RENEW_DAYS) {
      const text = `the certificate of ${server.url} ends in ${counted(days, 'day')}: renew it`;
      mind.push({ text, see: 'host' });
    }
    if (server.takesWrites === false) {
      const text = `${server.url} takes no writes (a read-only controller or replica): name one that does first in LDAP_URL`;
      mind.push({ text, see: 'host' });
    }
    if (ahead !== undefined && Math.abs(ahead) > CLOCK_MS) {
      const text = `the clock of ${server.url} is ${clockText(ahead)}: set the clocks, lockouts and expiry are reckoned with both`;
      mind.push({ text, see: 'host' });
    }
  }
  const writes = servers.flatMap((server) => ('fault' in server ? [] : [server.takesWrites]));
  const isReadOnly = writes.length > 0 && writes.every((takesWrites) => takesWrites === false);
  const text = 'no server of LDAP_URL takes writes, so that no password can be reset: name one';
  return { found, mend: isReadOnly ? [{ text, see: 'host' }] : [], mind };
}

function clockText(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (seconds <= 2) return 'as here';
  return `${String(seconds)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's`;
}

function judgeAccounts(seen: Inspection): Omit<Checked, 'name'> {
  const { accounts, isAccountsBaseReadable: isSeen } = seen;
  const namesOf = (some: Inspection['accounts']): string => named(some.map(({ name }) => name));
  const crowded = accounts.filter(({ isCrowd }) => isCrowd);
  const safe = accounts.filter(({ rules }) => rules.needsOldPassword === true);
  const young = accounts.filter(({ rules: { minAgeMs = 0 } }) => minAgeMs > 0);
  const unanswered = accounts.filter(({ isAnswered }) => !isAnswered);
  const low = accounts.filter(
    ({ lockout: { threshold } }) => typeof threshold === 'number' && threshold < LOWEST_THRESHOLD,
  );
  const unreadable = accounts.filter(
    ({ rules, lockout }) => !rules.isReadable || lockout.threshold === 'unreadable',
  );
  const dialect: Section = seen.dialect;
  const when = (is: boolean, text: string, see: Section = dialect): Advice[] =>
    is ? [{ text, see }] : [];
  return {
    found: [
      ...lockoutLines(accounts),
      ...(seen.passedOver > 0
        ? [
            `left alone, as disabled, expired, protected or not readable there: ${String(seen.passedOver)}`,
          ]
        : []),
      ...(seen.serviceAccount === 'ordinary'
        ? ['the service account is in no privileged group']
        : []),
      ...(seen.obeysHistory ? ["resets obey the directory's password history"] : []),
    ],
    mend: [
      ...when(!isSeen, 'LDAP_ACCOUNTS_BASE cannot be read by the service account'),
      ...when(
        !seen.isManagersBaseReadable,
        'LDAP_MANAGERS_BASE cannot be read by the service account',
      ),
      ...when(
        !seen.isDeskGroupReadable,
        'SERVICE_DESK_GROUP names no entry that the service account can read: nobody is of the service desk',
        'configuration',
      ),
      ...when(
        isSeen && accounts.length === 0,
        'no shared account is found: look at LDAP_ACCOUNTS_BASE and LDAP_ACCOUNTS_FILTER',
        'configuration',
      ),
      ...when(
        safe.length > 0,
        `pwdSafeModify is TRUE for ${namesOf(safe)}: nobody can reset a password without the old one; give these accounts a policy where it is FALSE`,
      ),
      ...when(
        low.length > 0,
        `the directory locks after fewer than ${String(LOWEST_THRESHOLD)} wrong passwords, so that nobody can enroll: raise its threshold for ${namesOf(low)}`,
      ),
    ],
    mind: [
      ...when(
        seen.hasManagers === false,
        'no person below LDAP_MANAGERS_BASE has what LDAP_MANAGER_FILTER looks for, so that no manager is found: look at both',
        'configuration',
      ),
      ...when(
        unanswered.length > 0,
        `nobody answers for ${namesOf(unanswered)} (${String(unanswered.length)} of ${counted(accounts.length, 'account')})`,
      ),
      ...when(
        crowded.length > 0,
        `more than ${String(MAX_REMINDED)} people answer for ${namesOf(crowded)}: nobody is reminded of these; let a smaller group answer`,
        'rights',
      ),
      ...when(young.length > 0, minimumAgeText(seen.dialect, young)),
      ...when(
        unreadable.length > 0,
        `the password policy cannot be read for ${namesOf(unreadable)}: give the service account the right to read it`,
      ),
      ...when(
        seen.serviceAccount === 'privileged',
        'the service account is in a privileged group: it needs no more than to reset passwords below LDAP_ACCOUNTS_BASE',
      ),
      ...when(
        !seen.obeysHistory,
        seen.dialect === 'openldap'
          ? "the directory has no password policies (the ppolicy overlay): it knows no age, lockout and history, only the bot's own rules hold"
          : "the directory does not offer policy hints: resets do not obey its password history, only the bot's own",
      ),
    ],
  };
}

/** Says how a minimum age hurts a group that was told a wrong password. */
function minimumAgeText(dialect: Inspection['dialect'], young: Inspection['accounts']): string {
  const hours = Math.max(...young.map(({ rules: { minAgeMs = 0 } }) => minAgeMs)) / HOUR_MS;
  const policy = dialect === 'openldap' ? 'pwdMinAge' : 'the minimum password age (domain or PSO)';
  const effect =
    dialect === 'openldap'
      ? 'a second reset is refused for so long, also where a group was told a wrong password'
      : "a second reset within that time goes past the directory's own history, only the bot's holds";
  return `${policy} is up to ${String(Math.ceil(hours))} h for ${named(young.map(({ name }) => name))}: ${effect}; set it to 0 for the shared accounts`;
}

/** One line for each threshold that holds for some account. */
function lockoutLines(accounts: Inspection['accounts']): string[] {
  const thresholds = accounts
    .map(({ lockout }) => lockout.threshold)
    .filter((threshold) => threshold !== 'unreadable');
  const counts = Map.groupBy(thresholds, (threshold) => threshold);
  return [...counts].map(([threshold, { length: count }]) => {
    const locks =
      threshold === 'none' ? 'never locks' : `locks after ${String(threshold)} wrong passwords`;
    return `the directory ${locks} (${counted(count, 'account')})`;
  });
}
