import { setTimeout as pause } from 'node:timers/promises';
import { PROOF_FAILURE_LIMIT } from '../../src/domain/flows/lockout.ts';
import type { Button } from './chatDriver.ts';
import type { Product } from './product.ts';
import { FIRST_PASSWORD, newManager, type Walker } from './walks.ts';

/** A walk that has not ended so long after the call to stop is lost. */
const END_MS = 90_000;

/** One manager's way through an enrollment and a reset. */
export interface Walk {
  readonly walker: Walker;
  end: 'done' | 'lost' | undefined;
  /** Whether the last card said done while the directory held another password. */
  isFalse: boolean;
  /** Proofs that had to be freed, because kills in the middle of a bind had locked them. */
  lockouts: number;
  detail: string;
}

/** Managers who walk until they are told to stop. */
export interface Walking {
  readonly walks: readonly Walk[];
  /** Lets all managers come to the end of the walk at hand. */
  stop(): Promise<void>;
}

/** So many managers at the same time, one walk after another. */
export function startWalking(product: Product, managers: number): Walking {
  const walks: Walk[] = [];
  const run = { isOver: false };
  const walking = Array.from({ length: managers }, async () => {
    while (!run.isOver) {
      const walk: Walk = {
        walker: newManager(product),
        end: undefined,
        isFalse: false,
        lockouts: 0,
        detail: '',
      };
      walks.push(walk);
      await walkThrough(product, walk, run);
    }
  });
  return {
    walks,
    async stop() {
      run.isOver = true;
      await Promise.all(walking);
    },
  };
}

/** One manager from the first card to the last, as stubborn as people are. */
async function walkThrough(product: Product, walk: Walk, run: { isOver: boolean }): Promise<void> {
  const password = `Sillburk-Gunga-${String(Math.floor(Math.random() * 1e6))}x`;
  const state: Progress = { isEnrolled: false, password, lastWrite: undefined };
  let endBy = Infinity;
  while (walk.end === undefined) {
    if (run.isOver) endBy = Math.min(endBy, Date.now() + END_MS);
    if (Date.now() > endBy) {
      walk.end = 'lost';
      const { account, chat } = walk.walker;
      walk.detail = `${account}: still ${chat.shown}, after the answers ${chat.answers.join(', ')}`;
      return;
    }
    try {
      await takeStep(product, walk, state);
    } catch {
      // The bot was killed under the tap: a reload shows the card.
      await pause(100);
    }
  }
}

interface Progress {
  isEnrolled: boolean;
  readonly password: string;
  lastWrite: Button | undefined;
}

async function takeStep(product: Product, walk: Walk, state: Progress): Promise<void> {
  const { chat, account, accountDn, mobile } = walk.walker;
  const both = { newPassword: state.password, confirmPassword: state.password };
  const [name = '', problem] = chat.shown.split(' ');
  switch (name) {
    case 'home':
      if (problem === 'flowExpired') {
        walk.detail = `${account}: ${chat.shown}`;
        walk.end = 'lost';
        return;
      }
      await chat.tap(state.isEnrolled ? 'reset' : 'enroll', {}, account);
      return;
    case 'enrollment.currentPassword':
      await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
      return;
    case 'enrollment.mobile':
      await chat.tap('setMobile', { mobile });
      return;
    case 'enrollment.code':
    case 'reset.code':
      await enterCode(product, walk, state);
      return;
    case 'enrollment.done':
      state.isEnrolled = true;
      await chat.tap('reset');
      return;
    case 'reset.newPassword':
      state.lastWrite = chat.button('setPassword');
      await chat.tap('setPassword', both);
      return;
    case 'reset.unknown':
      await pause(500);
      if (chat.reload() === 'reset.unknown' && state.lastWrite !== undefined) {
        await chat.tapButton(state.lastWrite, both);
      }
      // Kills in the middle of such a proof count as well.
      if (chat.shown === 'reset.unknown' && (await isProofLocked(product, walk))) {
        await liftLockout(product, walk);
      }
      return;
    case 'reset.done':
      walk.isFalse = !product.directory.hasPassword(accountDn, state.password);
      walk.end = 'done';
      return;
    case 'working':
      await pause(300);
      chat.reload();
      if (chat.shown === 'working') await chat.tap('refresh');
      return;
    case 'refused':
      if (problem === 'proofLocked') await liftLockout(product, walk);
      await chat.say('status');
      return;
    default:
      await pause(200);
      await chat.say('status');
  }
}

/**
 * A proof that a kill cut short counts as a try, because its bind may have reached the directory: three
 * of them lock the account's proof. Lifted as the service desk would.
 */
async function liftLockout(product: Product, walk: Walk): Promise<void> {
  const { accountId } = walk.walker;
  const lifted = await product.database.query(
    `delete from failure where kind = 'proof' and account_id = '${accountId}' returning id`,
  );
  if (lifted.length > 0) walk.lockouts += 1;
}

async function isProofLocked(product: Product, { walker }: Walk): Promise<boolean> {
  const counted = await product.database.query(
    `select id from failure where kind = 'proof' and account_id = '${walker.accountId}'`,
  );
  return counted.length >= PROOF_FAILURE_LIMIT;
}

/** Types the newest code; asks for another where none came with this flow. */
async function enterCode(product: Product, { walker }: Walk, state: Progress): Promise<void> {
  const { chat, mobile, accountId } = walker;
  const codes = product.codes(mobile);
  if (codes.length > (state.isEnrolled ? 1 : 0)) {
    const shown = await chat.tap('confirmCode', { code: codes.at(-1)! });
    if (!shown.endsWith('codeRefused')) return;
  }
  await product.database.query(
    `update code_send set created_at = created_at - 61000 where account_id = '${accountId}'`,
  );
  await chat.tap('resendCode');
}
