import { describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/domain/durations.ts';
import type { Locale } from '../../src/domain/parties.ts';
import { REVOKE_REASONS } from '../../src/ports/deskView.ts';
import { describeFault } from '../../src/adapters/log.ts';
import { NOT_NEEDED_REASONS } from '../../src/ports/noticeView.ts';
import type { CardName, View } from '../../src/ports/view.ts';
import { MAX_REMINDED } from '../../src/ports/account.ts';
import { MANAGERS_ON_CARD } from '../../src/service/desk/facts.ts';
import { ACCOUNTS_ON_CARD } from '../../src/service/tap/home.ts';
import { createCards } from '../../src/teams/cards/cards.ts';
import { byType, nodes, texts } from './cardNodes.ts';
import type { Node } from './cardNodes.ts';
import { FLOW, NOW } from './sampleParts.ts';
import { ACCOUNT, SAMPLES, withProblem } from './sampleViews.ts';

const LOCALES: readonly Locale[] = ['sv', 'en'];
const options = {
  serviceDesk: 'Servicedesk 019-21 00 00',
  timeZone: 'Europe/Stockholm',
  codeLength: 6,
};
const cards = createCards(options);
const submitCards = createCards({ ...options, actions: 'submit' });

const ELEMENTS = [
  'TextBlock',
  'FactSet',
  'Container',
  'Input.Text',
  'Input.ChoiceSet',
  'ActionSet',
];
const INPUTS: Partial<Record<CardName, readonly string[]>> = {
  'enrollment.currentPassword': ['currentPassword'],
  'enrollment.mobile': ['mobile'],
  'enrollment.oldCode': ['code'],
  'enrollment.code': ['code'],
  'reset.code': ['code'],
  'unlock.code': ['code'],
  'reset.newPassword': ['newPassword', 'confirmPassword'],
  desk: ['account'],
};
/** Texts that fit beside each other on a phone 320 pixels wide, seen in a browser. */
const ROW_CHARACTERS = 26;

const drawn = { sv: new WeakMap<View, Node>(), en: new WeakMap<View, Node>() };

/** Draws each view once: many tests look at the same cards. */
function render(view: View, locale: Locale = 'sv'): Node {
  const card = drawn[locale].get(view) ?? cards.draw(view, locale, NOW).card;
  drawn[locale].set(view, card);
  return card;
}

const everySample = LOCALES.flatMap((locale) =>
  SAMPLES.map(({ name, ...rest }) => ({ name: `${name} (${locale})`, locale, ...rest })),
);

describe('cards', () => {
  it('name in the log the card that cannot be drawn, and nothing that it binds', () => {
    const broken = createCards(options, undefined, () => ({
      texts: [],
      expand() {
        throw new Error('canary');
      },
    }));
    let fault: unknown;
    try {
      broken.draw({ card: 'help', isAgent: false, isManager: true }, 'sv', NOW);
    } catch (error) {
      fault = describeFault(error);
    }
    expect(fault).toMatchObject({
      message: 'the card help cannot be drawn',
      cause: { name: 'Error' },
    });
    expect(JSON.stringify(fault)).not.toContain('canary');
  });

  it.each(everySample)('$name is summed up by its title and its account', ({ view, locale }) => {
    const { card, summary } = cards.draw(view, locale, NOW);
    expect(card).toEqual(cards.draw(view, locale, NOW).card);
    const [title] = card['body'] as [{ readonly text: string }];
    expect(summary.startsWith(title.text)).toBe(true);
    const account = 'accountName' in view ? view.accountName : undefined;
    expect(summary.slice(title.text.length)).toBe(
      account === undefined ? '' : `${/[?!]$/.test(title.text) ? '' : ':'} ${account}`,
    );
  });

  it('sum up an account by its name as it is, on one line', () => {
    const accountName = '*hem*\nvård_1';
    const view = { ...SAMPLES.find(({ name }) => name === 'reset.code')!.view, accountName };
    expect(cards.draw(view as View, 'sv', NOW).summary).toBe('Byt lösenord: *hem* vård_1');
  });

  it.each(everySample)('$name carries its name, language and only what phones show', (sample) => {
    const card = render(sample.view, sample.locale);
    expect(card).toMatchObject({ type: 'AdaptiveCard', version: '1.5', lang: sample.locale });
    expect(card).not.toHaveProperty('speak');
    expect(card).not.toHaveProperty('actions');
    const body = card['body'] as Node[];
    expect(body[0]).toMatchObject({ id: sample.view.card, style: 'heading' });

    const typed = nodes(card).filter((node) => 'type' in node && node !== card);
    const elements = typed.filter(({ type }) => !String(type).startsWith('Action.'));
    const types = elements.map(({ type }) => String(type));
    expect(types.filter((type) => !ELEMENTS.includes(type))).toEqual([]);
    expect(byType(card, 'TextBlock').filter((block) => block['wrap'] !== true)).toEqual([]);
    const ids = nodes(card).flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(JSON.stringify(card)).not.toMatch(/\$\{|#\{|"\$|undefined|NaN|\[object/);
    expect(texts(card).every((text) => text.trim() === text && text.length > 0)).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThan(20_000);
  });

  it.each(everySample)('$name offers the verbs of the contract', ({ view, verbs, locale }) => {
    const card = render(view, locale);
    const buttons = byType(card, 'Action.Execute');
    expect(buttons.map(({ verb }) => String(verb)).sort()).toEqual([...verbs].sort());

    for (const button of buttons) {
      const { title, verb, data, fallback } = button;
      expect(data).toHaveProperty('verb', verb);
      expect(fallback).toEqual({ type: 'Action.Submit', title, data });
      // A cancel button must not stumble over an empty input.
      expect(button).not.toHaveProperty('associatedInputs');
    }
    const inSets = byType(card, 'ActionSet').map(({ actions }) => actions as Node[]);
    expect(inSets.flat()).toEqual(buttons);
    for (const row of inSets) {
      expect(row.length).toBeGreaterThan(0);
      const characters = row.map(({ title }) => String(title).length).reduce((a, b) => a + b);
      expect(characters).toBeLessThanOrEqual(ROW_CHARACTERS);
    }
  });

  it.each(everySample)('$name has one main button, the first', ({ view, locale }) => {
    const card = render(view, locale);
    // Three numbers of which none stands out, and an agent's card, on which each manager has their own.
    if (['caller', 'desk.account'].includes(view.card)) return;
    const accounts = byType(card, 'Container').filter(({ id }) =>
      String(id).startsWith('account:'),
    );
    for (const part of accounts.length > 0 ? accounts : [card]) {
      const styles = byType(part, 'Action.Execute').map(({ style }) => style);
      const offersNothing =
        view.card === 'working' || view.card === 'reset.unknown' || styles.length === 0;
      expect(styles[0]).toBe(offersNothing ? undefined : 'positive');
      expect(styles.slice(1).filter((style) => style !== undefined)).toEqual([]);
    }
  });

  it.each(everySample)('$name puts only opaque values into buttons', ({ view, locale }) => {
    for (const { verb, data } of byType(render(view, locale), 'Action.Execute')) {
      if (verb === 'language') {
        expect(data).toEqual({ verb, locale: locale === 'sv' ? 'en' : 'sv' });
      } else if (view.card === 'home' && verb === 'home') {
        expect(data).toEqual({ verb, handle: view.part?.first === 3 ? '0' : '1' });
      } else if (view.card !== 'desk.account' && (verb === 'deskFind' || verb === 'desk')) {
        expect(data).toEqual({ verb });
      } else if (verb === 'home' || (view.card === 'working' && view.handle === undefined)) {
        expect(data).toEqual({ verb });
      } else {
        expect(data).toEqual({ verb, handle: expect.stringMatching(/-handle$/) });
      }
    }
  });

  it.each(everySample)(
    '$name asks for a reason only where there is something to decline',
    (sample) => {
      const { view, locale } = sample;
      const inputs = byType(render(view, locale), 'Input.ChoiceSet');
      const canDecline = view.card === 'reminder' && !view.isEnforced;
      const canRevoke = sample.verbs.includes('deskRevoke');
      expect(inputs.map(({ id }) => id)).toEqual(canDecline || canRevoke ? ['reason'] : []);
      for (const { label, choices } of inputs) {
        expect(label).toEqual(expect.stringMatching(/\p{L}/u));
        const reasons = canRevoke ? REVOKE_REASONS : NOT_NEEDED_REASONS;
        expect((choices as Node[]).map(({ value }) => value)).toEqual([...reasons]);
      }
    },
  );

  it.each(everySample)('$name asks for what the contract names, with labels', (sample) => {
    const { view, locale } = sample;
    const inputs = byType(render(view, locale), 'Input.Text');
    const asksNothing =
      ('hasInput' in view && !view.hasInput) ||
      ('vouchedBy' in view && view.vouchedBy !== undefined);
    expect(inputs.map(({ id }) => id)).toEqual(asksNothing ? [] : (INPUTS[view.card] ?? []));
    for (const input of inputs) {
      expect(input['label']).toEqual(expect.stringMatching(/\p{L}/u));
      expect(input['maxLength']).toEqual(expect.any(Number));
      expect(input).not.toHaveProperty('isRequired');
      expect(input).not.toHaveProperty('value');
      const isPassword = /password/i.test(String(input['id']));
      expect(input['style'] === 'password').toBe(isPassword);
    }
  });

  it('shows each account in a container of its own, name first, with its own handle', () => {
    const accounts = [ACCOUNT, { ...ACCOUNT, handle: 'second-handle', name: 'hemvard_2-natt' }];
    const containers = byType(render({ card: 'home', isAgent: false, accounts }), 'Container');
    expect(containers.map(({ id }) => id)).toEqual(['account:1', 'account:2']);
    expect(containers.map((container) => texts(container)[0])).toEqual([
      'hemvardsgruppen',
      'hemvard_2-natt',
    ]);
    const handles = containers.map((container) =>
      byType(container, 'Action.Execute').map(({ data }) => (data as Node)['handle']),
    );
    expect(handles).toEqual([
      ['account-handle', 'account-handle'],
      ['second-handle', 'second-handle'],
    ]);
  });

  it('says which of many accounts it shows, and counts on', () => {
    const accounts = [ACCOUNT, { ...ACCOUNT, handle: 'second-handle' }];
    const part = { first: 21, of: 27, isAnyEnrolled: true };
    const card = render({ card: 'home', isAgent: false, accounts, part });
    const containers = byType(card, 'Container');
    expect(containers.map(({ id }) => id)).toEqual(['account:21', 'account:22']);
    expect(texts(card).slice(0, 3)).toEqual([
      'Dina konton',
      'Du ser kontona 21–22 av 27. Tryck på Visa fler konton längre ner.',
      'Tryck på en knapp under rätt konto.',
    ]);
    const last = render(
      {
        card: 'home',
        isAgent: false,
        accounts: [ACCOUNT],
        part: { ...part, first: 27, isAnyEnrolled: false },
      },
      'en',
    );
    expect(texts(last).slice(0, 3)).toEqual([
      'Your accounts',
      'Register your mobile, so that you can change the password yourself when needed.',
      'You see account 27 of 27. Tap Show the first accounts further down.',
    ]);
  });

  it('is taken by Teams with as many locked accounts of long names as it shows at once', () => {
    const account = {
      ...ACCOUNT,
      handle: 'h'.repeat(22),
      name: 'å'.repeat(20),
      displayName: 'ö'.repeat(256),
      isLocked: true,
      passwordExpiresAt: NOW + DAY_MS,
    };
    const accounts = Array.from({ length: ACCOUNTS_ON_CARD }, () => account);
    const part = { first: 1, of: 100, isAnyEnrolled: true };
    for (const locale of LOCALES) {
      const card = render({ card: 'home', isAgent: false, accounts, part }, locale);
      // UTF-16, as Teams counts.
      expect(JSON.stringify(card).length * 2).toBeLessThan(80_000);
    }
  });

  it('is taken by Teams with as many managers of long names as an agent sees at once', () => {
    const view = SAMPLES.find(({ name }) => name === 'desk.account: much to tell')!.view;
    if (view.card !== 'desk.account' || view.facts === undefined) throw new Error('no such card');
    const manager = { ...view.facts.managers[0]!, name: 'å'.repeat(256), canConfirm: true };
    const managers = Array.from({ length: MANAGERS_ON_CARD }, () => ({
      ...manager,
      handle: 'h'.repeat(40),
      canVouch: true,
      isFormer: true,
    }));
    for (const locale of LOCALES) {
      const card = render({ ...view, facts: { ...view.facts, managers } }, locale);
      // UTF-16, as Teams counts.
      expect(JSON.stringify(card).length * 2).toBeLessThan(80_000);
    }
  });

  it('is taken by Teams with as many managers of long names as a change of who answers can have', () => {
    const added = Array.from(
      { length: MAX_REMINDED },
      (_, at) => `${String(at)} ${'å'.repeat(256)}`,
    );
    const about = { ...FLOW, event: 'responsibilityChanged', byName: '', at: NOW } as const;
    for (const locale of LOCALES) {
      const card = render({ card: 'notice', ...about, added, removed: added }, locale);
      // UTF-16, as Teams counts.
      expect(JSON.stringify(card).length * 2).toBeLessThan(80_000);
      expect(JSON.stringify(card)).toContain(String(MAX_REMINDED - MANAGERS_ON_CARD));
      for (const some of [['Anna Berg'], []]) {
        const more = { added: 7, removed: 0 };
        const rest = render({ card: 'notice', ...about, added: some, removed: [], more }, locale);
        expect(JSON.stringify(rest)).toContain('7 ');
      }
    }
  });

  it.each(everySample)('$name shows the same with Action.Submit alone', ({ view, locale }) => {
    const executes = render(view, locale);
    const card = submitCards.draw(view, locale, NOW).card;
    expect(nodes(card).filter(({ type }) => type === 'Action.Execute')).toEqual([]);
    const expected = JSON.parse(JSON.stringify(executes), (_key, node: unknown) => {
      if (typeof node !== 'object' || node === null || !('fallback' in node)) return node;
      const { fallback, style } = node as Node;
      return { ...(fallback as Node), ...(style === undefined ? {} : { style }) };
    }) as Node;
    expect(card).toEqual(expected);
  });

  it('refuses to show a card with a hole in it', () => {
    const view = { card: 'reset.done', accountName: 'a' } as const;
    expect(render(view)).toBeDefined();
    const broken = { ...SAMPLES.find((sample) => sample.name === 'reset.code')!.view } as object;
    expect(() => render({ ...broken, handle: undefined } as unknown as View)).toThrow(
      'the card reset.code cannot be drawn',
    );
  });

  it('renders a card in a millisecond or two', () => {
    const view = withProblem('reset.newPassword', { reason: 'passwordTooShort' })!;
    const times = Array.from({ length: 200 }, () => {
      const start = performance.now();
      cards.draw(view, 'sv', NOW);
      return performance.now() - start;
    });
    // The quickest of many: well under one on a machine that is free.
    expect(Math.min(...times)).toBeLessThan(3);
  });
});
