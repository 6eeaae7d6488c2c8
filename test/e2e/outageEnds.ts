import { setTimeout as pause } from 'node:timers/promises';
import { describeCard } from '../support/chatDriver.ts';
import { FIRST_PASSWORD, type Walker } from '../support/walks.ts';
import type { World } from '../support/world.ts';
import { BACK_MS, type CellWalker } from './outageLanes.ts';
import type { StepName } from './outageTable.ts';

export const NEW_PASSWORD = 'Kaffekanna-Blomma-42';
/** Typed where the first was not set: the account must end with the password that was reported as set. */
const OTHER_PASSWORD = 'Sillburk-Gunga-58';
export const twice = (password: string) => ({ newPassword: password, confirmPassword: password });

/** The effects of a flow from its beginning to its end. */
export interface Effects {
  /** Flows begun. */
  readonly flows: number;
  /** Code messages that the SMS service took. */
  readonly codes: number;
  /** Codes accepted. */
  readonly accepted: number;
  /** Password writes that the directory carried out. */
  readonly writes: number;
  /** Whether the account has the password that was typed last. */
  readonly hasLastPassword: boolean;
  /** Notices that the audit tells of. */
  readonly notices: number;
  /** Notices that came to the own number. */
  readonly noticeTexts: number;
  /** Notices that came to the colleague. */
  readonly noticeCards: number;
}

/** Walks on from the card at hand to the flow's end; gives the cards on the way and the last password. */
export async function goOn(
  product: World,
  walker: Walker,
  step: StepName,
): Promise<{ readonly path: string; readonly password: string }> {
  const { chat, account, mobile } = walker;
  const path: string[] = [];
  const isReset = step === 'verify' || step === 'write' || step === 'notify';
  let password = isReset ? NEW_PASSWORD : FIRST_PASSWORD;
  const end = Date.now() + BACK_MS;
  while (Date.now() < end && path.length < 12) {
    const name = chat.shown.split(' ')[0]!;
    if (name === 'enrollment.done' || name === 'reset.done') {
      return { path: path.join(' → ') || '–', password };
    }
    const codes = product.codes(mobile).length;
    switch (name) {
      case 'working':
      case 'reset.unknown': {
        await pause(50);
        const before = chat.shown;
        chat.reload();
        if (chat.shown === before) continue;
        break;
      }
      case 'home':
        await chat.tap(isReset ? 'reset' : 'enroll', {}, account);
        break;
      case 'enrollment.currentPassword':
        await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
        break;
      case 'enrollment.mobile':
        await chat.tap('setMobile', { mobile });
        break;
      case 'enrollment.code':
      case 'reset.code':
        if (codes === (name === 'reset.code' ? 1 : 0)) {
          // No message came: the manager asks for another when that may be.
          await product.database.query(
            `update code_send set created_at = created_at - 61000 where account_id = '${walker.accountId}'`,
          );
          await chat.tap('resendCode');
        } else await chat.tap('confirmCode', { code: product.code(mobile) });
        break;
      case 'reset.newPassword':
        await chat.tap('setPassword', twice(OTHER_PASSWORD));
        password = OTHER_PASSWORD;
        break;
      default:
        await chat.say('status');
    }
    path.push(chat.shown);
  }
  return { path: `${path.join(' → ')} … stuck`, password };
}

/** Waits until every notice has been told or given up. */
export async function untilNoticesAreOut(product: World): Promise<void> {
  const end = Date.now() + BACK_MS;
  while (Date.now() < end) {
    const waiting = await product.database.query<{ id: string }>('select id from notice');
    if (waiting.length === 0) return;
    // A notice whose instance lost it is taken up again when its lease of a minute ends: not waited for.
    await product.database.query(
      `update notice set due_at = 0 where due_at < ${String(Date.now() + 45_000)}`,
    );
    await pause(300);
  }
  throw new Error('notices are still waiting');
}

/** The effects of the cell's flows. */
export async function effectsOf(
  product: World,
  walker: CellWalker,
  password: string,
): Promise<Effects> {
  const { accountId, accountDn, mobile, chat, colleague } = walker;
  const audit = (await product.database.audit()).filter(({ account }) => account === accountId);
  const events = (name: RegExp) => audit.filter(({ event }) => name.test(event));
  const codes = product.codes(mobile).length;
  const chats = [chat, colleague].map((one) => one?.person.conversationId);
  const isNotice = ({ conversationId, card }: (typeof product.teams.sent)[number]): boolean =>
    chats.includes(conversationId) && describeCard(card) === 'notice';
  return {
    flows: new Set(events(/\.started$/).map(({ flow }) => flow)).size,
    codes,
    accepted: events(/^code\.accepted$/).length,
    writes: product.directory.writes.filter(({ dn, code }) => dn === accountDn && code === 0)
      .length,
    hasLastPassword: product.directory.hasPassword(accountDn, password),
    notices: events(/^notice\./).length,
    noticeTexts: product.texts(mobile).length - codes,
    noticeCards: product.teams.sent.filter(isNotice).length,
  };
}
