import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { openldap } from '../../../../src/adapters/ldap/openldap/openldap.ts';
import { endWithRun } from '../../../support/children.ts';
import { startOpenldap, type Openldap } from '../../../support/openldap.ts';
import { startProduct, type Product } from '../../../support/product.ts';
import type { Extent } from '../extent.ts';
import { figureOf, medianOf, type Row } from '../figures.ts';
import { interleave } from '../windows.ts';

const FEW = 1_000;
const LOOK_EVERY_MS = 20;
const KB_PER_MB = 1_024;
const ADMIN = join(import.meta.dirname, '../../../../dist/admin.js');
const FLOOR = join(import.meta.dirname, '../floor/search.ts');

interface Swept {
  readonly ms: number;
  readonly peakMb: number;
}

/** `admin sweep` over many accounts of which none is due, against one paged search for the same. */
export async function sweepRows({ accounts, sweeps }: Extent): Promise<Row[]> {
  const slapd = await startOpenldap({
    more: (base) => [unit(base, 'stor', accounts), unit(base, 'liten', FEW)].join('\n'),
  });
  const product = await startProduct({ env: { NODE_ENV: 'production' } });
  try {
    await product.end();
    const caFile = join(product.dataDir, 'slapd.pem');
    await writeFile(caFile, slapd.authority.caPem);
    const sweep = (name: string, count: number) =>
      measure([ADMIN, 'sweep', '--json'], sweepEnv(product, slapd, caFile, name), count);
    const search = (name: string, count: number) =>
      measure([FLOOR], { BENCH_SETTINGS: searchSettings(slapd, name) }, count);
    const few = await interleave(
      sweeps,
      () => search('liten', FEW),
      () => sweep('liten', FEW),
    );
    const many = await interleave(
      sweeps,
      () => search('stor', accounts),
      () => sweep('stor', accounts),
    );
    // Less the time of a small sweep: the start of a program has a row of its own.
    const above = (side: 'floor' | 'product', what: keyof Swept) => {
      const small = medianOf(few[side].map((swept) => swept[what]));
      return figureOf(many[side].map((swept) => swept[what] - small));
    };
    const of = `sweep of ${String(accounts)} accounts, none due, above one of ${String(FEW)}`;
    return [
      {
        measure: of,
        unit: 'ms',
        floor: above('floor', 'ms'),
        product: above('product', 'ms'),
        goal: { kind: 'atMost', ratio: 1.5 },
      },
      {
        measure: `${of}: peak memory`,
        unit: 'MB',
        floor: above('floor', 'peakMb'),
        product: above('product', 'peakMb'),
        goal: { kind: 'atMost', ratio: 1, plus: 32 },
      },
    ];
  } finally {
    await slapd.stop();
    await product.stop();
  }
}

function unit(base: string, name: string, count: number): string {
  const changed = new Date().toISOString().replace(/[-:T]|\..*/g, '');
  const entries = Array.from({ length: count }, (_, index) => {
    const uid = `${name}${String(index)}`;
    return `dn: uid=${uid},ou=${name},${base}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: ${uid}
displayName: Hemvården ${uid}
pwdChangedTime: ${changed}Z
`;
  });
  return [
    `dn: ou=${name},${base}\nobjectClass: organizationalUnit\nou: ${name}\n`,
    ...entries,
  ].join('\n');
}

function sweepEnv(product: Product, slapd: Openldap, caFile: string, name: string) {
  return {
    ...product.env,
    LDAP_URL: `ldaps://${slapd.host}:${String(slapd.ldapsPort)}`,
    LDAP_CA_FILE: caFile,
    LDAP_BIND_DN: slapd.serviceDn,
    LDAP_BIND_PASSWORD: slapd.servicePassword,
    LDAP_ACCOUNTS_BASE: `ou=${name},${slapd.base}`,
    LDAP_MANAGERS_BASE: `ou=personal,${slapd.base}`,
    REMINDER_HOURS: 'Mon-Sun 00-24',
  };
}

function searchSettings(slapd: Openldap, name: string): string {
  return JSON.stringify({
    url: `ldaps://${slapd.host}:${String(slapd.ldapsPort)}`,
    ca: slapd.authority.caPem,
    bindDn: slapd.serviceDn,
    bindPassword: slapd.servicePassword,
    base: `ou=${name},${slapd.base}`,
    attributes: [openldap.nameAttribute, openldap.idAttribute, ...openldap.accountAttributes],
  });
}

/** A program from its start to its end, with the most memory that it had. */
async function measure(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  accounts: number,
): Promise<Swept> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  endWithRun(child, 'SIGKILL');
  const printed = text(child.stdout);
  const complaints = text(child.stderr);
  const ended = once(child, 'exit').then(() => performance.now() - began);
  let ms: number | undefined;
  void ended.then((time) => (ms = time));
  let peakMb = 0;
  while (ms === undefined) {
    const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8').catch(() => '');
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / KB_PER_MB);
    await pause(LOOK_EVERY_MS);
  }
  const told = /"accounts":\s*(\d+)/.exec(await printed)?.[1];
  if (told !== String(accounts)) {
    throw new Error(`${args.join(' ')} saw ${told ?? 'no'} accounts: ${await complaints}`);
  }
  return { ms, peakMb };
}
