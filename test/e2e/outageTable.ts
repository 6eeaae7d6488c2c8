import type { Outage } from '../support/outageRelay.ts';

/** The services that the bot needs. */
export type Part = 'directory' | 'sms' | 'database' | 'connector' | 'login';
/** Where in a flow the part is lost. */
export type StepName = 'start' | 'proof' | 'send' | 'verify' | 'write' | 'notify';

export const PARTS: readonly Part[] = ['directory', 'sms', 'database', 'connector', 'login'];
export const STEPS: readonly StepName[] = ['start', 'proof', 'send', 'verify', 'write', 'notify'];

/** One value for all outages, or one by outage with `other` for the rest. */
export type ByOutage<T> = T | ({ readonly other: T } & { readonly [O in Outage]?: T });

/** One row: a part that is lost at a step. */
export interface Row {
  readonly part: Part;
  readonly step: StepName;
  /**
   * When the outage begins. `tap`: before the tap. `effect`: when the bind, the message or the write
   * of this tap has reached the other side, the hardest moment. `after`: when the tap is answered.
   */
  readonly begins: 'tap' | 'effect' | 'after';
  /** The card within 15 s, with its problem. */
  readonly shows: ByOutage<string>;
  /** The cards from there to the flow's end, when the part is back and the manager goes on. */
  readonly goesOn: ByOutage<string>;
}

export function valueOf<T extends string>(value: ByOutage<T>, outage: Outage): T {
  return typeof value === 'string' ? value : (value[outage] ?? value.other);
}

const TO_ENROLLMENT = 'enrollment.code → enrollment.done';
const FROM_PROOF = `enrollment.mobile → ${TO_ENROLLMENT}`;
const FROM_START = `enrollment.currentPassword → ${FROM_PROOF}`;
const TO_RESET = 'reset.newPassword → reset.done';

/** For parts that the step does not need, or can do without. */
function unharmed(part: Part, steps: readonly StepName[]): Row[] {
  const begins = 'tap';
  const rows: Readonly<Record<StepName, Row>> = {
    start: { part, step: 'start', begins, shows: 'enrollment.currentPassword', goesOn: FROM_PROOF },
    proof: { part, step: 'proof', begins, shows: 'enrollment.mobile', goesOn: TO_ENROLLMENT },
    send: { part, step: 'send', begins, shows: 'enrollment.code', goesOn: 'enrollment.done' },
    verify: { part, step: 'verify', begins, shows: 'reset.newPassword', goesOn: 'reset.done' },
    write: { part, step: 'write', begins, shows: 'reset.done', goesOn: '–' },
    notify: { part, step: 'notify', begins, shows: 'reset.done', goesOn: '–' },
  };
  return steps.map((step) => rows[step]);
}

/** The suite's table: the manager's cards, and how the flow goes on. */
export const TABLE: readonly Row[] = [
  {
    part: 'directory',
    step: 'start',
    begins: 'tap',
    shows: 'refused directoryUnavailable',
    goesOn: `home → ${FROM_START}`,
  },
  {
    part: 'directory',
    step: 'proof',
    begins: 'effect',
    shows: 'enrollment.currentPassword directoryUnavailable',
    goesOn: FROM_PROOF,
  },
  {
    part: 'directory',
    step: 'send',
    begins: 'tap',
    shows: 'enrollment.mobile directoryUnavailable',
    goesOn: TO_ENROLLMENT,
  },
  {
    part: 'directory',
    step: 'verify',
    begins: 'tap',
    shows: 'reset.code directoryUnavailable',
    goesOn: TO_RESET,
  },
  {
    // Refused and swallowed writes were not applied, those cut and slow were: both truths are found.
    part: 'directory',
    step: 'write',
    begins: 'effect',
    shows: { other: 'reset.unknown', serverError: 'reset.newPassword directoryUnavailable' },
    goesOn: {
      other: 'reset.newPassword directoryUnavailable → reset.done',
      serverError: 'reset.done',
      cut: 'reset.done',
      slow: 'reset.done',
    },
  },
  { part: 'directory', step: 'notify', begins: 'after', shows: 'reset.done', goesOn: '–' },

  ...unharmed('sms', ['start', 'proof']),
  {
    // Only a message that was never taken up is surely not sent; the code may come in all other cases.
    part: 'sms',
    step: 'send',
    begins: 'tap',
    shows: { other: 'enrollment.code smsUnavailable', refused: 'enrollment.mobile smsUnavailable' },
    goesOn: { other: TO_ENROLLMENT, cut: 'enrollment.done', slow: 'enrollment.done' },
  },
  ...unharmed('sms', ['verify', 'write', 'notify']),

  {
    part: 'database',
    step: 'start',
    begins: 'tap',
    shows: 'refused temporarilyUnavailable',
    goesOn: `home → ${FROM_START}`,
  },
  {
    part: 'database',
    step: 'proof',
    begins: 'effect',
    shows: 'refused temporarilyUnavailable',
    goesOn: `home → enrollment.currentPassword directoryUnavailable → ${FROM_PROOF}`,
  },
  {
    // The message went out, but could not be recorded: the code is good all the same.
    part: 'database',
    step: 'send',
    begins: 'effect',
    shows: 'refused temporarilyUnavailable',
    goesOn: 'home → enrollment.code smsUnavailable → enrollment.done',
  },
  {
    part: 'database',
    step: 'verify',
    begins: 'tap',
    shows: 'refused temporarilyUnavailable',
    goesOn: `home → reset.code → ${TO_RESET}`,
  },
  {
    // The password is written, and the process alone knows it until the database is back.
    part: 'database',
    step: 'write',
    begins: 'effect',
    shows: 'reset.unknown',
    goesOn: 'reset.done',
  },
  { part: 'database', step: 'notify', begins: 'after', shows: 'reset.done', goesOn: '–' },

  ...unharmed('connector', STEPS),
  ...unharmed('login', STEPS),
];
