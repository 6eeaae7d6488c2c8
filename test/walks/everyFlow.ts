import { describe } from '@jest/globals';
import type { World } from '../support/world.ts';
import { walkCards } from './cards.ts';
import { walkCodes } from './codes.ts';
import { walkEnrollment } from './enrollment.ts';
import { walkColleagues } from './colleagues.ts';
import { walkFirstEnrollment } from './firstEnrollment.ts';
import { walkFaults } from './faults.ts';
import { walkNotices } from './notices.ts';
import { walkRevoke } from './revoke.ts';
import { walkMainJob } from './mainJob.ts';
import { walkNotNeeded } from './notNeeded.ts';
import { walkPins } from './pins.ts';
import { walkReset } from './reset.ts';
import { walkResponsibility } from './responsibility.ts';
import { walkUnlock } from './unlock.ts';

/** Declares the walks of all that begins in the chat; the same in the test's process and on the built bot. */
export function walkEveryFlow(world: World): void {
  const walks = {
    'the main job': walkMainJob,
    'an enrollment': walkEnrollment,
    'a first enrollment': walkFirstEnrollment,
    colleagues: walkColleagues,
    'a directory entry': walkPins,
    responsibility: walkResponsibility,
    'the answer that no change is needed': walkNotNeeded,
    codes: walkCodes,
    'a reset': walkReset,
    'an unlock': walkUnlock,
    'a revoke': walkRevoke,
    notices: walkNotices,
    'every card': walkCards,
    'what goes wrong': walkFaults,
  };
  for (const [name, walk] of Object.entries(walks)) {
    describe(name, () => {
      walk(world);
    });
  }
}
