import { clearLockout, revoke } from '../../service/administration/administration.ts';
import { unpin } from '../../service/people/identity.ts';
import { settingsOf } from '../../wiring.ts';
import { random } from '../../process/random.ts';
import { entryOf, findAccount, managersOf } from './account.ts';
import { counted } from '../print.ts';
import type { Command } from '../command.ts';

/** For a phone that is gone, or in wrong hands. */
export const revokeNumbers: Command['run'] = async (place, { positionals, options }) => {
  const asked = await findAccount(place, positionals[0] ?? '');
  const { manager } = options;
  const managers =
    typeof manager === 'string' ? await managersOf(place, manager, asked.id) : undefined;
  const store = await place.store();
  const settings = settingsOf(place.config);
  const { actor, userName: byName } = place;
  const act = { actor, byName, accountId: asked.id, accountName: asked.name, managers };
  const { numbers, flows } = await revoke({ store, random, settings }, act);
  const next =
    managers === undefined ? 'The next number that is enrolled' : "That manager's next number";
  return {
    json: { account: asked.name, id: asked.id, numbers, flows },
    text: [
      `${asked.name}: ${counted(numbers, 'number')} removed, ${counted(flows, 'flow')} ended.`,
      ...(numbers > 0 ? ['The removed numbers are told by SMS.'] : []),
      `${next} can reset ${waitOf(settings.newNumberCooldownSeconds)}.`,
    ].join('\n'),
  };
};

/** How long a number waits, in the largest unit that tells it in whole ones. */
function waitOf(seconds: number): string {
  if (seconds === 0) return 'at once';
  const [unit, length] =
    seconds % 3600 === 0 ? ['h', 3600] : seconds % 60 === 0 ? ['min', 60] : ['s', 1];
  return `${String(seconds / length)} ${unit} after its enrollment`;
}

/** Clears the lockouts of a manager who has only mistyped. */
export const clearLockouts: Command['run'] = async (place, { positionals }) => {
  const asked = await findAccount(place, positionals[0] ?? '');
  const store = await place.store();
  const { actor, userName: byName } = place;
  const act = { actor, byName, accountId: asked.id, accountName: asked.name };
  const settings = settingsOf(place.config);
  const { failures } = await clearLockout({ store, random, settings }, act);
  const isLocked = asked.account?.isLocked ?? null;
  return {
    json: { account: asked.name, id: asked.id, failures, isLockedInDirectory: isLocked },
    text: [
      `${asked.name}: ${counted(failures, 'failed attempt')} forgotten.`,
      ...locksLeft(isLocked, asked.fault),
    ].join('\n'),
  };
};

/** The directory's own lock, which a command of the bot does not lift; null where it is not known. */
function locksLeft(isLocked: boolean | null, fault: string | undefined): string[] {
  if (isLocked === true) return ['The directory itself has locked the account; that lock stands.'];
  if (isLocked === false) return [];
  return [`It is not known whether the directory has locked the account: ${fault ?? ''}.`];
}

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
