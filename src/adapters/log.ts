import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import { CardError, DirectoryError, NotifierError, StoreError } from '../ports/errors.ts';

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

const MOST_FRAMES = 6;
const DEEPEST_CAUSE = 4;

/**
 * The part of an exception that the log may hold: its kind, code, place and causes. The message is told of
 * the ports' own errors only: libraries quote input in theirs, and input can be a password.
 */
export function describeFault(error: unknown, depth = 0): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && isPlainCode(error.code) ? error.code : undefined;
  const hasCause = error.cause !== undefined && depth < DEEPEST_CAUSE;
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    ...(isOwn(error) ? { message: error.message } : {}),
    at: framesOf(error),
    ...(hasCause ? { cause: describeFault(error.cause, depth + 1) } : {}),
  };
}

/** Places in the code: the lines behind name and message, which may have lines that look like one. */
function framesOf({ stack = '', message }: Error): string[] {
  // The last time: a name may hold the message too. Where the name was changed since, its end cannot be
  // found.
  const end = message === '' ? stack.indexOf('\n') : stack.lastIndexOf(`${message}\n`);
  if (end === -1) return [];
  const frames = stack.slice(end + message.length).split('\n');
  return frames
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MOST_FRAMES)
    .map((line) => line.trim());
}

function isOwn(error: Error): boolean {
  return (
    error instanceof DirectoryError ||
    error instanceof StoreError ||
    error instanceof NotifierError ||
    error instanceof CardError
  );
}

/** `ECONNREFUSED`, `57P01`, `49`: a word of a standard, no sentence. */
function isPlainCode(code: unknown): code is string | number {
  return typeof code === 'number' || (typeof code === 'string' && /^[\w.-]{1,64}$/.test(code));
}
