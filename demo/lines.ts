import { ASA, CECILIA, fullName } from './people.ts';
import type { SeededAccount } from './seed.ts';

/** The demo's words in the terminal, in the language that was asked for. */
interface Lines {
  ready(chatUrl: string, accounts: readonly SeededAccount[]): string[];
  /** The same with the agent's chat and Åsa's. */
  deskReady(agentUrl: string, chatUrl: string, accounts: readonly SeededAccount[]): string[];
  portTaken(port: number, flag: string): string;
  /** `detail` is its last output. */
  ended(what: 'bot' | 'chat', detail: string): string;
  notReady(what: 'bot' | 'chat', seconds: number): string;
  readonly buildFailed: string;
  readonly notBuilt: string;
}

/** The sweep that the bot does by itself every hour. */
const SWEEP = 'npm run -s demo:admin -- sweep';

const NAMES = {
  sv: { bot: 'Boten', chat: 'Chatten' },
  en: { bot: 'The bot', chat: 'The chat' },
} as const;

const sv: Lines = {
  ready: (chatUrl, accounts) => [
    `Chatten öppnar du i webbläsaren: ${chatUrl}`,
    `Du är ${fullName(ASA)} (${ASA.upn}) och svarar för:`,
    ...accounts.map(
      ({ name, password, isExpired }) =>
        `  ${name}, lösenord ${password}${isExpired ? ' (har gått ut)' : ''}`,
    ),
    `Koderna kommer här, som rader med SMS. Avsluta med Ctrl-C. Påminnelse (annan terminal): ${SWEEP}`,
  ],
  deskReady: (agentUrl, chatUrl, accounts) => [
    `Servicedesk är ${fullName(CECILIA)}: ${agentUrl}`,
    `Den som ringer är ${fullName(ASA)}, öppna hennes chatt först: ${chatUrl}`,
    `Hon svarar för ${accounts.map(({ name }) => name).join(' och ')} och kan inte lösenorden.`,
    'Koderna kommer här, som rader med SMS. Avsluta med Ctrl-C.',
  ],
  portTaken: (port, flag) =>
    `Port ${port} är upptagen. Välj en annan: npm run demo -- ${flag} ${port + 1}`,
  ended: (what, detail) => `${NAMES.sv[what]} avslutades oväntat: ${detail}`,
  notReady: (what, seconds) => `${NAMES.sv[what]} svarade inte inom ${seconds} sekunder.`,
  buildFailed: 'Boten gick inte att bygga, se ovan.',
  notBuilt: 'Boten är inte byggd än: npm run build',
};

const en: Lines = {
  ready: (chatUrl, accounts) => [
    `Open the chat in a browser: ${chatUrl}`,
    `You are ${fullName(ASA)} (${ASA.upn}) and answer for:`,
    ...accounts.map(
      ({ name, password, isExpired }) =>
        `  ${name}, password ${password}${isExpired ? ' (expired)' : ''}`,
    ),
    `Codes appear here, as lines with SMS. Press Ctrl-C to end. Reminder (other terminal): ${SWEEP}`,
  ],
  deskReady: (agentUrl, chatUrl, accounts) => [
    `The service desk is ${fullName(CECILIA)}: ${agentUrl}`,
    `The caller is ${fullName(ASA)}, open her chat first: ${chatUrl}`,
    `She answers for ${accounts.map(({ name }) => name).join(' and ')} and does not know the passwords.`,
    'Codes appear here, as lines with SMS. Press Ctrl-C to end.',
  ],
  portTaken: (port, flag) =>
    `Port ${port} is taken. Choose another: npm run demo -- ${flag} ${port + 1}`,
  ended: (what, detail) => `${NAMES.en[what]} ended unexpectedly: ${detail}`,
  notReady: (what, seconds) => `${NAMES.en[what]} did not answer within ${seconds} seconds.`,
  buildFailed: 'The bot could not be built, see above.',
  notBuilt: 'The bot is not built yet: npm run build',
};

export const LINES = { sv, en } as const;
