import { constants } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { CommandFailure } from './command.ts';

/** A file that a command writes at its end: whole, or not at all. */
export interface OutFile {
  /** @throws CommandFailure where it cannot be written */
  write(text: string): Promise<void>;
  /** Leaves nothing behind of a file that was not written. */
  close(): Promise<void>;
}

/**
 * Makes sure that the file can be written, before the work whose result goes there. Only its owner may read
 * it: it holds names and addresses.
 * @throws CommandFailure where it cannot
 */
export async function openOutFile(path: string): Promise<OutFile> {
  const draft = `${path}.${String(process.pid)}.tmp`;
  const orFail = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new CommandFailure(`${path} cannot be written (${codeOf(error)})`);
    }
  };
  const file = await orFail(async () => {
    if (await isThere(path)) await access(path, constants.W_OK);
    return open(draft, 'wx', 0o600);
  });
  return {
    write: (text) =>
      orFail(async () => {
        await file.writeFile(text);
        await file.sync();
        await rename(draft, path);
      }),
    async close() {
      await file.close();
      await rm(draft, { force: true });
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  if (path === '' || path.endsWith('/')) throw new Error('not a file');
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found !== undefined && !found.isFile()) throw new Error('not a file');
  return found !== undefined;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.message;
}
