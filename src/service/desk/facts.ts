import {
  confirmedUntil,
  isLiftSpent,
  QUESTIONS_LOOKBACK_MS,
  vouchedUntil,
  withDenials,
  type CallerCheck,
  type CallerState,
} from '../../domain/desk/callerCheck.ts';
import type { DeskLook } from '../../domain/desk/deskLook.ts';
import { isSamePerson, type ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager, Responsibility } from '../../ports/account.ts';
import type { DeskQuestion } from '../../ports/deskView.ts';
import { accountStatus, type AccountStatus } from '../administration/accountStatus.ts';
import { recipientsOf, type Recipient } from '../chat/recipients.ts';
import type { Deps } from '../deps.ts';

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

/** One of the account's managers, or a former one with a number. */
export interface ManagerFacts {
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

/** The account as the directory was just read, with the store's part. */
export async function readFacts(
  deps: Deps,
  { agent, accountId }: Pick<DeskLook, 'agent' | 'accountId'>,
  { account, managers, isCrowd }: Responsibility,
): Promise<DeskFacts> {
  const status = await accountStatus(deps, accountId, account.lockout);
  return deps.store.read(async (reads) => {
    const all = await reads.callerChecksOf(accountId, reads.now - QUESTIONS_LOOKBACK_MS);
    const current = (await recipientsOf(deps, reads, managers)).map(currentManager);
    const former = status.numbers
      .filter(({ manager }) => !current.some(({ recipient }) => recipient.name === manager))
      .map((number) => ({
        ref: number.manager,
        name: number.name ?? '?',
        key: keyOf(number),
        number,
      }));
    return {
      account,
      isCrowd,
      status,
      managers: [...current, ...former],
      isLiftSpent: isLiftSpent(all),
      isJustLifted: all.some(
        ({ hasLifted, state }) =>
          hasLifted === true && confirmedUntil(state, reads.now) !== undefined,
      ),
      now: reads.now,
    };

    function currentManager(recipient: Recipient) {
      const { person } = recipient;
      const number = status.numbers.find(({ manager }) => manager === recipient.name);
      const own = all.filter(({ managerEntry }) => managerEntry === person.id);
      const check = withDenials(own, reads.now).find((one) => isSamePerson(one.agent, agent));
      const { id: ref, displayName: name } = person;
      return { ref, name, recipient, key: recipient.way?.key ?? keyOf(number), number, check };
    }
  });
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

/** The question as its agent sees it; undefined where there is nothing to say any more. */
export function questionOf(state: CallerState, now: number): DeskQuestion | undefined {
  switch (state.step) {
    case 'waiting':
      if (now > state.expiresAt) return { kind: 'expired' };
      return { kind: 'waiting', number: state.right, until: state.expiresAt };
    case 'confirmed':
    case 'vouched': {
      const vouched = vouchedUntil(state, now);
      if (vouched !== undefined) return { kind: 'vouched', until: vouched };
      const until = confirmedUntil(state, now);
      return until === undefined ? undefined : { kind: 'confirmed', until };
    }
    case 'denied':
      return { kind: state.reason };
    case 'expired':
      return { kind: 'expired' };
    case 'notReached':
      return undefined;
  }
}
