import type { Purpose } from '../../domain/parties.ts';
import { refreshCaller } from '../desk/answer.ts';
import { takeFromAgent } from '../desk/desk.ts';
import { isCallerId, isLookId } from './handles.ts';
import { flowOf, readOrigin } from './begin.ts';
import { denyTap, ownFlow, showFlow, showHome, type Reply, type Tap } from './tap.ts';

const PURPOSES: readonly Purpose[] = ['enrollment', 'reset', 'unlock'];

/** Shows where things stand, and changes nothing. */
export async function refresh(tap: Tap, handle: string | undefined): Promise<Reply> {
  if (handle === undefined) return showHome(tap);
  if (isLookId(handle)) return takeFromAgent(tap, { type: 'deskOpen', handle });
  if (isCallerId(handle)) return refreshCaller(tap, handle);
  const own = ownFlow(tap, handle);
  if (own !== undefined) return showFlow(tap, own.flow);
  // After the tap under way: an earlier card would be out of date before it is seen.
  return tap.deps.exclusive(handle, () => showBegun(tap, handle));
}

/** The newest flow that a button began. */
async function showBegun(tap: Tap, handle: string): Promise<Reply> {
  const begun = await tap.deps.store.read(async (reads) => {
    const origin = await readOrigin(tap, reads, handle);
    if (origin === undefined) return undefined;
    const { key } = tap.person;
    return Promise.all(PURPOSES.map((purpose) => flowOf(reads, key, origin, purpose)));
  });
  if (begun === undefined) return denyTap(tap);
  const [newest] = begun
    .filter((flow) => flow !== undefined)
    .sort((a, b) => b.startedAt - a.startedAt);
  return newest === undefined ? showHome(tap) : showFlow(tap, newest);
}
