import { constants } from 'node:fs';
import { access, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFailure } from './command.ts';

/**
 * Makes sure that the file can be written, before the work whose result goes there, and gives what writes the
 * mark and the rest behind it: all, or nothing. Only its owner may read it: it holds names and addresses. It
 * takes the place of a file that begins with the same mark, and of no other: a mistyped name costs no
 * database and no key. Both throw a CommandFailure where it cannot be written.
 */
export async function openOutFile(
  path: string,
  mark: string,
): Promise<(rest: string) => Promise<void>> {
  const orFail = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new CommandFailure(`${path} cannot be written (${codeOf(error)})`);
    }
  };
  await orFail(async () => {
    if (await isThere(path, mark)) await access(path, constants.W_OK);
    await access(dirname(path), constants.W_OK);
  });
  return (rest) =>
    orFail(async () => {
      const draft = `${path}.${String(process.pid)}.tmp`;
      try {
        await writeFile(draft, mark + rest, { flag: 'wx', mode: 0o600, flush: true });
        // Another program may have written there during the work.
        await isThere(path, mark);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    });
}

/** @throws Error where something is there that this command did not write */
async function isThere(path: string, mark: string): Promise<boolean> {
  if (path === '' || path.endsWith('/')) throw new Error('not a file');
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return false;
  if (!found.isFile()) throw new Error('not a file');
  if ((await beginningOf(path, Buffer.byteLength(mark))) !== mark) {
    throw new Error(
      'it holds something else than this command writes: remove it, or name another file',
    );
  }
  return true;
}

async function beginningOf(path: string, length: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.message;
}
