import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openDirectory } from '../../../src/adapters/ldap/directory.ts';
import type { DirectoryOptions } from '../../../src/adapters/ldap/directory.ts';
import { managerFilter } from '../../../src/adapters/ldap/wire/filters.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { FIRST_PASSWORD } from '../../contracts/directoryWorld.ts';
import { REQUEST, startLdapProxy } from '../../support/ldapProxy.ts';
import type { LdapProxy } from '../../support/ldapProxy.ts';
import { accountsOf } from '../../contracts/directoryStage.ts';
import { silentLog } from '../../support/silentLog.ts';
import { startOpenldapWorld } from './openldapWorld.ts';
import type { OpenldapWorld } from './openldapWorld.ts';

/** Texts with a meaning in a filter, a DN, an escape or a terminal; none may have one here. */
const PAYLOADS = [
  '*',
  'a*',
  '*)(uid=*',
  '*)(|(uid=*',
  ')(|(objectClass=*)',
  '*)(&',
  'a)(!(uid=b',
  '(',
  ')',
  '\\',
  '\\2a',
  '\\00',
  'a\0b',
  '\0',
  '*)(uid=*))(|(uid=*',
  'uid=admin,dc=orebro',
  '{mail}',
  '＊)(uid=＊',
  'å\u0308*\u202e',
  '"#+,;<=>~&|!',
];
const SASL_NAMES = ['PLAIN', 'EXTERNAL', 'DIGEST-MD5', 'SCRAM-SHA-1'];
/** Context tags of a bind's authentication: a password, or a mechanism (RFC 4511 4.2). */
const SIMPLE = 0x80;

describe('text from outside', () => {
  let world: OpenldapWorld;
  let proxy: LdapProxy;
  const opened: Directory[] = [];
  const never = new AbortController().signal;

  function open(change: Partial<DirectoryOptions>): Directory {
    const directory = openDirectory({ ...world.options, ...change }, silentLog);
    opened.push(directory);
    return directory;
  }

  beforeAll(async () => {
    world = await startOpenldapWorld();
    proxy = await startLdapProxy({ host: world.host, port: world.ldapsPort }, world.authority);
    await world.newPerson();
    await world.newPerson();
  });

  afterAll(async () => {
    for (const directory of opened) await directory.close();
    await proxy.close();
    await world.close();
  });

  it.each(PAYLOADS)('finds nobody, or exactly whom it names: %j', async (payload) => {
    const templates = [
      '(displayName={upn})',
      '(displayName={mail})',
      '(displayName={aadObjectId})',
    ];
    const directories = templates.map((filter) => open({ managerFilter: filter }));
    const query = { upn: payload, mail: payload, aadObjectId: payload };
    const find = (): Promise<unknown[]> =>
      Promise.all(directories.map((directory) => directory.findManager(query, never)));
    // A value that the attribute cannot hold matches nothing either.
    expect(await find()).toEqual([undefined, undefined, undefined]);
    const made = await world.newPerson({ name: payload }).catch(() => undefined);
    if (made === undefined) return;
    const id = await world.idOf(made.dn);
    for (const found of await find()) expect(found).toMatchObject({ id, displayName: payload });
    await world.remove(made.dn);
  });

  it.each(PAYLOADS)('goes out as one literal value, byte by byte: %j', async (payload) => {
    const directory = open({ urls: [proxy.url], managerFilter: '(displayName=x {upn})' });
    const before = proxy.requests.length;
    await directory.findManager({ upn: payload, aadObjectId: '' }, never);
    const value = Buffer.from(`x ${payload}`, 'utf8');
    // RFC 4511 4.5.1: equalityMatch [3] SEQUENCE { "displayName", value }.
    const asserted = Buffer.concat([
      Buffer.from([0xa3, 2 + 11 + 2 + value.length, 0x04, 11]),
      Buffer.from('displayName'),
      Buffer.from([0x04, value.length]),
      value,
    ]);
    const sent = proxy.requests.slice(before);
    expect(sent.filter((message) => message.includes(asserted))).toHaveLength(1);
    await directory.close();
  });

  it.each(PAYLOADS)('names no account and no person as an id: %j', async (payload) => {
    const directory = open({});
    expect(await directory.managerById(payload, never)).toBeUndefined();
    expect(await accountsOf(directory, { id: payload }, never)).toEqual([]);
    expect(await directory.managersOf(payload, never)).toEqual([]);
  });

  it('drops the alternative whose value is missing, unless that would match more', () => {
    const query = { upn: 'a@b', aadObjectId: '' };
    const text = (filter: string): string | undefined => managerFilter(filter, query)?.toString();
    expect(text('(|(mail={upn})(mail={mail}))')).toBe('(|(mail=a@b))');
    expect(text('(&(mail={upn})(uid={mail}))')).toBeUndefined();
    expect(text('(!(|(mail={upn})(mail={mail})))')).toBeUndefined();
    expect(text('(!(mail={mail}))')).toBeUndefined();
    expect(text('(extensionName=User_{aadObjectId})')).toBeUndefined();
    expect(text('(mail=*{upn})')).toBe('(mail=*a@b)');
  });

  it.each(SASL_NAMES)('proves the password of an account that is called %s', async (name) => {
    const person = await world.newPerson();
    const account = await world.newAccount({ name, responsible: [person.dn] });
    const accountId = await world.idOf(account.dn);
    const directory = open({ urls: [proxy.url] });
    const before = proxy.requests.length;
    const prove = (text: string) => directory.provePassword(accountId, new Secret(text), never);
    expect(await prove(FIRST_PASSWORD)).toBe('proved');
    expect(await prove('Fel-0001-xyz')).toBe('wrong');
    const binds = proxy.requests.slice(before).filter(isBindAs(account.dn));
    expect(binds).toHaveLength(2);
    await directory.close();
  });

  it.each(SASL_NAMES)('takes no service account’s name for a mechanism: %s', async (bindDn) => {
    const directory = open({ urls: [proxy.url], bindDn });
    const before = proxy.requests.length;
    await expect(directory.managerById('x', never)).rejects.toMatchObject({
      name: 'DirectoryError',
    });
    const [bind] = proxy.requests.slice(before);
    expect(isBindAs(bindDn)(bind!)).toBe(true);
  });
});

/** A simple bind, by its bytes: version 3, the name, the tag of a password. */
function isBindAs(name: string): (message: Buffer) => boolean {
  const start = Buffer.concat([
    Buffer.from([0x02, 0x01, 0x03, 0x04, Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([SIMPLE]),
  ]);
  return (message) => message.includes(Buffer.from([REQUEST.bind])) && message.includes(start);
}
