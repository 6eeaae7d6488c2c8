import { counted } from '../print.ts';
import { DAY_MS } from '../../domain/durations.ts';

/** The sections of docs/setup.md that advice points to, by their headings. */
export const SECTIONS = {
  host: '1. A name, a certificate and a host',
  azure: '2. The bot registration in Azure',
  rights: 'Rights in the directory',
  activeDirectory: 'Active Directory',
  openldap: 'OpenLDAP',
  sms: '4. The SMS service',
  configuration: '5. Configuration and first check',
} as const;

export type Section = keyof typeof SECTIONS;

/** One line for the administrator who installs the bot, and where the guide says how. */
export interface Advice {
  readonly text: string;
  readonly see: Section;
}

/**
 * The check of the host or one outside system: facts, faults to mend before the bot can work, and points to
 * bear in mind.
 */
export interface Checked {
  readonly name: 'host' | 'database' | 'directory' | 'sms' | 'login';
  readonly found: readonly string[];
  readonly mend: readonly Advice[];
  readonly mind: readonly Advice[];
}

export const NOTHING = { found: [], mend: [], mind: [] } as const;

/** The section as a link from the root of the project. */
export function linkTo(section: Section): string {
  const anchor = SECTIONS[section]
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
  return `docs/setup.md#${anchor}`;
}

/** Days before its end at which a secret or certificate has to be renewed. */
export const RENEW_DAYS = 30;

/** How long a secret or certificate is good, and the advice to renew it where that is not long; empty where it is not known. */
export function endOf(
  what: string,
  endsAt: number | undefined,
  see: Section,
): Pick<Checked, 'found' | 'mind'> {
  if (endsAt === undefined) return NOTHING;
  const days = Math.floor((endsAt - Date.now()) / DAY_MS);
  const found = days < 0 ? `${what} has ended` : `${what} is good for ${counted(days, 'day')}`;
  if (days >= RENEW_DAYS) return { found: [found], mind: [] };
  const end = days < 0 ? found : `${what} ends in ${counted(days, 'day')}`;
  return { found: [found], mind: [{ text: `${end}: renew it`, see }] };
}

/** Some names, and the number of the rest. */
export function named(names: readonly string[]): string {
  const NAMED = 5;
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}
