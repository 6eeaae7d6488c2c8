/**
 * `npm run bench:report [-- --accounts N --rows N]`: makes the report of a directory with that many accounts
 * and an audit of that many rows, as a process of its own, and prints its cost.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createAuthority } from '../../demo/certificates.ts';
import { openDirectory } from '../../src/adapters/ldap/directory.ts';
import { Secret } from '../../src/domain/secret.ts';
import { madeHistory, writeHistory } from '../support/auditHistory.ts';
import { startOpenldap, type Openldap } from '../support/openldap.ts';
import { startProduct } from '../support/product.ts';
import { commandOf, PROJECT } from '../support/programs.ts';
import { silentLog } from '../support/silentLog.ts';
import { longRun } from './longRun.ts';
import { numberOption, table } from './output.ts';
import { reaching } from './sweepRounds.ts';

/** The seed names one of so many managers for each account. */
const MANAGERS = 1_000;
const DAYS = 90;
const MOST_SECONDS = 60;
const MOST_MEGABYTES = 300;
const LOOK_EVERY_MS = 20;

const accounts = numberOption('accounts', 100_000);
const rows = numberOption('rows', 1_000_000);

await longRun(async () => {
  const authority = await createAuthority();
  const more = (base: string): string => Array.from({ length: MANAGERS }, personAs(base)).join('');
  const server = await startOpenldap({ authority, accounts, more });
  const caFile = join(tmpdir(), 'ca.pem');
  await writeFile(caFile, authority.caPem);
  const product = await startProduct({ env: reaching([server], caFile) });
  try {
    const now = Date.now();
    const ids = await accountIds(server);
    writeHistory(product.dataDir, madeHistory(ids, { days: 2 * DAYS, now, rows }), rows);
    const out = join(tmpdir(), 'report.html');
    const { seconds, megabytes } = await measure(product.env, ['report', '--out', out]);
    const { size } = await stat(out);
    const met = seconds <= MOST_SECONDS && megabytes <= MOST_MEGABYTES;
    process.stdout.write(
      table(
        ['accounts', 'audit rows', 'seconds', 'MB at most', 'KB of HTML', 'met'],
        [
          [
            String(ids.length),
            String(rows),
            seconds.toFixed(1),
            megabytes.toFixed(0),
            (size / 1024).toFixed(0),
            met ? 'yes' : 'NO',
          ],
        ],
      ),
    );
  } finally {
    await product.stop();
    await server.stop();
  }
});

function personAs(base: string): (_: unknown, n: number) => string {
  return (_, n) => `
dn: uid=chef${String(n)},ou=personal,${base}
objectClass: inetOrgPerson
uid: chef${String(n)}
cn: Chef ${String(n)}
sn: Chef
mail: chef${String(n)}@orebro.test
`;
}

async function accountIds({
  base,
  host,
  ldapsPort,
  serviceDn,
  servicePassword,
  authority,
}: Openldap) {
  const directory = openDirectory(
    {
      urls: [`ldaps://${host}:${String(ldapsPort)}`],
      ca: authority.caPem,
      bindDn: serviceDn,
      bindPassword: new Secret(servicePassword),
      accountsBase: `ou=delade,${base}`,
      managersBase: `ou=personal,${base}`,
      responsibleAttribute: 'manager',
    },
    silentLog,
  );
  const ids: string[] = [];
  await directory.sweepAccounts((page) => {
    for (const { id } of page) ids.push(id);
    return Promise.resolve();
  }, new AbortController().signal);
  await directory.close();
  return ids;
}

/** Runs a command of the administration; gives how long it took and the most memory that it had. */
async function measure(env: Readonly<Record<string, string>>, args: readonly string[]) {
  const [program = '', ...words] = commandOf('admin');
  const began = performance.now();
  const child = spawn(program, [...words, ...args], { cwd: PROJECT, env, stdio: 'inherit' });
  const ended = once(child, 'close');
  let megabytes = 0;
  const watching = new AbortController();
  const watch = async (): Promise<void> => {
    while (!watching.signal.aborted) {
      const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8').catch(() => '');
      const [, kilobytes = 0] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
      megabytes = Math.max(megabytes, Number(kilobytes) / 1024);
      await pause(LOOK_EVERY_MS);
    }
  };
  const watched = watch();
  const [code] = (await ended) as [number | null];
  watching.abort();
  await watched;
  if (code !== 0) throw new Error(`the report ended with ${String(code)}`);
  return { seconds: (performance.now() - began) / 1_000, megabytes };
}
