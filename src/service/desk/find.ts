import type { FoundAccounts } from '../../ports/account.ts';
import { directoryReason, faultOf, tellFault } from '../directoryFault.ts';
import { isSamePerson } from '../../domain/parties.ts';
import { deskView } from '../tap/home.ts';
import { showHome, type Reply, type Tap } from '../tap/tap.ts';
import { admitAgent, backToDesk, countLookUp, type Agent } from './agent.ts';
import { deskHandle, lookId, readDeskHandle } from '../tap/handles.ts';

const MOST_FOUND = 5;
const LONGEST_NAME = 100;

/** The card that finds accounts; `handle` is the account's card that was left in its place. */
export async function openDesk(tap: Tap, handle: string | undefined): Promise<Reply> {
  const agent = await admitAgent(tap);
  if ('view' in agent) return agent;
  await forgetMessage(tap, handle);
  return backToDesk(agent);
}

/** The same by a word: for others than agents it is any message. */
export async function openDeskByWord(tap: Tap): Promise<Reply> {
  const shown = await showHome(tap);
  const { view } = shown;
  if (view.card !== 'home' || !view.isAgent) return shown;
  return { view: deskView({ hasHome: true }) };
}

/** A late answer of a manager must not be drawn over the card that took the account's place. */
async function forgetMessage({ deps, person }: Tap, handle: string | undefined): Promise<void> {
  const named = readDeskHandle(handle);
  if (named === undefined) return;
  await deps.store.transaction(async (tx) => {
    const look = await tx.look(named.id);
    if (look === undefined || !isSamePerson(look.agent, person.key)) return;
    await tx.setLookMessage(look.id, undefined);
  });
}

/** Finds the accounts of that name, or with that text in their display name: a few of them. */
export async function findAccounts(tap: Tap, typed: string | undefined): Promise<Reply> {
  const agent = await admitAgent(tap);
  if ('view' in agent) return agent;
  const text = typed?.trim() ?? '';
  if (text === '') return notFound(agent, true);
  if ([...text].length > LONGEST_NAME) return notFound(agent);
  const { deps, signal } = tap;
  const refused = await deps.store.transaction((tx) => countLookUp(tx, agent.key));
  if (refused !== undefined) return backToDesk(agent, refused);
  let found: FoundAccounts;
  try {
    found = await deps.directory.accountsLike(text, MOST_FOUND, signal);
  } catch (error) {
    const fault = faultOf(error);
    const reason = directoryReason(fault);
    if (reason !== 'directoryUnavailable') throw error;
    tellFault(deps, fault);
    return backToDesk(agent, { reason });
  }
  const { accounts, hasMore } = found;
  if (accounts.length === 0) return notFound(agent);
  const looks = accounts.map(({ id, name }) => ({
    id: lookId(deps.random.id()),
    agent: agent.key,
    accountId: id,
    accountName: name,
    managers: [],
    draw: 0,
    version: 0,
  }));
  await deps.store.transaction((tx) => tx.addLooks(looks));
  const hits = accounts.map(({ name, displayName }, index) => ({
    handle: deskHandle({ id: looks[index]?.id ?? '', draw: 0, place: 0 }),
    name,
    displayName,
  }));
  const hasHome = agent.ownAccounts.length > 0;
  return { view: deskView({ hasHome, found: hits, hasMore }) };
}

function notFound(agent: Agent, isEmpty = false): Reply {
  return backToDesk(agent, { reason: 'accountNotFound', isEmpty });
}
