import { Secret } from '../../domain/secret.ts';
import type { Input } from '../../service/input.ts';

/** The kept length of a typed text, in characters. */
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
  servicedesk: { type: 'desk', isWord: true },
  'service desk': { type: 'desk', isWord: true },
  status: { type: 'home' },
  hjälp: { type: 'help' },
  'hjälp mig': { type: 'help' },
  help: { type: 'help' },
  'help me': { type: 'help' },
  avbryt: { type: 'cancel' },
  cancel: { type: 'cancel' },
  svenska: { type: 'language', locale: 'sv' },
  english: { type: 'language', locale: 'en' },
};

/** Blanks and the marks that end a sentence: a word stays the same word. */
const AT_EITHER_END = /^\s+|[\s.,;:!?…]+$/gu;

/** A chat message as input. Text that is no command may be a secret and is wrapped at once. */
export function readMessage(text: string): Input {
  const kept = text.slice(0, MAX_TYPED_LENGTH);
  // A Mac may send `ö` as two characters. Composing a long row of marks would take seconds.
  const words = kept
    .normalize('NFC')
    .replace(AT_EITHER_END, '')
    .toLowerCase()
    .split(/\s+/)
    .join(' ');
  const isCommand = kept.length === text.length && Object.hasOwn(COMMANDS, words);
  return (isCommand ? COMMANDS[words] : undefined) ?? { type: 'text', text: new Secret(kept) };
}
