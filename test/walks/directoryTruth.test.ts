import { afterEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { SERVICE_DESK } from '../support/parts.ts';
import { ALWAYS, cardsTo, firstSweep, sweepAgain } from '../support/rotations.ts';
import {
  newEnrolled,
  newManager,
  newName,
  prove,
  reset,
  resetToPassword,
} from '../support/walks.ts';

const product = await houseOfSuite({ env: ALWAYS, entrance: 'door' });
await firstSweep(product);
const rightTime = product.directory.clock;
afterEach(() => {
  product.directory.clock = rightTime;
});

const GOOD = 'Kaffekanna-Blomma-42';
const NEXT = 'Tallskog-Morgon-61';
const noticesTo = (walker: { chat: Parameters<typeof cardsTo>[1] }): string[] =>
  cardsTo(product, walker.chat, 'notice').map(({ card }) => textOf(card));
const eventsOf = (accountId: string) =>
  product
    .wholeAudit()
    .filter(({ account, event }) => account === accountId && !event.startsWith('notice.'))
    .map(({ event, reason }) => `${event}${reason === null ? '' : ` ${reason}`}`);

/** Changes the domain's policy, which a running bot keeps for a minute. */
async function setPolicy(policy: Parameters<typeof product.directory.setPolicy>[0]): Promise<void> {
  product.directory.setPolicy(policy);
  await product.end();
  await product.start();
}

describe('an account that may not log on over the network', () => {
  it('proves nothing: the service desk has to help, and nothing is counted', async () => {
    const walker = newManager(product);
    product.directory.denyNetworkLogon(walker.accountDn);
    for (let time = 1; time <= 4; time += 1) {
      expect(await prove(walker)).toBe('refused temporarilyUnavailable');
      expect(textOf(walker.chat.card)).toContain(SERVICE_DESK);
    }
    expect(product.output).toContain('"alarm":"proofUndecided"');
    expect(await product.database.query('select id from failure')).toEqual([]);
  });

  it('gets a new password, which its version shows', async () => {
    const walker = await newEnrolled(product);
    product.directory.denyNetworkLogon(walker.accountDn);
    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    expect(product.directory.hasPassword(walker.accountDn, GOOD)).toBe(true);
    expect(eventsOf(walker.accountId).at(-1)).toBe('reset.written');
  });

  it('gets one whose answer was lost, which its version and its time show', async () => {
    const walker = await newEnrolled(product);
    product.directory.denyNetworkLogon(walker.accountDn);
    product.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    await reset(product, walker, GOOD);
    product.directory.fault = undefined;
    await product.teams.until(() => walker.chat.reload() === 'reset.done');
    expect(eventsOf(walker.accountId).at(-1)).toBe('reset.verified');
  });
});

describe('a directory that locks nobody', () => {
  it('leaves three wrong current passwords, as every other', async () => {
    const walker = newManager(product);
    await setPolicy({ lockoutThreshold: 0 });
    const wrong = { currentPassword: 'Fel-Losen-1' };
    expect(await prove(walker, wrong.currentPassword)).toBe(
      'enrollment.currentPassword passwordWrong',
    );
    expect(await walker.chat.tap('proveCurrentPassword', wrong)).toBe(
      'enrollment.currentPassword passwordWrong',
    );
    expect(await walker.chat.tap('proveCurrentPassword', wrong)).toBe('refused proofLocked');
    await setPolicy({});
  });
});

describe('a change that a sweep finds', () => {
  it('is the bot’s own by its version, however far the clocks are apart', async () => {
    for (const minutes of [10, -10]) {
      const walker = await newEnrolled(product);
      await sweepAgain(product);
      product.directory.clock = () => rightTime() + minutes * MINUTE_MS;
      expect(await reset(product, walker, GOOD)).toBe('reset.done');
      await sweepAgain(product);
      expect(eventsOf(walker.accountId)).not.toContain('reminder.skipped changedOutside');
    }
  });

  it('is told as somebody else’s also right after a reset', async () => {
    const walker = await newEnrolled(product);
    await sweepAgain(product);
    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    product.directory.setPassword(walker.accountDn, NEXT);
    await sweepAgain(product);
    await product.teams.until(() =>
      noticesTo(walker).some((text) => text.includes('på annat sätt')),
    );
    expect(eventsOf(walker.accountId).at(-1)).toBe('reminder.skipped changedOutside');
  });

  it('is none where a server does not know yet of the bot’s own', async () => {
    const walker = await newEnrolled(product);
    await sweepAgain(product);
    const [before] = product.directory.get(walker.accountDn, 'pwdLastSet');
    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    const [after] = product.directory.get(walker.accountDn, 'pwdLastSet');
    for (const seen of [before, after]) {
      product.directory.put(walker.accountDn, 'pwdLastSet', seen!);
      await sweepAgain(product);
    }
    expect(eventsOf(walker.accountId)).not.toContain('reminder.skipped changedOutside');
  });
});

describe('a password that must be changed at the next logon', () => {
  it('is told on home, by the administration and to the enrolled managers, and asked for now', async () => {
    const walker = await newEnrolled(product);
    await sweepAgain(product);
    product.directory.put(walker.accountDn, 'pwdLastSet', '0');
    await walker.chat.say('status');
    expect(textOf(walker.chat.card)).toContain('måste bytas vid nästa inloggning');
    const listed = await product.administer(['accounts']);
    const marked = { account: walker.account, mustChange: true, passwordSetAt: null };
    expect(listed).toContainEqual(expect.objectContaining(marked));
    const status = await product.administer(['status', walker.account]);
    expect(status).toMatchObject({ directory: { mustChange: true } });

    await sweepAgain(product);
    await sweepAgain(product);
    const reminders = cardsTo(product, walker.chat);
    expect(reminders.map(({ card }) => textOf(card))).toEqual([
      expect.stringContaining('måste bytas vid nästa inloggning'),
    ]);
    const outside = () => noticesTo(walker).filter((text) => text.includes('på annat sätt'));
    await product.teams.until(() => outside().length > 0);

    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    await sweepAgain(product);
    expect(cardsTo(product, walker.chat)).toHaveLength(1);
    expect(outside()).toHaveLength(1);
  });
});

describe('a password that is too young to be changed', () => {
  it('is changed all the same on Active Directory, which the audit tells', async () => {
    const walker = await newEnrolled(product);
    await setPolicy({ minAgeMs: DAY_MS });
    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    expect(eventsOf(walker.accountId).at(-1)).toBe('reset.written minimumAge');
    // A repetition that the directory's history does not see then, the bot's own history does.
    expect(await reset(product, walker, GOOD)).toBe('reset.newPassword passwordUsedBefore');
    await setPolicy({});
  });
});

describe('a new password with a character that nobody sees', () => {
  it('is refused in words that name it', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    for (const [password, words] of [
      [`${GOOD} `, 'mellanslag först eller sist'],
      [` ${GOOD}`, 'mellanslag först eller sist'],
      [GOOD.replace('-', '\u200b'), 'ett osynligt tecken'],
    ] as const) {
      const typed = { newPassword: password, confirmPassword: password };
      const shown = await walker.chat.tap('setPassword', typed);
      expect(shown).toBe('reset.newPassword passwordForbiddenCharacter');
      expect(textOf(walker.chat.card)).toContain(words);
    }
    const inside = {
      newPassword: 'Kaffe kanna Blomma 42',
      confirmPassword: 'Kaffe kanna Blomma 42',
    };
    expect(await walker.chat.tap('setPassword', inside)).toBe('reset.done');
  });
});

describe('the check', () => {
  it('names a minimum age, and a crowd that answers for an account', async () => {
    const walker = newManager(product);
    const folk = Array.from({ length: 501 }, () => product.manager(newName('Folk')).dn);
    const group = product.directory.group(newName('alla'), folk);
    product.directory.put(walker.accountDn, 'manager', group.dn);
    product.directory.setPolicy({ minAgeMs: DAY_MS });
    const told = JSON.stringify(await product.administer(['check']));
    product.directory.setPolicy({});
    expect(told).toContain('the minimum password age (domain or PSO) is up to 24 h');
    expect(told).toContain(`more than 500 people answer for ${walker.account}`);
  });
});

describe('a number that is removed because its manager does not answer any more', () => {
  it('is told to that number and to that manager', async () => {
    const walker = await newEnrolled(product);
    const successor = product.manager(newName('Ny'));
    product.directory.put(walker.accountDn, 'manager', successor.dn);
    await sweepAgain(product);
    product.passTime(8 * DAY_MS);
    await sweepAgain(product);
    expect(eventsOf(walker.accountId).at(-1)).toBe('enrollment.revoked notResponsible');
    const told = 'Ditt mobilnummer togs bort från kontot';
    await product.teams.until(() => noticesTo(walker).some((text) => text.includes(told)));
    const texts = () => product.texts(walker.mobile);
    await product.teams.until(() =>
      texts().some((text) => text.startsWith(`Ditt mobilnummer för ${walker.account} togs bort`)),
    );
  });
});

describe('a manager whose address does not lead to their entry', () => {
  it('goes on where the UPN changed in the directory first, or Teams tells no address', async () => {
    const walker = await newEnrolled(product);
    const { chat } = walker;
    product.directory.put(chat.dn, 'userPrincipalName', `gift-${chat.person.upn}`);
    expect(await chat.say('status')).toBe('home');
    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    product.teams.addMember(chat.person, { userPrincipalName: '', email: '' });
    expect(await chat.say('status')).toBe('home');
  });

  it('is refused where the address is another entry’s, or the own one is disabled', async () => {
    const { chat } = await newEnrolled(product);
    product.directory.put(chat.dn, 'userPrincipalName', `gift-${chat.person.upn}`);
    const other = product.manager(newName('Annan'));
    product.directory.put(other.dn, 'userPrincipalName', chat.person.upn);
    expect(await chat.say('status')).toBe('refused notResponsible');
    product.directory.put(other.dn, 'userAccountControl', '514');
    expect(await chat.say('status')).toBe('refused notResponsible');
    product.directory.remove(other.dn);
    product.directory.put(chat.dn, 'userAccountControl', '514');
    expect(await chat.say('status')).toBe('refused notResponsible');
  });
});
