import { describe, expect, it } from '@jest/globals';
import { buttonsOf, textOf } from '../support/chatDriver.ts';
import { houseOfSuite, houseOfTest } from '../support/ofSuite.ts';
import { SERVICE_DESK } from '../support/parts.ts';
import { cardsTo, noticesTo } from '../support/notices.ts';
import {
  enroll,
  FIRST_PASSWORD,
  newManager,
  newMobile,
  newName,
  newPlanted,
} from '../support/walks.ts';

const house = await houseOfSuite({ entrance: 'door', env: { ORGANISATION: 'Örebro *kommun*' } });

describe('the first card after an installation', () => {
  it('says above the accounts what the bot does, who runs it, what is needed and what to write', async () => {
    const { chat, account } = newManager(house);
    expect(await chat.install()).toBe('home');
    const text = textOf(chat.card);
    expect(text).toContain('Här hjälper Örebro \\*kommun\\* dig att byta lösenord');
    expect(text).toContain('du registrerar din mobil en gång');
    expect(text).toContain('skriv registrera, byt lösenord, lås upp, status');
    expect(text.indexOf('skriv registrera')).toBeLessThan(text.indexOf(account));
    await chat.say('status');
    expect(textOf(chat.card)).not.toContain('Här hjälper');
  });

  it('speaks the language of the manager who has been here before', async () => {
    const { chat } = newManager(house);
    await chat.say('english');
    await chat.install();
    expect(textOf(chat.card)).toContain('Here Örebro \\*kommun\\* helps you change the password');
    const written = /write ([\w, ]+)\./.exec(textOf(chat.card))?.[1]?.split(/, | or /) ?? [];
    expect(written.length).toBeGreaterThan(5);
    const shown = [];
    for (const word of written) shown.push(await chat.say(word));
    expect(shown).toEqual([
      'enrollment.currentPassword',
      'home notEnrolled',
      'home notEnrolled',
      'home',
      'help',
      'cancelled',
      'home',
    ]);
  });

  it('names nobody where ORGANISATION is not set', async () => {
    const nameless = await houseOfTest({ entrance: 'door' });
    const { chat } = newManager(nameless);
    await chat.install();
    expect(textOf(chat.card)).toContain('Här får du hjälp att byta lösenord på gruppkontot');
  });
});

describe('a person who answers for nothing', () => {
  it('is told who decides, and finds no button that leads back to the same card', async () => {
    const chat = house.manager(newName('Utan'));
    expect(await chat.install()).toBe('refused notResponsible');
    expect(textOf(chat.card)).toContain('bestämmer vem som ansvarar');
    expect(textOf(chat.card)).toContain(SERVICE_DESK);
    expect(buttonsOf(chat.card)).toEqual([]);
  });

  it('and whom the directory does not know, or a guest, neither', async () => {
    const unknown = house.manager(newName('Okand'));
    house.directory.remove(unknown.dn);
    expect(await unknown.say('hej')).toBe('refused notResponsible');
    expect(buttonsOf(unknown.card)).toEqual([]);
  });

  it('keeps the way home on another refusal, which may pass', async () => {
    const owner = await newPlanted(house);
    const intruder = newManager(house);
    await owner.chat.say('status');
    await intruder.chat.say('status');
    expect(await intruder.chat.tapButton(owner.chat.button('reset', owner.account))).toBe(
      'refused notResponsible',
    );
    expect(await intruder.chat.tap('home')).toBe('home');
  });
});

describe('a manager who goes by a word of the organisation’s name', () => {
  it('is told to the others with the address', async () => {
    const [bo, falsk] = ['Bo', 'Falsk'].map((each) => house.manager(newName(each)));
    house.directory.put(falsk!.dn, 'displayName', 'OrebroKommun');
    const group = house.directory.group(newName('Chefer'), [bo!.dn, falsk!.dn]);
    const account = newName('grupp');
    house.account(account, group.dn, FIRST_PASSWORD);
    const mobile = newMobile();
    await enroll(house, { chat: bo!, account, mobile });
    await enroll(house, { chat: falsk!, account, mobile: newMobile() });
    await house.teams.until(() => cardsTo(house, bo!, 'notice').length === 2);
    const told = textOf(cardsTo(house, bo!, 'notice').at(-1)?.card).replaceAll('\\', '');
    expect(told).toContain(`${falsk!.person.upn} (OrebroKommun)`);
    expect(noticesTo(house, mobile).at(-1)?.replaceAll('. ', '.')).toContain(falsk!.person.upn);
  });
});
