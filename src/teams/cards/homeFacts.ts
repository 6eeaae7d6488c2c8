import { DAY_MS } from '../../domain/durations.ts';
import { shutOf } from '../../domain/rotation/rotation.ts';
import type { HomeAccount, HomeView } from '../../ports/view.ts';
import type { CardFacts, Voice } from './facts.ts';
import { plain } from './markdown.ts';

/** An expiry nearer than this stands on the card. */
const EXPIRY_NOTICE_MS = 14 * DAY_MS;

/** The accounts in words, and their place among many. */
export function homeFacts(
  { accounts, part, isWelcome, isAgent, isNothingLocked }: HomeView,
  voice: Voice,
): CardFacts {
  const first = part?.first ?? 1;
  const count = part?.of ?? accounts.length;
  const last = first + accounts.length - 1;
  const isLast = last === count;
  const places = first === last ? String(first) : `${String(first)}–${String(last)}`;
  return {
    values: { count, places, shown: accounts.length, isLast: isLast ? 'yes' : 'no' },
    data: {
      otherLocale: voice.locale === 'sv' ? 'en' : 'sv',
      isAnyEnrolled: part?.isAnyEnrolled ?? accounts.some(({ number }) => number !== undefined),
      isSeveral: count > 1,
      isWelcome: isWelcome === true,
      isNothingLocked: isNothingLocked === true,
      isAgent,
      accounts: accounts.map((account, index) => accountFacts(account, first + index, voice)),
      others: part === undefined ? [] : [{ handle: String(isLast ? 0 : last) }],
    },
  };
}

function accountFacts(account: HomeAccount, n: number, voice: Voice): Record<string, unknown> {
  const { number, isLocked } = account;
  const isShut = shutOf(account, voice.now) !== undefined;
  const isEnrolled = number !== undefined;
  const name = plain(account.name);
  const displayName = plain(account.displayName);
  const lines = [ageLine(account, voice)];
  if (isLocked) lines.push(lockedLine(account, isShut, voice));
  lines.push(numberLine(number, voice));
  if (number?.usableFrom !== undefined) {
    const until = voice.words.until(number.usableFrom, voice.now);
    lines.push(voice.text('numberWaits', { until }));
  }
  return {
    n,
    name,
    ...(displayName === '' || displayName === name ? {} : { displayName }),
    handle: account.handle,
    lines,
    isEnrolled,
    canUnlock: isEnrolled && isLocked,
    isShut,
  };
}

function lockedLine(
  { number, codesFrom }: HomeAccount,
  isShut: boolean,
  { text, words, desk, now }: Voice,
): string {
  if (number === undefined) return text('home.lockedNotEnrolled', { desk });
  if (codesFrom !== undefined) {
    return text('home.lockedNoCodes', { until: words.until(codesFrom, now), desk });
  }
  return text('home.locked', { way: wayOut(isShut, number.usableFrom !== undefined) });
}

/** The ways out of a lockout that are open: a password that lets nobody in, or a number that has to wait, shuts one. */
function wayOut(isShut: boolean, isWaiting: boolean): 'both' | 'unlock' | 'reset' | 'none' {
  if (isWaiting) return isShut ? 'none' : 'unlock';
  return isShut ? 'reset' : 'both';
}

function numberLine(number: HomeAccount['number'], { text, words, desk, now }: Voice): string {
  if (number === undefined) return text('home.notEnrolled');
  return text('home.enrolled', {
    mobile: number.masked,
    day: words.date(number.since, now),
    desk,
  });
}

function ageLine(account: HomeAccount, { text, words, now }: Voice): string {
  const { passwordSetAt, passwordExpiresAt } = account;
  const shut = shutOf(account, now);
  if (shut === 'mustChange') return text('home.age.mustChange');
  const ago = passwordSetAt === undefined ? undefined : words.distance(passwordSetAt, now);
  if (passwordExpiresAt !== undefined && passwordExpiresAt - now < EXPIRY_NOTICE_MS) {
    const expiry = words.distance(passwordExpiresAt, now);
    if (shut === 'expired') return text('home.age.expired', { expiry });
    if (ago === undefined) return text('home.age.expiringUnknown', { expiry });
    return text('home.age.expiring', { ago, expiry });
  }
  return ago === undefined ? text('home.age.unknown') : text('home.age.known', { ago });
}
