import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  enroll,
  FIRST_PASSWORD,
  newEnrolled,
  newManager,
  newMobile,
  newName,
  type Walker,
} from '../support/walks.ts';

const product = await productOfSuite();

async function startUnlock({ chat, account }: Walker): Promise<string> {
  await chat.say('status');
  return chat.tap('unlock', {}, account);
}

function isLocked(dn: string): boolean {
  return Number(product.directory.get(dn, 'lockoutTime')[0] ?? 0) > 0;
}

describe('an unlock', () => {
  it('clears the directory’s lockout with a code and keeps the password', async () => {
    const walker = await newEnrolled(product);
    product.directory.lock(walker.accountDn);
    const rows = product.auditRows();
    expect(await startUnlock(walker)).toBe('unlock.code');
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'unlock.done',
    );
    expect(isLocked(walker.accountDn)).toBe(false);
    expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    expect(product.audit(rows).map(({ event }) => event)).toEqual([
      'unlock.started',
      'code.sent',
      'code.accepted',
      'unlock.completed',
    ]);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
  });

  it('is offered only to the enrolled, and only where the account is locked', async () => {
    const enrolled = await newEnrolled(product);
    await enrolled.chat.say('status');
    expect(() => enrolled.chat.button('unlock')).toThrow('no unlock');
    const other = newManager(product);
    product.directory.lock(other.accountDn);
    await other.chat.say('status');
    expect(() => other.chat.button('unlock')).toThrow('no unlock');
    expect(await other.chat.say('lås upp')).toBe('home notEnrolled');
  });

  it('of an account that is no longer locked shows home and sends nothing', async () => {
    const walker = await newEnrolled(product);
    product.directory.lock(walker.accountDn);
    await walker.chat.say('status');
    const button = walker.chat.button('unlock', walker.account);
    product.directory.unlock(walker.accountDn);
    const codes = product.codes(walker.mobile).length;
    expect(await walker.chat.tapButton(button)).toBe('home');
    expect(product.codes(walker.mobile).length).toBe(codes);
  });

  it('that the directory fails after the code is tried again without a new one', async () => {
    const walker = await newEnrolled(product);
    product.directory.lock(walker.accountDn);
    await startUnlock(walker);
    product.directory.fault = ({ name }) => (name === 'modify' ? 'drop' : undefined);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'unlock.code directoryUnavailable',
    );
    expect(JSON.stringify(walker.chat.card)).not.toContain('Input.Text');
    expect(isLocked(walker.accountDn)).toBe(true);
    product.directory.fault = undefined;
    expect(await walker.chat.tap('confirmCode')).toBe('unlock.done');
    expect(isLocked(walker.accountDn)).toBe(false);
  });

  it('whose answer is lost is seen to be done, noted and told', async () => {
    const walker = await newEnrolled(product);
    product.directory.lock(walker.accountDn);
    await startUnlock(walker);
    const rows = product.auditRows();
    product.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'unlock.done',
    );
    expect(isLocked(walker.accountDn)).toBe(false);
    const events = product.audit(rows).map(({ event }) => event);
    expect(events).toEqual(['code.accepted', 'unlock.completed']);
  });

  it('is noted and told although the database went away just then', async () => {
    const walker = await newEnrolled(product);
    product.directory.lock(walker.accountDn);
    await startUnlock(walker);
    const rows = product.auditRows();
    let other: DatabaseSync | undefined;
    product.directory.fault = ({ name }) => {
      if (name !== 'modify' || other !== undefined) return undefined;
      other = new DatabaseSync(join(product.dataDir, 'bot.sqlite'), { timeout: 5_000 });
      other.exec('begin immediate');
      return undefined;
    };
    const code = product.code(walker.mobile);
    const tap = walker.chat.sendTap(walker.chat.button('confirmCode'), { code });
    await product.teams.until(() => product.output.includes('could not be saved yet'), 30_000);
    await tap;
    expect(walker.chat.reload()).toBe('working');
    other?.exec('rollback');
    other?.close();
    await product.teams.until(() => walker.chat.reload() === 'unlock.done', 15_000);
    const events = product.audit(rows).map(({ event }) => event);
    expect(events).toEqual(['code.accepted', 'unlock.completed']);
  });

  it('counts wrong codes together with those of a reset', async () => {
    const walker = await newEnrolled(product);
    product.directory.lock(walker.accountDn);
    await startUnlock(walker);
    for (let time = 0; time < 4; time += 1) {
      const wrong = String(900_000 + time);
      expect(await walker.chat.tap('confirmCode', { code: wrong })).toBe('unlock.code codeRefused');
    }
    await walker.chat.say('status');
    expect(await walker.chat.tap('reset', {}, walker.account)).toBe('reset.code');
    expect(await walker.chat.tap('confirmCode', { code: '900009' })).toBe('refused locked');
  });

  it('tells the number and the colleagues', async () => {
    const first = product.manager(newName('Chef'));
    const second = product.manager(newName('Chef'));
    const account = newName('grupp');
    const group = product.directory.group(newName('Chefer'), [first.dn, second.dn]);
    const { dn } = product.account(account, group.dn, FIRST_PASSWORD);
    await second.say('status');
    const mobile = newMobile();
    await enroll(product, { chat: first, account, mobile });
    product.directory.lock(dn);
    await startUnlock({ chat: first, account, mobile, accountDn: dn, accountId: '' });
    await first.tap('confirmCode', { code: product.code(mobile) });
    const told = () => product.texts(mobile).filter((text) => !/^\d{6}/.test(text)).length;
    await product.teams.until(() => told() === 2, 15_000);
    const cards = () =>
      product.teams.sent.filter(
        ({ conversationId, card }) =>
          conversationId === second.person.conversationId && card?.body[0]?.id === 'notice',
      ).length;
    await product.teams.until(() => cards() === 2, 15_000);
  });
});
