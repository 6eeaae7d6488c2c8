import { DAY_MS } from '../../../domain/durations.ts';
import { createEnrolledCurve, type AuditLine } from './enrolledCurve.ts';

/** The kinds of events that are counted for each week. */
export const WEEKLY = [
  'enrollments',
  'resets',
  'unlocks',
  'outsideChanges',
  'reminders',
  'wrongCodes',
  'lockouts',
  'unknownOutcomes',
  'deskLooked',
  'deskConfirmed',
  'deskDenied',
  'deskVouched',
  'deskRevoked',
  'deskLockoutCleared',
] as const;
type Weekly = (typeof WEEKLY)[number];

/** The kinds that are counted for each day. */
const DAILY = ['codes', 'codesRefused', 'codesUncertain'] as const;
type Daily = (typeof DAILY)[number];

type Counts<Kind extends string> = Record<Kind, number>;

/** Upper ends, in days, of how long a reset took after the first reminder; the last bin is open. */
export const DELAY_BINS = [1, 3, 7, 14, 30] as const;

/** The audit's figures for the period. */
export interface AuditTally {
  readonly totals: Readonly<Counts<Weekly | Daily>>;
  /** By the Monday of the week, `YYYY-MM-DD`, each week of the period. */
  readonly weeks: ReadonlyMap<string, Readonly<Counts<Weekly>>>;
  /** By the date, each day of the period. */
  readonly days: ReadonlyMap<string, Readonly<Counts<Daily>>>;
  /** Accounts with an enrolled number at the end of each day. */
  readonly enrolled: ReadonlyMap<string, number>;
  /** Resets that followed a reminder of the same password, by `DELAY_BINS`. */
  readonly delays: readonly number[];
}

export interface TallyOptions {
  /** Epoch ms: the period is from there on. */
  readonly since: number;
  readonly until: number;
  readonly dayOf: (at: number) => string;
  readonly weekOf: (at: number) => string;
  /** The accounts that the directory has, each with its place among them, from 0. */
  readonly places: ReadonlyMap<string, number>;
}

const HOUR_LENGTH = 'YYYY-MM-DDTHH'.length;

/** Counts the audit, row by row from the oldest on; of each account only a few words are kept. */
export function createAuditTally({ since, until, dayOf, weekOf, places }: TallyOptions) {
  const days = new Map<string, Counts<Daily>>();
  const weeks = new Map<string, Counts<Weekly>>();
  // In half days: the one that the clocks make an hour shorter would be stepped over.
  for (let at = since; at < until + DAY_MS / 2; at += DAY_MS / 2) {
    const end = Math.min(at, until);
    days.set(dayOf(end), zeros(DAILY));
    weeks.set(weekOf(end), zeros(WEEKLY));
  }
  const totals = { ...zeros(WEEKLY), ...zeros(DAILY) };
  const delays: number[] = Array<number>(DELAY_BINS.length + 1).fill(0);
  const curve = createEnrolledCurve([...days.keys()], places.size);
  /** Flows whose write was lost. */
  const lost = new Set<string>();
  /** Flows of which a search found that their password was written. */
  const verified = new Set<string>();
  /** The first reminder of each account's password, epoch ms; 0 where there was none. */
  const remindedAt = new Float64Array(places.size);
  // The calendar is slow: it is asked once for each hour.
  let hour = '';
  let day = '';
  let week = '';

  function count(kind: Weekly): void {
    totals[kind] += 1;
    const counts = weeks.get(week);
    if (counts !== undefined) counts[kind] += 1;
  }

  function countDay(kind: Daily, times = 1): void {
    totals[kind] += times;
    const counts = days.get(day);
    if (counts !== undefined) counts[kind] += times;
  }

  function reset({ event, flow }: AuditLine, place: number | undefined, at: number): void {
    // A write whose outcome was sought can stand there twice.
    if (flow !== null && verified.has(flow)) return;
    if (flow !== null && event === 'reset.verified') {
      // A flow that lost none has found that the password of an earlier one is in force.
      if (!lost.has(flow)) return;
      verified.add(flow);
    }
    const reminded = place === undefined ? 0 : (remindedAt[place] ?? 0);
    if (place !== undefined) remindedAt[place] = 0;
    if (at < since) return;
    count('resets');
    if (reminded === 0) return;
    const bin = DELAY_BINS.findIndex((most) => at - reminded < most * DAY_MS);
    const index = bin < 0 ? DELAY_BINS.length : bin;
    delays[index] = (delays[index] ?? 0) + 1;
  }

  function take(line: AuditLine): void {
    const { event, account, result, reason, flow } = line;
    if (!line.at.startsWith(hour) || hour === '') {
      hour = line.at.slice(0, HOUR_LENGTH);
      const moment = Date.parse(line.at);
      day = dayOf(moment);
      week = weekOf(moment);
      curve.reach(day);
    }
    const place = account === null ? undefined : places.get(account);
    if (place !== undefined) curve.take(line, place);
    const at = Date.parse(line.at);
    switch (event) {
      case 'reset.written':
        reset(line, place, at);
        return;
      case 'reset.verified':
        if (result === 'ok') reset(line, place, at);
        return;
      case 'reset.unknown':
        if (flow !== null) lost.add(flow);
        break;
      case 'reminder.sent':
        if (place !== undefined && remindedAt[place] === 0) remindedAt[place] = at;
        break;
      case 'reminder.skipped':
        if (reason === 'changedOutside' && place !== undefined) remindedAt[place] = 0;
        break;
    }
    if (at < since) return;
    switch (event) {
      case 'reminder.skipped':
        if (reason === 'changedOutside') count('outsideChanges');
        return;
      case 'code.sent':
        countDay('codes');
        return;
      case 'code.notSent':
        if (result === 'failed') countDay('codesRefused', timesIn(reason));
        if (result === 'unknown') countDay('codesUncertain', timesIn(reason));
        return;
      case 'code.locked':
        // A start that is turned down while a lockout holds is no further lockout.
        if (flow !== null) count('lockouts');
        return;
    }
    const kind = KINDS.get(event);
    if (kind !== undefined) count(kind);
  }

  return {
    take,
    end: (): AuditTally => ({ totals, weeks, days, enrolled: curve.end(), delays }),
  };
}

/** The kinds that count each of their events. */
const KINDS: ReadonlyMap<string, Weekly> = new Map([
  ['enrollment.completed', 'enrollments'],
  ['unlock.completed', 'unlocks'],
  ['reminder.sent', 'reminders'],
  ['code.refused', 'wrongCodes'],
  ['reset.unknown', 'unknownOutcomes'],
  ['desk.looked', 'deskLooked'],
  ['desk.callerConfirmed', 'deskConfirmed'],
  ['desk.callerDenied', 'deskDenied'],
  ['desk.vouched', 'deskVouched'],
  ['desk.revoked', 'deskRevoked'],
  ['desk.lockoutCleared', 'deskLockoutCleared'],
]);

function zeros<Kind extends string>(kinds: readonly Kind[]): Counts<Kind> {
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as Counts<Kind>;
}

/** Denials that came again and again are one row: `smsUnavailable ×17`. */
function timesIn(reason: string | null): number {
  return Number(/×(\d+)$/.exec(reason ?? '')?.[1] ?? 1);
}
