import { plantEnrollment } from './planted.ts';
import type { World } from './world.ts';

/** The first password of every account in these suites. */
export const FIRST_PASSWORD = 'Gammalt-Losen-17';

let nextNumber = 0;

/** A mobile number that no other test uses, in E.164. */
export function newMobile(): string {
  nextNumber += 1;
  return `+4670${String(1_740_600 + nextNumber * 7).padStart(7, '0')}`;
}

let nextName = 0;

/** A name that no other test uses. */
export function newName(prefix: string): string {
  nextName += 1;
  let letters = '';
  for (let left = nextName; left > 0 || letters.length < 2; left = Math.floor(left / 26)) {
    letters = String.fromCharCode(97 + (left % 26)) + letters;
  }
  return prefix + letters;
}

/** A manager with one account. */
export function newManager(product: World) {
  const chat = product.manager(newName('Chef'));
  const account = newName('grupp');
  const { dn, id } = product.account(account, chat.dn, FIRST_PASSWORD);
  return { chat, account, accountDn: dn, accountId: id, mobile: newMobile() };
}

export type Walker = ReturnType<typeof newManager>;

/**
 * The first word to the bot. The bot lets no new manager in while Teams takes two seconds to say who it is,
 * and a machine may pause that long.
 */
export async function greet({ chat }: Pick<Walker, 'chat'>): Promise<void> {
  const shown = await chat.say('status');
  if (shown === 'refused temporarilyUnavailable') await chat.say('status');
}

export async function prove(
  walker: Pick<Walker, 'chat' | 'account'>,
  password = FIRST_PASSWORD,
): Promise<string> {
  const { chat, account } = walker;
  await greet(walker);
  await chat.tap('enroll', {}, account);
  return chat.tap('proveCurrentPassword', { currentPassword: password });
}

/** As far as the card that waits for the enrollment's code. */
export async function enrollToCode(
  product: World,
  walker: Pick<Walker, 'chat' | 'account' | 'mobile'>,
): Promise<string> {
  await prove(walker);
  return walker.chat.tap('setMobile', { mobile: walker.mobile });
}

export async function enroll(
  product: World,
  walker: Pick<Walker, 'chat' | 'account' | 'mobile'>,
): Promise<string> {
  await enrollToCode(product, walker);
  return walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
}

/** An enrolled manager whose budgets of messages are fresh again. */
export async function newEnrolled(product: World): Promise<Walker> {
  const walker = newManager(product);
  const end = await enroll(product, walker);
  if (end !== 'enrollment.done') throw new Error(`enrollment ended in ${end}`);
  return walker;
}

/** A manager whose enrollment was written into the store: for walks of what comes after it. */
export async function newPlanted(product: World): Promise<Walker> {
  const walker = newManager(product);
  await plantEnrollment(product, { ...walker, password: FIRST_PASSWORD });
  return walker;
}

/** As far as the card that waits for the reset's code. */
export async function startReset({ chat, account }: Walker): Promise<string> {
  await chat.say('status');
  return chat.tap('reset', {}, account);
}

/** As far as the card that takes the new password. */
export async function resetToPassword(product: World, walker: Walker): Promise<string> {
  await startReset(walker);
  return walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
}

export async function reset(product: World, walker: Walker, password: string): Promise<string> {
  await resetToPassword(product, walker);
  return walker.chat.tap('setPassword', { newPassword: password, confirmPassword: password });
}

/** A code that is surely wrong. */
export function wrongCode(right: string, offset = 1): string {
  return String((Number(right) + offset) % 10 ** right.length).padStart(right.length, '0');
}
