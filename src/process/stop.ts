import { within } from '../service/waiting/waiting.ts';

/** How long a stop waits, ms; together less than the 30 s after which a supervisor kills. */
const TIMES = {
  /** The port lets its taps end for 25 s, and their answers be written for one more. */
  work: 26_000,
  notes: 2_500,
  parts: 500,
};

/** The parts of a running bot, as its stop meets them. */
export interface Stoppable {
  /** They begin no new work as soon as they are asked, and end the work under way. */
  readonly work: readonly (() => Promise<void>)[];
  /** They write down the last notes. */
  readonly notes: readonly (() => Promise<void>)[];
  /** The others need them until here. */
  readonly parts: readonly (() => Promise<void>)[];
}

/**
 * Stops everything within 30 s. All work is asked at once, for it ends at once: one after another would
 * take the sum. Work that does not end in its time is left to the database's record of it.
 * @throws where a note could not be written
 */
export async function stopInTime(
  { work, notes, parts }: Stoppable,
  times: Readonly<Record<keyof Stoppable, number>> = TIMES,
): Promise<void> {
  await within(times.work, Promise.allSettled(work.map((stop) => stop())));
  try {
    const writing = inOrder(notes).then(() => 'written' as const);
    if ((await within(times.notes, writing)) === undefined) {
      throw new Error('the database did not take the last notes in time');
    }
  } finally {
    await within(times.parts, inOrder(parts));
  }
}

async function inOrder(steps: readonly (() => Promise<void>)[]): Promise<void> {
  for (const step of steps) await step();
}
