import { DirectoryError } from '../ports/directory.ts';
import { unpin } from '../service/pins.ts';
import { CommandFailure, type Command } from './command.ts';
import type { Workplace } from './workplace.ts';

const LOOKUP_MS = 10_000;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** For a person whose Teams account is another than before: the next one who comes by that address is pinned. */
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

/** The entry's id. One that is typed is good without the directory: the entry may be gone. */
async function entryOf(place: Workplace, who: string): Promise<string> {
  const id = who.toLowerCase();
  if (GUID.test(id)) return id;
  const name = JSON.stringify(who);
  try {
    const person = await place.directory().findPerson(who, AbortSignal.timeout(LOOKUP_MS));
    if (person !== undefined) return person.id;
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    throw new CommandFailure(`${name}: the directory does not answer (${error.code})`);
  }
  throw new CommandFailure(`${name}: the directory has no such enabled person, or several`);
}
