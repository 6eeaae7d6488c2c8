import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const BY_OTHERS = 0o007;
const PASSED_BY_OTHERS = 0o001;

/** A file or folder that every account of the host may read, write or enter. */
export interface Exposed {
  /** The variable or option that names it. */
  readonly variable: string;
  /** Its permissions, e.g. `0644`. */
  readonly mode: string;
}

/**
 * Those of `paths` that are exposed; the keys are the variables or options that name them. A path that does not
 * exist is left out.
 */
export function exposedFiles(paths: Readonly<Record<string, string>>): Exposed[] {
  // Windows has no such permissions.
  if (process.platform === 'win32') return [];
  return Object.entries(paths).flatMap(([variable, path]) => {
    const mode = modeOf(path);
    if (mode === undefined || (mode & BY_OTHERS) === 0 || !isReachable(realpathSync(path)))
      return [];
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
