import type { z } from 'zod';
import { DESK, ROTATION, RULES } from './ruleFields.ts';
import { DIRECTORY } from './directoryFields.ts';
import { LISTENING, PEOPLE, STORE, TEAMS } from './serverFields.ts';
import { SMS } from './smsFields.ts';

/*
 * One schema per variable of the contract's table, with its text for the README and .env.example: `npm run
 * docs:config` writes both from here.
 */

/** The variables by topic, in the order of the documents. */
export const TOPICS = [
  LISTENING,
  TEAMS,
  STORE,
  DIRECTORY,
  SMS,
  RULES,
  ROTATION,
  DESK,
  PEOPLE,
] as const;

/** Every variable by its name. */
export const FIELDS = {
  ...LISTENING,
  ...TEAMS,
  ...STORE,
  ...DIRECTORY,
  ...SMS,
  ...RULES,
  ...ROTATION,
  ...DESK,
  ...PEOPLE,
} as const;

/** The values of all variables. */
export type Values = { readonly [Name in keyof typeof FIELDS]: z.infer<(typeof FIELDS)[Name]> };

/** The same without the faulty variables; a variable that was merely absent has the value undefined. */
export type Partials = { readonly [Name in keyof Values]?: Values[Name] | undefined };

/** Variables that may come from a file instead, `X_FILE`. */
export const SECRET_NAMES = [
  'MicrosoftAppPassword',
  'MicrosoftAppCertificateKey',
  'DATABASE_URL',
  'ENCRYPTION_KEYS',
  'LDAP_BIND_PASSWORD',
  'TWILIO_AUTH_TOKEN',
  'METRICS_TOKEN',
] as const satisfies readonly (keyof Values)[];

/** Variables that may come from a file though they are no secret. */
export const FILE_NAMES = [...SECRET_NAMES, 'MicrosoftAppCertificate'] as const;
