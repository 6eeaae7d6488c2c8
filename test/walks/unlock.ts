import { expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import {
  enroll,
  FIRST_PASSWORD,
  newPlanted,
  newManager,
  newMobile,
  newName,
  wrongCode,
  type Walker,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

async function startUnlock({ chat, account }: Walker): Promise<string> {
  await chat.say('status');
  return chat.tap('unlock', {}, account);
}

/** Walks the unlock of an account: its code, its refusals and its audit rows. */
export function walkUnlock(world: World): void {
  function isLocked(dn: string): boolean {
    return Number(world.directory.get(dn, 'lockoutTime')[0] ?? 0) > 0;
  }

  it('clears the directory’s lockout with a code and keeps the password', async () => {
    const walker = await newPlanted(world);
    world.directory.lock(walker.accountDn);
    const rows = world.auditRows();
    expect(await startUnlock(walker)).toBe('unlock.code');
    expect(await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
      'unlock.done',
    );
    expect(isLocked(walker.accountDn)).toBe(false);
    expect(world.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    expect(world.audit(rows, walker.accountId).map(({ event }) => event)).toEqual([
      'unlock.started',
      'code.sent',
      'code.accepted',
      'unlock.completed',
    ]);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
  });

  it('offers no change of the password while the number has to wait for it', async () => {
    const walker = newManager(world);
    const { chat, account, mobile } = walker;
    await enroll(world, { ...walker, mobile: newMobile() });
    await world.administer(['revoke', account]);
    await enroll(world, walker);
    world.directory.lock(walker.accountDn);
    await chat.say('status');
    expect(textOf(chat.card)).toContain('Kan ni lösenordet? Lås upp.');
    expect(textOf(chat.card)).not.toContain('Är det glömt? Byt lösenord');
    await chat.tap('unlock', {}, account);
    expect(await chat.tap('confirmCode', { code: world.code(mobile) })).toBe('unlock.done');
    expect(textOf(chat.card)).toMatch(
      /^Kontot är upplåst\. Numret är nytt\. Det går att byta lösenord med det först \d+ \p{L}+ kl\. /mu,
    );
    expect(await chat.tap('reset')).toBe('refused numberTooNew');
  });

  it('is promised to nobody whose number has had its codes', async () => {
    const walker = await newPlanted(world);
    const { chat } = walker;
    world.directory.lock(walker.accountDn);
    // The enrollment had the first of the five in ten minutes.
    for (let time = 2; time <= 5; time += 1) {
      expect(await startUnlock(walker)).toBe('unlock.code');
      await chat.tap('cancel');
    }
    await chat.say('status');
    const told = /Du kan få en ny kod först (.+)\. Bråttom\? Ring /;
    const [, from = 'no time'] = told.exec(textOf(chat.card)) ?? [];
    expect(textOf(chat.card)).not.toMatch(/Lås upp\.|Byt lösenord,/);
    expect(await startUnlock(walker)).toBe('refused tooManyCodes');
    expect(textOf(chat.card)).toContain(from);
  });

  it('is promised to nobody who gets no code after wrong ones', async () => {
    const walker = await newPlanted(world);
    const { chat } = walker;
    world.directory.lock(walker.accountDn);
    await startUnlock(walker);
    const right = world.code(walker.mobile);
    for (let time = 1; time <= 5; time += 1) {
      await chat.tap('confirmCode', { code: wrongCode(right, time) });
    }
    expect(chat.shown).toBe('refused locked');
    await chat.say('status');
    expect(textOf(chat.card)).toMatch(
      /Kontot är låst efter flera försök med fel lösenord\. Du kan få en ny kod först .* kl\.\s\S+\. Bråttom\? Ring /,
    );
    expect(textOf(chat.card)).not.toMatch(/Lås upp\.|Byt lösenord,/);
    expect(await startUnlock(walker)).toBe('refused locked');
  });

  it('says that a password which lets nobody in has to be changed all the same', async () => {
    const walker = await newPlanted(world);
    world.directory.lock(walker.accountDn);
    world.directory.put(walker.accountDn, 'userAccountControl', '512');
    world.directory.put(walker.accountDn, 'pwdLastSet', '0');
    await walker.chat.say('status');
    expect(textOf(walker.chat.card)).toContain(
      'Kontot är låst efter flera försök med fel lösenord. Byt lösenord, då låses kontot också upp.',
    );
    await walker.chat.tap('unlock', {}, walker.account);
    await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) });
    expect(walker.chat.shown).toBe('unlock.done');
    const shown = textOf(walker.chat.card);
    expect(shown).toContain('Kontot är upplåst, men lösenordet måste bytas.');
    expect(shown).toMatch(/^Byt lösenord\nTill start$/m);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
  });

  it('is offered only to the enrolled, and only where the account is locked', async () => {
    const enrolled = await newPlanted(world);
    await enrolled.chat.say('status');
    expect(() => enrolled.chat.button('unlock')).toThrow('no unlock');
    const other = newManager(world);
    world.directory.lock(other.accountDn);
    await other.chat.say('status');
    expect(() => other.chat.button('unlock')).toThrow('no unlock');
    expect(await other.chat.say('lås upp')).toBe('home notEnrolled');
  });

  it('of an account that is no longer locked shows home and sends nothing', async () => {
    const walker = await newPlanted(world);
    world.directory.lock(walker.accountDn);
    await walker.chat.say('status');
    const button = walker.chat.button('unlock', walker.account);
    world.directory.unlock(walker.accountDn);
    const codes = world.codes(walker.mobile).length;
    expect(await walker.chat.tapButton(button)).toBe('home');
    expect(textOf(walker.chat.card)).toContain('Ditt konto är inte låst.');
    expect(world.codes(walker.mobile).length).toBe(codes);
  });

  it('by its word says where nothing is locked', async () => {
    const walker = await newPlanted(world);
    const { chat } = walker;
    expect(await chat.say('lås upp')).toBe('home');
    expect(textOf(chat.card)).toContain('Ditt konto är inte låst.');
    await chat.say('status');
    expect(textOf(chat.card)).not.toContain('inte låst');
    const { dn } = world.account(newName('annan'), chat.dn, FIRST_PASSWORD);
    expect(await chat.say('lås upp')).toBe('home');
    expect(textOf(chat.card)).toContain('Inget av dina konton är låst.');
    world.directory.lock(dn);
    expect(await chat.say('unlock')).toBe('home');
    expect(textOf(chat.card)).not.toContain('Inget av dina konton');
  });

  it('that the directory fails after the code is tried again without a new one', async () => {
    const walker = await newPlanted(world);
    world.directory.lock(walker.accountDn);
    await startUnlock(walker);
    world.directory.fault = ({ name }) => (name === 'modify' ? 'drop' : undefined);
    expect(await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
      'unlock.code directoryUnavailable',
    );
    expect(JSON.stringify(walker.chat.card)).not.toContain('Input.Text');
    expect(isLocked(walker.accountDn)).toBe(true);
    world.directory.fault = undefined;
    expect(await walker.chat.tap('confirmCode')).toBe('unlock.done');
    expect(isLocked(walker.accountDn)).toBe(false);
  });

  it('whose answer is lost is seen to be done, noted and told', async () => {
    const walker = await newPlanted(world);
    world.directory.lock(walker.accountDn);
    await startUnlock(walker);
    const rows = world.auditRows();
    world.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    expect(await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
      'unlock.done',
    );
    expect(isLocked(walker.accountDn)).toBe(false);
    const events = world.audit(rows, walker.accountId).map(({ event }) => event);
    expect(events).toEqual(['code.accepted', 'unlock.completed']);
  });

  it('counts wrong codes together with those of a reset', async () => {
    const walker = await newPlanted(world);
    world.directory.lock(walker.accountDn);
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
    const first = world.manager(newName('Chef'));
    const second = world.manager(newName('Chef'));
    const account = newName('grupp');
    const group = world.directory.group(newName('Chefer'), [first.dn, second.dn]);
    const { dn } = world.account(account, group.dn, FIRST_PASSWORD);
    await second.say('status');
    const mobile = newMobile();
    await enroll(world, { chat: first, account, mobile });
    world.directory.lock(dn);
    await startUnlock({ chat: first, account, mobile, accountDn: dn, accountId: '' });
    await first.tap('confirmCode', { code: world.code(mobile) });
    const told = () => world.texts(mobile).filter((text) => !/^\d{6}/.test(text)).length;
    await world.teams.until(() => told() === 2);
    const cards = () =>
      world.teams.sent.filter(
        ({ conversationId, card }) =>
          conversationId === second.person.conversationId && card?.body[0]?.id === 'notice',
      ).length;
    await world.teams.until(() => cards() === 2);
  });
}
