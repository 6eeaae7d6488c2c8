import { pino, type DestinationStream } from 'pino';
import { describeFault } from '../ports/fault.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';

/**
 * The fields of a line that hold exceptions; exceptions are described, never printed with their contents.
 */
const FAULT_FIELDS = ['err', 'error', 'fault', 'cause'] as const;

const describeIfFault = (value: unknown): unknown =>
  value instanceof Error ? describeFault(value) : value;

/**
 * One JSON line for each event, whatever stands in its fields (requirement L4), on standard error
 * and unbuffered: standard output belongs to the printed SMS of a demo, and a line written is not
 * lost when the process ends.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const serializers = Object.fromEntries(FAULT_FIELDS.map((name) => [name, describeIfFault]));
  return pino(
    { level, base: null, serializers },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

/** The log; counts each line with an `alarm` too. */
export function countAlarms(log: Log, metrics: Pick<Metrics, 'alarmRaised'>): Log {
  const at =
    (level: keyof Log): Log[keyof Log] =>
    (fields, message) => {
      log[level](fields, message);
      const { alarm } = fields;
      if (typeof alarm === 'string') metrics.alarmRaised(alarm);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
