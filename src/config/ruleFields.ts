import { z } from 'zod';
import { USUAL_COOL_DOWN_SECONDS } from '../domain/flows/coolDown.ts';
import { USUAL_CODES } from '../domain/flows/passcode.ts';
import { schedule } from './shapes.ts';
import {
  choice,
  matching,
  parsed,
  reminderDays,
  timeZone,
  wholeNumber,
  directoryName,
  TEXTS,
} from './parsers.ts';

/** Codes and passwords. */
export const RULES = {
  CODE_LENGTH: wholeNumber(6, 8)
    .default(USUAL_CODES.digits)
    .register(TEXTS, { meaning: 'digits of a code, 6 to 8', default: String(USUAL_CODES.digits) }),
  CODE_TTL_SECONDS: wholeNumber(1, 600)
    .default(USUAL_CODES.lifeSeconds)
    .register(TEXTS, {
      meaning: 'how long a code is good, at most 600 s',
      default: String(USUAL_CODES.lifeSeconds),
    }),
  CODE_ATTEMPTS: wholeNumber(1, 10)
    .default(USUAL_CODES.attempts)
    .register(TEXTS, {
      meaning: 'wrong codes before the lockout, at most 10',
      default: String(USUAL_CODES.attempts),
    }),
  // NIST SP 800-63B-4: never below 8, and at least 64 characters must be possible.
  PASSWORD_MIN_LENGTH: wholeNumber(8, 64).default(8).register(TEXTS, {
    meaning: 'least length of a new password, 8 to 64; **15 is recommended**',
    default: '8',
  }),
  PASSWORD_HISTORY: wholeNumber(0, 100)
    .default(25)
    .register(TEXTS, { meaning: 'earlier passwords that are refused', default: '25' }),
  PASSWORD_FORBIDDEN_CHARACTERS: z.string().default('åäöÅÄÖ').register(TEXTS, {
    meaning: 'characters that are refused in a new password; empty: none',
    default: 'åäöÅÄÖ',
  }),
};

/** Rotation and its reminders. */
export const ROTATION = {
  ROTATION_DAYS: wholeNumber(1, 3650).optional().register(TEXTS, {
    meaning: 'age in days at which a password is due; sooner where the directory expires it sooner',
    otherwise: 'what the directory says of the account, else 90',
    example: '90',
  }),
  REMINDER_DAYS: reminderDays.default([14, 7, 1, 0]).register(TEXTS, {
    meaning: 'days before due on which the manager is reminded, then weekly',
    default: '14,7,1,0',
  }),
  REMINDER_HOURS: parsed('days and full hours, e.g. Mon-Fri 08-16', schedule)
    .default({ weekdays: [1, 2, 3, 4, 5], fromHour: 8, toHour: 16 })
    .register(TEXTS, {
      meaning: 'days and hours in which reminders may be sent',
      default: 'Mon-Fri 08-16',
    }),
  TIME_ZONE: timeZone
    .default('Europe/Stockholm')
    .register(TEXTS, { meaning: 'the time zone of those hours', default: 'Europe/Stockholm' }),
  REMINDER_FALLBACK_UPN: matching(/^[^\s@]+@[^\s@]+$/, 'a user principal name')
    .optional()
    .register(TEXTS, {
      meaning: 'who gets the weekly summary of overdue accounts that nobody answers for',
      otherwise: 'nobody',
      example: 'it@example.se',
    }),
  REMINDER_SMS: choice('off', 'overdue').default('off').register(TEXTS, {
    meaning:
      '`overdue`: once a week an overdue reminder that reaches no chat goes to the enrolled number; it counts in `SMS_PER_DAY`',
    default: 'off',
  }),
  NEW_NUMBER_COOLDOWN_SECONDS: wholeNumber(0, 30 * 86_400)
    .default(USUAL_COOL_DOWN_SECONDS)
    .register(TEXTS, {
      meaning: 'after a `revoke`: how long the next enrolled number cannot reset; 0 is allowed',
      default: String(USUAL_COOL_DOWN_SECONDS),
    }),
};

/** The service desk in the chat. */
export const DESK = {
  SERVICE_DESK_GROUP: directoryName("the DN of the service desk's group")
    .optional()
    .register(TEXTS, {
      meaning:
        'the group whose members, through other groups too, get the service desk’s cards in the chat',
      otherwise: 'nobody',
      example: 'CN=Servicedesk,OU=Groups,DC=example,DC=se',
    }),
  DESK_MAY_VOUCH: choice('on', 'off').default('off').register(TEXTS, {
    meaning:
      '`on`: an agent may let a confirmed manager register the directory’s mobile without the password',
    default: 'off',
  }),
};
