import { randomBytes } from 'node:crypto';
import { afterEach } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type OpenStore } from '../../src/adapters/store/open.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startHouse, type House, type HouseOptions } from './house.ts';
import { startPostgres, type PostgresOptions, type PostgresServer } from './postgres.ts';
import { startProduct, type Product, type ProductOptions } from './product.ts';
import { silentLog } from './silentLog.ts';
import { atSuiteEnd, atTestEnd } from './suiteEnd.ts';
import type { World } from './world.ts';

/**
 * The built bot that all tests of a suite share: its parts are mended after each test and ended after the
 * last.
 */
export async function productOfSuite(options?: ProductOptions): Promise<Product> {
  return share(await startProduct(options));
}

/** The same in the test's own process, for tests that kill no process. */
export async function houseOfSuite(options?: HouseOptions): Promise<House> {
  return share(await startHouse(options));
}

/** A built bot for one test alone, with settings of its own. */
export async function productOfTest(options?: ProductOptions): Promise<Product> {
  return lend(await startProduct(options));
}

/** The same in the test's own process. */
export async function houseOfTest(options?: HouseOptions): Promise<House> {
  return lend(await startHouse(options));
}

function lend<T extends World>(world: T): T {
  atTestEnd(() => world.stop());
  return world;
}

function share<T extends World>(world: T): T {
  atSuiteEnd(() => world.stop());
  afterEach(() => world.heal());
  return world;
}

/** A PostgreSQL server that all tests of a suite share. */
export async function postgresOfSuite(options?: PostgresOptions): Promise<PostgresServer> {
  const server = await startPostgres(options);
  atSuiteEnd(() => server.stop());
  return server;
}

/** An empty folder that all tests of a suite share. */
export async function folderOfSuite(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'password-bot-suite-'));
  atSuiteEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An open store on SQLite that all tests of a suite share. */
export async function storeOfSuite(): Promise<OpenStore> {
  const store = await openStore(
    {
      database: { kind: 'sqlite', directory: await folderOfSuite() },
      keys: [{ id: 'k1', key: new Secret(randomBytes(32).toString('base64')) }],
      instance: 'one',
      migrate: true,
    },
    silentLog,
  );
  atSuiteEnd(() => store.close());
  return store;
}
