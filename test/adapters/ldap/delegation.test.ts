import { PATIENT } from '../../contracts/directoryStage.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Attribute, Change, Client } from 'ldapts';

import { openDirectory } from '../../../src/adapters/ldap/directory.ts';
import type { Inspection } from '../../../src/adapters/ldap/check/inspection.ts';
import type { Right } from '../../../src/adapters/ldap/activeDirectory/securityDescriptor.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { FIRST_PASSWORD } from '../../contracts/directoryWorld.ts';
import { silentLog } from '../../support/silentLog.ts';
import { startSambaWorld } from './sambaWorld.ts';
import type { SambaWorld } from './sambaWorld.ts';

const never = new AbortController().signal;
const [RESET, LOCKOUT, PWD_LAST_SET, USER] = [
  '00299570-246d-11d0-a768-00aa006e0529',
  '28630ebf-41d5-11d1-a9c1-0000f80367c1',
  'bf967a0a-0de6-11d0-a285-00aa003049e2',
  'bf967aba-0de6-11d0-a285-00aa003049e2',
];

let world: SambaWorld;
let base = '';
let inside: { readonly dn: string; readonly name: string };
let outside: { readonly dn: string; readonly name: string };
let guarded: { readonly dn: string; readonly name: string };
let count = 0;

beforeAll(async () => {
  world = await startSambaWorld();
  base = world.samba.base;
  inside = await world.newAccount({ responsible: [] });
  outside = await world.newAccount({ responsible: [], isOutside: true });
  guarded = await world.newAccount({ responsible: [], isOutside: true });
  await world.admin.put(guarded.dn, 'adminCount', ['1']);
});
afterAll(async () => {
  await world?.close();
});

interface Service {
  readonly dn: string;
  /** For SDDL. */
  readonly sid: string;
}

/** A service account of its own for each test, so that none sees what another was granted. */
async function newService(): Promise<Service> {
  const { dn } = await world.newAccount({
    name: `svc-${++count}`,
    responsible: [],
    isOutside: true,
  });
  return { dn, sid: await sidOf(dn) };
}

async function sidOf(dn: string): Promise<string> {
  const bytes = await world.admin.bytesOf(dn, 'objectSid');
  const parts = Array.from({ length: bytes.readUInt8(1) }, (_, i) => bytes.readUInt32LE(8 + 4 * i));
  return ['S-1', bytes.readUIntBE(2, 6), ...parts].join('-');
}

/** As the guide grants it: on the unit, for users below it. */
function delegated(sid: string): string {
  return [
    `(OA;CIIO;CR;${RESET};${USER};${sid})`,
    `(OA;CIIO;WP;${LOCKOUT};${USER};${sid})`,
    `(OA;CIIO;WP;${PWD_LAST_SET};${USER};${sid})`,
  ].join('');
}

async function inspectAs({ dn }: Service): Promise<Inspection> {
  const bindPassword = new Secret(FIRST_PASSWORD);
  const directory = openDirectory(
    { ...world.options, bindDn: dn, bindPassword, deadlines: PATIENT },
    silentLog,
  );
  try {
    return await directory.inspect(never);
  } finally {
    await directory.close();
  }
}

/** The inspection's answer about the shared account and the two accounts outside. */
function said({ accounts, elsewhere }: Inspection): Record<string, Right[]> {
  const of = (name: string): Right[] => [
    ...(accounts.find((account) => account.name === name)?.rights ??
      elsewhere?.users.find((user) => user.name === name)?.rights ??
      []),
  ];
  return Object.fromEntries([inside, outside, guarded].map(({ name }) => [name, of(name).sort()]));
}

/**
 * The account's rights there as the server grants them: by its computed attributes, and by trying the
 * reset.
 */
async function truth({ dn }: Service): Promise<Record<string, Right[]>> {
  const client = new Client({
    url: `ldaps://${world.host}:636`,
    tlsOptions: { ca: world.authority.caPem },
    timeout: 60_000,
  });
  await client.bind(dn, FIRST_PASSWORD);
  try {
    const found: Record<string, Right[]> = {};
    for (const target of [inside, outside, guarded]) {
      const attributes = ['allowedAttributesEffective', 'sDRightsEffective'];
      const { searchEntries } = await client.search(target.dn, { scope: 'base', attributes });
      const writable = [searchEntries[0]?.['allowedAttributesEffective'] ?? []].flat().map(String);
      const rights = (['lockoutTime', 'pwdLastSet'] as const).filter((name) =>
        writable.includes(name),
      );
      const mayChangeList = (Number(searchEntries[0]?.['sDRightsEffective']) & 4) !== 0;
      const values = [Buffer.from(`"Ny-Hemlighet-${++count}"`, 'utf16le')];
      const modification = new Attribute({ type: 'unicodePwd', values });
      const mayReset = await client
        .modify(target.dn, new Change({ operation: 'replace', modification }))
        .then(() => true)
        .catch(() => false);
      found[target.name] = [
        ...rights,
        ...(mayChangeList ? (['permissions'] as const) : []),
        ...(mayReset ? (['reset'] as const) : []),
      ].sort();
    }
    return found;
  } finally {
    await client.unbind();
  }
}

const HERE: Right[] = ['lockoutTime', 'pwdLastSet', 'reset'];
const ALL: Right[] = ['lockoutTime', 'permissions', 'pwdLastSet', 'reset'];

describe('the delegation, read from access lists', () => {
  it('shows no right where nothing was granted', async () => {
    const service = await newService();
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)).toEqual({ [inside.name]: [], [outside.name]: [], [guarded.name]: [] });
    expect(seen.elsewhere).toMatchObject({
      users: [],
      places: [],
      unreadable: 0,
      isPartial: false,
    });
    expect(seen.elsewhere?.looked).toBeGreaterThan(10);
  });

  it('shows the rights that the guide grants, and none elsewhere', async () => {
    const service = await newService();
    await world.samba.grant(`OU=Delade,${base}`, delegated(service.sid));
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)).toEqual({ [inside.name]: HERE, [outside.name]: [], [guarded.name]: [] });
    expect(seen.elsewhere).toMatchObject({ users: [], places: [] });
    expect(seen).toMatchObject({
      isWholeDomain: false,
      serviceAccount: 'ordinary',
      writesBeside: [],
    });
  });

  it('finds them through groups within groups', async () => {
    const service = await newService();
    const group = await world.newGroup([await world.newGroup([service.dn])]);
    await world.samba.grant(`OU=Delade,${base}`, delegated(await sidOf(group)));
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)[inside.name]).toEqual(HERE);
  });

  it('tells one right from another', async () => {
    const service = await newService();
    await world.samba.grant(`OU=Delade,${base}`, `(OA;CIIO;CR;${RESET};${USER};${service.sid})`);
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)[inside.name]).toEqual(['reset']);
  });

  it('knows sets of properties, and grants that are meant for other classes', async () => {
    const [restrictions, computer] = [
      '4c164200-20c0-11d0-a768-00aa006e0529',
      'bf967a86-0de6-11d0-a285-00aa003049e2',
    ];
    const service = await newService();
    await world.samba.grant(
      `OU=Delade,${base}`,
      `(OA;CIIO;WP;${restrictions};${USER};${service.sid})(OA;CIIO;CR;${RESET};${computer};${service.sid})`,
    );
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)[inside.name]).toEqual(['pwdLastSet']);
    await world.samba.grant(`OU=Annat,${base}`, `(OA;CIIO;CR;;${computer};${service.sid})`);
    expect((await inspectAs(service)).elsewhere).toMatchObject({ users: [], places: [] });
  });

  it('finds a grant for the whole domain, and where it stands', async () => {
    const service = await newService();
    await world.samba.grant(base, delegated(service.sid));
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)[outside.name]).toEqual(HERE);
    expect(seen.elsewhere?.places).toEqual([{ name: base, rights: expect.arrayContaining(HERE) }]);
  });

  it('finds a grant on another unit, and full control of it', async () => {
    const service = await newService();
    await world.samba.grant(`OU=Annat,${base}`, `(A;CI;GA;;;${service.sid})`);
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)).toEqual({ [inside.name]: [], [outside.name]: ALL, [guarded.name]: ALL });
    expect(seen.elsewhere?.places.map(({ name }) => name)).toEqual([`OU=Annat,${base}`]);
  });

  it('finds a grant on one person, and what is copied to protected accounts', async () => {
    const service = await newService();
    await world.samba.grant(outside.dn, `(OA;;CR;${RESET};;${service.sid})`);
    const holder = `CN=AdminSDHolder,CN=System,${base}`;
    await world.samba.grant(holder, `(OA;;CR;${RESET};;${service.sid})`);
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(seen.elsewhere).toMatchObject({
      users: [{ name: outside.name, rights: ['reset'] }],
      places: [{ name: holder, rights: ['reset'] }],
    });
  });

  it('obeys refusals, which stand before grants', async () => {
    const service = await newService();
    await world.samba.grant(`OU=Delade,${base}`, delegated(service.sid));
    await world.samba.grant(inside.dn, `(OD;;CR;${RESET};;${service.sid})`);
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)[inside.name]).toEqual(['lockoutTime', 'pwdLastSet']);
  });

  it('finds what it may write beside what the guide grants', async () => {
    const service = await newService();
    await world.samba.grant(`OU=Delade,${base}`, `(A;CIIO;WP;;;${service.sid})`);
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)[inside.name]).toEqual(['lockoutTime', 'pwdLastSet']);
    expect(seen.writesBeside).toEqual(expect.arrayContaining(['manager', 'userAccountControl']));
    expect(seen.writesBeside).not.toContain('lockoutTime');
  });

  it('does not guess where an access list is not shown', async () => {
    const service = await newService();
    await world.samba.grant(`OU=Delade,${base}`, delegated(service.sid));
    for (const { dn } of [inside, outside]) {
      await world.samba.grant(dn, `(D;;RC;;;${service.sid})`);
    }
    const { accounts, elsewhere } = await inspectAs(service);
    expect(accounts.find(({ name }) => name === inside.name)).toMatchObject({ rights: undefined });
    expect(elsewhere).toMatchObject({ unreadable: 1, users: [] });
  });

  it('finds the account that does not inherit', async () => {
    const service = await newService();
    const sealed = await world.newAccount({ responsible: [] });
    await world.samba.grant(`OU=Delade,${base}`, delegated(service.sid));
    await world.samba.seal(sealed.dn);
    const unread = await inspectAs(service);
    expect(unread.passedOver).toBe(1);
    await world.samba.grant(sealed.dn, '(A;;RPLCLORC;;;AU)');
    const { accounts, passedOver } = await inspectAs(service);
    const rightsOf = (name: string) => accounts.find((one) => one.name === name)?.rights?.size;
    expect([rightsOf(sealed.name), rightsOf(inside.name), passedOver]).toEqual([0, 3, 0]);
    await world.remove(sealed.dn);
  });

  it('finds that a member of Domain Admins may everything', async () => {
    const service = await newService();
    const admins = `CN=Domain Admins,CN=Users,${base}`;
    const members = [(await world.admin.read(admins))['member'] ?? []].flat().map(String);
    await world.admin.put(admins, 'member', [...members, service.dn]);
    const seen = await inspectAs(service);
    expect(said(seen)).toEqual(await truth(service));
    expect(said(seen)).toEqual({ [inside.name]: ALL, [outside.name]: ALL, [guarded.name]: ALL });
    expect(seen.serviceAccount).toBe('privileged');
  });

  it('tells that the base is the whole domain', async () => {
    const directory = openDirectory({ ...world.options, accountsBase: base }, silentLog);
    expect(await directory.inspect(never)).toMatchObject({
      isWholeDomain: true,
      elsewhere: { users: [], looked: expect.any(Number) },
    });
    await directory.close();
  });

  it('changes nothing', async () => {
    const before = await world.admin.read(inside.dn);
    await inspectAs(await newService());
    const after = await world.admin.read(inside.dn);
    expect(after['uSNChanged']).toEqual(before['uSNChanged']);
    expect(after['pwdLastSet']).toEqual(before['pwdLastSet']);
  });
});

describe('the servers', () => {
  it('show how long their certificate is good and how their clock goes', async () => {
    const gone = 'ldaps://127.0.0.1:1';
    const [url = ''] = world.options.urls;
    const directory = openDirectory({ ...world.options, urls: [url, gone] }, silentLog);
    const [first, second] = await directory.inspectServers(never);
    await directory.close();
    expect(first).toMatchObject({ url });
    if (first === undefined || 'fault' in first) throw new Error('the first server answers');
    expect(first.certificateEndsAt).toBeGreaterThan(Date.now());
    expect(Math.abs(first.clockAheadMs ?? Infinity)).toBeLessThan(5_000);
    expect(second).toMatchObject({ url: gone, fault: { code: 'unreachable' } });
  });
});
