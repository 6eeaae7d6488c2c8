import { Secret } from '../domain/secret.ts';
import type { Input } from '../service/input.ts';

/** What is kept of a typed text, in characters. */
export const MAX_TYPED_LENGTH = 1_024;

/** The words of the chat (contract, "Chat"), in either language at any time. */
const COMMANDS: Readonly<Record<string, Input>> = {
  registrera: { type: 'begin', purpose: 'enrollment' },
  'byt nummer': { type: 'begin', purpose: 'enrollment' },
  enroll: { type: 'begin', purpose: 'enrollment' },
  'byt lösenord': { type: 'begin', purpose: 'reset' },
  'glömt lösenord': { type: 'begin', purpose: 'reset' },
  återställ: { type: 'begin', purpose: 'reset' },
  reset: { type: 'begin', purpose: 'reset' },
  'lås upp': { type: 'begin', purpose: 'unlock' },
  unlock: { type: 'begin', purpose: 'unlock' },
  status: { type: 'home' },
  hjälp: { type: 'help' },
  help: { type: 'help' },
  avbryt: { type: 'cancel' },
  cancel: { type: 'cancel' },
  svenska: { type: 'language', locale: 'sv' },
  english: { type: 'language', locale: 'en' },
};

/** A chat message as input. Whatever is no command may be a secret and is wrapped at once. */
export function readMessage(text: string): Input {
  // A Mac may send `ö` as two characters.
  const words = text.normalize('NFC').trim().toLowerCase().split(/\s+/).join(' ');
  const command = Object.hasOwn(COMMANDS, words) ? COMMANDS[words] : undefined;
  return command ?? { type: 'text', text: new Secret(text.slice(0, MAX_TYPED_LENGTH)) };
}
