import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RawDatabase } from './bench.ts';
import { temporaryDirectory } from './support.ts';

/** An empty SQLite database in a directory of its own. */
export async function rawSqlite(): Promise<RawDatabase & { readonly directory: string }> {
  const directory = await temporaryDirectory();
  const file = join(directory.path, 'bot.sqlite');
  return {
    directory: directory.path,
    options: { kind: 'sqlite', directory: directory.path },
    disarm: ['drop trigger audit_no_update', 'drop trigger audit_no_delete'],
    query(text) {
      const database = new DatabaseSync(file, { timeout: 1_000 });
      try {
        return Promise.resolve(database.prepare(text).all());
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      } finally {
        database.close();
      }
    },
    async dump() {
      // Replaced values still stand in free pages: only the rows count.
      const database = new DatabaseSync(file, { timeout: 1_000 });
      database.exec('vacuum; pragma wal_checkpoint(truncate)');
      database.close();
      const names = await readdir(directory.path);
      const files = names.map((name) => readFile(join(directory.path, name)));
      return Buffer.concat(await Promise.all(files)).toString('latin1');
    },
    remove: () => directory.remove(),
  };
}
