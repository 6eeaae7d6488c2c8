import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createAuthority } from '../../demo/certificates.ts';
import { startOpenldap, type Openldap } from '../support/openldap.ts';
import { startProduct, type Product } from '../support/product.ts';
import { firstSweep, sweepAgain } from '../support/rotations.ts';

/** So long the bot rests before and after a sweep, so that only the sweep is measured. */
const QUIET_MS = 1_500;
const LONGEST_MS = 240_000;

/** The cost of one sweep of so many accounts. */
export interface SweepCost {
  readonly accounts: number;
  readonly seconds: number;
  /** Resident memory of the bot's process: before the sweep, and the most during and right after it. */
  readonly megabytesBefore: number;
  readonly megabytesMost: number;
}

/**
 * Lets one bot sweep OpenLDAP servers of so many accounts, one after another, and measures all sweeps
 * but the first, which is there to load what every sweep needs. None of the accounts is due: what is
 * measured is the search, not the sending.
 */
export async function measureSweeps(
  first: number,
  counts: readonly number[],
): Promise<SweepCost[]> {
  const authority = await createAuthority();
  const servers: Openldap[] = [];
  let product: Product | undefined;
  try {
    for (const accounts of [first, ...counts]) {
      servers.push(await startOpenldap({ authority, accounts }));
    }
    const folder = await mkdtemp(join(tmpdir(), 'sweep-'));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, authority.caPem);
    product = await startProduct({ env: reaching(servers, caFile) });
    await rm(folder, { recursive: true });
    await firstSweep(product);
    const costs: SweepCost[] = [];
    for (const accounts of counts) {
      // The bot asks its servers in their order: without this one it asks the next.
      await servers.shift()?.stop();
      costs.push(await measureSweep(product, accounts));
    }
    return costs;
  } finally {
    await product?.stop();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** The configuration of a bot that reaches these servers and no other. */
export function reaching(servers: readonly Openldap[], caFile: string): Record<string, string> {
  const { base, serviceDn, servicePassword, host } = servers[0]!;
  return {
    LDAP_URL: servers.map(({ ldapsPort }) => `ldaps://${host}:${String(ldapsPort)}`).join(' '),
    LDAP_CA_FILE: caFile,
    LDAP_BIND_DN: serviceDn,
    LDAP_BIND_PASSWORD: servicePassword,
    LDAP_ACCOUNTS_BASE: `ou=delade,${base}`,
    LDAP_MANAGERS_BASE: `ou=personal,${base}`,
  };
}

async function measureSweep(product: Product, accounts: number): Promise<SweepCost> {
  await pause(QUIET_MS);
  // proc(5): 5 sets the peak of the resident memory back to what it is now.
  await writeFile(`/proc/${String(product.bot.pid)}/clear_refs`, '5');
  const megabytesBefore = await memory(product, 'VmRSS');
  const began = performance.now();
  await sweepAgain(product, LONGEST_MS);
  const seconds = (performance.now() - began) / 1_000;
  await pause(QUIET_MS);
  const swept = sweptIn(product);
  if (swept !== accounts) throw new Error(`swept ${String(swept)} of ${String(accounts)} accounts`);
  return { accounts, seconds, megabytesBefore, megabytesMost: await memory(product, 'VmHWM') };
}

/** How many accounts the bot says it saw in its last sweep. */
function sweptIn(product: Product): number {
  const told = [...product.output.matchAll(/"accounts":(\d+)[^\n]*swept for due passwords/g)];
  return Number(told.at(-1)?.[1]);
}

async function memory(product: Product, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${String(product.bot.pid)}/status`, 'utf8');
  const [, kilobytes] = new RegExp(`${name}:\\s+(\\d+)`).exec(status) ?? [];
  return Number(kilobytes) / 1024;
}
