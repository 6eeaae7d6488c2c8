import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopChildrenOnSignals } from '../support/children.ts';

/**
 * Runs work of minutes in a temporary folder of its own. On Ctrl-C its processes end and the folder is
 * removed, as after an ordinary end.
 */
export async function longRun(work: () => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'password-bot-run-'));
  // PostgreSQL runs as a user of its own, and passes through.
  await chmod(folder, 0o711);
  process.env['TMPDIR'] = folder;
  const clear = () => rm(folder, { recursive: true, force: true });
  stopChildrenOnSignals(clear);
  try {
    await work();
  } finally {
    await clear();
  }
}
