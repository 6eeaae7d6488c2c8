import { describe } from '@jest/globals';
import { ALWAYS } from '../support/rotations.ts';
import type { WorldOptions } from '../support/parts.ts';
import type { World } from '../support/world.ts';
import { walkMainJob } from './mainJob.ts';

/** The world that the walks need: reminders at any time, and no password that the directory lets expire. */
export const WALKED: WorldOptions = { env: ALWAYS, policy: { maxAgeMs: Infinity } };

/** Declares the walks of every flow; the same in the test's process and on the built bot. */
export function walkEveryFlow(world: () => World): void {
  describe('the main job', () => {
    walkMainJob(world);
  });
}
