import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AuditEvent } from '../domain/audit.ts';
import { BUDGET_MARKS } from '../domain/smsBudget.ts';
import type { Metrics } from '../ports/metrics.ts';

/** From a card out of memory to the longest call (10 s) and turn (13 s), in seconds. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 10, 15];

export interface PrometheusMetrics extends Metrics {
  /** The metrics that /metrics shows. */
  readonly registry: { readonly contentType: string; metrics(): Promise<string> };
}

/** The alarms that docs/operations.md explains. */
const ALARMS = [
  'callerDenied',
  'directoryPolicy',
  'directoryRights',
  'endsSoon',
  'entryOfAnother',
  'exposedFile',
  'lockedAgain',
  'manyRevokes',
  'manyVouches',
  'noticeLost',
  'outcomeUnknown',
  'proofUndecided',
  'serviceAccount',
  'sharedNumber',
  'smsBudget',
  'storedValue',
];

/** A question was put, or came to nobody; or its answer. */
const CONFIRMATIONS = ['asked', 'notReached', 'confirmed', 'denied', 'wrongNumber'] as const;

/** The acts of agents, by their audit event. */
const DESK_ACTS: Readonly<Record<string, string>> = {
  'desk.vouched': 'vouch',
  'desk.revoked': 'revoke',
  'desk.lockoutCleared': 'clearLockout',
};

function confirmationOf({
  event,
  result,
  reason,
}: Pick<AuditEvent, 'event' | 'result' | 'reason'>): (typeof CONFIRMATIONS)[number] | undefined {
  if (event === 'desk.callerAsked') return result === 'ok' ? 'asked' : 'notReached';
  if (event === 'desk.callerConfirmed') return 'confirmed';
  if (event !== 'desk.callerDenied') return undefined;
  return reason === 'wrongNumber' ? 'wrongNumber' : 'denied';
}

/** A reason as a label: its first word, and nothing where it names a person. */
function closedWord(reason = ''): string {
  const [word = ''] = reason.split(' ');
  return /^[A-Za-z]*$/.test(word) ? word : '';
}

/** Metrics in Prometheus' conventions (https://prometheus.io/docs/practices/naming/): base units, counts `_total`. */
export function createMetrics(build: { readonly version: string }): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const buildInfo = new Gauge({
    name: 'passwordbot_build_info',
    help: 'Always 1; the labels say what is running.',
    labelNames: ['version', 'node'],
    registers,
  });
  buildInfo.set({ version: build.version, node: process.version }, 1);

  const turns = new Histogram({
    name: 'passwordbot_turn_duration_seconds',
    help: 'From a manager’s input to the card that answers it.',
    labelNames: ['input', 'card'],
    buckets: BUCKETS,
    registers,
  });
  const problems = new Counter({
    name: 'passwordbot_problems_total',
    help: 'Cards that reported a problem in answer to an input.',
    labelNames: ['card', 'reason'],
    registers,
  });
  const operations = new Histogram({
    name: 'passwordbot_operation_duration_seconds',
    help: 'Calls of outside systems, good and bad.',
    labelNames: ['system', 'operation'],
    buckets: BUCKETS,
    registers,
  });
  const faults = new Counter({
    name: 'passwordbot_operation_errors_total',
    help: 'Calls of outside systems that failed, by the port’s code or the SMS provider’s.',
    labelNames: ['system', 'operation', 'code'],
    registers,
  });
  const events = new Counter({
    name: 'passwordbot_audit_events_total',
    help: 'Audit rows that this instance committed.',
    labelNames: ['event', 'result', 'reason'],
    registers,
  });
  const codes = new Counter({
    name: 'passwordbot_code_messages_total',
    help: 'Code messages: taken by the SMS service, refused, or without a clear answer.',
    labelNames: ['outcome'],
    registers,
  });
  const lockouts = new Counter({
    name: 'passwordbot_lockouts_total',
    help: 'Flows ended by the bot’s own lockout: too many wrong codes, or wrong current passwords.',
    labelNames: ['kind'],
    registers,
  });
  const lookUps = new Counter({
    name: 'passwordbot_desk_lookups_total',
    help: 'Accounts that agents of the service desk opened.',
    registers,
  });
  const confirmations = new Counter({
    name: 'passwordbot_desk_confirmations_total',
    help: 'Questions to managers whether it is they who call, and their answers.',
    labelNames: ['result'],
    registers,
  });
  const deskActs = new Counter({
    name: 'passwordbot_desk_acts_total',
    help: 'Acts of agents: vouches, numbers taken, lockouts lifted.',
    labelNames: ['act'],
    registers,
  });
  const alarms = new Counter({
    name: 'passwordbot_alarms_total',
    help: 'Log lines with an alarm: a person has to do something.',
    labelNames: ['alarm'],
    registers,
  });
  const budgetAlarms = new Counter({
    name: 'passwordbot_sms_budget_alarms_total',
    help: 'Times that a share of the day’s code messages was reached.',
    labelNames: ['percent'],
    registers,
  });
  const used = new Gauge({
    name: 'passwordbot_sms_budget_used',
    help: 'Code messages of the last 24 h, over all instances.',
    registers,
  });
  const ceiling = new Gauge({
    name: 'passwordbot_sms_budget_ceiling',
    help: 'Code messages allowed within 24 h (SMS_PER_DAY).',
    registers,
  });
  const waiting = new Gauge({
    name: 'passwordbot_notices_waiting',
    help: 'Notices that are not delivered yet, over all instances.',
    registers,
  });
  const ends = new Gauge({
    name: 'passwordbot_ends_timestamp_seconds',
    help: 'When the first secret or certificate of a kind ends, Unix time.',
    labelNames: ['ending'],
    registers,
  });
  const unknown = new Gauge({
    name: 'passwordbot_unknown_outcomes',
    help: 'Password writes whose outcome is not known yet, over all instances.',
    registers,
  });

  // A counter that begins with its first event hides that event from rate().
  for (const outcome of ['sent', 'refused', 'unknown']) codes.inc({ outcome }, 0);
  for (const kind of ['code', 'proof']) lockouts.inc({ kind }, 0);
  for (const percent of BUDGET_MARKS) budgetAlarms.inc({ percent }, 0);
  for (const result of CONFIRMATIONS) confirmations.inc({ result }, 0);
  for (const act of Object.values(DESK_ACTS)) deskActs.inc({ act }, 0);
  for (const alarm of ALARMS) alarms.inc({ alarm }, 0);

  function audited({ event, result, reason }: AuditEvent): void {
    events.inc({ event, result, reason: closedWord(reason) });
    if (event === 'code.sent') codes.inc({ outcome: 'sent' });
    if (event === 'code.notSent') {
      codes.inc({ outcome: result === 'unknown' ? 'unknown' : 'refused' });
    }
    if (event === 'code.locked') lockouts.inc({ kind: 'code' });
    if (event === 'desk.looked') lookUps.inc();
    const answer = confirmationOf({ event, result, reason });
    if (answer !== undefined) confirmations.inc({ result: answer });
    const act = DESK_ACTS[event];
    if (act !== undefined) deskActs.inc({ act });
    if (event === 'enrollment.proofRefused' && reason === 'proofLocked') {
      lockouts.inc({ kind: 'proof' });
    }
  }

  return {
    registry,
    turnTaken({ input, card, problem, seconds }) {
      turns.observe({ input, card }, seconds);
      if (problem !== undefined) problems.inc({ card, reason: problem });
    },
    operationEnded({ system, operation, fault, seconds }) {
      operations.observe({ system, operation }, seconds);
      if (fault !== undefined) faults.inc({ system, operation, code: fault });
    },
    audited,
    budgetMarkReached(mark) {
      budgetAlarms.inc({ percent: mark });
    },
    alarmRaised(alarm) {
      alarms.inc({ alarm });
    },
    storeMeasured({ noticesWaiting, codeMessages, codeMessagesCeiling }) {
      waiting.set(noticesWaiting);
      used.set(codeMessages);
      ceiling.set(codeMessagesCeiling);
    },
    endKnown(ending, endsAt) {
      ends.set({ ending }, endsAt / 1000);
    },
    unknownOutcomes(count) {
      unknown.set(count);
    },
  };
}
