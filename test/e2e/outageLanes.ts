import { setTimeout as pause } from 'node:timers/promises';
import { delay } from '../../src/wiring.ts';
import type { ChatDriver } from '../support/chatDriver.ts';
import { HTTP_ERROR, OutageRelay, POSTGRES_ERROR } from '../support/outageRelay.ts';
import { startHouse } from '../support/house.ts';
import type { PostgresServer } from '../support/postgres.ts';
import {
  enroll,
  FIRST_PASSWORD,
  newManager,
  newName,
  prove,
  resetToPassword,
  startReset,
  type Walker,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';
import type { Part, StepName } from './outageTable.ts';

/** How long the bot may feel an outage after its end. */
export const BACK_MS = 90_000;
const WALKS = 5;

/** A product with one part behind a relay, and its stand-ins. */
export interface Lane {
  readonly product: World;
  readonly relay: OutageRelay;
  readonly part: Part;
  stop(): Promise<void>;
}

export async function openLane(part: Part, postgres?: PostgresServer): Promise<Lane> {
  let relay: OutageRelay | undefined;
  const databaseUrl =
    part === 'database' ? await postgres?.createDatabase(newName('lane')) : undefined;
  const product = await startHouse({
    // A flow that waits for a part waits as long as it does at work.
    circumstances: { delay },
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    async through(ports) {
      const error = part === 'database' ? POSTGRES_ERROR : HTTP_ERROR;
      relay = await new OutageRelay(ports[part], error).start();
      return { [part]: relay.port };
    },
  });
  if (relay === undefined) throw new Error('no relay');
  const own = relay;
  // Below the time that the bot keeps a token before it ends: each call asks for a new one.
  if (part === 'login') product.teams.tokenSeconds = 60;
  return {
    product,
    relay: own,
    part,
    async stop() {
      await product.stop();
      await own.close();
    },
  };
}

/** A manager of a cell; with a colleague where notices are checked. */
export interface CellWalker extends Walker {
  readonly colleague?: ChatDriver;
}

/** The card that a manager stands on right before the step. */
const STANDS_ON: Readonly<Record<StepName, string>> = {
  start: 'home',
  proof: 'enrollment.currentPassword',
  send: 'enrollment.mobile',
  verify: 'reset.code',
  write: 'reset.newPassword',
  notify: 'reset.newPassword',
};

/** Walks to right before the step. */
async function walkOnce(product: World, step: StepName): Promise<CellWalker> {
  if (step === 'notify') return walkToNotify(product);
  const walker = newManager(product);
  await greet(walker.chat);
  switch (step) {
    case 'start':
      return walker;
    case 'proof':
      await walker.chat.tap('enroll', {}, walker.account);
      return walker;
    case 'send':
      await prove(walker);
      return walker;
    case 'verify':
      await enroll(product, walker);
      await startReset(walker);
      return walker;
    case 'write':
      await enroll(product, walker);
      await resetToPassword(product, walker);
      return walker;
  }
}

/** A manager who stands right before the step; another one where the machine is too busy for a tap on the way. */
export async function walkTo(product: World, step: StepName): Promise<CellWalker> {
  for (let time = 1; ; time += 1) {
    try {
      const walker = await walkOnce(product, step);
      const { shown } = walker.chat;
      if (shown === STANDS_ON[step]) return walker;
      throw new Error(`the way to ${step} ended on ${shown}`);
    } catch (error) {
      if (time === WALKS) throw error;
    }
  }
}

/** The first card; asked for again while the bot still feels the last outage. */
async function greet(chat: ChatDriver): Promise<void> {
  const end = Date.now() + BACK_MS;
  while ((await chat.say('status')) !== 'home') {
    if (Date.now() > end) throw new Error(`the bot shows ${chat.shown} long after an outage`);
    await pause(300);
  }
}

/** An account of two managers who know the bot, one of them ready to write. */
async function walkToNotify(product: World): Promise<CellWalker> {
  const chat = product.manager(newName('Chef'));
  const colleague = product.manager(newName('Kollega'));
  const group = product.directory.group(newName('Chefer'), [chat.dn, colleague.dn]);
  const account = newName('grupp');
  const { dn, id } = product.account(account, group.dn, FIRST_PASSWORD);
  const { mobile } = newManager(product);
  const walker = { chat, colleague, account, accountDn: dn, accountId: id, mobile };
  await greet(colleague);
  await greet(chat);
  await enroll(product, walker);
  await resetToPassword(product, walker);
  return walker;
}
