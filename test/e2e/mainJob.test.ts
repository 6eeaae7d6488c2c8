import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Product } from '../support/product.ts';

const FIRST = 'Gammalt-Losen-17';
const SECOND = 'Kaffekanna-Blomma-42';
const MOBILE = '+46701234567';

describe('the main job', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct();
  });
  afterAll(async () => {
    await product.stop();
  });

  it('enrolls a phone and resets the shared password', async () => {
    const asa = product.manager('Asa');
    const account = product.account('hemvardsgruppen', asa.dn, FIRST);

    expect(await asa.install()).toBe('home');
    expect(await asa.tap('enroll', {}, 'hemvardsgruppen')).toBe('enrollment.currentPassword');
    expect(await asa.tap('proveCurrentPassword', { currentPassword: FIRST })).toBe(
      'enrollment.mobile',
    );
    expect(await asa.tap('setMobile', { mobile: '070-123 45 67' })).toBe('enrollment.code');
    expect(await asa.tap('confirmCode', { code: product.code(MOBILE) })).toBe('enrollment.done');
    await product.teams.until(() => asa.reload() === 'enrollment.done');

    expect(await asa.tap('reset')).toBe('reset.code');
    expect(await asa.tap('confirmCode', { code: product.code(MOBILE) })).toBe('reset.newPassword');
    expect(await asa.tap('setPassword', { newPassword: SECOND, confirmPassword: SECOND })).toBe(
      'reset.done',
    );

    expect(product.directory.hasPassword(account.dn, SECOND)).toBe(true);
    const events = product.audit().map(({ event }) => event);
    expect(events).toEqual([
      'service.started',
      'enrollment.started',
      'enrollment.proved',
      'code.sent',
      'code.accepted',
      'enrollment.completed',
      'reset.started',
      'code.sent',
      'code.accepted',
      'reset.attempted',
      'reset.written',
    ]);
  });
});
