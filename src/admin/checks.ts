import { existsSync } from 'node:fs';
import type { Inspection } from '../adapters/ldap/inspection.ts';
import { databaseFile } from '../adapters/store/sqlite.ts';
import { readTwilioAccount } from '../adapters/twilioAccount.ts';
import { DirectoryError } from '../ports/directory.ts';
import { StoreError } from '../ports/store.ts';
import { databaseOf } from '../wiring.ts';
import { checkMicrosoftLogin } from './login.ts';
import type { Workplace } from './workplace.ts';

/** One outside system: what was found, what has to be mended before the bot can work, what to bear in mind. */
export interface Checked {
  readonly name: 'database' | 'directory' | 'sms' | 'login';
  readonly found: readonly string[];
  readonly mend: readonly string[];
  readonly mind: readonly string[];
}

const INSPECTION_MS = 5 * 60_000;
/** Below it not even one wrong bind could be allowed (requirement P11). */
const LOWEST_THRESHOLD = 3;
/** So many accounts are named in one line. */
const NAMED = 5;

const NOTHING = { found: [], mend: [], mind: [] } as const;

export async function checkDatabase(place: Workplace): Promise<Checked> {
  const name = 'database';
  const database = databaseOf(place.config);
  if (database.kind === 'sqlite' && !existsSync(databaseFile(database.directory))) {
    const line = `no database yet in ${database.directory}: the bot makes it at its first start`;
    return { ...NOTHING, name, found: [line] };
  }
  try {
    const store = await place.store();
    const { current, earlier, unreadable } = await store.sealed.census();
    const head = await store.audit.head();
    const values = `${String(current + earlier + unreadable)} encrypted values`;
    return {
      name,
      found: [
        database.kind === 'sqlite' ? `embedded, in ${database.directory}` : 'PostgreSQL',
        `schema current, ${values}, ${String(head.seq)} audit rows`,
      ],
      mend:
        unreadable === 0
          ? []
          : [
              `${String(unreadable)} values cannot be decrypted: give ENCRYPTION_KEYS their key too`,
            ],
      mind:
        earlier === 0
          ? []
          : [
              `${String(earlier)} values are encrypted with an earlier key: run rekey before it goes`,
            ],
    };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { ...NOTHING, name, mend: [error.message] };
  }
}

const DIRECTORY_CURES: Readonly<Record<DirectoryError['code'], string>> = {
  unreachable: 'no server can be reached: look at LDAP_URL, name resolution and firewall',
  noAnswer: 'the server stopped answering',
  tls: "the server's certificate cannot be verified: look at LDAP_CA_FILE and at the host in LDAP_URL",
  serviceAccount: 'the service account is refused: look at LDAP_BIND_DN and LDAP_BIND_PASSWORD',
  noRights: 'the service account may not read what the bot needs',
  unexpected: 'the directory gave an answer that the bot does not know',
};

export async function checkDirectory(place: Workplace): Promise<Checked> {
  const name = 'directory';
  try {
    const found = await place.directory().inspect(AbortSignal.timeout(INSPECTION_MS));
    return { name, ...judged(found) };
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return { ...NOTHING, name, mend: [`${DIRECTORY_CURES[error.code]} (${error.detail})`] };
  }
}

/** Some accounts by name, the rest by number. */
function named(accounts: Inspection['accounts']): string {
  const names = accounts.slice(0, NAMED).map((account) => account.name);
  const more = accounts.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}

function judged(seen: Inspection): Omit<Checked, 'name'> {
  const { accounts } = seen;
  const unanswered = accounts.filter(({ isAnswered }) => !isAnswered);
  const low = accounts.filter(
    ({ lockout: { threshold } }) => typeof threshold === 'number' && threshold < LOWEST_THRESHOLD,
  );
  const unreadable = accounts.filter(
    ({ rules, lockout }) => !rules.isReadable || lockout.threshold === 'unreadable',
  );
  const when = (is: boolean, line: string): string[] => (is ? [line] : []);
  const isSeen = seen.isAccountsBaseReadable;
  return {
    found: [
      `${seen.dialect} at ${seen.server}, ${String(accounts.length)} shared accounts`,
      ...when(seen.serviceAccount === 'ordinary', 'the service account is in no privileged group'),
      ...when(seen.obeysHistory, "resets obey the directory's password history"),
    ],
    mend: [
      ...when(!isSeen, 'LDAP_ACCOUNTS_BASE cannot be read by the service account'),
      ...when(
        !seen.isManagersBaseReadable,
        'LDAP_MANAGERS_BASE cannot be read by the service account',
      ),
      ...when(
        isSeen && accounts.length === 0,
        'no shared account is found: look at LDAP_ACCOUNTS_BASE and LDAP_ACCOUNTS_FILTER',
      ),
      ...when(
        low.length > 0,
        `the directory locks after fewer than ${String(LOWEST_THRESHOLD)} wrong passwords, so that nobody can enroll: raise its threshold for ${named(low)}`,
      ),
    ],
    mind: [
      ...when(unanswered.length > 0, `nobody answers for ${named(unanswered)}`),
      ...when(
        unreadable.length > 0,
        `the password policy cannot be read for ${named(unreadable)}: give the service account the right to read it`,
      ),
      ...when(
        seen.serviceAccount === 'privileged',
        'the service account is in a privileged group: it needs no more than to reset passwords below LDAP_ACCOUNTS_BASE',
      ),
      ...when(
        !seen.obeysHistory,
        "the directory does not offer policy hints: resets do not obey its password history, only the bot's own",
      ),
    ],
  };
}

const SMS_CURES = {
  inactive: 'the account is suspended or closed: look at the Twilio console',
  refused: 'the account is refused: look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN',
  unreachable: 'the service does not answer: look at TWILIO_API_URL and the firewall',
} as const;

export async function checkSms({ config }: Workplace): Promise<Checked> {
  const name = 'sms';
  const { twilio, countries } = config.sms;
  if (twilio === undefined) {
    return { ...NOTHING, name, mind: ['messages are printed, not sent (SMS_PROVIDER)'] };
  }
  const mind = [
    `geo permissions: allow ${countries.join(', ')} only, and turn SMS pumping protection on`,
  ];
  const account = await readTwilioAccount(twilio);
  switch (account) {
    case 'active':
      return { name, found: ['the account is active'], mend: [], mind };
    case 'unclear':
      return { name, found: ['the service answers, but not about the account'], mend: [], mind };
    case 'inactive':
    case 'refused':
    case 'unreachable':
      return { name, found: [], mend: [SMS_CURES[account]], mind };
  }
}

export async function checkLogin(place: Workplace): Promise<Checked> {
  const name = 'login';
  if (!place.config.bot.isAuthenticated) {
    return { ...NOTHING, name, mind: ['not used (BOT_AUTH is off)'] };
  }
  return (await checkMicrosoftLogin(place))
    ? { ...NOTHING, name, found: ['the bot gets its token'] }
    : {
        ...NOTHING,
        name,
        mend: [
          'the bot gets no token: look at MicrosoftAppId, MicrosoftAppPassword (expired?), MicrosoftAppTenantId and the way out to login.microsoftonline.com',
        ],
      };
}
