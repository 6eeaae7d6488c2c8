/** Ends temporary things, the latest first. */
function createEnds() {
  const ends: (() => Promise<unknown>)[] = [];
  return {
    add: (end: () => Promise<unknown>): void => {
      ends.push(end);
    },
    /** One that fails leaves the others to be ended all the same: servers would live on beside the next suites. */
    run: async (): Promise<void> => {
      const failures: unknown[] = [];
      for (const end of ends.splice(0).toReversed()) {
        try {
          await end();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
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
