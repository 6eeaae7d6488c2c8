/** Ends what the suite has started, the latest first. */
const ends: (() => Promise<unknown>)[] = [];

/** Lets that be done after the suite's last test. */
export function atSuiteEnd(end: () => Promise<unknown>): void {
  ends.push(end);
}

/** Does what was asked for. */
export async function endSuite(): Promise<void> {
  for (const end of ends.splice(0).toReversed()) await end();
}
