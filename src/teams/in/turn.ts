import type { Locale, ManagerKey } from '../../domain/parties.ts';
import type { Log } from '../../ports/log.ts';
import type { Input, ShownFlow, Turns } from '../../service/input.ts';
import { within } from '../../service/waiting/waiting.ts';
import type { Inbound } from './activity.ts';
import type { Card, Connector, Message } from '../out/connector.ts';
import { addressOf } from '../conversation.ts';
import { withDeadline } from '../../ports/deadline.ts';
import type { Placement, Render } from '../out/notifier.ts';
import { readRoster } from '../out/roster.ts';

/** A tap without a result by then is answered with `working`; counted from its arrival. */
const WORKING_AFTER_MS = 3_000;
/** The message shows the result 15 s after the tap, so the service must have ended before. */
const TURN_TIMEOUT_MS = 13_000;
/** How long an answer waits for the message itself to be written. */
const WRITE_WAIT_MS = 1_000;
const LOCALE_WAIT_MS = 300;

/** One tap, and where its answer belongs. */
export interface Tap {
  readonly activity: Inbound;
  readonly input: Input;
  readonly arrivedAt: number;
  readonly placement: Placement;
  /** False where no person waits for an answer (an installation). */
  readonly showsWorking: boolean;
  /** Told of the card that came after the answer had been given. */
  readonly onLateCard?: (card: Card) => void;
}

export interface TurnOptions {
  readonly turns: Pick<Turns, 'take' | 'localeOf'>;
  readonly connector: Connector;
  readonly render: Render;
  readonly defaultLocale: Locale;
  /** Work that goes on after the answer. */
  readonly track: (work: Promise<unknown>) => void;
  /** A word that a person reads out to the service desk and that stands in the log's line. */
  readonly reference: () => string;
  readonly clock: () => number;
  readonly log: Log;
}

interface Outcome {
  readonly message: Message;
  readonly flow?: ShownFlow | undefined;
}

/** Gives the card that answers a tap in time; a result that comes later goes to the message. Never rejects. */
export function createTurnRunner(options: TurnOptions) {
  const { turns, connector, render, defaultLocale, track, clock, log } = options;

  /** The language of texts outside the service; waits only briefly for it. */
  async function localeOf(key: ManagerKey): Promise<Locale> {
    const known = turns.localeOf(key).catch(() => defaultLocale);
    return (await within(LOCALE_WAIT_MS, known)) ?? defaultLocale;
  }

  async function take({ activity, input, arrivedAt }: Tap): Promise<Outcome> {
    const { key, conversation } = activity;
    try {
      const roster = await readRoster(connector, activity, log);
      const person = { key, roster, address: addressOf(conversation) };
      const leftMs = Math.max(1, arrivedAt + TURN_TIMEOUT_MS - clock());
      const { view, locale, flow } = await withDeadline(leftMs, undefined, (signal) =>
        turns.take(person, input, signal),
      );
      const message = render(view, locale, clock());
      log.info({ input: input.type, card: view.card, ms: clock() - arrivedAt }, 'turn');
      return { message, flow };
    } catch (error) {
      return { message: await failure(error, key) };
    }
  }

  /** A bug: the person and the log get the same reference, and no other detail leaves the bot. */
  async function failure(error: unknown, key: ManagerKey): Promise<Message> {
    const reference = options.reference();
    log.error({ reference, fault: error }, 'a turn failed');
    const problem = { reason: 'temporarilyUnavailable', reference } as const;
    return render({ card: 'refused', problem }, await localeOf(key), clock());
  }

  async function workingMessage({ activity, input }: Tap): Promise<Message> {
    const handle = 'handle' in input ? input.handle : undefined;
    return render({ card: 'working', handle }, await localeOf(activity.key), clock());
  }

  async function run(tap: Tap): Promise<Card | undefined> {
    const outcome = take(tap);
    track(outcome);
    const early = await within(tap.arrivedAt + WORKING_AFTER_MS - clock(), outcome);
    if (early) {
      const placed = tap.placement.show(early.message, early.flow, false);
      track(placed);
      await within(WRITE_WAIT_MS, placed);
      return early.message.card;
    }
    const working = tap.showsWorking
      ? await workingMessage(tap).catch((error: unknown) => failure(error, tap.activity.key))
      : undefined;
    const placed = working ? tap.placement.show(working, undefined, false) : Promise.resolve();
    track(placed);
    const late = outcome.then(async ({ message, flow }) => {
      tap.onLateCard?.(message.card);
      await tap.placement.show(message, flow, true);
    });
    track(late);
    await within(WRITE_WAIT_MS, placed);
    return working?.card;
  }

  return { run, failure, localeOf };
}
