import { managerName } from '../../domain/parties.ts';
import type { DeskLook } from '../../domain/desk/deskLook.ts';
import type { Problem } from '../../domain/reasons.ts';
import { shutOf } from '../../domain/rotation/rotation.ts';
import type { DeskAccountView, DeskManager, DeskTrouble } from '../../ports/deskView.ts';
import type { Deps } from '../deps.ts';
import { namesAmong } from '../people/managers.ts';
import { liftFact, liftOf, offersTo, personsOf, questionOf } from './facts.ts';
import type { DeskFacts, ManagerFacts } from './facts.ts';
import { deskHandle } from '../tap/handles.ts';

/** So many managers fit on a card. */
export const MANAGERS_ON_CARD = 20;

/**
 * The managers whom the card has room for: first those with a question of this agent, with something under way,
 * with a number, and whom the bot has met. So one who calls comes onto the card by beginning something.
 */
export function shownManagers({ managers, status }: DeskFacts): readonly ManagerFacts[] {
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
  const managers = shown.map(({ ...manager }): DeskManager => {
    const { ref, name, recipient, number, check } = manager;
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
function troublesOf({ account, status, managers, isCrowd, now }: DeskFacts): DeskTrouble[] {
  const { lockouts, flows, lastSms, numbers } = status;
  const current = managers.filter(({ recipient }) => recipient !== undefined);
  const waiting = numbers.filter(({ usableFrom }) => usableFrom !== undefined).length;
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
    waiting > 0 && { kind: 'numbersWait', count: waiting },
    shut === 'mustChange' && { kind: 'mustChange' },
    shut === 'expired' && { kind: 'passwordExpired' },
  ];
  return all.filter((trouble) => trouble !== false);
}
