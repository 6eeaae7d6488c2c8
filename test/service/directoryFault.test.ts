import { expect, it } from '@jest/globals';
import { withDeadline } from '../../src/ports/deadline.ts';
import { DirectoryError } from '../../src/ports/errors.ts';
import { seenInTime } from '../../src/service/directoryFault.ts';

const WHOLE_MS = 60_000;
const PART_MS = 1_000;

it.each([
  ['sees nothing where only its part of the time is up', 2 * PART_MS, undefined],
  ['tells the fault where the whole time is up', 2 * WHOLE_MS, 'time is up'],
  ['tells a fault that came in time', 0, 'time is up'],
])('%s, though the process stood still and no timer has told', async (_, stoodMs, fault) => {
  const now = performance.now.bind(performance);
  const seen = withDeadline(WHOLE_MS, undefined, (signal) =>
    withDeadline(PART_MS, signal, (deadline) => {
      performance.now = () => now() + stoodMs;
      const look = Promise.reject(new DirectoryError('unreachable', 'time is up'));
      return seenInTime(look, deadline, signal);
    }),
  ).finally(() => {
    performance.now = now;
  });
  await expect(seen.catch((error: unknown) => (error as DirectoryError).detail)).resolves.toBe(
    fault,
  );
});
