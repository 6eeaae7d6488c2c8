import { DAY_MS } from '../../domain/durations.ts';
import type { Flow } from '../../domain/flows/flow.ts';
import { StoreError } from '../../ports/errors.ts';
import type { Deps } from '../deps.ts';
import { showCard } from '../chat/showCard.ts';
import { again } from '../waiting/waiting.ts';

const RETRY_MS = 1_000;
/** After this long no manager asks any more, and the store has its own note of the unknown outcome, ms. */
const GIVE_UP_MS = DAY_MS;

/** The directory has been changed, but the database could not record it yet. */
export class UnsavedOutcome extends Error {
  override readonly name = 'UnsavedOutcome';
  /** The flow as the manager sees it meanwhile. */
  readonly flow: Flow;

  constructor(flow: Flow, options: ErrorOptions) {
    super('an outcome could not be saved', options);
    this.flow = flow;
  }
}

/**
 * Saves the outcome of a change in the directory. While the database is away the saving goes on in the
 * background, since only this process knows the outcome, and the card is updated in the end.
 * @throws UnsavedOutcome with `meanwhile` when it could not be saved at once.
 */
export async function saveOutcome<F extends Flow>(
  deps: Deps,
  meanwhile: F,
  save: () => Promise<F>,
): Promise<F> {
  try {
    return await save();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.error({ flow: meanwhile.id, err: cause }, 'an outcome could not be saved yet');
    void saveLater(deps, save).catch((err: unknown) => {
      deps.log.error({ flow: meanwhile.id, err }, 'an outcome was never saved');
    });
    throw new UnsavedOutcome(meanwhile, { cause });
  }
}

async function saveLater(deps: Deps, save: () => Promise<Flow>): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  await again(deps.delay, { first: RETRY_MS }, deps.stopping, async () => {
    try {
      await showCard(deps, await save());
      return 'saved';
    } catch (error) {
      if (!(error instanceof StoreError) || performance.now() > giveUpAt) throw error;
      return undefined;
    }
  });
}
