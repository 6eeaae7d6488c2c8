import { confirmedUntil, vouchedUntil, type CallerState } from '../../domain/desk/callerCheck.ts';
import type { DeskLook } from '../../domain/desk/deskLook.ts';
import type { Problem } from '../../domain/reasons.ts';
import { proofAllowance } from '../../domain/flows/lockout.ts';
import { shutOf } from '../../domain/rotation/rotation.ts';
import type {
  DeskAccountView,
  DeskManager,
  DeskQuestion,
  DeskTrouble,
} from '../../ports/deskView.ts';
import type { Deps } from '../deps.ts';
import { namesAmong } from '../people/managers.ts';
import { liftFact, liftOf, offersTo, personsOf, shownManagers } from './facts.ts';
import type { DeskFacts } from './facts.ts';
import { deskHandle } from '../tap/handles.ts';

/** An account's card; without facts while the directory does not answer. */
export function accountView(
  deps: Pick<Deps, 'settings'>,
  look: DeskLook,
  facts: DeskFacts | undefined,
  problem?: Problem,
): DeskAccountView {
  const { id, draw, accountName } = look;
  const handle = deskHandle({ id, draw, place: 0 });
  const view = { card: 'desk.account', handle, accountName, problem } as const;
  if (facts === undefined) return view;

  const { account, status, isCrowd, now } = facts;
  const shown = shownManagers(facts);
  const nameOf = namesAmong(deps, personsOf(facts));
  const managers = shown.map((manager): DeskManager => {
    const { ref, name, recipient, number, check, codesFrom, nextUsableFrom } = manager;
    const place = look.managers.indexOf(ref) + 1;
    return {
      handle: deskHandle({ id, draw, place }),
      name: nameOf(name, ref),
      isFormer: recipient === undefined,
      number: number && {
        masked: number.mobile,
        since: number.enrolledAt,
        usableFrom: number.usableFrom,
      },
      codesFrom,
      nextUsableFrom,
      question: check && questionOf(check.state, now),
      ...offersTo(deps, facts, manager),
    };
  });
  const { lastSms } = status;
  return {
    ...view,
    facts: {
      displayName: account.displayName === account.name ? '' : account.displayName,
      troubles: troublesOf(facts),
      passwordSetAt: account.passwordSetAt,
      managers,
      more: facts.managers.length - shown.length,
      isCrowd,
      underWay: status.flows.map(({ name, purpose, since }) => ({ name, purpose, since })),
      lastSms: lastSms && { at: lastSms.createdAt, fate: fateOf(lastSms) },
      revokedAt: status.revoked?.at,
      lift: liftFact(facts),
      canClearLockout: liftOf(facts) !== undefined,
    },
  };
}

type LastSms = NonNullable<DeskFacts['status']['lastSms']>;

function fateOf({ outcome, fate }: LastSms): 'sent' | 'delivered' | 'failed' | 'unknown' {
  if (fate !== undefined) return fate;
  if (outcome === 'refused') return 'failed';
  return outcome === 'accepted' ? 'sent' : 'unknown';
}

/** The account's troubles, the worst first. */
function troublesOf(facts: DeskFacts): DeskTrouble[] {
  const { account, status, managers, isCrowd, now } = facts;
  const { lockouts, flows, lastSms, numbers } = status;
  const current = managers.filter(({ recipient }) => recipient !== undefined);
  const waiting = current.filter(
    ({ number, codesFrom }) => number?.usableFrom !== undefined || codesFrom !== undefined,
  ).length;
  const isSpent = (part: 'all' | 'new') => managers.some(({ smsSpent }) => smsSpent === part);
  const isProofLocked = account.isLocked || lockouts.some(({ kind }) => kind === 'proof');
  const shut = shutOf(account, now);
  const all: (DeskTrouble | false)[] = [
    account.isLocked && { kind: 'directoryLocked' },
    ...lockouts.map(({ kind, name, manager, until }): DeskTrouble => {
      if (kind === 'proof') return { kind: 'proofLocked', until };
      return {
        kind: 'codesLocked',
        name: manager === undefined ? undefined : (name ?? '?'),
        until,
      };
    }),
    flows.some(({ step }) => step === 'unknown') && { kind: 'outcomeUnknown' },
    current.length === 0 && !isCrowd && { kind: 'nobodyAnswers' },
    numbers.length === 0 && { kind: 'notEnrolled' },
    lastSms !== undefined &&
      fateOf(lastSms) === 'failed' && { kind: 'smsFailed', at: lastSms.createdAt },
    isSpent('all') ? { kind: 'smsSpent' } : isSpent('new') && { kind: 'newSmsSpent' },
    waiting > 0 && { kind: 'managersWait', count: waiting },
    !isProofLocked && proofAllowance(account.lockout) === 'refused' && { kind: 'closeToLock' },
    shut === 'mustChange' && { kind: 'mustChange' },
    shut === 'expired' && { kind: 'passwordExpired' },
  ];
  return all.filter((trouble) => trouble !== false);
}

/** The question as its agent sees it; undefined where there is nothing to say any more. */
function questionOf(state: CallerState, now: number): DeskQuestion | undefined {
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
