import type { Locator } from 'playwright-core';
import type { CardName } from '../../src/ports/view.ts';
import type { CardWords } from './cardWords.ts';
import type { Chat } from './chat.ts';
import type { DemoProcess } from './demoProcess.ts';

/**
 * Åsa's way through the chat, chapter by chapter, as the guides tell it. The walk's test makes each
 * mistake on the way; `npm run docs` takes the guides' pictures.
 */
export interface Walk {
  readonly demo: DemoProcess;
  readonly chat: Chat;
  readonly words: CardWords;
  /** Called at each stop, before the card there is used. */
  look(stop: Stop): Promise<void>;
}

/** The places on the way at which a guide has a picture. */
export const STOPS = [
  'home',
  'enroll-password',
  'enroll-mobile',
  'enroll-code',
  'enroll-done',
  'home-enrolled',
  'reset-code',
  'reset-password',
  'reset-done',
  'reminder',
  'unlock-home',
  'unlock-code',
  'unlock-done',
  'wrong-code',
] as const;
export type Stop = (typeof STOPS)[number];

/** The account that Åsa answers for alone, and the one whose password is due. */
export const FIRST = { name: 'hemvardsgruppen', password: 'Vinterstuga-58' };
export const DUE = { name: 'nattpatrullen', password: 'Gullregn-Trapp-31' };
export const FIRST_NEW_PASSWORD = 'Kaffe-Gardin-Moln-9';
export const DUE_NEW_PASSWORD = 'Stege-Saffran-Regn-4';
/** Wrong passwords after which the demo's directory locks an account. */
const LOCKOUT_THRESHOLD = 5;

export function dnOf({ name }: { readonly name: string }): string {
  return `CN=${name},OU=Gruppkonton,DC=ad,DC=orebro,DC=example`;
}

/** Registers the mobile that the directory knows, from the first card of the chat. Gives the taps. */
export async function enrollShownMobile(walk: Walk): Promise<number> {
  const { demo, chat, words, look } = walk;
  const thumb = thumbOf(chat);
  await chat.shows('home');
  await look('home');
  await thumb.tap(words.button('home: not enrolled', 'enroll'), chat.account(FIRST.name));
  await chat.shows('enrollment.currentPassword');
  await look('enroll-password');
  await thumb.fill(words.label('enrollment.currentPassword', 'currentPassword'), FIRST.password);
  await thumb.tap(words.button('enrollment.currentPassword', 'proveCurrentPassword'));
  await chat.shows('enrollment.mobile');
  await look('enroll-mobile');
  await thumb.tap(words.button('enrollment.mobile: suggestion', 'useShownMobile'));
  await chat.shows('enrollment.code');
  await look('enroll-code');
  const code = await demo.nextCode();
  // Pasted as a phone copies it.
  await thumb.fill(words.label('enrollment.code', 'code'), `${code.slice(0, 3)} ${code.slice(3)}`);
  await thumb.tap(words.button('enrollment.code', 'confirmCode'));
  await chat.shows('enrollment.done');
  await look('enroll-done');
  await demo.nextSms(); // the notice
  return thumb.taps();
}

/** Sets a new password of the account whose mobile was just registered. Gives the taps. */
export async function resetFirst(walk: Walk): Promise<number> {
  const { chat, words, look } = walk;
  const thumb = thumbOf(chat);
  await thumb.tap(words.button('enrollment.done', 'home'));
  await chat.shows('home');
  await look('home-enrolled');
  await thumb.tap(words.button('home: enrolled', 'reset'), chat.account(FIRST.name));
  await chat.shows('reset.code');
  await look('reset-code');
  await setNewPassword(walk, thumb, FIRST_NEW_PASSWORD, async () => {
    await look('reset-password');
  });
  await look('reset-done');
  return thumb.taps();
}

/** Registers another mobile for the account that is due; the code is written as a chat message. */
export async function enrollTypedMobile({ demo, chat, words }: Walk, typed: string): Promise<void> {
  await chat.tap(words.button('reset.done', 'home'));
  await chat.shows('home');
  await chat.tap(words.button('home: not enrolled', 'enroll'), chat.account(DUE.name));
  await chat.shows('enrollment.currentPassword');
  await chat.fill(words.label('enrollment.currentPassword', 'currentPassword'), DUE.password);
  await chat.tap(words.button('enrollment.currentPassword', 'proveCurrentPassword'));
  await chat.shows('enrollment.mobile');
  await chat.fill(words.label('enrollment.mobile: suggestion', 'mobile'), typed);
  await chat.tap(words.button('enrollment.mobile: suggestion', 'setMobile'));
  await chat.shows('enrollment.code');
  await chat.send(await demo.nextCode());
  await chat.shows('enrollment.done');
  // On the registered mobile, and on the one that the directory has.
  await demo.nextSms();
  await demo.nextSms();
}

/** Gets the reminder that a sweep sends, and resets from it. Gives the taps. */
export async function resetFromReminder(walk: Walk): Promise<number> {
  const { demo, chat, words, look } = walk;
  const thumb = thumbOf(chat);
  await demo.admin('sweep');
  await chat.shows('reminder');
  await look('reminder');
  await thumb.tap(words.button('reminder', 'reset'));
  await chat.shows('reset.code');
  await setNewPassword(walk, thumb, DUE_NEW_PASSWORD);
  return thumb.taps();
}

/** Colleagues lock the account with wrong passwords; Åsa unlocks it. Gives the taps. */
export async function unlockDue(walk: Walk): Promise<number> {
  const { demo, chat, words, look } = walk;
  for (let wrong = 0; wrong < LOCKOUT_THRESHOLD; wrong += 1) {
    await demo.binds(dnOf(DUE), 'inte rätt lösenord');
  }
  const thumb = thumbOf(chat);
  await chat.tap(words.button('reset.done', 'home'));
  await chat.shows('home');
  await look('unlock-home');
  await thumb.tap(words.button('home: locked', 'unlock'), chat.account(DUE.name));
  await chat.shows('unlock.code');
  await look('unlock-code');
  await thumb.fill(words.label('unlock.code', 'code'), await demo.nextCode());
  await thumb.tap(words.button('unlock.code', 'confirmCode'));
  await chat.shows('unlock.done');
  await look('unlock-done');
  await demo.nextSms();
  return thumb.taps();
}

/** Begins another reset with a wrong code; gives the right one. */
export async function mistypeCode({ demo, chat, words, look }: Walk): Promise<string> {
  await chat.tap(words.button('unlock.done', 'reset'));
  await chat.shows('reset.code');
  const code = await demo.nextCode();
  await chat.fill(words.label('reset.code', 'code'), wrongCode(code, 1));
  await chat.tap(words.button('reset.code', 'confirmCode'));
  await chat.says(words.problem('reset.code', 'codeRefused'));
  await look('wrong-code');
  return code;
}

/** All chapters without a mistake but the last. */
export async function walkThrough(walk: Walk): Promise<void> {
  await enrollShownMobile(walk);
  await resetFirst(walk);
  await enrollTypedMobile(walk, '070-174 06 07');
  await resetFromReminder(walk);
  await unlockDue(walk);
  await mistypeCode(walk);
}

/** A well-formed code that is not this one. */
export function wrongCode(code: string, difference: number): string {
  return String((Number(code) + difference) % 1_000_000).padStart(6, '0');
}

/** From the code's card to the end of a reset. */
export async function setNewPassword(
  { demo, chat, words }: Pick<Walk, 'demo' | 'chat' | 'words'>,
  thumb: Thumb,
  password: string,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const card: CardName = 'reset.newPassword';
  await thumb.fill(words.label('reset.code', 'code'), await demo.nextCode());
  await thumb.tap(words.button('reset.code', 'confirmCode'));
  await chat.shows(card);
  await before();
  await thumb.fill(words.label(card, 'newPassword'), password);
  await thumb.fill(words.label(card, 'confirmPassword'), password);
  await thumb.tap(words.button(card, 'setPassword'));
  await chat.shows('reset.done');
  await demo.nextSms();
}

/** Counts what a thumb does on a phone: a tap on each button, and one into each field. */
interface Thumb {
  tap(button: string, within?: Locator): Promise<void>;
  fill(label: string, value: string): Promise<void>;
  taps(): number;
  /** Those on buttons. */
  buttons(): number;
}

export function thumbOf(chat: Chat): Thumb {
  let taps = 0;
  let buttons = 0;
  return {
    tap: (button, within) => {
      taps += 1;
      buttons += 1;
      return chat.tap(button, within);
    },
    fill: (label, value) => {
      taps += 1;
      return chat.fill(label, value);
    },
    taps: () => taps,
    buttons: () => buttons,
  };
}
