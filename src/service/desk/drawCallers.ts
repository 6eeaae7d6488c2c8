import { withDeadline } from '../../ports/deadline.ts';
import { DAY_MS, SECOND_MS } from '../../domain/durations.ts';
import type { CallerCheck } from '../../domain/desk/callerCheck.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { Deps } from '../deps.ts';
import { updateCard } from '../chat/showCard.ts';
import { callerCard } from './answer.ts';
import { changeCaller } from './callers.ts';
import { accountView } from './accountCard.ts';
import { readFacts } from './facts.ts';

const CALL_MS = 10 * SECOND_MS;
/** Longer than a question's three calls take, so that no two instances draw the same; then it is tried again. */
const LEASE_MS = 40 * SECOND_MS;

/**
 * Draws the cards of a question that was answered, or whose time is over: the agent's, and the manager's
 * where no tap of theirs did. True while there may be more.
 */
export async function drawCallers(deps: Deps): Promise<boolean> {
  const [due] = await deps.store.transaction((tx) => tx.claimDueCallers(LEASE_MS, 1));
  if (due === undefined) return false;
  const current = await changeCaller(deps, due.check, { type: 'timePassed' });
  try {
    if (due.messageId !== undefined) await drawManagers(deps, current, due.messageId);
    await drawAgents(deps, current);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    // Tried again while the directory is away, but not for ever.
    if (deps.store.now() - current.askedAt <= DAY_MS) return true;
    deps.log.warn({ code: error.code }, 'a question of the service desk is not drawn any more');
  }
  await deps.store.transaction((tx) => tx.callerDrawn(current.id, current.version));
  return true;
}

/** The card of a manager who did not answer says that the time is over. */
async function drawManagers(deps: Deps, check: CallerCheck, messageId: string): Promise<void> {
  if (check.state.step !== 'expired') return;
  const record = await deps.store.read((reads) => reads.manager(check.manager));
  await updateCard(deps, record, messageId, callerCard(check, deps.store.now()));
}

/** The agent's card of the account, where it still shows, and they are an agent still. */
async function drawAgents(deps: Deps, { lookId }: CallerCheck): Promise<void> {
  const look = await deps.store.read((reads) => reads.look(lookId));
  if (look?.messageId === undefined) return;
  const { agent, accountId, messageId } = look;
  const record = await deps.store.read((reads) => reads.manager(agent));
  if (record?.directoryId === undefined) return;
  const { directoryId } = record;
  const found = await withDeadline(CALL_MS, undefined, async (signal) => {
    const { isAgent, accounts } = await deps.directory.standingOf({ id: directoryId }, signal);
    if (!isAgent || accounts.some(({ id }) => id === accountId)) return undefined;
    return deps.directory.responsibilityFor(accountId, signal);
  });
  if (found === undefined) return;
  const facts = await readFacts(deps, look, found);
  await updateCard(deps, record, messageId, accountView(deps, look, facts));
}
