import { setTimeout as pause } from 'node:timers/promises';
import type { Product } from '../support/product.ts';
import { describeLost } from '../support/lostWalks.ts';
import { startWalking, type Walk } from '../support/stubbornWalks.ts';

/** Managers who walk at the same time. */
const WALKERS = 8;
/** Kills come at a random moment after each start. */
const LONGEST_LIFE_MS = 1_200;

/** The result of a run of kills. */
export interface CrashCounts {
  readonly kills: number;
  /** Walks from the first card to the last: an enrollment and a reset each. */
  readonly walks: number;
  /** Code messages beyond those that were asked for, and repetitions of one. */
  readonly secondSms: number;
  /** Password writes beyond the attempts that the audit knows. */
  readonly secondWrites: number;
  /** Walks that did not come to their end. */
  readonly lostFlows: number;
  /** Times that a card said done while the directory held another password. */
  readonly falseCards: number;
  readonly unknown: number;
  /** Unknown outcomes whose truth was found. */
  readonly resolved: number;
  /** Proofs that three kills in the middle of a bind locked, for safety's sake. */
  readonly proofsLocked: number;
  /**
   * Notices that were told twice: a kill between telling and recording looks like one before the telling.
   */
  readonly noticesTwice: number;
  readonly isChainWhole: boolean;
}

/** Kills the bot so many times while managers walk, each time at a random moment, and counts. */
export async function runCrashes(
  product: Product,
  kills: number,
  onKill: (count: number) => void = () => undefined,
): Promise<CrashCounts & { readonly lost: string }> {
  const walking = startWalking(product, WALKERS);
  for (let kill = 1; kill <= kills; kill += 1) {
    await pause(Math.random() * LONGEST_LIFE_MS);
    await product.end('SIGKILL');
    await product.start();
    onKill(kill);
  }
  await walking.stop();
  return count(product, kills, walking.walks);
}

async function count(product: Product, kills: number, walks: readonly Walk[]) {
  const audit = await product.database.audit();
  const sends = await product.database.query<{ account_id: string }>(
    'select account_id from code_send',
  );
  const flowsOf = (event: string) => audit.filter((line) => line.event === event);
  const perWalk = walks.map(({ walker: { accountId, accountDn, mobile } }) => {
    const codes = product.codes(mobile);
    const texts = product.texts(mobile).filter((text) => !/^\d{6}/.test(text));
    const asked = sends.filter((send) => send.account_id === accountId).length;
    const attempts = flowsOf('reset.attempted').filter(({ account }) => account === accountId);
    const writes = product.directory.writes.filter(
      ({ dn, code }) => dn === accountDn && code === 0,
    );
    return {
      sms: Math.max(0, codes.length - asked) + codes.length - new Set(codes).size,
      writes: Math.max(0, writes.length - attempts.length),
      notices: texts.length - new Set(texts).size,
    };
  });
  const sum = (pick: (one: (typeof perWalk)[number]) => number): number =>
    perWalk.reduce((total, one) => total + pick(one), 0);
  const unknown = new Set(flowsOf('reset.unknown').map(({ flow }) => flow));
  const verified = new Set(flowsOf('reset.verified').map(({ flow }) => flow));
  const lost = walks.filter(({ end }) => end === 'lost');
  return {
    kills,
    walks: walks.length,
    secondSms: sum(({ sms }) => sms),
    secondWrites: sum(({ writes }) => writes),
    lostFlows: lost.length,
    falseCards: walks.filter(({ isFalse }) => isFalse).length,
    unknown: unknown.size,
    resolved: [...unknown].filter((flow) => verified.has(flow)).length,
    proofsLocked: walks.reduce((total, { lockouts }) => total + lockouts, 0),
    noticesTwice: sum(({ notices }) => notices),
    isChainWhole: (await product.database.brokenAuditRow()) === undefined,
    lost: await describeLost(product, lost),
  };
}
