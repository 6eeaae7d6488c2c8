import { DirectoryError } from './directory.ts';
import { NotifierError, StoreError } from './errors.ts';
import { CardError } from './view.ts';

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
