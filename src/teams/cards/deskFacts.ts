import { REVOKE_REASONS } from '../../ports/deskView.ts';
import type {
  CallerDoneView,
  CallerView,
  DeskAccountFacts,
  DeskAccountView,
  DeskManager,
  DeskTrouble,
  DeskView,
} from '../../ports/deskView.ts';
import { ofFlow, type CardFacts, type Voice } from './facts.ts';
import { plain } from './markdown.ts';

/** The accounts that were found, in words. */
export function deskFacts({ found, hasMore, hasHome }: DeskView): CardFacts {
  const hits = found.map(({ handle, name, displayName }, index) => {
    const shown = plain(displayName);
    const isNew = shown !== '' && displayName !== name;
    return { n: index + 1, handle, name: plain(name), ...(isNew ? { displayName: shown } : {}) };
  });
  return { values: {}, data: { found: hits, hasMore, hasHome } };
}

/** An account as an agent sees it, in words: the worst trouble first. */
export function deskAccountFacts(view: DeskAccountView, voice: Voice): CardFacts {
  const { facts } = view;
  const managers = facts?.managers ?? [];
  const reasons = REVOKE_REASONS.map((value) => ({
    title: voice.text(`desk.account.reason.${value}`),
    value,
  }));
  const [worst, ...others] = facts?.troubles.map((trouble) => troubleLine(trouble, voice)) ?? [];
  // One for all: an input's id is the card's.
  const asksForSeveral = managers.filter(({ canRevoke }) => canRevoke).length > 1;
  const trouble = worst ?? (facts && voice.text('desk.account.trouble.none'));
  return ofFlow(
    view,
    { more: facts?.more ?? 0, isOfSeveral: asksForSeveral ? 'yes' : 'no' },
    {
      ...(trouble === undefined ? {} : { trouble }),
      lines: facts === undefined ? [] : [...others, ...factLines(facts, voice)],
      managers: managers.map((manager, index) => ({
        ...managerFacts(manager, index + 1, voice),
        asksReason: manager.canRevoke && !asksForSeveral,
      })),
      asksForSeveral,
      more: facts?.more ?? 0,
      canClearLockout: facts?.canClearLockout === true,
      reasons,
    },
  );
}

function troubleLine(trouble: DeskTrouble, { text, words, now }: Voice): string {
  const key = `desk.account.trouble.${trouble.kind}`;
  switch (trouble.kind) {
    case 'codesLocked': {
      const { name } = trouble;
      const who = name === undefined ? { who: 'all', name: '' } : { who: 'one', name: plain(name) };
      return text(key, { ...who, until: words.until(trouble.until, now) });
    }
    case 'proofLocked':
      return text(key, { until: words.until(trouble.until, now) });
    case 'smsFailed':
      return text(key, { at: words.moment(trouble.at) });
    case 'managersWait':
      return text(key, { count: trouble.count });
    case 'directoryLocked':
    case 'outcomeUnknown':
    case 'nobodyAnswers':
    case 'notEnrolled':
    case 'smsSpent':
    case 'newSmsSpent':
    case 'closeToLock':
    case 'mustChange':
    case 'passwordExpired':
      return text(key);
  }
}

function factLines(facts: DeskAccountFacts, { text, words, now }: Voice): string[] {
  const { displayName, passwordSetAt, underWay, lastSms, revokedAt, lift, isCrowd } = facts;
  const fact = (key: string, values = {}): string => text(`desk.account.fact.${key}`, values);
  return [
    ...(displayName === '' ? [] : [plain(displayName)]),
    passwordSetAt === undefined
      ? fact('passwordUnknown')
      : fact('password', { ago: words.distance(passwordSetAt, now) }),
    ...underWay.map(({ name, purpose, since }) =>
      fact('underWay', {
        purpose,
        who: name === undefined ? 'unknown' : 'one',
        name: plain(name ?? ''),
        since: words.clock(since),
      }),
    ),
    ...(lastSms === undefined
      ? []
      : [fact('sms', { at: words.moment(lastSms.at), fate: lastSms.fate })]),
    ...(revokedAt === undefined ? [] : [fact('revoked', { at: words.moment(revokedAt) })]),
    ...(lift === undefined ? [] : [fact(`lift.${lift}`, { canTry: canTry(facts) ? 'yes' : 'no' })]),
    ...(isCrowd ? [text('desk.account.crowd')] : []),
  ];
}

/** Nothing on the card says that the next try would be refused. */
function canTry({ troubles, managers }: DeskAccountFacts): boolean {
  const isWaiting = managers.some(({ nextUsableFrom }) => nextUsableFrom !== undefined);
  const isStopped = troubles.some(({ kind }) =>
    ['directoryLocked', 'smsSpent', 'newSmsSpent', 'managersWait', 'closeToLock'].includes(kind),
  );
  return !isWaiting && !isStopped;
}

function managerFacts(manager: DeskManager, n: number, voice: Voice): Record<string, unknown> {
  const { handle, name, question, canConfirm, canVouch, canRevoke } = manager;
  const number = question?.kind === 'waiting' ? String(question.number) : undefined;
  return {
    n,
    handle,
    name: plain(name),
    lines: managerLines(manager, voice),
    ...(number === undefined ? {} : { number }),
    canConfirm,
    canVouch,
    canRevoke,
  };
}

function managerLines(manager: DeskManager, { text, words, now }: Voice): string[] {
  const { isFormer, number, codesFrom, nextUsableFrom, question, needsAdministrator } = manager;
  const line = (key: string, values = {}): string => text(`desk.account.manager.${key}`, values);
  const until = question !== undefined && 'until' in question ? question.until : undefined;
  return [
    ...(isFormer ? [line('former')] : []),
    number === undefined
      ? line('noNumber')
      : line('number', { mobile: number.masked, day: words.date(number.since, now) }),
    ...(number?.usableFrom === undefined
      ? []
      : [text('numberWaits', { until: words.until(number.usableFrom, now) })]),
    ...(codesFrom === undefined ? [] : [line('codesFrom', { until: words.until(codesFrom, now) })]),
    ...(nextUsableFrom === undefined
      ? []
      : [line('nextUsableFrom', { until: words.until(nextUsableFrom, now) })]),
    ...(needsAdministrator ? [line('administrator')] : []),
    ...(question === undefined
      ? []
      : [line(question.kind, { until: until === undefined ? '' : words.holdsUntil(until, now) })]),
  ];
}

/** The question to a manager, and the end of it. */
export function callerFacts(view: CallerView | CallerDoneView): CardFacts {
  const agentName = plain(view.agentName);
  if (view.card === 'caller.done') {
    return { values: { agentName, answer: view.answer }, data: {} };
  }
  const choices = view.choices.map(({ number, handle }) => ({ number: String(number), handle }));
  return { values: { agentName }, data: { choices, handle: view.denyHandle } };
}
