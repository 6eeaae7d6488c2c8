import { DAY_MS, SECOND_MS } from '../../domain/durations.ts';
import type { CallerCheck } from '../../domain/desk/callerCheck.ts';
import { DirectoryError } from '../../ports/directory.ts';
import { NotifierError } from '../../ports/notifier.ts';
import type { View } from '../../ports/view.ts';
import type { ManagerKey } from '../../domain/parties.ts';
import type { Deps } from '../deps.ts';
import { callerCard } from './answer.ts';
import { changeCaller } from './callers.ts';
import { accountView } from './accountCard.ts';
import { readFacts } from './facts.ts';

const AT_ONCE = 20;
const DRAWING_MS = 10_000;
/** Longer than a drawing takes, so that no two instances draw the same; then it is tried again. */
const AGAIN_MS = 20 * SECOND_MS;

/**
 * Draws the cards of questions that were answered, or whose time is over: the agent's, and the manager's
 * where no tap of theirs did. True while there may be more.
 */
export async function drawCallers(deps: Deps): Promise<boolean> {
  const seen = await deps.store.read((reads) => Promise.resolve(reads.now));
  const due = await deps.store.transaction((tx) => tx.claimDueCallers(seen + AGAIN_MS, AT_ONCE));
  for (const { check, messageId } of due) {
    try {
      const current = await changeCaller(deps, check, { type: 'timePassed' });
      if (messageId !== undefined) await drawManagers(deps, current, messageId);
      await drawAgents(deps, current);
      await deps.store.transaction((tx) => tx.callerDrawn(current.id, current.version));
    } catch (error) {
      const isOld = deps.store.now() - check.askedAt > DAY_MS;
      if (!(error instanceof DirectoryError) || isOld) throw error;
      // Tried again while the directory is away.
    }
  }
  return due.length === AT_ONCE;
}

/** The card of a manager who did not answer says that the time is over. */
async function drawManagers(deps: Deps, check: CallerCheck, messageId: string): Promise<void> {
  if (check.state.step !== 'expired') return;
  await update(deps, check.manager, messageId, callerCard(check, deps.store.now()));
}

/** The agent's card of the account, where it still shows, and they are an agent still. */
async function drawAgents(deps: Deps, { lookId }: CallerCheck): Promise<void> {
  const look = await deps.store.read((reads) => reads.look(lookId));
  if (look?.messageId === undefined) return;
  const { agent, accountId, messageId } = look;
  const record = await deps.store.read((reads) => reads.manager(agent));
  if (record?.directoryId === undefined) return;
  const signal = AbortSignal.timeout(DRAWING_MS);
  const { isAgent, accounts } = await deps.directory.standingOf({ id: record.directoryId }, signal);
  if (!isAgent || accounts.some(({ id }) => id === accountId)) return;
  const found = await deps.directory.responsibilityFor(accountId, signal);
  if (found === undefined) return;
  const facts = await readFacts(deps, look, found);
  await update(deps, agent, messageId, accountView(deps, look, facts));
}

/** One try: the next tap shows it anyway. */
async function update(deps: Deps, key: ManagerKey, messageId: string, view: View): Promise<void> {
  const record = await deps.store.read((reads) => reads.manager(key));
  if (record?.address === undefined) return;
  const locale = record.locale ?? deps.settings.defaultLocale;
  try {
    const signal = AbortSignal.timeout(DRAWING_MS);
    await deps.notifier.update(record.address, messageId, view, locale, signal);
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    deps.log.warn({ code: error.code, card: view.card }, 'a card could not be brought up to date');
  }
}
