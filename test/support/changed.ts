import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** The folders of which the checks read files, beside the top level's own files. */
export const FOLDERS = ['src', 'test', 'demo', 'manifest', 'release', 'cards'];
const SOURCE = /\.(?:ts|js)$/;
/** Files by which the checks are set up; the lint's own rules are sources. */
const SETTING = /^oxlint\.|\.json$/;

/**
 * The sources that have changed since the file `stamp` was written; undefined where everything may have: there
 * is no stamp, a setting has changed, or a file has come or gone.
 */
export async function changedSince(
  stamp: string,
  root = '.',
): Promise<readonly string[] | undefined> {
  const held = await stat(stamp).catch(() => undefined);
  if (held === undefined) return undefined;
  const paths = (await Promise.all(FOLDERS.map((folder) => below(root, folder)))).flat();
  const changed: string[] = [];
  for (const path of [...(await readdir(root)), ...FOLDERS, ...paths]) {
    const now = await stat(join(root, path));
    if (now.mtimeMs < held.mtimeMs) continue;
    if (SETTING.test(path) || (now.isDirectory() && FOLDERS.includes(path.split(sep)[0] ?? ''))) {
      return undefined;
    }
    if (SOURCE.test(path)) changed.push(path);
  }
  return changed;
}

async function below(root: string, folder: string): Promise<string[]> {
  return (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name));
}
