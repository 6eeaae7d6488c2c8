/** Ends temporary things, the latest first. */
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

/** Registers work for after the suite's last test. */
export const atSuiteEnd = suite.add;
/** Registers work for after the running test, whether it passes or not. */
export const atTestEnd = test.add;

export const endSuite = suite.run;
export const endTest = test.run;
