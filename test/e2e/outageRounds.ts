import { setTimeout as pause } from 'node:timers/promises';
import type { Card } from '../support/connector.ts';
import { buttonsOf, describeCard, type Button } from '../support/chatDriver.ts';
import { SLOW_MS, type Outage } from '../support/outageRelay.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import { FIRST_PASSWORD, type Walker } from '../support/walks.ts';
import type { World } from '../support/world.ts';
import {
  effectsOf,
  goOn,
  NEW_PASSWORD,
  twice,
  untilNoticesAreOut,
  type Effects,
} from './outageEnds.ts';
import { walkTo, type Lane } from './outageLanes.ts';
import type { Row, StepName } from './outageTable.ts';
import type { Fault } from '../../demo/directory/fault.ts';

/** Within this time the card names a defined state (requirement R7). */
export const STATE_MS = 15_000;
/** How long a notice may wait for its turn when its part is gone. */
const NOTICE_MS = 2_500;

/** The outcome of one cell. */
export interface Seen {
  readonly row: Row;
  readonly outage: Outage;
  /** How long the channel waited for its answer. */
  readonly answerMs: number;
  /** How long it took until the card named a state. */
  readonly stateMs: number;
  readonly shows: string;
  readonly goesOn: string;
  readonly effects: Effects;
}

/** The tap of the step. */
function tapOf(
  product: World,
  { chat, account, mobile }: Walker,
  step: StepName,
): [Button, Record<string, string>] {
  switch (step) {
    case 'start':
      return [chat.button('enroll', account), {}];
    case 'proof':
      return [chat.button('proveCurrentPassword'), { currentPassword: FIRST_PASSWORD }];
    case 'send':
      return [chat.button('setMobile'), { mobile }];
    case 'verify':
      return [chat.button('confirmCode'), { code: product.code(mobile) }];
    case 'write':
    case 'notify':
      return [chat.button('setPassword'), twice(NEW_PASSWORD)];
  }
}

interface Tapped {
  readonly answerMs: number;
  readonly stateMs: number;
  readonly shows: string;
}

/** Taps and waits for a card that names a state, in the answer or in the message. */
async function tapAndWait(lane: Lane, walker: Walker, step: StepName): Promise<Tapped> {
  const { product, part } = lane;
  const { chat } = walker;
  // Without the connector no message changes by itself: the manager taps what `working` offers.
  const refreshes = part === 'connector' || part === 'login';
  const [button, inputs] = tapOf(product, walker, step);
  const tookMs = startStopwatch();
  const answer = await chat.sendTap(button, inputs);
  const answerMs = tookMs();
  let card: Card | undefined = answer.card;
  while (describeCard(card) === 'working' && tookMs() < STATE_MS + 2_000) {
    await pause(refreshes ? 1_000 : 20);
    if (refreshes) {
      const [refresh] = buttonsOf(card).filter(({ verb }) => verb === 'refresh');
      if (refresh !== undefined) card = (await chat.sendTap(refresh)).card;
      continue;
    }
    const shown = product.teams.sent.findLast(
      ({ conversationId }) => conversationId === chat.person.conversationId,
    );
    card = shown?.card ?? card;
  }
  chat.card = card;
  return { answerMs, stateMs: tookMs(), shows: describeCard(card) };
}

/** The directory's own handling of the operation at which the outage begins. */
const DIRECTORY_FAULTS: Readonly<Record<Outage, Fault>> = {
  refused: 'drop',
  serverError: [52, '00002024: LdapErr: DSID-0C0904A4, problem 5002 (UNAVAILABLE)'],
  cut: 'applyThenDrop',
  blackHole: 'hang',
  slow: { delayMs: SLOW_MS },
};

/**
 * Resolves when the effect of the step's tap has reached the other side, and holds it there until the
 * outage has begun: it must begin before the answer.
 */
function onEffect(
  { product, part }: Lane,
  { accountDn, mobile }: Walker,
  { step }: Row,
  outage: Outage,
  begun: Promise<void>,
): Promise<void> {
  if (step === 'send') {
    product.twilio.scriptCodes({ until: begun });
    return product.teams.until(() => product.codes(mobile).length > 0);
  }
  return new Promise((resolve) => {
    const former = product.directory.fault;
    const wanted = step === 'proof' ? 'bind' : 'modify';
    let isHit = false;
    product.directory.fault = (operation) => {
      if (operation.name !== wanted || operation.dn !== accountDn || isHit)
        return former?.(operation);
      isHit = true;
      resolve();
      return part === 'directory' ? DIRECTORY_FAULTS[outage] : { until: begun };
    };
  });
}

/** One outage of the lane's part, met by a manager at each step. */
export async function runRound(
  lane: Lane,
  outage: Outage,
  rows: readonly Row[],
  onSeen: (seen: Seen) => void,
): Promise<void> {
  const { product, relay, part } = lane;
  const walkers = await Promise.all(rows.map(({ step }) => walkTo(product, step)));
  await untilNoticesAreOut(product);
  const cells = rows.map((row, index) => ({ row, walker: walkers[index]! }));
  const at = (begins: Row['begins']) => cells.filter(({ row }) => row.begins === begins);
  const tapAll = (some: typeof cells) =>
    some.map(async ({ row, walker }) => {
      const tapped = await tapAndWait(lane, walker, row.step);
      return [walker, tapped] as const;
    });

  const results = tapAll(at('after'));
  await Promise.all(results);
  const begun = Promise.withResolvers<void>();
  const untilArrived = async (some: typeof cells): Promise<void> => {
    const arrivals = some.map(({ walker, row }) =>
      onEffect(lane, walker, row, outage, begun.promise),
    );
    results.push(...tapAll(some));
    await Promise.all(arrivals);
  };
  // The write takes longest to arrive, so it goes first. The bot waits 5 s for the directory's answer to
  // it, so the other steps go at the same time.
  const effects = at('effect');
  await untilArrived(effects.filter(({ row }) => row.step === 'write'));
  await untilArrived(effects.filter(({ row }) => row.step !== 'write'));
  const down = part === 'directory' && outage === 'serverError';
  const fault = product.directory.fault;
  if (down) {
    // Inside TLS only the directory itself can answer like a broken server.
    product.directory.fault = (operation) =>
      operation.name === 'connect' ? undefined : DIRECTORY_FAULTS.serverError;
  } else relay.begin(outage);
  begun.resolve();
  results.push(...tapAll(at('tap')));
  const tapped = new Map(await Promise.all(results));
  await pause(NOTICE_MS);
  product.directory.fault = down ? undefined : fault;
  await relay.end();
  // A try of the outage may still be under way, for which the next tap would wait.
  await walkTo(product, 'start');

  await Promise.all(
    cells.map(async ({ row, walker }) => {
      const { step } = row;
      const { path, password } = await goOn(product, walker, step);
      await untilNoticesAreOut(product);
      const effects = await effectsOf(product, walker, password);
      onSeen({ row, outage, ...tapped.get(walker)!, goesOn: path, effects });
    }),
  );
  product.directory.fault = undefined;
}
