import { withDeadline } from '../../ports/deadline.ts';
import { nothingSeen } from '../directoryFault.ts';
import type { Reply, Tap } from '../tap/tap.ts';

/** A person who asks for help does not wait longer for a slow directory, ms. */
const LOOK_MS = 2_000;

/** The words that work: an agent's where the directory says in time that the person is one, a manager's else. */
export async function showHelp({ deps, person, record, signal }: Tap): Promise<Reply> {
  const { denials, directory, settings } = deps;
  const isAsked = settings.desk.isOpen && !denials.isKnown(person.key);
  const id = isAsked ? record.directoryId : undefined;
  const standing =
    id === undefined
      ? undefined
      : await withDeadline(LOOK_MS, signal, (deadline) =>
          directory.standingOf({ id }, deadline).catch(nothingSeen),
        );
  const isAgent = standing?.isAgent === true;
  if (standing?.accounts.length === 0 && !isAgent) denials.foundNothing(person.key);
  return {
    view: { card: 'help', isAgent, isManager: !isAgent || standing.accounts.length > 0 },
  };
}
