import {
  confirmedUntil,
  isLiftSpent,
  QUESTIONS_LOOKBACK_MS,
  vouchedUntil,
  withDenials,
  type CallerCheck,
} from '../../domain/desk/callerCheck.ts';
import type { DeskLook } from '../../domain/desk/deskLook.ts';
import { entryMobile } from '../../domain/mobile.ts';
import { isSamePerson, managerName, type ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager, Responsibility } from '../../ports/account.ts';
import type { Enrollment } from '../../ports/store/enrollments.ts';
import type { StoreReads } from '../../ports/store/store.ts';
import { accountStatus, type AccountStatus } from '../administration/accountStatus.ts';
import { recipientsOf, type Recipient } from '../chat/recipients.ts';
import type { Deps } from '../deps.ts';
import { usableFromOf } from '../enrollment/coolDown.ts';
import { codeBudget } from '../flow/codeBudget.ts';

/** An account as an agent's card and buttons find it, at one moment. */
export interface DeskFacts {
  readonly account: Responsibility['account'];
  readonly isCrowd: boolean;
  readonly status: AccountStatus;
  /** Those who answer for it, then former managers with a number. */
  readonly managers: readonly ManagerFacts[];
  /** Agents have lifted a lockout within the day: another is for an administrator. */
  readonly isLiftSpent: boolean;
  /** The confirmation on whose strength one was lifted still holds. */
  readonly isJustLifted: boolean;
  readonly now: number;
}

/** One of the account's managers, or a former one with a number; the waits of those on the card only. */
export interface ManagerFacts extends Waits {
  /** The word under which the card remembers them. */
  readonly ref: string;
  readonly name: string;
  /** Absent for a former manager. */
  readonly recipient?: Recipient | undefined;
  /** Absent where the bot knows no Teams person of that entry. */
  readonly key?: ManagerKey | undefined;
  readonly number?: AccountStatus['numbers'][number] | undefined;
  /** This agent's last question. */
  readonly check?: CallerCheck | undefined;
}

/** A manager's waits; times epoch ms. */
interface Waits {
  /** When a new code can go out to their number. */
  readonly codesFrom?: number | undefined;
  /** When a number that they enroll now could first be used for a reset. */
  readonly nextUsableFrom?: number | undefined;
  /** The day's code messages are used up, over all accounts: all, or those to numbers not yet enrolled. */
  readonly smsSpent?: 'all' | 'new' | undefined;
}

/** So many managers fit on a card. */
export const MANAGERS_ON_CARD = 20;

/**
 * The managers whom the card has room for: first those with a question of this agent, with something under way,
 * with a number, and whom the bot has met. So one who calls comes onto the card by beginning something.
 */
export function shownManagers({
  managers,
  status,
}: Pick<DeskFacts, 'managers' | 'status'>): readonly ManagerFacts[] {
  const busy = new Set(status.flows.map(({ manager }) => manager));
  const rank = ({ check, key, number, recipient }: ManagerFacts): number =>
    [
      check !== undefined,
      key !== undefined && busy.has(managerName(key)),
      number !== undefined,
      recipient?.way?.address !== undefined,
    ].reduce((sum, isSo) => 2 * sum + (isSo ? 1 : 0), 0);
  return managers
    .toSorted((a, b) => rank(b) - rank(a) || a.name.localeCompare(b.name, 'sv'))
    .slice(0, MANAGERS_ON_CARD)
    .toSorted((a, b) => a.name.localeCompare(b.name, 'sv'));
}

/** The account as the directory was just read, with the store's part. */
export async function readFacts(
  deps: Deps,
  { agent, accountId }: Pick<DeskLook, 'agent' | 'accountId'>,
  { account, managers, isCrowd }: Responsibility,
): Promise<DeskFacts> {
  const status = await accountStatus(deps, accountId, account.lockout);
  return deps.store.read(async (reads) => {
    const checks = await reads.callerChecksOf(accountId, reads.now - QUESTIONS_LOOKBACK_MS);
    const current = (await recipientsOf(deps, reads, managers)).map(currentManager);
    const former = status.numbers
      .filter(({ manager }) => !current.some(({ recipient }) => recipient.name === manager))
      .map((number) => ({
        ref: number.manager,
        name: number.name ?? '?',
        key: keyOf(number),
        number,
      }));
    const facts: DeskFacts = {
      account,
      isCrowd,
      status,
      managers: [...current, ...former],
      isLiftSpent: isLiftSpent(checks),
      isJustLifted: checks.some(
        ({ hasLifted, state }) =>
          hasLifted === true && confirmedUntil(state, reads.now) !== undefined,
      ),
      now: reads.now,
    };
    const enrolled = await reads.enrollmentsOf(accountId);
    const shown = new Set(shownManagers(facts));
    const all = facts.managers.map(async (manager) =>
      shown.has(manager)
        ? { ...manager, ...(await waitsOf(deps, reads, account, enrolled, manager)) }
        : manager,
    );
    return { ...facts, managers: await Promise.all(all) };

    function currentManager(recipient: Recipient) {
      const { person } = recipient;
      const number = status.numbers.find(({ manager }) => manager === recipient.name);
      const own = checks.filter(({ managerEntry }) => managerEntry === person.id);
      const check = withDenials(own, reads.now).find((one) => isSamePerson(one.agent, agent));
      const { id: ref, displayName: name } = person;
      return { ref, name, recipient, key: recipient.key, number, check };
    }
  });
}

async function waitsOf(
  deps: Deps,
  reads: StoreReads,
  { id: accountId, isLocked }: DeskFacts['account'],
  enrolled: readonly Enrollment[],
  { recipient, key: manager, number, check }: ManagerFacts,
): Promise<Waits> {
  if (recipient === undefined || manager === undefined) return {};
  const entry = recipient.person;
  const { desk, smsCountries } = deps.settings;
  const refusalFor = async (mobile: string) =>
    (await codeBudget(deps, reads, { mobile, manager: { key: manager, entry } })).refused;
  const own = enrolled.find((one) => isSamePerson(one.manager, manager));
  if (own === undefined || number === undefined) {
    const from = await usableFromOf(deps, reads, accountId, manager, own);
    // The one number that an agent can vouch for: others that the manager may type are not known here.
    const isVouching = check !== undefined && confirmedUntil(check.state, reads.now) !== undefined;
    const mobile = desk.mayVouch && isVouching ? entryMobile(entry, smsCountries) : undefined;
    const refusal = mobile === undefined ? undefined : await refusalFor(mobile);
    return {
      nextUsableFrom: from > reads.now ? from : undefined,
      codesFrom: refusal?.until,
      smsSpent: refusal?.reason === 'smsUnavailable' ? 'new' : undefined,
    };
  }
  const refusal = await refusalFor(own.mobile);
  // Told once: a code that comes earlier than the number counts helps to an unlock alone.
  const isTold = isLocked || (refusal?.until ?? 0) > (number.usableFrom ?? 0);
  return {
    codesFrom: isTold ? refusal?.until : undefined,
    smsSpent: refusal?.reason === 'smsUnavailable' ? 'all' : undefined,
  };
}

/** Those of the account's managers who answer for it now. */
export function personsOf({ managers }: Pick<DeskFacts, 'managers'>): DirectoryManager[] {
  return managers.flatMap(({ recipient }) => recipient?.person ?? []);
}

function keyOf(number: { readonly manager: string } | undefined): ManagerKey | undefined {
  const [tenantId, aadObjectId] = number?.manager.split('/') ?? [];
  return tenantId === undefined || aadObjectId === undefined
    ? undefined
    : { tenantId, aadObjectId };
}

/** The verbs that are on the card now: a tap on another shows the card as it is. */
export function offersTo(deps: Pick<Deps, 'settings'>, facts: DeskFacts, manager: ManagerFacts) {
  const { recipient, number, check } = manager;
  const { now } = facts;
  const isCurrent = recipient !== undefined;
  const isWaiting = check?.state.step === 'waiting' && now <= check.state.expiresAt;
  const isConfirmed = check !== undefined && confirmedUntil(check.state, now) !== undefined;
  const couldVouch = isCurrent && isConfirmed && number === undefined;
  return {
    canConfirm: isCurrent && !isWaiting && !isConfirmed,
    canVouch:
      couldVouch && deps.settings.desk.mayVouch && vouchedUntil(check.state, now) === undefined,
    canRevoke: number !== undefined,
    needsAdministrator: couldVouch && !deps.settings.desk.mayVouch,
  };
}

/**
 * The confirmation on whose strength the bot's own lockouts can be lifted: one holds, and none was lifted
 * within the day.
 */
export function liftOf(facts: DeskFacts): CallerCheck | undefined {
  const isOpen = facts.status.lockouts.length > 0 && !facts.isLiftSpent;
  return isOpen ? confirmationOf(facts) : undefined;
}

/** The card's word of lifts; that none can be made only where a confirmation would allow it. */
export function liftFact(facts: DeskFacts): 'done' | 'spent' | undefined {
  if (facts.status.lockouts.length === 0) return facts.isJustLifted ? 'done' : undefined;
  return facts.isLiftSpent && confirmationOf(facts) !== undefined ? 'spent' : undefined;
}

function confirmationOf({ managers, now }: DeskFacts): CallerCheck | undefined {
  return managers
    .flatMap(({ recipient, check }) => (recipient === undefined ? [] : (check ?? [])))
    .find(({ state }) => confirmedUntil(state, now) !== undefined);
}
