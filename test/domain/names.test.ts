import { describe, expect, it } from '@jest/globals';
import { distinctNames } from '../../src/domain/names.ts';

const ADDRESS = 'anna.berg@orebro.example';
const WITH_ADDRESS = (name: string): string => `${ADDRESS} (${name})`;

/** With an office's names where the test is about them. */
function distinctName(
  name: string,
  address: string,
  colleagues: readonly string[],
  offices: readonly string[] = [],
): string {
  const others = colleagues.map((other, at) => ({ id: String(at), name: other }));
  return distinctNames(others, offices)(name, undefined, address);
}

describe('the name under which people are told of a manager', () => {
  it('is the name alone where nobody else has it', () => {
    expect(distinctName('Anna Berg', ADDRESS, ['Asa Lund', 'Anna Bergh', 'Anna'])).toBe(
      'Anna Berg',
    );
    // No form of an office's word, though it begins with one.
    expect(distinctName('Dag Sundbysson', ADDRESS, [], ['Sundby'])).toBe('Dag Sundbysson');
  });

  it('is the name alone where no address is known, whoever else has it', () => {
    const nameOf = distinctNames([{ id: 'other', name: 'Anna Berg' }], []);
    expect(nameOf('Anna Berg', 'own', undefined)).toBe('Anna Berg');
  });

  it.each([
    ['case and blanks', 'anna  BERG'],
    ['a sign without width', 'Anna\u200B Berg'],
    ['a variation selector', 'Anna Berg\uFE0F'],
    ['a joiner that nobody sees', 'Anna\u034F Berg'],
    ['a filler', 'Anna Berg\u3164'],
    ['a blank pattern of Braille', 'Anna Berg\u2800'],
    ['three hundred signs without width', `${'\u200B'.repeat(300)}Anna Berg`],
    ['three hundred blanks', `${' '.repeat(300)}Anna Berg`],
    ['three hundred blanks within', `Anna${' '.repeat(300)}Berg`],
    ['a word said twice', 'Anna Anna Berg'],
  ])('has the address before it where a colleague differs by %s only', (_, name) => {
    expect(distinctName(name, ADDRESS, ['Anna Berg'])).toBe(WITH_ADDRESS(name));
    expect(distinctName('Anna Berg', ADDRESS, [name])).toBe(WITH_ADDRESS('Anna Berg'));
  });

  it.each([
    ...['KarI O. Ling', 'Kar1 O. Ling', 'Karl 0. Ling', 'K\u0251rl O. Ling', 'Karl O. Lin\u0261'],
    ...['Kar\u0131 O. Ling', 'KARL O. LING'],
  ])('has the address before it where %s is drawn as a colleague is', (name) => {
    const colleague = 'Karl O. Ling';
    expect(distinctName(name, ADDRESS, [colleague])).toBe(WITH_ADDRESS(name));
    expect(distinctName(colleague, ADDRESS, [name])).toBe(WITH_ADDRESS(colleague));
  });

  it.each([
    ...[
      'Berg Anna',
      'Berg, Anna',
      'Anna Berg (Hemvården)',
      'Enhetschef Anna Berg',
      'Anna Eva Berg',
    ],
    ...['Anna Berg 2', 'anna.berg@orebro.example (Anna Berg)', 'A\u034Fnna “Berg”'],
  ])('has the address before it where it holds the whole name of a colleague: %s', (name) => {
    expect(distinctName(name, ADDRESS, ['Anna Berg'])).toBe(WITH_ADDRESS(name));
  });

  it.each([
    ...['bo.ek@orebro.example', 'bo.ek@orebro.example (Bo Ek)', 'Bo Ek \uFF20 orebro', '4711', '–'],
    ...['a b c d e f g h i'],
  ])('has the address before it where it is no person’s name: “%s”', (name) => {
    expect(distinctName(name, ADDRESS, ['Anna Berg'])).toBe(WITH_ADDRESS(name));
  });

  it.each(['\u2800', ' ', '\u200B', ''])(
    'is the address where nobody sees a name: “%s”',
    (name) => {
      expect(distinctName(name, ADDRESS, ['Anna Berg'])).toBe(ADDRESS);
    },
  );

  it('has the address before it where a letter is of another script', () => {
    expect(distinctName('\u0410nna Berg', ADDRESS, ['Anna Berg'])).toBe(
      WITH_ADDRESS('\u0410nna Berg'),
    );
  });

  it.each([
    ...['IT-support', 'lT-avdelningen', 'Service\u00a0desk Örebro', 'KUNDTJÄNST', 'He1pdesk'],
    ...['Servicedesken', 'Supportens Anna', 'Kundtjänsten', 'Helpdeskgruppen', 'Servicedeskchef'],
    ...['ITsupport', 'Driftsupport', 'DRIFTSUPPORTEN', 'Orebroservicedesk', 'lTavdelningen'],
    ...['En administratör', 'Administrator', 'ADMINISTRATÖR', 'Systemförvaltaren', 'Adminadmin'],
    ...['Supportgruppen', 'Supportteamet', 'Lösenordshjälpen', 'Losenordshjalpen', 'Kundtjanst'],
  ])('has the address before it where it is that of an office: %s', (name) => {
    expect(distinctName(name, ADDRESS, ['Anna Berg'])).toBe(WITH_ADDRESS(name));
  });

  it.each(['Du', 'DU', 'Du själv', 'You'])(
    'has the address where it calls the reader: %s',
    (name) => {
      expect(distinctName(name, ADDRESS, ['Anna Berg'])).toBe(WITH_ADDRESS(name));
    },
  );

  it.each([
    ...['Anna Östergren', 'Åsa Svensson', 'Per Lindholm', 'Maija Itkonen', 'Rita Wester'],
    ...['Ida Ivarsson Ek', 'Sven Deskovic', 'Kim Kundelius', 'Eva Servin', 'Dag Hjälm'],
    ...['Eva Hjelpman', 'Ola Supp', 'Per Portman', 'Lo Lösnitz', 'Ann Kundin', 'Siv Avdic'],
  ])('is the name alone where it is an honest one: %s', (name) => {
    expect(distinctName(name, ADDRESS, ['Anna Berg'], ['Servicedesk', 'Örebro kommun'])).toBe(name);
  });

  it('has the address before it where one colleague has it, other than the manager', () => {
    const nameOf = distinctNames([{ id: '1', name: 'Anna Berg' }], []);
    expect(nameOf('Anna Berg', '1', ADDRESS)).toBe('Anna Berg');
    expect(nameOf('Anna Berg', '2', ADDRESS)).toBe(WITH_ADDRESS('Anna Berg'));
  });

  it('has the address before it where it is of more words than can be compared', () => {
    const letters = [...'abcdefgh'];
    const name = letters.flatMap((one) => letters.map((other) => one + other)).join(' ');
    expect(distinctName(name, ADDRESS, ['Anna Berg'])).toBe(WITH_ADDRESS(name));
  });

  it('is told within a moment, however long the directory has it', () => {
    const long = `A${'\u0300\u0316'.repeat(50_000)}`;
    const others = Array.from({ length: 20 }, () => long);
    const times = Array.from({ length: 10 }, () => {
      const began = performance.now();
      distinctName(long, ADDRESS, others);
      return performance.now() - began;
    });
    expect(Math.min(...times)).toBeLessThan(1_000);
  });
});

describe('a name with a word of the configured desk or organisation', () => {
  const isTold = (name: string): boolean =>
    distinctName(name, ADDRESS, [], ['Dygnet runt 019-21 00 00', 'Sundby kommun']) !== name;

  it.each([
    ...['Sundby kommun', 'Sundbys chefer', 'SUNDBYKOMMUN', 'Sund\u200Bby', 'Dygnet runt'],
    ...['Nysundby', 'Kommunens jour'],
  ])('is told with the address: %s', (name) => {
    expect(isTold(name)).toBe(true);
  });

  it('is told with the address where more than an ending follows a word of seven letters', () => {
    const told = (name: string) => distinctName(name, ADDRESS, [], ['Ronneby kommun']);
    expect(told('Ronnebygruppen')).toBe(WITH_ADDRESS('Ronnebygruppen'));
    for (const name of ['Ulf Ronne', 'Åsa Ronnby', 'Bo Rönneberg', 'Kim Kommer']) {
      expect(told(name)).toBe(name);
    }
  });

  it.each(['Sune Sundberg', 'Anna Sund', 'Agent 019', 'Kom Mun'])(
    'is told alone where it has none: %s',
    (name) => {
      expect(isTold(name)).toBe(false);
    },
  );
});
