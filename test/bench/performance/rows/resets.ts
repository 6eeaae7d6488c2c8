import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLdapAdmin } from '../../../support/ldapAdmin.ts';
import { startOpenldap } from '../../../support/openldap.ts';
import { SERVICE_PASSWORD, type Product } from '../../../support/product.ts';
import { newManager } from '../../../support/walks.ts';
import type { Extent } from '../extent.ts';
import { medianOf, pairedRow, type Row } from '../figures.ts';
import { refusedTapper, startMeasured } from '../measured.ts';
import { startFloor, type FloorProgram } from '../program.ts';
import { Resetters } from '../resets.ts';
import { answerOf } from '../taps.ts';
import { interleave } from '../windows.ts';

const TAPS = 3;
const HASHLESS = join(import.meta.dirname, '../hashless.ts');

/** A whole reset and its time in the directory, each against the sum of its parts. */
export async function resetRows(extent: Extent): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const { product, stop } = await startMeasured({ policy: { historyLength: 0 } }, [HASHLESS]);
  try {
    const parts = await startFloor('parts', partsOf(product, folder));
    try {
      return [
        await wholeReset(extent, product, parts),
        await directoryRow('the AD-speaking server', extent, parts),
        await slapdRow(extent, folder),
      ];
    } finally {
      await parts.end();
    }
  } finally {
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function partsOf(product: Product, folder: string) {
  const { directory, twilio } = product;
  const { chat, account } = newManager(product);
  return {
    url: product.setting('LDAP_URL'),
    ca: readFileSync(product.setting('LDAP_CA_FILE'), 'utf8'),
    bindDn: product.setting('LDAP_BIND_DN'),
    bindPassword: SERVICE_PASSWORD,
    accountsBase: product.accountsBase,
    managersBase: directory.base,
    account,
    upn: chat.person.upn,
    folder,
    sms: { url: twilio.url, user: twilio.accountSid, password: twilio.authToken },
  };
}

async function timesOf(parts: FloorProgram, name: string, count: number): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(Number(await parts.ask(name)));
  return medianOf(times);
}

async function wholeReset(
  { windows, resets }: Extent,
  product: Product,
  parts: FloorProgram,
): Promise<Row> {
  const { teams } = product;
  const resetters = await Resetters.enroll(product, 1);
  const tapper = await refusedTapper(product);
  const bare = await startFloor('bot', {
    appId: product.setting('MicrosoftAppId'),
    tenantId: product.tenantId,
    keysUrl: teams.openIdMetadataUrl,
    serviceDesk: product.setting('SERVICE_DESK'),
    calls: 'all',
  });
  const bareTap = async (): Promise<number> => {
    const times: number[] = [];
    for (let index = 0; index < TAPS * resets; index += 1) {
      const began = performance.now();
      await answerOf(teams, bare.port, tapper);
      times.push(performance.now() - began);
    }
    return medianOf(times);
  };
  try {
    // Code that has run seldom is slow code, on both sides.
    await bareTap();
    await resetters.run(4 * resets, 1);
    const { floor, product: measured } = await interleave(
      windows,
      async () =>
        TAPS * (await bareTap()) +
        (await timesOf(parts, 'warm', resets)) +
        (await timesOf(parts, 'sms', resets)) +
        (await timesOf(parts, 'commits', resets)),
      async () => {
        const times = await resetters.run(resets, 1);
        const whole = times.flatMap((_time, index) =>
          index % TAPS === 0 ? times.slice(index, index + TAPS).reduce((a, b) => a + b) : [],
        );
        return medianOf(whole);
      },
    );
    return pairedRow(
      {
        measure: 'whole reset without hashing',
        unit: 'ms',
        goal: { kind: 'atMost', ratio: 1.5 },
      },
      floor,
      measured,
    );
  } finally {
    await bare.end();
  }
}

async function directoryRow(
  server: string,
  { windows, resets }: Extent,
  parts: FloorProgram,
): Promise<Row> {
  const { floor, product } = await interleave(
    windows,
    () => timesOf(parts, 'fresh', resets),
    () => timesOf(parts, 'adapter', resets),
  );
  return pairedRow(
    {
      measure: `directory time of a reset, ${server}`,
      unit: 'ms',
      goal: { kind: 'atMost', ratio: 1.5 },
    },
    floor,
    product,
  );
}

async function slapdRow(extent: Extent, folder: string): Promise<Row> {
  const slapd = await startOpenldap();
  const { base, host, ldapsPort, authority } = slapd;
  try {
    const admin = await openLdapAdmin({ ...slapd, caPem: authority.caPem });
    const upn = 'chef@orebro.test';
    const person = { objectClass: 'inetOrgPerson', sn: 'x', userPassword: 'Gammalt-Losen-17' };
    const manager = `uid=chef,ou=personal,${base}`;
    await admin.add(manager, { ...person, uid: 'chef', cn: 'Chef', mail: upn });
    const account = `uid=delat,ou=delade,${base}`;
    await admin.add(account, { ...person, uid: 'delat', cn: 'Delat', manager });
    await admin.close();
    const parts = await startFloor('parts', {
      url: `ldaps://${host}:${String(ldapsPort)}`,
      ca: authority.caPem,
      bindDn: slapd.serviceDn,
      bindPassword: slapd.servicePassword,
      accountsBase: `ou=delade,${base}`,
      managersBase: `ou=personal,${base}`,
      account: 'delat',
      upn,
      folder: await mkdtemp(join(folder, 'slapd-')),
      sms: { url: 'http://127.0.0.1:1', user: '', password: '' },
    });
    try {
      return await directoryRow('slapd', extent, parts);
    } finally {
      await parts.end();
    }
  } finally {
    await slapd.stop();
  }
}
