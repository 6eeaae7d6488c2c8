import { describe, expect, it } from '@jest/globals';
import { createKeyring } from '../../../src/adapters/store/sealing/crypto.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { someKey } from './support.ts';

const PLACE = ['enrollment', 'row-1', 'mobile'] as const;
const MOBILE = '+46701234567';

const keyOf = (bytes: number) => new Secret(Buffer.alloc(bytes).toString('base64'));

describe('the keyring', () => {
  it('opens what it sealed, with a nonce of its own each time', () => {
    const keys = createKeyring([someKey('k1')]);
    const [first, second] = [keys.seal(PLACE, MOBILE), keys.seal(PLACE, MOBILE)];
    expect(first).not.toBe(second);
    expect(first).toMatch(/^v1:k1:[A-Za-z0-9+/=]+$/);
    expect(keys.open(PLACE, first)).toBe(MOBILE);
    expect(keys.open(PLACE, second)).toBe(MOBILE);
  });

  it.each([
    ['another table', ['code_send', 'row-1', 'mobile']],
    ['another row', ['enrollment', 'row-2', 'mobile']],
    ['another column', ['enrollment', 'row-1', 'name']],
    ['a row with other columns beside it', ['enrollment', 'row-1', 'mobile', 'account-2', 17]],
    ['parts that are split elsewhere', ['enrollment', 'row-1,mobile', '']],
  ] as const)('refuses a value that was moved to %s', (_, place) => {
    const keys = createKeyring([someKey('k1')]);
    const sealed = keys.seal(PLACE, MOBILE);
    expect(keys.open(place, sealed)).toBeUndefined();
  });

  it('refuses a changed value, one of another use and one with a short tag', () => {
    const keys = createKeyring([someKey('k1')]);
    const sealed = keys.seal(PLACE, MOBILE);
    const bytes = Buffer.from(sealed.slice('v1:k1:'.length), 'base64');
    bytes[15]! ^= 1;
    expect(keys.open(PLACE, `v1:k1:${bytes.toString('base64')}`)).toBeUndefined();
    expect(keys.open(PLACE, sealed, 'history')).toBeUndefined();
    for (const cut of ['v1:k1:', 'v1:k1:AAAA', sealed.slice(0, 20), 'plain text', '']) {
      expect(keys.open(PLACE, cut)).toBeUndefined();
    }
  });

  it('says nothing of the value when it refuses', () => {
    const keys = createKeyring([someKey('k1')]);
    expect(() => keys.open(PLACE, `v1:${MOBILE}:`)).toThrow(/^((?!\+46).)*$/);
  });

  it('seals with the first key and opens with all, but not with an unknown one', () => {
    const [k1, k2] = [someKey('k1'), someKey('k2')];
    const old = createKeyring([k1]).seal(PLACE, MOBILE);
    const both = createKeyring([k2, k1]);
    expect(both.open(PLACE, old)).toBe(MOBILE);
    expect(both.seal(PLACE, MOBILE)).toMatch(/^v1:k2:/);
    expect(() => createKeyring([k2]).open(PLACE, old)).toThrow('not configured');
    const imposter = createKeyring([{ ...k2, id: 'k1' }]);
    expect(imposter.open(PLACE, old)).toBeUndefined();
  });

  it('indexes equal texts equally under one key, and looks up under all', () => {
    const [k1, k2] = [someKey('k1'), someKey('k2')];
    const [old, both] = [createKeyring([k1]), createKeyring([k2, k1])];
    expect(old.index(MOBILE)).toBe(createKeyring([k1]).index(MOBILE));
    expect(old.index(MOBILE)).not.toBe(old.index('+46701234568'));
    expect(both.index(MOBILE)).not.toBe(old.index(MOBILE));
    expect(both.indexes(MOBILE)).toEqual([both.index(MOBILE), old.index(MOBILE)]);
  });

  it('binds the hash of a code to its flow, number and key', () => {
    const [k1, k2] = [someKey('k1'), someKey('k2')];
    const keys = createKeyring([k1]);
    const to = { flowId: 'flow-1', mobile: '+46701740605' };
    const [mac] = keys.passcodeMacs(to, new Secret('482913'));
    expect(keys.passcodeMacs(to, new Secret('482913'))).toEqual([mac]);
    const elsewhere = [{ flowId: 'flow-2' }, { mobile: '+46701740612' }];
    for (const other of elsewhere) {
      expect(keys.passcodeMacs({ ...to, ...other }, new Secret('482913'))).not.toContain(mac);
    }
    const longer = { ...to, mobile: `${to.mobile}4` };
    expect(keys.passcodeMacs(longer, new Secret('82913'))).not.toContain(mac);
    expect(keys.passcodeMacs(to, new Secret('482914'))).not.toContain(mac);
    expect(createKeyring([k2, k1]).passcodeMacs(to, new Secret('482913'))[1]).toBe(mac);
  });

  it.each([
    ['no key', []],
    ['a short key', [{ id: 'k1', key: keyOf(31) }]],
    ['a long key', [{ id: 'k1', key: keyOf(33) }]],
    ['an id with a colon', [{ id: 'a:b', key: keyOf(32) }]],
    ['two keys of one id', [someKey('k1'), someKey('k1')]],
  ])('refuses %s', (_, keys) => {
    expect(() => createKeyring(keys)).toThrow('store: corrupt');
  });
});
