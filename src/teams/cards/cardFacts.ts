import { MINUTE_MS } from '../../domain/durations.ts';
import type { Problem } from '../../domain/reasons.ts';
import { NOT_NEEDED_REASONS, type ReminderView } from '../../ports/noticeView.ts';
import type { CodeView, MobileView, View } from '../../ports/view.ts';
import { ofFlow, type CardFacts, type Voice } from './facts.ts';
import { callerFacts, deskAccountFacts, deskFacts } from './deskFacts.ts';
import { homeFacts } from './homeFacts.ts';
import { plain } from './markdown.ts';
import { noticeFacts, summaryFacts } from './noticeFacts.ts';
import { brokenRule, forbiddenSigns, ruleLines } from './ruleLines.ts';

/** The view in words; everything that came from outside is escaped here. */
export function cardFacts(view: View, voice: Voice): CardFacts {
  const { words, now } = voice;
  switch (view.card) {
    case 'home':
      return homeFacts(view, voice);
    case 'help':
      return {
        values: { isManager: view.isManager ? 'yes' : 'no' },
        data: { isAgent: view.isAgent, isManager: view.isManager },
      };
    case 'cancelled':
      return { values: { isPasswordKept: view.isPasswordKept === true ? 'yes' : 'no' }, data: {} };
    case 'enrollment.currentPassword': {
      const from = fromOf(view, voice);
      return ofFlow(view, from, { ...from, advisesDeletion: view.advisesDeletion === true });
    }
    case 'enrollment.mobile':
      return mobileFacts(view, voice);
    case 'enrollment.oldCode':
    case 'enrollment.code':
    case 'reset.code':
    case 'unlock.code':
      return codeFacts(view, voice);
    case 'enrollment.done': {
      const from = fromOf(view, voice);
      return ofFlow(view, { mobile: view.maskedMobile, ...from }, from);
    }
    case 'reset.newPassword': {
      const rules = ruleLines(view.rules, view.problem, voice);
      return ofFlow(
        view,
        {
          minLength: view.rules.minLength,
          maxLength: view.rules.maxLength,
          signs: forbiddenSigns(view.rules, voice) ?? 'none',
          broken: brokenRule(view.problem, view.rules),
        },
        { advisesDeletion: view.advisesDeletion === true, rules },
      );
    }
    case 'unlock.done': {
      const { shut } = view;
      const from = waitOf(view, voice) ?? 'none';
      const isShut = shut !== undefined && from === 'none';
      return ofFlow(view, { shut: shut ?? 'no', from }, { isShut });
    }
    case 'reset.done': {
      const { changedAt } = view;
      return ofFlow(view, { at: changedAt === undefined ? 'none' : words.moment(changedAt) }, {});
    }
    case 'invitation':
      return ofFlow(view, {}, {});
    case 'reset.unknown': {
      const passwordSetAt = view.passwordSetAt;
      const setAt = passwordSetAt === undefined ? {} : { setAt: words.moment(passwordSetAt) };
      return ofFlow(view, setAt, { passwordSetAt });
    }
    case 'working':
      return { values: {}, data: { handle: view.handle } };
    case 'reminder':
      return reminderFacts(view, voice);
    case 'reminder.done':
      return ofFlow(
        view,
        {
          from: waitOf(view, voice) ?? 'none',
          answer: view.answer,
          until: view.until === undefined ? '' : words.until(view.until, now),
          day: view.until === undefined ? '' : words.date(view.until, now),
          isEnrolled: view.isEnrolled ? 'yes' : 'no',
        },
        {},
      );
    case 'notice':
      if (view.event === 'unanswered') return summaryFacts(view, voice);
      return noticeFacts(view, voice);
    case 'desk':
      return deskFacts(view);
    case 'desk.account':
      return deskAccountFacts(view, voice);
    case 'caller':
    case 'caller.done':
      return callerFacts(view);
    case 'refused': {
      const data = { isHome: view.isHome === true };
      return view.accountName === undefined
        ? { values: {}, data }
        : ofFlow({ accountName: view.accountName }, {}, data);
    }
  }
}

interface Waiting {
  readonly usableFrom?: number | undefined;
}

/** When a number can first be used, in words that read the same tomorrow; undefined where it need not wait. */
function waitOf({ usableFrom = 0 }: Waiting, { words, now }: Voice): string | undefined {
  return usableFrom > now ? words.from(usableFrom) : undefined;
}

/** The same for a card that is read at once; empty where the number need not wait. */
function fromOf({ usableFrom = 0 }: Waiting, { words, now }: Voice): { usableFrom?: string } {
  return usableFrom > now ? { usableFrom: words.until(usableFrom, now) } : {};
}

function mobileFacts(view: MobileView, voice: Voice): CardFacts {
  const { now } = voice;
  const from = fromOf(view, voice);
  const { shownMobile, shownIsEnrolled, vouchedBy, heldUntil, isCodeVoid = false } = view;
  const shown = shownMobile === undefined ? {} : { mobile: shownMobile };
  const agent = vouchedBy === undefined ? {} : { agentName: plain(vouchedBy) };
  const isVouched = vouchedBy !== undefined;
  const isShown = shownMobile === undefined ? 'no' : 'yes';
  const isHeld = heldUntil !== undefined && now <= heldUntil;
  return ofFlow(
    view,
    {
      isShown,
      isHeld: isHeld ? 'yes' : 'no',
      isVouched: isVouched ? 'yes' : 'no',
      ...shown,
      ...agent,
      ...from,
    },
    {
      shownMobile,
      shownIsEnrolled: shownIsEnrolled === true,
      isVouched,
      isHeld,
      isCodeVoid,
      ...from,
    },
  );
}

function codeFacts(view: CodeView, { words, now }: Voice): CardFacts {
  const { expiresAt, hasFailed = false, hasInput, maskedMobile: mobile, problem } = view;
  const isUnsent = problem?.reason === 'smsUnavailable' && !hasFailed;
  const isAsked = expiresAt !== undefined && (isUnsent || !tellsOfMessage(problem));
  const isOver = expiresAt !== undefined && expiresAt <= now;
  // An expired code's only way on is a new code, which is just what this manager cannot have.
  const isEnd = isOver && (isUnsent || problem?.reason === 'tooManyCodes');
  const isSent = isAsked && !hasFailed && !isEnd;
  const isUsable = isSent && !isOver;
  const isHelped = isAsked && !isUnsent && !isAtEnd(problem);
  const values = {
    mobile,
    isUsable: isUsable ? 'yes' : 'no',
    isLast: view.isLast === true ? 'yes' : 'no',
    hasFailed: hasFailed ? 'yes' : 'no',
    isVouched: view.isVouched === true ? 'yes' : 'no',
    next: nextCode(view, { words, now }, isOver),
  };
  const data = { isSent, isUsable, isHelped, hasInput };
  if (expiresAt === undefined) return ofFlow(view, values, data);
  const minutes = isOver ? 0 : Math.max(1, Math.round((expiresAt - now) / MINUTE_MS));
  return ofFlow(view, { ...values, minutes, expires: words.clock(expiresAt) }, data);
}

/** When another code can be had; `none` where there is no other wait than the usual minute. */
function nextCode(
  { isLast = false, nextFrom = 0, problem }: CodeView,
  { words, now }: Pick<Voice, 'words' | 'now'>,
  isOver: boolean,
): string {
  const refusedUntil = problem?.reason === 'tooManyCodes' ? (problem.until ?? 0) : 0;
  const from = Math.max(nextFrom, refusedUntil);
  const usualWait = isLast || isOver || isAtEnd(problem) ? 0 : MINUTE_MS;
  return from > now + usualWait ? words.until(from, now) : 'none';
}

/** These two problems tell the message's fate themselves. */
function tellsOfMessage(problem: Problem | undefined): boolean {
  return problem?.reason === 'smsUnavailable' || problem?.reason === 'smsNumberRefused';
}

/** In this flow waiting brings no other code. */
function isAtEnd(problem: Problem | undefined): boolean {
  return problem?.reason === 'tooManyCodes' && problem.until === undefined;
}

function reminderFacts(view: ReminderView, voice: Voice): CardFacts {
  const { words, now, text } = voice;
  const until = waitOf(view, voice);
  const isWaiting = until !== undefined;
  const { setAt, dueAt, isEnrolled, isEnforced, expiredAt } = view;
  const told = expiredAt ?? dueAt;
  const values = {
    age: setAt === undefined ? 'none' : words.distance(setAt, now),
    distance: words.distance(told, now),
    day: words.date(told, now),
    due: dueWord(view, words.daysUntil(dueAt, now)),
    ...(isWaiting ? { until } : {}),
  };
  const reasons = NOT_NEEDED_REASONS.map((value) => ({
    title: text(`reminder.reason.${value}`),
    value,
  }));
  return ofFlow(view, values, { isEnrolled, isWaiting, canDecline: !isEnforced, reasons });
}

function dueWord({ mustChange, expiredAt }: ReminderView, days: number): string {
  if (mustChange === true) return 'mustChange';
  if (expiredAt !== undefined) return 'expired';
  return days === 0 ? 'today' : days < 0 ? 'past' : 'ahead';
}
