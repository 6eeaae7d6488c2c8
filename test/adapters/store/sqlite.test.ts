import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe } from '@jest/globals';
import { openStore } from '../../../src/adapters/store/open.ts';
import { storeContract } from '../../contracts/store.ts';
import { atRestSuite } from './atRest.ts';
import { silentLog, someKey, temporaryDirectory } from './support.ts';

describe('the store on SQLite', () => {
  storeContract(async () => {
    const directory = await temporaryDirectory();
    const options = {
      database: { kind: 'sqlite', directory: directory.path },
      keys: [someKey('k1')],
      migrate: true,
    } as const;
    const one = await openStore({ ...options, instance: 'one' }, silentLog);
    const other = await openStore({ ...options, instance: 'other' }, silentLog);
    return {
      one,
      other,
      async close() {
        await one.close();
        await other.close();
        await directory.remove();
      },
    };
  });
});

describe('the SQLite database', () => {
  atRestSuite(async () => {
    const directory = await temporaryDirectory();
    const file = join(directory.path, 'bot.sqlite');
    return {
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
        const names = await readdir(directory.path);
        const files = names.map((name) => readFile(join(directory.path, name)));
        return Buffer.concat(await Promise.all(files)).toString('latin1');
      },
      remove: () => directory.remove(),
    };
  });
});
