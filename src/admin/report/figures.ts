import type { AccountsTally } from '../../service/administration/report/accountsTally.ts';
import type { AuditTally } from '../../service/administration/report/auditTally.ts';
import type { SendFate } from '../../ports/store/sends.ts';

/** Everything that the report tells. */
export interface ReportData {
  readonly days: number;
  /** Epoch ms. */
  readonly since: number;
  readonly now: number;
  readonly directory: AccountsTally;
  readonly audit: AuditTally;
  readonly fates: Readonly<Record<SendFate | 'unreported', number>>;
  /** How many of the last days the fates are known for. */
  readonly fateDays: number;
}

/** The figures in the contract's words and order; managers are numbers, and names where they are asked for. */
export function figuresOf({ days, directory, audit, fates }: ReportData, hasNames: boolean) {
  const { totals, delays } = audit;
  const named = (managers: readonly string[]) => ({
    managers: managers.length,
    ...(hasNames ? { names: managers } : {}),
  });
  return {
    days,
    accounts: directory.accounts,
    enrolled: directory.enrolled,
    enrollments: totals.enrollments,
    resets: totals.resets,
    unlocks: totals.unlocks,
    outsideChanges: totals.outsideChanges,
    reminders: totals.reminders,
    resetsFromReminders: delays.reduce((sum, count) => sum + count, 0),
    codes: totals.codes,
    codesNotDelivered: totals.codesRefused + totals.codesUncertain + fates.failed,
    wrongCodes: totals.wrongCodes,
    lockouts: totals.lockouts,
    unknownOutcomes: totals.unknownOutcomes,
    overdue: directory.overdue.map(({ account, dueAt, managers }) => ({
      account,
      due: new Date(dueAt).toISOString(),
      ...named(managers),
    })),
    unanswered: directory.unanswered,
    notInTeams: directory.notInTeams.map(({ account, managers }) => ({
      account,
      ...named(managers),
    })),
  };
}

export type Figures = ReturnType<typeof figuresOf>;
