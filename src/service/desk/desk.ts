import { operationSince } from '../../domain/flows/lifetime.ts';
import { entryMobile } from '../../domain/mobile.ts';
import { managerName } from '../../domain/parties.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { RevokeReason } from '../../ports/deskView.ts';
import { clearLockoutIn, revokeIn } from '../administration/administration.ts';
import { endFlow } from '../flow/flows.ts';
import type { DeskActInput, DeskInput } from '../input.ts';
import { directoryReason, faultOf, tellFault } from '../directoryFault.ts';
import { namesAmong } from '../people/managers.ts';
import { denyTap, type Reply, type Tap } from '../tap/tap.ts';
import { agentNameFor } from './agent.ts';
import { accountView } from './accountCard.ts';
import { askCaller } from './ask.ts';
import { liftOf, offersTo, personsOf, type ManagerFacts } from './facts.ts';
import { findAccounts, openDesk, openDeskByWord } from './find.ts';
import { ownLook, readDeskTap, showAgain, showLook, takeDraw, type DeskTap } from './look.ts';
import { readDeskHandle } from '../tap/handles.ts';
import { auditOfAgent, spendLift, vouchIn } from './callers.ts';

/** An agent's act: taken where the card offers it now, else the card shows how things stand. */
interface DeskAct<I extends DeskActInput> {
  isOffered(deskTap: DeskTap, manager: ManagerFacts | undefined): boolean;
  take(deskTap: DeskTap, manager: ManagerFacts, input: I): Promise<Problem | undefined>;
}

const offered =
  (verb: 'canConfirm' | 'canVouch' | 'canRevoke') =>
  ({ deps, facts }: DeskTap, manager: ManagerFacts | undefined): boolean =>
    manager !== undefined && offersTo(deps, facts, manager)[verb];

/** The acts on an account's card, one by one. */
const ACTS: { readonly [V in DeskActInput['type']]: DeskAct<Extract<DeskActInput, { type: V }>> } =
  {
    deskConfirm: { isOffered: offered('canConfirm'), take: askCaller },
    deskVouch: { isOffered: offered('canVouch'), take: vouchFor },
    deskRevoke: {
      isOffered: offered('canRevoke'),
      take: (deskTap, manager, { reason }) => revokeNumber(deskTap, manager, reason),
    },
    deskClearLockout: { isOffered: ({ facts }) => liftOf(facts) !== undefined, take: liftLockout },
  };

/** A tap of an agent, or the word that opens their card. */
export async function takeFromAgent(tap: Tap, input: DeskInput): Promise<Reply> {
  switch (input.type) {
    case 'desk':
      return input.isWord === true ? openDeskByWord(tap) : openDesk(tap, input.handle);
    case 'deskFind':
      return findAccounts(tap, input.account);
    case 'deskOpen':
      return onCard(tap, input.handle, showLook);
    case 'deskConfirm':
    case 'deskVouch':
    case 'deskClearLockout':
    case 'deskRevoke':
      return onCard(tap, input.handle, (deskTap) => act(deskTap, input));
  }
}

/** An act is done if the card offers it now; else the card shows where things stand. */
async function act(deskTap: DeskTap, input: DeskActInput): Promise<Reply> {
  const ref = deskTap.look.managers[deskTap.tapped.place - 1];
  const manager = deskTap.facts.managers.find((one) => one.ref === ref);
  const { isOffered, take } = ACTS[input.type] as DeskAct<DeskActInput>;
  if (!isOffered(deskTap, manager)) return showLook(deskTap);
  // The card's draw is looked at with the act itself.
  const problem = await take(deskTap, manager ?? NOBODY, input);
  return showAgain(deskTap, problem && about(deskTap, problem, manager));
}

/** The problem with the name of its manager, as the card has it. */
function about(
  { deps, facts }: DeskTap,
  problem: Problem,
  manager: ManagerFacts | undefined,
): Problem {
  if (manager === undefined) return problem;
  return { ...problem, person: namesAmong(deps, personsOf(facts))(manager.name, manager.ref) };
}

/** For the act that concerns no one manager. */
const NOBODY: ManagerFacts = { ref: '', name: '' };

/** One tap on a card after another. Without the directory nothing was done, and the same card says so. */
async function onCard(
  tap: Tap,
  handle: string,
  work: (deskTap: DeskTap) => Promise<Reply>,
): Promise<Reply> {
  const tapped = readDeskHandle(handle);
  if (tapped === undefined) return denyTap(tap);
  return tap.deps.exclusive(tapped.id, async () => {
    const look = await ownLook(tap, tapped);
    if (look === undefined) return denyTap(tap);
    try {
      // The directory and the store, anew: agent, account, managers, questions.
      const deskTap = await readDeskTap(tap, tapped, look);
      return 'view' in deskTap ? deskTap : await work(deskTap);
    } catch (error) {
      const fault = faultOf(error);
      tellFault(tap.deps, fault);
      const reason = directoryReason(fault);
      const { id, messageId, accountName } = look;
      return reason === 'temporarilyUnavailable'
        ? { view: { card: 'refused', problem: { reason }, accountName } }
        : { view: accountView(tap.deps, look, undefined, { reason }), flow: { id, messageId } };
    }
  });
}

/** The act of an agent, as the administration's changes take it. */
function actOf({ deps, agent, look, facts }: DeskTap) {
  const { accountId } = look;
  const byName = agentNameFor(deps, agent, facts.managers);
  return {
    actor: managerName(agent.key),
    byName,
    agentName: byName,
    accountId,
    accountName: facts.account.name,
  };
}

/** Lets a confirmed manager enroll the directory's mobile without the password, for a while. */
async function vouchFor(
  deskTap: DeskTap,
  { recipient, check: known }: ManagerFacts,
): Promise<Problem | undefined> {
  const { deps, signal } = deskTap;
  if (recipient === undefined || known === undefined) return undefined;
  const entry = await deps.directory.managerById(recipient.person.id, signal);
  if (entryMobile(entry, deps.settings.smsCountries) === undefined)
    return { reason: 'noDirectoryMobile' };
  await deps.store.transaction(async (tx) => {
    if (!(await takeDraw(tx, deskTap))) return;
    if ((await tx.enrollment(known.manager, known.accountId)) !== undefined) return;
    const check = await vouchIn(tx, known);
    if (check === undefined) return;
    tx.audit({ event: 'desk.vouched', result: 'ok', ...auditOfAgent(check) });
    // An enrollment that asks for the password must not stand in the way.
    const open = await tx.openFlow(check.manager, check.accountId);
    if (open?.purpose !== 'enrollment' || operationSince(open.state) !== undefined) return;
    await endFlow(tx, open, { type: 'superseded' });
  });
  return undefined;
}

async function revokeNumber(
  deskTap: DeskTap,
  { key }: ManagerFacts,
  reason: RevokeReason,
): Promise<Problem | undefined> {
  const { deps } = deskTap;
  if (key === undefined) return undefined;
  const audited = { event: 'desk.revoked', reason } as const;
  await deps.store.transaction(async (tx) => {
    if (!(await takeDraw(tx, deskTap))) return;
    await revokeIn(deps, tx, { ...actOf(deskTap), managers: [key], audited });
  });
  return undefined;
}

/** Lifts the bot's own lockouts, as an administrator does, if no agent was quicker. */
async function liftLockout(deskTap: DeskTap): Promise<Problem | undefined> {
  const { deps, facts } = deskTap;
  const known = liftOf(facts);
  if (known === undefined) return undefined;
  await deps.store.transaction(async (tx) => {
    if (!(await takeDraw(tx, deskTap)) || !(await spendLift(tx, known))) return;
    await clearLockoutIn(deps, tx, { ...actOf(deskTap), event: 'desk.lockoutCleared' });
  });
  return undefined;
}
