import { describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/domain/durations.ts';
import type { Locale } from '../../src/domain/parties.ts';
import { REASONS } from '../../src/domain/reasons.ts';
import type { Problem } from '../../src/domain/reasons.ts';
import type { View } from '../../src/ports/view.ts';
import { createCards } from '../../src/teams/cards/cards.ts';
import { nodes, rawTexts, texts } from './cardNodes.ts';
import type { Node } from './cardNodes.ts';
import { CODE_CARDS } from './flowViews.ts';
import { NOW } from './sampleParts.ts';
import { SAMPLES, withProblem } from './sampleViews.ts';

const SERVICE_DESK = 'Servicedesk 019-21 00 00';

const cards = createCards({
  serviceDesk: SERVICE_DESK,
  timeZone: 'Europe/Stockholm',
  codeLength: 6,
});

function render(view: View, locale: Locale = 'sv'): Node {
  return cards.draw(view, locale, NOW).card;
}

describe('what cards say', () => {
  it.each(['sv', 'en'] as const)('breaks no time over a line: %s', (locale) => {
    const all = SAMPLES.flatMap(({ view }) => rawTexts(render(view, locale)));
    const told = all.join('\n').replaceAll(SERVICE_DESK, '');
    expect(told).toMatch(/(?:kl\.|at)\u00A0\d\d[.:]\d\d/);
    expect(told).not.toMatch(/ \d\d[.:]\d\d(?!\d)/);
    // Letter by letter as requirement F5 has it.
    expect(told).toMatch(/\+46 ••• •• •• \d\d/);
    // This line is the administrator's.
    expect(all.join('\n')).toContain(SERVICE_DESK);
  });

  it('says how many tries are left', () => {
    const view = withProblem('reset.code', { reason: 'codeRefused', attemptsLeft: 3 });
    expect(texts(render(view!))).toContain(
      'Koden stämmer inte eller har gått ut. Bara koden i det senaste sms:et gäller. Du har 3 försök kvar.',
    );
  });

  it('says on home that a locked account takes no enrollment by its password', () => {
    const { view } = SAMPLES.find(({ name }) => name === 'home: not enrolled and locked')!;
    expect(texts(render(view))).toContain(
      'Kontot är låst efter flera försök med fel lösenord. Så länge går det inte att registrera mobilen med lösenordet. Bråttom? Ring Servicedesk 019-21 00 00.',
    );
  });

  it('says until when it is blocked and whom to call', () => {
    const view = withProblem('refused', { reason: 'locked', until: NOW + 24 * 3_600_000 });
    expect(texts(render(view!))).toContain(
      'Flera koder har inte stämt. Därför går det inte att få nya koder förrän i morgon kl. 14.32. Lösenordet är inte bytt. Bråttom? Ring Servicedesk 019-21 00 00.',
    );
    expect(texts(render(view!, 'en'))).toContain(
      'Several codes were not right, so no new codes can be sent until tomorrow at 14:32. The password has not been changed. Urgent? Call Servicedesk 019-21 00 00.',
    );
  });

  it.each(['proofLocked', 'locked', 'numberTooNew', 'notResponsible'] as const)(
    'names the service desk where %s is refused',
    (reason) => {
      const card = render(withProblem('refused', { reason })!);
      expect(texts(card).join()).toContain('Servicedesk 019-21 00 00');
    },
  );

  it.each(['reset.code', 'enrollment.oldCode', 'unlock.code'] as const)(
    'sends the manager to the service desk where no sms reaches the number on %s',
    (name) => {
      const card = render(withProblem(name, { reason: 'smsNumberRefused' })!);
      expect(texts(card).join()).toContain('Servicedesk 019-21 00 00');
    },
  );

  it.each(REASONS)('names the service desk beside the reference of %s, once', (reason) => {
    const names = [...new Set(SAMPLES.map(({ view }) => view.card))];
    for (const name of names) {
      const view = withProblem(name, { reason, reference: 'A1B2C3D4' });
      if (view === undefined) continue;
      for (const locale of ['sv', 'en'] as const) {
        const problem = nodes(render(view, locale)).find(({ id }) => id === `problem:${reason}`);
        const said = texts(problem).join(' ');
        expect(said).toContain('A1B2C3D4');
        expect([name, said.split('Servicedesk 019-21 00 00').length - 1]).toEqual([name, 1]);
      }
    }
  });

  it('tells the typed number from the enrolled one where no sms reaches it', () => {
    const lines = (problem: Partial<Problem>, locale?: Locale) =>
      texts(
        render(
          withProblem('enrollment.mobile', { reason: 'smsNumberRefused', ...problem })!,
          locale,
        ),
      );
    expect(lines({})).toContain(
      'Sms kommer inte fram till det numret. Kontrollera det eller välj ett annat.',
    );
    expect(lines({ isEnrolledNumber: true })).toContain(
      'Sms kommer inte fram till numret som är registrerat nu. Ring Servicedesk 019-21 00 00, så får du hjälp.',
    );
    expect(lines({ isEnrolledNumber: true }, 'en')).toContain(
      'Text messages do not reach the number that is registered now. Call Servicedesk 019-21 00 00 and they will help you.',
    );
  });

  it('offers no other number where an agent vouched for the one', () => {
    const view = withProblem('enrollment.code', { reason: 'smsNumberRefused' })!;
    const said = (over: object) => texts(render({ ...view, ...over } as View));
    expect(said({})).toContain(
      'Sms kommer inte fram till +46 ••• •• •• 67. Ändra numret, eller ring Servicedesk 019-21 00 00.',
    );
    expect(said({ isVouched: true })).toContain(
      'Sms kommer inte fram till +46 ••• •• •• 67. Ring Servicedesk 019-21 00 00, så får du hjälp.',
    );
  });

  it.each(CODE_CARDS)(
    'does not claim on %s that a code was sent when that is not known',
    (name) => {
      const sent =
        'Koden är skickad till +46 ••• •• •• 67. Den gäller i 5 minuter, till kl. 14.36.';
      expect(texts(render(withProblem(name, { reason: 'codeRefused' })!))).toContain(sent);
      const uncertain = { ...withProblem(name, { reason: 'smsUnavailable' })!, hasFailed: true };
      expect(texts(render(uncertain as View))).not.toContain(sent);
    },
  );

  it.each(CODE_CARDS)(
    'claims on %s after a failed message no code, whatever else is wrong',
    (name) => {
      const said = (problem: Problem) =>
        texts(render({ ...withProblem(name, problem)!, hasFailed: true } as View)).join();
      const problems: Problem[] = [
        { reason: 'codeRefused' },
        { reason: 'tooManyCodes' },
        { reason: 'tooManyCodes', until: NOW + 60_000 },
      ];
      for (const problem of problems) {
        expect(said(problem)).not.toMatch(/Koden är skickad|går att använda/);
        expect(said(problem)).toContain('Servicedesk 019-21 00 00');
      }
    },
  );

  it.each(CODE_CARDS)('asks nobody on %s to wait for a code that no wait brings', (name) => {
    const reason = 'tooManyCodes';
    const said = (view: View) => texts(render(view));
    const end = said(withProblem(name, { reason })!);
    expect(end).toContain(
      'Det blev många koder eller försök här. Koden i det senaste sms:et går att använda. Tryck annars på Avbryt och börja om, eller ring Servicedesk 019-21 00 00.',
    );
    expect(end.join()).not.toContain('Efter en minut');
    const over = { ...withProblem(name, { reason })!, expiresAt: NOW - 1 } as View;
    expect(said(over)).toContain(
      'Det blev många koder eller försök här. Tryck på Avbryt och börja om, eller ring Servicedesk 019-21 00 00.',
    );
    expect(said(over).join()).not.toContain('Tryck på Skicka ny kod');
    expect(said(withProblem(name, { reason, until: NOW + 60_000 })!)).toContain(
      'Det går inte att skicka en ny kod än. Du kan få en ny kl. 14.33. Koden i det senaste sms:et går att använda.',
    );
  });

  it.each(CODE_CARDS)(
    'tells on %s a new code that was not sent from one that may be lost',
    (name) => {
      const view = withProblem(name, { reason: 'smsUnavailable' })!;
      const said = (over: object) => texts(render({ ...view, ...over } as View)).join('\n');
      expect(said({})).toContain(
        'Vi kan inte skicka sms just nu. Försök igen om en stund. Bråttom? Ring Servicedesk 019-21 00 00.',
      );
      expect(said({})).toContain('Koden är skickad till');
      expect(said({ hasFailed: true })).toContain('Det är inte säkert att koden kom fram till');
      // Its only way on is a new code, which cannot be had now.
      expect(said({ expiresAt: NOW - 1 })).not.toMatch(/Koden är skickad|Skicka ny kod\./);
    },
  );

  // The old number's card offers no other code in words.
  const promising = CODE_CARDS.filter((name) => name !== 'enrollment.oldCode');

  it.each(promising)('promises on %s no code before the number can have one', (name) => {
    const { view } = SAMPLES.find((sample) => sample.name === name)!;
    const said = (over: object, locale?: Locale) =>
      texts(render({ ...view, ...over } as View, locale)).join('\n');
    const nextFrom = NOW + 8 * 60_000;
    const uncertain = { hasFailed: true, problem: { reason: 'smsUnavailable' } };
    const refused = { problem: { reason: 'tooManyCodes', until: nextFrom } };
    const over = { expiresAt: NOW - 1 };
    const end = { problem: { reason: 'tooManyCodes' } };
    const each = [{}, uncertain, refused, over, end].map((one) => ({ nextFrom, ...one }));
    for (const one of each) {
      expect(said(one)).toContain('kl. 14.40');
      expect(said(one)).not.toMatch(/[Ee]n minut|tryck på Skicka ny kod|börja om(?! kl)/i);
      expect(said({ ...one, isLast: true })).toMatch(/Avbryt och börja om/);
      expect(said(one, 'en')).toContain('14:40');
      expect(said(one, 'en')).not.toMatch(/a minute|tap Send new code/i);
    }
    // Another minute is what every code takes, but an expired one or the last should not be tried in vain.
    const soon = { nextFrom: NOW + 50_000 };
    expect(said(soon)).toContain('Efter en minut kan du trycka på Skicka ny kod.');
    expect(said({ ...soon, ...over })).toContain('Den har gått ut. Du kan få en ny kl. 14.33.');
    expect(said({ ...soon, isLast: true })).toContain(
      'Tryck annars på Avbryt och börja om kl. 14.33.',
    );
    const past = { nextFrom: NOW };
    expect(said(past)).toContain('Efter en minut kan du trycka på Skicka ny kod.');
  });

  it('names the hour from which a number can have a code again', () => {
    const view = withProblem('enrollment.mobile', { reason: 'tooManyCodes', until: NOW + 60_000 });
    expect(texts(render(view!, 'en'))).toContain(
      'We cannot send a new code yet. Try again from 14:33. Still no luck? Call Servicedesk 019-21 00 00.',
    );
  });

  it('tells of a code that was sent before a number is chosen again, until the code has ended', () => {
    const told =
      'Koden är redan skickad till +46 ••• •• •• 12. Välj det numret igen, så kan du skriva koden.';
    const view = {
      ...withProblem('enrollment.mobile', { reason: 'tooManyCodes' })!,
      shownMobile: '+46 ••• •• •• 12',
      heldUntil: NOW,
    } as View;
    expect(texts(render(view))).toContain(told);
    const over = { ...view, heldUntil: NOW - 1 } as View;
    expect(texts(render(over))).not.toContain(told);
  });

  it('leads on where a number has had its codes', () => {
    const card = render(withProblem('enrollment.mobile', { reason: 'tooManyCodes' })!);
    expect(texts(card)).toContain(
      'Det har redan skickats flera koder. Tryck på Avbryt och börja om, eller ring Servicedesk 019-21 00 00.',
    );
  });

  it('names every fault of a password with the figures of its rules', () => {
    const view = withProblem('reset.newPassword', {
      reason: 'passwordTooShort',
      all: ['passwordTooShort', 'passwordForbiddenCharacter'],
    });
    expect(texts(render(view!))).toEqual(
      expect.arrayContaining([
        'Lösenordet är för kort. Det ska ha minst 8 tecken.',
        'Lösenordet har ett tecken som inte går. Välj ett utan å, ä och ö.',
      ]),
    );
  });

  it('shows all rules before a password is typed, and only those that apply', () => {
    const rules = (name: string): string[] =>
      texts(render(SAMPLES.find((sample) => sample.name === name)!.view)).filter((text) =>
        text.startsWith('•'),
      );
    expect(rules('reset.newPassword')).toEqual([
      '• Minst 8 tecken, högst 127',
      '• Utan å, ä och ö',
      '• Inget mellanslag först eller sist',
      '• Minst tre av: små bokstäver, stora bokstäver, siffror, andra tecken',
      '• Utan ord ur kontots namn: hemvardsgruppen',
      '• Inget av de 25 senaste, inte heller med ny siffra',
      '• Inte lätt att gissa: inte en årstid eller ett vanligt lösenord',
    ]);
    expect(rules('reset.newPassword: advice, few rules')).toEqual([
      '• Minst 8 tecken, högst 127',
      '• Inget mellanslag först eller sist',
      '• Inte lätt att gissa: inte kontots namn, en årstid eller ett vanligt lösenord',
    ]);
    // Words that the rule of å, ä and ö leaves out cannot be typed.
    expect(rules('reset.newPassword: names with å, ä and ö')).toContain(
      '• Utan ord ur kontots namn: hemvardsgruppen och Norr',
    );
    expect(rules('reset.newPassword: odd forbidden characters')).toContain(
      '• Utan Ö, mellanslag och \\*',
    );
    expect(rules('reset.newPassword: odd forbidden characters').join()).not.toContain('först');
  });

  it.each(['edge', 'invisible'] as const)(
    'shows the rule of å, ä and ö as kept where the sign is another: %s',
    (forbidden) => {
      const reason = 'passwordForbiddenCharacter';
      const card = render(withProblem('reset.newPassword', { reason, all: [reason], forbidden })!);
      expect(texts(card)).toContain('✓ Utan å, ä och ö');
      const sign = forbidden === 'edge' ? '✗' : '✓';
      expect(texts(card)).toContain(`${sign} Inget mellanslag först eller sist`);
    },
  );

  it('marks after a try which rules the password kept, and no more than is known', () => {
    const sample = SAMPLES.find(({ name }) => name === 'reset.newPassword: after a try')!;
    expect(texts(render(sample.view)).filter((text) => /^[✓✗•] /.test(text))).toEqual([
      '✗ Minst 8 tecken, högst 127',
      '✓ Utan å, ä och ö',
      '✓ Inget mellanslag först eller sist',
      '• Minst tre av: små bokstäver, stora bokstäver, siffror, andra tecken',
      '✗ Utan ord ur kontots namn: hemvardsgruppen',
      '• Inget av de 25 senaste, inte heller med ny siffra',
      '✗ Inte lätt att gissa: inte en årstid eller ett vanligt lösenord',
    ]);
  });

  it.each([
    [{ holdsName: true }, 'Lösenordet har ett ord ur kontots namn. Välj ett utan det.'],
    [
      { holdsName: false, isComplex: false },
      'Lösenordet har för få sorters tecken. Välj ett med minst tre av: små bokstäver, stora bokstäver, siffror, andra tecken.',
    ],
    [
      { holdsName: true, isComplex: false },
      'Lösenordet godkändes inte. Regler som det bröt mot har ett ✗. Välj ett annat.',
    ],
    [
      { holdsName: false, isComplex: true },
      'Lösenordet godkändes inte. Vi får inte veta varför. Det kan ha använts förut, likna kontots namn eller vara för lätt att gissa. Välj ett helt annat, gärna längre.',
    ],
  ])('says why the directory refused a password, as far as is known: %j', (marks, told) => {
    const problem = { reason: 'passwordRefusedByDirectory', ...marks } as const;
    expect(texts(render(withProblem('reset.newPassword', problem)!))).toContain(told);
  });

  it('says of an empty box that nothing was typed, and marks no rule', () => {
    const reason = 'passwordTooShort';
    const problem = { reason, all: [reason], isEmpty: true } as const;
    const lines = texts(render(withProblem('reset.newPassword', problem)!));
    expect(lines).toContain('Skriv det nya lösenordet i båda rutorna.');
    expect(lines.filter((text) => /^[✓✗] /.test(text))).toEqual([]);
  });

  it.each([
    ['reminder', 'Annat skäl'],
    ['desk.account', 'Annat skäl'],
  ])('shows on %s the reason that is recorded where none is chosen', (name, title) => {
    const lists = SAMPLES.filter(({ view }) => view.card === name)
      .flatMap(({ view }) => nodes(render(view)))
      .filter(({ type }) => type === 'Input.ChoiceSet');
    expect(lists).not.toHaveLength(0);
    for (const { value, choices } of lists) {
      expect([value, choices]).toEqual(['other', expect.arrayContaining([{ title, value }])]);
    }
  });

  it('tells the step, where there are several, with the account', () => {
    const lines = (name: string) => texts(render(SAMPLES.find((s) => s.name === name)!.view));
    expect(lines('reset.newPassword')[1]).toBe('Steg 2 av 2 · Konto: hemvardsgruppen');
    expect(lines('unlock.code')[1]).toBe('Konto: hemvardsgruppen');
  });

  it.each([
    ['home: enrolled', 'Lösenordet byttes för 3 månader sedan.'],
    ['home: age unknown', 'Det syns inte när lösenordet byttes senast.'],
    ['home: expiring', 'Lösenordet byttes för 3 månader sedan och går ut om 5 dagar.'],
    ['home: expiring, age unknown', 'Lösenordet går ut i morgon.'],
    ['home: expired', 'Lösenordet gick ut för 3 dagar sedan och behöver bytas.'],
  ])('tells the age of the password on %s', (name, line) => {
    expect(texts(render(SAMPLES.find((sample) => sample.name === name)!.view))).toContain(line);
  });

  it.each([
    [
      'reminder',
      'Lösenordet bör bytas senast 7 december, om 2 veckor. Det byttes senast för 2 månader sedan.',
    ],
    [
      'reminder: overdue, expired by the directory',
      'Lösenordet gick ut 15 november, för 8 dagar sedan. Det byttes senast för 2 månader sedan.',
    ],
    [
      'reminder: overdue',
      'Lösenordet skulle ha bytts 15 november, för 8 dagar sedan. Det byttes senast för 2 månader sedan.',
    ],
    ['reminder: age unknown', 'Lösenordet bör bytas i dag.'],
    [
      'reminder',
      'Vänta inte om någon i gruppen har slutat eller om lösenordet kan ha kommit på avvägar.',
    ],
    ['reminder: overdue, expired by the directory', 'Byt det nu, så kommer gruppen in igen.'],
    [
      'reminder: overdue',
      'Byt det gärna nu, särskilt om någon i gruppen har slutat eller om lösenordet kan ha kommit på avvägar.',
    ],
    ['reminder: must be changed', 'Byt det gärna här redan nu.'],
    [
      'reminder: a new number waits',
      'Numret är nytt. Det går att byta lösenord med det först 24 november kl. 14.32. Bråttom? Ring Servicedesk 019-21 00 00.',
    ],
    ['reminder.done', 'Vi påminner dig igen i morgon kl. 14.32. Du kan byta lösenord när du vill.'],
    [
      'reminder.done: a new number waits',
      'Vi påminner dig igen i morgon kl. 14.32. Numret är nytt. Det går att byta lösenord med det först 24 november kl. 14.32.',
    ],
    [
      'reminder.done: not enrolled',
      'Vi påminner dig igen i morgon kl. 14.32. Du kan registrera mobilen när du vill: skriv registrera här i chatten.',
    ],
    [
      'reminder.done: not needed',
      'Vi påminner inte om det här lösenordet före 21 februari. Du kan byta lösenord när du vill.',
    ],
  ])('says on %s what is asked and when it comes again', (name, line) => {
    expect(texts(render(SAMPLES.find((sample) => sample.name === name)!.view))).toContain(line);
  });

  it('tells when the password was changed, in words that hold tomorrow too', () => {
    const told = (view: Partial<Extract<View, { card: 'reset.done' }>>) =>
      texts(render({ card: 'reset.done', accountName: 'a', ...view }))[2];
    expect(told({ changedAt: NOW })).toBe(
      'Lösenordet byttes 23 november kl. 14.31. Berätta för gruppen, men inte i någon chatt.',
    );
    expect(told({})).toBe('Lösenordet är bytt. Berätta för gruppen, men inte i någon chatt.');
  });

  it.each([
    ['unlock.done: number waits', 'Kontot är upplåst. Numret är nytt.'],
    [
      'unlock.done: expired, number waits',
      'Kontot är upplåst, men lösenordet har gått ut. Numret är nytt.',
    ],
  ])('offers no change of the password on %s that the number does not allow yet', (name, line) => {
    const { view } = SAMPLES.find((sample) => sample.name === name)!;
    const waits = 'Det går att byta lösenord med det först 24 november kl. 14.32.';
    expect(texts(render(view)).join('\n')).toContain(`${line} ${waits}`);
    expect(texts(render(view)).join('\n')).toContain('Bråttom? Ring Servicedesk 019-21 00 00.');
    expect(texts(render(view)).join()).not.toMatch(/Byt det nu|kan du byta det nu/);
  });

  it.each(CODE_CARDS)('asks on %s for the code of the newest message', (name) => {
    const card = render(withProblem(name, { reason: 'codeRefused' })!);
    expect(nodes(card).find(({ id }) => id === 'code')?.['label']).toBe(
      'Koden i det senaste sms:et',
    );
  });

  it('claims of an unlocked account’s password no more than that it is not changed', () => {
    const { view } = SAMPLES.find(({ name }) => name === 'notice: unlock')!;
    expect(texts(render(view)).join()).toContain('låste upp kontot. Lösenordet är inte bytt.');
  });

  it('tells what is to come without the words for what has happened', () => {
    const said = (name: string) =>
      texts(render(SAMPLES.find((sample) => sample.name === name)!.view)).join('\n');
    expect(said('notice: removalAhead')).toContain('tas bort från kontot 21 februari');
    expect(said('notice: removalAhead')).not.toContain('Det hände');
    expect(said('notice: removal')).toContain('Det hände 23 november kl. 14.31.');
    expect(said('notice: responsibilityChanged')).toContain('Vi såg det 23 november kl. 14.31.');
  });

  it.each([
    ['notice: firstEnrollment', 'Anna Berg registrerade sin mobil och kan nu byta lösenordet.'],
    [
      'notice: firstEnrollment, cool-down',
      'Anna Berg registrerade sin mobil och kan byta lösenordet först 24 november kl. 14.32.',
    ],
    [
      'notice: ownEnrollment, cool-down',
      'Mobilen +46 ••• •• •• 67 är registrerad i ditt namn. Det går att byta lösenordet med den först 24 november kl. 14.32.',
    ],
    [
      'notice: revoke',
      'Mobilnumret som Anna Berg hade registrerat togs bort från kontot av en administratör.',
    ],
    [
      'notice: revoke of many',
      'Mobilnumren som 6 ansvariga hade registrerat togs bort från kontot av en administratör.',
    ],
  ])('says on %s whose number it is and from when it counts', (name, line) => {
    expect(texts(render(SAMPLES.find((sample) => sample.name === name)!.view))).toContain(line);
  });

  it('counts the managers whose numbers were removed where their names are many or unknown', () => {
    const notice = {
      card: 'notice',
      event: 'revoke',
      accountName: 'a',
      byName: '',
      at: NOW,
    } as const;
    const told = (owners: readonly string[], hasReader = false): string =>
      texts(render({ ...notice, owners, hasReader })).find((text) => text.includes('togs bort'))!;
    expect(told([''])).toBe('Ett mobilnummer togs bort från kontot av en administratör.');
    expect(told(['Anna Berg', ''])).toContain(
      'Mobilnumren som 2 ansvariga hade registrerat togs bort',
    );
    expect(told(['Anna Berg', 'Bo Ek'])).toContain('Mobilnumren som Anna Berg och Bo Ek hade');
    expect(told([], true)).toContain('Mobilnumret som du hade registrerat togs bort');
    expect(told(['Anna Berg'], true)).toContain('Mobilnumren som du och Anna Berg hade');
    expect(told(Array<string>(6).fill('Anna Berg'), true)).toContain('du och 6 ansvariga');
    expect(told([''], true)).toContain('Mobilnumren som du och en ansvarig hade');
  });

  it('tells a reader whose number was removed nothing of who answers', () => {
    const about = { accountName: 'a', byName: '', at: NOW, owners: [], hasReader: true } as const;
    const told = texts(render({ card: 'notice', event: 'revoke', ...about }));
    expect(told.join()).not.toContain('Ansvarar inte längre');
  });

  it.each([
    ['desk.account: waiting', 'Säg det här talet. Vänta på svar till kl. 14.33.'],
    ['desk.account: confirmed, may vouch', '✓ Bekräftad i Teams till kl. 14.46.'],
  ])('tells an agent on %s no longer time than there is', (name, line) => {
    expect(texts(render(SAMPLES.find((sample) => sample.name === name)!.view))).toContain(line);
  });

  it('promises an agent no new try while a manager’s next number would have to wait', () => {
    const { view } = SAMPLES.find(({ name }) => name === 'desk.account: a lockout lifted')!;
    expect(texts(render(view))).toContain('Spärren är borttagen. Det går att försöka igen.');
    const { facts } = view as Extract<View, { card: 'desk.account' }>;
    const managers = facts!.managers.map((one) => ({ ...one, nextUsableFrom: NOW + DAY_MS }));
    const waiting = { ...view, facts: { ...facts!, managers } } as View;
    expect(texts(render(waiting))).toContain('Spärren är borttagen.');
  });

  it('asks an agent once why a number is taken, before all whose number it may be', () => {
    const shown = (name: string) => {
      const card = render(SAMPLES.find((sample) => sample.name === name)!.view);
      const all = nodes(card).filter(
        ({ type, id }) => type === 'Input.ChoiceSet' || String(id).startsWith('manager:'),
      );
      return all.map(({ id, label }) => [id, ...(label === undefined ? [] : [label])]);
    };
    expect(shown('desk.account: nothing wrong')).toEqual([
      ['manager:1'],
      ['reason', 'Varför tas numret bort?'],
    ]);
    expect(shown('desk.account: much to tell')).toEqual([
      ['reason', 'Ska ett nummer tas bort? Välj varför'],
      ['manager:1'],
      ['manager:2'],
    ]);
  });

  it('shows an agent before all else that a manager has to wait, and once why', () => {
    const sample = SAMPLES.find(({ name }) => name === 'desk.account: number waits')!;
    const lines = texts(render(sample.view));
    expect(lines[2]).toBe('En ansvarig måste vänta: se under namnet.');
    expect(lines.filter((line) => line.includes('byta lösenord'))).toEqual([
      'Numret är nytt. Det går att byta lösenord med det först i morgon kl. 14.32.',
    ]);
  });

  it('names the year where a whole one goes by before the next reminder', () => {
    const until = NOW + 365 * DAY_MS;
    const flow = { handle: 'h', accountName: 'a', isEnrolled: true };
    const view = { card: 'reminder.done', ...flow, answer: 'notNeeded', until } as const;
    expect(texts(render(view)).join()).toContain('före 23 november 2027.');
  });

  it('shows names letter by letter, never as links, mentions, functions or bindings', () => {
    const shown = (name: string): string => {
      const card = render({
        card: 'notice',
        event: 'numberChange',
        accountName: 'a',
        byName: name,
        at: NOW,
      });
      return texts(card)
        .find((text) => text.endsWith(' bytte sitt mobilnummer för kontot.'))!
        .slice(0, -35);
    };
    expect(shown('[x](http://evil.example)')).toBe('\\[x\\](http\\://evil.example)');
    expect(shown('<at>Anna</at>')).toBe('\\<at\\>Anna\\</at\\>');
    expect(shown('**bold** _it_ `code` ~~no~~')).toBe(
      '\\*\\*bold\\*\\* \\_it\\_ \\`code\\` \\~\\~no\\~\\~',
    );
    expect(shown('a\r\n# b\u2028- c\u202e')).toBe('a # b - c');
    expect(shown('# heading')).toBe('\\# heading');
    expect(shown('- list')).toBe('\\- list');
    expect(shown('1. list')).toBe('1\\. list');
    expect(shown('${handle} {{DATE(2026-01-01T00:00:00Z)}}')).toBe(
      '$\\{handle} {\\{DATE(2026-01-01T00:00:00Z)}}',
    );
    expect(shown('{byName}, plural')).toBe('{byName}, plural');
    expect(shown('x'.repeat(500))).toHaveLength(120);
    expect(shown("Åsa_B. O'Neil-Öst")).toBe("Åsa_B. O'Neil-Öst");
  });
});
