import { setTimeout as pause } from 'node:timers/promises';
import { fileTime } from '../../demo/directory/values.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import type { ChatDriver } from './chatDriver.ts';
import { nameOf, type Sent } from './connector.ts';
import { FIRST_PASSWORD, greet, newName } from './walks.ts';
import type { World } from './world.ts';

const POLL_MS = 20;

/** Reminders are sent at any time. */
export const ALWAYS = { REMINDER_HOURS: 'Mon-Sun 00-24' };

/** Makes the account's password that many days old. */
export function setAge(product: World, dn: string, days: number): void {
  const at = product.directory.clock() - days * DAY_MS;
  product.directory.put(dn, 'pwdLastSet', fileTime(at));
}

/** Takes the password's date away, where none need be changed. */
export function undate(product: World, dn: string): void {
  product.directory.put(dn, 'pwdLastSet', '0');
  product.directory.put(dn, 'userAccountControl', '66048');
}

/** An account whose password is that old, and its manager, who has met the bot. */
export async function newDue(product: World, days: number) {
  const chat = product.manager(newName('Chef'));
  const account = newName('forfallen');
  const { dn, id } = product.account(account, chat.dn, FIRST_PASSWORD);
  await greet({ chat });
  setAge(product, dn, days);
  return { chat, account, accountDn: dn, accountId: id };
}

const sweepsOf = (product: World): number =>
  product.output.split('swept for due passwords').length - 1;

/** Lets the hour until the next sweep pass, and waits for the end of that sweep. */
export async function sweepAgain(product: World, ms = 90_000): Promise<void> {
  // One under way may have passed by what the test has just done.
  for (const free = Date.now() + ms; Date.now() < free; await pause(POLL_MS)) {
    const held = await product.database.query(`select name from lease where holder <> ''`);
    if (held.length === 0) break;
  }
  const before = sweepsOf(product);
  await product.database.query(`update lease set done_at = done_at - ${String(2 * 3_600_000)}`);
  await product.teams.until(() => sweepsOf(product) > before, ms);
}

/** Waits until the bot has swept for the first time. */
export async function firstSweep(product: World): Promise<void> {
  await product.teams.until(() => sweepsOf(product) > 0);
}

/** The cards of that name that were posted to the person, oldest first. */
export function cardsTo(
  product: World,
  { person }: Pick<ChatDriver, 'person'>,
  name = 'reminder',
): Sent[] {
  return product.teams.sent.filter(
    ({ operation, conversationId, card }) =>
      operation === 'post' && conversationId === person.conversationId && nameOf(card) === name,
  );
}
