import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The commits of a reset that must be on the disk before it goes on: begun with its code, the SMS taken,
 * the message that shows it, the code accepted, the write begun, the write done (requirement R10).
 */
const COMMITS = 6;

/** These commits as bare SQLite does them, as durable as the product's: a flow and a row of the audit each. */
export function createCommits(folder: string): () => Promise<void> {
  const database = new DatabaseSync(join(folder, 'floor.sqlite'));
  database.exec(`pragma journal_mode = wal; pragma synchronous = full;
    create table flow (id integer primary key, state text) strict;
    create table audit (seq integer primary key, line text) strict;
    insert into flow values (1, '')`);
  const save = database.prepare('update flow set state = ? where id = 1');
  const audit = database.prepare('insert into audit (line) values (?)');
  return () => {
    for (let index = 0; index < COMMITS; index += 1) {
      const text = randomBytes(300).toString('base64');
      database.exec('begin immediate');
      save.run(text);
      audit.run(text);
      database.exec('commit');
    }
    return Promise.resolve();
  };
}
