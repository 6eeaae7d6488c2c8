import { afterEach, beforeEach } from '@jest/globals';
import type { EncryptionKey } from '../../../src/adapters/store/sealing/crypto.ts';
import { openStore } from '../../../src/adapters/store/open.ts';
import type { DatabaseOptions, OpenStore } from '../../../src/adapters/store/open.ts';
import type { Log } from '../../../src/ports/log.ts';
import { silentLog, someKey } from './support.ts';

/** An empty database that the test can also read from outside. */
export interface RawDatabase {
  readonly options: DatabaseOptions;
  query(text: string): Promise<Record<string, unknown>[]>;
  /** Statements that take the audit's triggers away, as an attacker with all rights could. */
  readonly disarm: readonly string[];
  /** All stored values, as text. */
  dump(): Promise<string>;
  remove(): Promise<void>;
}

/** A fresh database for each test, and stores on it that are closed after the test. */
export interface Bench {
  readonly database: RawDatabase;
  readonly key: EncryptionKey;
  open(keys?: readonly EncryptionKey[], migrate?: boolean, log?: Log): Promise<OpenStore>;
}

/** Without `givenKey` each test has a key of its own. */
export function createBench(create: () => Promise<RawDatabase>, givenKey?: EncryptionKey): Bench {
  let database: RawDatabase;
  let key: EncryptionKey;
  let opened: OpenStore[];
  beforeEach(async () => {
    database = await create();
    key = givenKey ?? someKey('k1');
    opened = [];
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    await database.remove();
  });
  return {
    get database() {
      return database;
    },
    get key() {
      return key;
    },
    async open(keys = [key], migrate = true, log = silentLog) {
      const options = { database: database.options, keys, instance: `i${opened.length}`, migrate };
      const store = await openStore(options, log);
      opened.push(store);
      return store;
    },
  };
}
