/** Ends, the latest first, what was started for a time. */
function createEnds() {
  const ends: (() => Promise<unknown>)[] = [];
  return {
    add: (end: () => Promise<unknown>): void => {
      ends.push(end);
    },
    run: async (): Promise<void> => {
      for (const end of ends.splice(0).toReversed()) await end();
    },
  };
}

const suite = createEnds();
const test = createEnds();

/** Lets that be done after the suite's last test. */
export const atSuiteEnd = suite.add;
/** Lets that be done after the test that is running, whether it passes or not. */
export const atTestEnd = test.add;

export const endSuite = suite.run;
export const endTest = test.run;
