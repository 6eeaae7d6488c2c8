import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const BY_OTHERS = 0o007;
const PASSED_BY_OTHERS = 0o001;

/** Options of Node.js that name a file of variables. */
const ENV_FILE = /^--env-file(?:-if-exists)?(?:=(.*))?$/s;

/** A file or folder that every account of the host may read, write or enter. */
export interface Exposed {
  /** The variable that names it, or `--env-file=<its path>`. */
  readonly variable: string;
  /** Its permissions, e.g. `0644`. */
  readonly mode: string;
}

/** The files of variables that Node.js was started with; it takes them in no other way than by its options. */
export function envFilesOf(options: readonly string[]): string[] {
  return options.flatMap((option, at) => {
    const [isOption, path = options[at + 1] ?? ''] = ENV_FILE.exec(option) ?? [];
    return isOption === undefined ? [] : [path];
  });
}

/**
 * The exposed ones of the paths, by their variables, and of Node's files of variables, which may hold
 * secrets; a path that does not exist is left out.
 */
export function exposedFiles(
  paths: Readonly<Record<string, string>>,
  options: readonly string[] = process.execArgv,
): Exposed[] {
  // Windows has no such permissions.
  if (process.platform === 'win32') return [];
  const envFiles = envFilesOf(options).map((path) => [`--env-file=${path}`, path] as const);
  return [...Object.entries(paths), ...envFiles].flatMap(([variable, path]) => {
    const mode = modeOf(path);
    if (mode === undefined || (mode & BY_OTHERS) === 0 || !isReachable(resolve(path))) return [];
    return [{ variable, mode: `0${(mode & 0o777).toString(8).padStart(3, '0')}` }];
  });
}

function modeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mode;
}

/** Whether others may pass all folders above. */
function isReachable(path: string): boolean {
  const above = dirname(path);
  if (above === path) return true;
  return ((modeOf(above) ?? 0) & PASSED_BY_OTHERS) !== 0 && isReachable(above);
}
