import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../../ports/errors.ts';
import { isConflict, storeFailure } from './errors.ts';

const LOCK_FILE = 'bot.lock';
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;

/** Creates the directory for its owner alone; an existing one keeps its mode. */
export function prepareDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  } catch (error) {
    throw storeFailure(error);
  }
}

/** Creates the file before SQLite would, which gives it and its WAL the mode of the umask. */
export function createPrivateFile(directory: string, name: string): string {
  const path = join(directory, name);
  try {
    // An existing file is not opened: closing it would take SQLite's locks on it from the whole process
    // (fcntl(2)), and a process that then closes the database deletes the log with unwritten commits in it.
    if (!existsSync(path)) closeSync(openSync(path, 'ax', PRIVATE_FILE));
    chmodSync(path, PRIVATE_FILE);
  } catch (error) {
    throw storeFailure(error);
  }
  return path;
}

/**
 * Keeps a second bot off the directory until the release, or until this process ends in any way:
 * the lock is the kernel's, so a killed bot leaves none behind.
 * @throws StoreError `unavailable` when another bot holds it.
 */
export async function lockDataDirectory(directory: string): Promise<() => void> {
  prepareDataDirectory(directory);
  const path = createPrivateFile(directory, LOCK_FILE);
  const holder = new DatabaseSync(path, { timeout: 0 });
  try {
    holder.exec('begin exclusive');
  } catch (cause) {
    holder.close();
    const error = storeFailure(cause);
    if (!isConflict(error)) throw error;
    throw new StoreError(
      'unavailable',
      `another bot is running on the data directory ${directory}`,
      { cause },
    );
  }
  return () => {
    if (holder.isOpen) holder.close();
  };
}
