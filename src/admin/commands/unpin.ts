import { unpin } from '../../service/people/identity.ts';
import type { Command } from '../command.ts';
import { entryOf } from './account.ts';

/** For a person with a new Teams account: the next one who comes by that address is pinned. */
export const unpinEntry: Command['run'] = async (place, { positionals }) => {
  const who = positionals[0] ?? '';
  const entry = await entryOf(place, who);
  const store = await place.store();
  const unpinned = await unpin({ store }, { actor: place.actor, entry });
  return {
    json: { entry, unpinned },
    text:
      unpinned.length === 0
        ? `${who}: nobody was pinned.`
        : `${who}: no longer ${unpinned.join(', ')}.`,
  };
};
