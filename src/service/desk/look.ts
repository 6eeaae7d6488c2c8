import { isOpened, type DeskLook } from '../../domain/desk/deskLook.ts';
import { managerName, isSamePerson } from '../../domain/parties.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { lockAccount } from '../flow/flows.ts';
import type { Reply, Tap } from '../tap/tap.ts';
import { accountView } from './accountCard.ts';
import { admitAgent, backToDesk, countLookUp, type Agent } from './agent.ts';
import { personsOf, readFacts, shownManagers, type DeskFacts } from './facts.ts';
import { isLookId, type DeskHandle } from '../tap/handles.ts';

/** An agent's tap on an account's card, once all of it was read anew. */
export interface DeskTap {
  readonly deps: Deps;
  readonly agent: Agent;
  readonly look: DeskLook;
  readonly tapped: DeskHandle;
  readonly facts: DeskFacts;
  readonly signal: AbortSignal;
}

/**
 * The tap with everything that it needs, or the card that answers it: another's card, an agent's own
 * account, an account that is gone. An account that was not opened within the hour is a look-up, audited as
 * looked at.
 */
export async function readDeskTap(
  tap: Tap,
  tapped: DeskHandle,
  look: DeskLook,
): Promise<DeskTap | Reply> {
  const { deps, signal } = tap;
  const agent = await admitAgent(tap);
  if ('view' in agent) return agent;
  const { accountId } = look;
  if (agent.ownAccounts.some(({ id }) => id === accountId)) {
    const problem = { reason: 'ownAccount' } as const;
    return { view: { card: 'refused', problem, accountName: look.accountName } };
  }
  const found = await deps.directory.responsibilityFor(accountId, signal);
  if (found === undefined) return backToDesk(agent, { reason: 'accountNotFound' });
  // Only now: a look that the directory did not answer showed nothing.
  const opened = await openLook(deps, look);
  if ('refused' in opened) return backToDesk(agent, opened.refused);
  const facts = await readFacts(deps, look, found);
  const current = await rememberManagers(deps, opened.look, facts);
  return { deps, agent, look: current, tapped, facts, signal };
}

/** The agent's own card of an account that a handle names. */
export async function ownLook(
  { deps, person }: Tap,
  { id, draw }: DeskHandle,
): Promise<DeskLook | undefined> {
  if (!isLookId(id)) return undefined;
  const look = await deps.store.read((reads) => reads.look(id));
  const isOwn = look !== undefined && isSamePerson(look.agent, person.key);
  return isOwn && draw <= look.draw ? look : undefined;
}

/** The account's card as things stand. */
export async function showLook({ deps, look, facts }: DeskTap, problem?: Problem): Promise<Reply> {
  const { id, messageId } = look;
  return { view: accountView(deps, look, facts, problem), flow: { id, messageId } };
}

/** The same after an act: the store is read anew, the directory is not. */
export async function showAgain(deskTap: DeskTap, problem?: Problem): Promise<Reply> {
  const { deps, look, facts } = deskTap;
  const current = (await deps.store.read((reads) => reads.look(look.id))) ?? look;
  const changed = await readFacts(deps, current, { ...facts, managers: personsOf(facts) });
  return showLook({ ...deskTap, look: current, facts: changed }, problem);
}

async function openLook(
  { store }: Deps,
  look: DeskLook,
): Promise<{ readonly look: DeskLook } | { readonly refused: Problem }> {
  if (isOpened(look, store.now())) return { look };
  return store.transaction(async (tx) => {
    await lockAccount(tx, look.accountId);
    const current = (await tx.look(look.id)) ?? look;
    if (isOpened(current, tx.now)) return { look: current };
    const refused = await countLookUp(tx, look.agent);
    if (refused !== undefined) return { refused };
    const actor = managerName(look.agent);
    tx.audit({ event: 'desk.looked', actor, account: look.accountId, result: 'ok' });
    return { look: await saved(tx, { ...current, openedAt: tx.now }) };
  });
}

/** Gives each manager a place on the card that stays theirs. */
async function rememberManagers(
  { store }: Deps,
  look: DeskLook,
  facts: DeskFacts,
): Promise<DeskLook> {
  const isNew = ({ managers }: DeskLook) =>
    shownManagers(facts).filter(({ ref }) => !managers.includes(ref));
  if (isNew(look).length === 0) return look;
  return store.transaction(async (tx) => {
    await lockAccount(tx, look.accountId);
    const current = (await tx.look(look.id)) ?? look;
    const refs = isNew(current).map(({ ref }) => ref);
    return saved(tx, { ...current, managers: [...current.managers, ...refs] });
  });
}

async function saved(tx: StoreTransaction, look: DeskLook): Promise<DeskLook> {
  const kept = await tx.saveLook(look);
  if (kept === undefined) throw new Error('a look was saved without its lock');
  return kept;
}

/**
 * The first of an agent's taps at one card does its act: the others, at once or later, find the card stale.
 * False for those.
 */
export async function takeDraw(tx: StoreTransaction, deskTap: DeskTap): Promise<boolean> {
  await lockAccount(tx, deskTap.look.accountId);
  const look = await tx.look(deskTap.look.id);
  if (look?.draw !== deskTap.tapped.draw) return false;
  await saved(tx, { ...look, draw: look.draw + 1 });
  return true;
}
