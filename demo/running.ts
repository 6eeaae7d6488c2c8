import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Every demo has a folder of its own for temporary files, which only its user can read. */
export const FOLDER_PREFIX = 'password-bot-demo-';
const FILE = 'running.json';

interface Running {
  /** The demo's process id. */
  readonly pid: number;
  /** The bot's configuration. */
  readonly env: Readonly<Record<string, string>>;
}

/** Records a running demo. */
export async function writeRunning(folder: string, env: Running['env']): Promise<void> {
  const running: Running = { pid: process.pid, env };
  await writeFile(join(folder, FILE), JSON.stringify(running), { mode: 0o600 });
}

/** The configuration of the running demo's bot, of several the newest; undefined where none runs. */
export async function runningEnvironment(
  below: string = tmpdir(),
): Promise<Running['env'] | undefined> {
  const names = await readdir(below);
  const files = names
    .filter((name) => name.startsWith(FOLDER_PREFIX))
    .map((name) => join(below, name, FILE));
  const found: { readonly at: number; readonly running: Running }[] = [];
  for (const file of files) {
    try {
      // Any user may make such a folder, and the file becomes the environment of a process.
      if (!isOwn(await lstat(dirname(file)))) continue;
      const { mtimeMs } = await lstat(file);
      found.push({ at: mtimeMs, running: JSON.parse(await readFile(file, 'utf8')) as Running });
    } catch {
      // Another user's, not up yet, or gone meanwhile.
    }
  }
  found.sort((one, other) => other.at - one.at);
  return found.find(({ running }) => isAlive(running.pid))?.running.env;
}

/** A real folder of this user, in which no other user may change anything. */
function isOwn(folder: Stats): boolean {
  if (process.getuid === undefined) return true;
  return folder.isDirectory() && folder.uid === process.getuid() && (folder.mode & 0o077) === 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
