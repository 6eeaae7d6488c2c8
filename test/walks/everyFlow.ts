import { describe } from '@jest/globals';
import type { World } from '../support/world.ts';
import { walkCards } from './cards.ts';
import { walkCodes } from './codes.ts';
import { walkEnrollment } from './enrollment.ts';
import { walkColleagues } from './colleagues.ts';
import { walkColleaguesTold } from './colleaguesTold.ts';
import { walkDesk } from './desk.ts';
import { walkDeskActs } from './deskActs.ts';
import { walkDeskLimits } from './deskLimits.ts';
import { walkDeskVouchEnds } from './deskVouchEnds.ts';
import { walkDeskVouch } from './deskVouch.ts';
import { walkDeskWaits } from './deskWaits.ts';
import { walkFirstEnrollment } from './firstEnrollment.ts';
import { walkFaults } from './faults.ts';
import { walkNotices } from './notices.ts';
import { walkRevoke } from './revoke.ts';
import { walkRevokeManagers } from './revokeManagers.ts';
import { walkMainJob } from './mainJob.ts';
import { walkNotNeeded, walkNotNeededAgain } from './notNeeded.ts';
import { walkPins } from './pins.ts';
import { walkReset } from './reset.ts';
import { walkResponsibility } from './responsibility.ts';
import { walkUnlock } from './unlock.ts';

type Walks = Readonly<Record<string, (world: World) => void>>;

/** The walks that begin in the chat, in groups that take about as long as one another. */
const WALKS = {
  numbers: {
    'an enrollment': walkEnrollment,
    'a first enrollment': walkFirstEnrollment,
    'a directory entry': walkPins,
  },
  codes: {
    'the main job': walkMainJob,
    codes: walkCodes,
    'a reset': walkReset,
    'an unlock': walkUnlock,
  },
  others: {
    // First: it sweeps all accounts of the world again and again.
    'the answer that no change is needed': walkNotNeeded,
    'a revoke': walkRevoke,
    notices: walkNotices,
  },
  desk: {
    'the service desk': walkDesk,
    'the service desk’s acts': walkDeskActs,
    'the service desk’s word for a manager': walkDeskVouch,
  },
  deskLimits: {
    'the limits of the service desk': walkDeskLimits,
    'what an agent is promised': walkDeskWaits,
    'the end of the service desk’s word': walkDeskVouchEnds,
  },
  told: {
    // First, as above.
    responsibility: walkResponsibility,
    'the answer that no change is needed, given again': walkNotNeededAgain,
    colleagues: walkColleagues,
    'the colleagues': walkColleaguesTold,
    'the managers of a revoked number': walkRevokeManagers,
  },
  cards: {
    'every card': walkCards,
    'what goes wrong': walkFaults,
  },
} satisfies Readonly<Record<string, Walks>>;

export const GROUPS = Object.keys(WALKS);
/** Groups of rules beside the flows, which the full run alone walks. */
export const LEFT_OUT_OF_DOORS: readonly string[] = ['deskLimits', 'told'];

/**
 * Declares the walks of one group; the same in the test's process, and on the built bot with
 * CARD_ACTIONS=submit. A world of its own for each group keeps its directory small, which is asked all the
 * time.
 */
export function walkFlows(world: World, group: keyof typeof WALKS): void {
  for (const [name, walk] of Object.entries<(world: World) => void>(WALKS[group])) {
    describe(name, () => {
      walk(world);
    });
  }
}
