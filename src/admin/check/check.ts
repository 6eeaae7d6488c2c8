import { linkTo, SECTIONS, endOf, NOTHING } from './advice.ts';
import type { Advice, Checked } from './advice.ts';
import { CommandFailure } from '../command.ts';
import type { Command, Workplace } from '../command.ts';
import { checkDirectory } from './directoryCheck.ts';
import { checkHost } from './hostCheck.ts';
import { plain } from '../print.ts';
import { existsSync } from 'node:fs';
import { databaseFile } from '../../adapters/store/engine/sqlite.ts';
import { readTwilioAccount } from '../../adapters/twilioAnswers.ts';
import type { Config } from '../../config/config.ts';
import { StoreError } from '../../ports/errors.ts';
import { databaseOf, channelSettingsOf } from '../../wiring.ts';
import { reachesConnector } from '../../teams/out/connector.ts';
import { createServiceHosts } from '../../teams/out/serviceHosts.ts';
import { createLogin } from '../../teams/out/login.ts';

/** All systems, one after another; fails where one has to be mended. */
export const checkAll: Command['run'] = async (place) => {
  const checks = [
    checkHost(place.config),
    await checkDatabase(place),
    await checkDirectory(place),
    await checkSms(place),
    await checkLogin(place),
  ];
  const failed = checks.filter(({ mend }) => mend.length > 0).map(({ name }) => name);
  const text = checks.map(asText).join('\n\n');
  if (failed.length > 0) {
    throw new CommandFailure(`to mend: ${failed.join(', ')}`, {
      facts: { checks: checks.map(asJson) },
      text,
    });
  }
  return { json: { checks: checks.map(asJson) }, text };
};

function asJson({ name, found, mend, mind }: Checked): unknown {
  const textsOf = (all: readonly Advice[]): string[] => all.map(({ text }) => text);
  const see = [...new Set([...mend, ...mind].map((advice) => linkTo(advice.see)))];
  return {
    name,
    ok: mend.length === 0,
    found,
    mend: textsOf(mend),
    mind: textsOf(mind),
    see,
  };
}

function asText({ name, found, mend, mind }: Checked): string {
  return [
    `${mend.length === 0 ? 'ok  ' : 'MEND'}  ${name}`,
    ...found.map((line) => `        ${line}`),
    ...linesOf('mend', mend),
    ...linesOf('mind', mind),
  ]
    .map(plain)
    .join('\n');
}

/** The lines, with the guide's section below the last line that it concerns. */
function linesOf(kind: 'mend' | 'mind', all: readonly Advice[]): string[] {
  return all.flatMap(({ text, see }, index) => [
    `  ${kind}  ${text}`,
    ...(all[index + 1]?.see === see ? [] : [`        see "${SECTIONS[see]}" in docs/setup.md`]),
  ]);
}

function when(is: boolean, text: string): Advice[] {
  return is ? [{ text, see: 'configuration' }] : [];
}

async function checkDatabase(place: Workplace): Promise<Checked> {
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
    const end = endOf('its certificate', place.databaseCertificateEndsAt(), 'configuration');
    const values = `${String(current + earlier + unreadable)} encrypted values`;
    return {
      name,
      found: [
        database.kind === 'sqlite' ? `embedded, in ${database.directory}` : 'PostgreSQL',
        `schema current, ${values}, ${String(head.seq)} audit rows`,
        ...end.found,
      ],
      mend: when(
        unreadable > 0,
        `${String(unreadable)} values cannot be decrypted: give ENCRYPTION_KEYS their key too`,
      ),
      mind: [
        ...when(
          earlier > 0,
          `${String(earlier)} values are encrypted with an earlier key: run rekey before it goes`,
        ),
        ...end.mind,
      ],
    };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { ...NOTHING, name, mend: when(true, error.message) };
  }
}

const SMS_CURES = {
  inactive: 'the account is suspended or closed: look at the Twilio console',
  refused: 'the account is refused: look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN',
  unreachable: 'the service does not answer: look at TWILIO_API_URL and the firewall',
} as const;

const ACTIVE = 'the account is active';
const TRIAL = 'it is a trial account, which reaches verified numbers only: upgrade it';

const REDACTION = {
  on: 'message redaction: enable it on the account; without it Twilio may refuse every message (30029, 30030), and TWILIO_REDACTION=off is the way out',
  off: 'Twilio keeps text and number of each message (TWILIO_REDACTION=off)',
} as const;

export async function checkSms({ config }: { config: Pick<Config, 'sms'> }): Promise<Checked> {
  const name = 'sms';
  const { twilio, countries } = config.sms;
  const see = 'sms';
  if (twilio === undefined) {
    const text = 'messages are printed, not sent (SMS_PROVIDER)';
    return { ...NOTHING, name, mind: [{ text, see }] };
  }
  const list = countries.join(', ');
  const text = `geo permissions: allow ${list} only, and turn SMS pumping protection on`;
  const mind: Advice[] = [
    { text, see },
    { text: REDACTION[twilio.isRedacted ? 'on' : 'off'], see },
  ];
  const account = await readTwilioAccount(twilio);
  switch (account) {
    case 'active':
      return { name, found: [ACTIVE], mend: [], mind };
    case 'trial':
      return { name, found: [ACTIVE], mend: [], mind: [{ text: TRIAL, see }, ...mind] };
    case 'unclear':
      return { name, found: ['the service answers, but not about the account'], mend: [], mind };
    case 'inactive':
    case 'refused':
    case 'unreachable':
      return { name, found: [], mend: [{ text: SMS_CURES[account], see }], mind };
  }
}

const NO_TOKEN =
  'the bot gets no token: look at MicrosoftAppId, MicrosoftAppPassword (expired?), MicrosoftAppTenantId and the way out to login.microsoftonline.com';
const NO_WAY_TO_TEAMS =
  'no answer from smba.trafficmanager.net, where posts to Teams go: look at the firewall, or at HTTPS_PROXY with NODE_USE_ENV_PROXY=1';

async function checkLogin({ config, log }: Workplace): Promise<Checked> {
  const name = 'login';
  const see = 'azure';
  const { isAuthenticated, credential, credentialEndsAt, serviceHosts } = config.bot;
  if (!isAuthenticated) {
    return { ...NOTHING, name, mind: [{ text: 'not used (BOT_AUTH is off)', see }] };
  }
  // Nothing is sent with the token, nor posted to Teams.
  const login = createLogin({ ...channelSettingsOf(config), clock: Date.now, log });
  const hasToken = await login.token().then(
    () => true,
    () => false,
  );
  // Undefined where the host of Teams is none of BOT_SERVICE_HOSTS.
  const reachesTeams = await reachesConnector(createServiceHosts(serviceHosts));
  const faults = [
    ...(hasToken ? [] : [NO_TOKEN]),
    ...(reachesTeams === false ? [NO_WAY_TO_TEAMS] : []),
  ];
  const proof =
    credential !== undefined && 'secret' in credential ? 'MicrosoftAppPassword' : 'its certificate';
  const end = endOf(proof, credentialEndsAt, see);
  return {
    name,
    mind: end.mind,
    found: [
      ...end.found,
      ...(hasToken ? ['the bot gets its token'] : []),
      ...(reachesTeams === true ? ['posts reach the connector of Teams'] : []),
    ],
    mend: faults.map((text) => ({ text, see })),
  };
}
