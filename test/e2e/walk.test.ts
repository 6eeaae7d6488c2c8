import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locale } from '../../src/domain/parties.ts';
import { createTexts } from '../../src/texts/texts.ts';
import { pictureFile } from '../docs/guide.ts';
import { undated, wordsOn } from '../docs/pictures.ts';
import type { CardWords } from './cardWords.ts';
import { createCardWords } from './cardWords.ts';
import type { Chat } from './chat.ts';
import { openChat } from './chat.ts';
import type { DemoProcess } from './demoProcess.ts';
import { startDemo } from './demoProcess.ts';
import type { Stop, Walk } from './manager.ts';
import {
  DUE,
  DUE_NEW_PASSWORD,
  FIRST,
  FIRST_NEW_PASSWORD,
  dnOf,
  enrollShownMobile,
  enrollTypedMobile,
  mistypeCode,
  resetFirst,
  resetFromReminder,
  unlockDue,
  walkThrough,
  wrongCode,
} from './manager.ts';

const words = createCardWords('sv');
const SHOWN_MOBILE = '+46701740605';
const TYPED_MOBILE = '+46701740607';

let demo: DemoProcess;
let chat: Chat;
let walk: Walk;
/** Pictures of the Swedish guide that are out of date, with the words that they should have. */
const stale: string[] = [];

beforeAll(async () => {
  demo = await startDemo();
  chat = await openChat(demo.chatUrl, 'walk');
  const look: Walk['look'] = async (stop) => {
    stale.push(...(await staleAt(stop, chat, 'sv')));
    await mistakes[stop]?.(words);
  };
  walk = { demo, chat, words, look };
});

afterAll(async () => {
  await chat?.close();
  await demo?.stop();
});

/** Another demo in the same page. */
async function goOnWith(args: readonly string[]): Promise<void> {
  await demo.stop();
  demo = await startDemo(args, demo.ports);
  await chat.reload();
}

/** Empty where the guide's picture of this stop shows the chat as it is. */
async function staleAt(stop: Stop, seen: Chat, locale: Locale): Promise<string[]> {
  const file = pictureFile(locale, stop);
  const pictured = undated(wordsOn(readFileSync(file)) ?? '', locale);
  const now = undated(await seen.text(), locale);
  return pictured === now ? [] : [`npm run docs, for ${file} shows: ${pictured} | but now: ${now}`];
}

/** The faults on the way before the success. */
const mistakes: Partial<Record<Stop, (words: CardWords) => Promise<void>>> = {
  async 'enroll-password'({ button, label, problem }) {
    const card = 'enrollment.currentPassword';
    await chat.fill(label(card, 'currentPassword'), 'fel lösenord');
    await chat.tap(button(card, 'proveCurrentPassword'));
    await chat.says(problem(card, 'passwordWrong'));
  },

  async 'enroll-mobile'({ button, label, problem }) {
    for (const number of ['019-21 00 00', '+47 406 12 345', '112']) {
      await chat.fill(label('enrollment.mobile: suggestion', 'mobile'), number);
      await chat.tap(button('enrollment.mobile: suggestion', 'setMobile'));
      await chat.says(problem('enrollment.mobile', 'mobileInvalid'));
    }
  },

  async 'reset-password'({ button, label, problem }) {
    const card = 'reset.newPassword';
    for (const [reason, password, repeated] of [
      ['passwordMismatch', 'Kaffe-Trad-9', 'Kaffe-Trad-8'],
      ['passwordTooShort', 'Kort-9', 'Kort-9'],
      ['passwordForbiddenCharacter', 'Kaffe-Trädgård-9', 'Kaffe-Trädgård-9'],
      ['passwordUsedBefore', FIRST.password, FIRST.password],
      ['passwordTooCommon', 'Password123!', 'Password123!'],
    ] as const) {
      await chat.fill(label(card, 'newPassword'), password);
      await chat.fill(label(card, 'confirmPassword'), repeated);
      await chat.tap(button(card, 'setPassword'));
      await chat.says(problem(card, reason));
    }
    expect(await demo.binds(dnOf(FIRST), FIRST.password)).toBe(true);
  },
};

describe('a manager in the browser', () => {
  it('sees her accounts and nobody else’s as soon as the chat is open', async () => {
    expect(demo.greeting.length).toBeLessThanOrEqual(5);
    await chat.shows('home');

    expect(await chat.text()).toContain(FIRST.name);
    expect(await chat.text()).toContain(DUE.name);
    expect(await chat.text()).not.toContain('dagverksamheten');
  });

  it('enrolls the mobile that the directory knows in at most 8 taps', async () => {
    expect(await enrollShownMobile(walk)).toBeLessThanOrEqual(8);
  });

  it('resets the password in at most 7 taps, and only the new one binds', async () => {
    expect(await resetFirst(walk)).toBeLessThanOrEqual(7);

    expect(await demo.binds(dnOf(FIRST), FIRST_NEW_PASSWORD)).toBe(true);
    expect(await demo.binds(dnOf(FIRST), FIRST.password)).toBe(false);
  });

  it('enrolls with an expired password, with the code written in the chat', async () => {
    await enrollTypedMobile(walk, '0046 (0)70-174 06 07');
  });

  it('gets a reminder and resets from it in at most 6 taps, and only the new one binds', async () => {
    expect(await resetFromReminder(walk)).toBeLessThanOrEqual(6);

    expect(await demo.binds(dnOf(DUE), DUE_NEW_PASSWORD)).toBe(true);
    expect(await demo.binds(dnOf(DUE), DUE.password)).toBe(false);
  });

  it('unlocks an account that colleagues have locked, and its password stays', async () => {
    await unlockDue(walk);

    expect(await demo.binds(dnOf(DUE), DUE_NEW_PASSWORD)).toBe(true);
  });

  it('gets codes on the mobile of the account, and notices without one', () => {
    const [first, second] = [SHOWN_MOBILE, TYPED_MOBILE].map((mobile) =>
      demo.taken.filter(({ to }) => to === mobile).map(({ text }) => /\b\d{6}\b/.test(text)),
    );
    // The last one tells of the other number: the directory has this one.
    expect(first).toEqual([true, false, true, false, false]);
    expect(second).toEqual([true, false, true, false, true, false]);
  });

  it('is stopped after five wrong codes, and after three wrong passwords', async () => {
    const { button, label, problem } = words;
    const code = await mistypeCode(walk);
    await chat.fill(label('reset.code', 'code'), code.slice(0, 5));
    await chat.tap(button('reset.code', 'confirmCode'));
    await chat.says(problem('reset.code', 'codeRefused'));
    for (let wrong = 2; wrong <= 5; wrong += 1) {
      await chat.fill(label('reset.code', 'code'), wrongCode(code, wrong));
      await chat.tap(button('reset.code', 'confirmCode'));
    }
    await chat.shows('refused');
    await chat.says(problem('refused', 'locked'));
    expect(await chat.text()).toContain('Servicedesk 019-21 00 00');

    await chat.tap(button('refused', 'home'));
    await chat.tap(button('home: enrolled', 'enroll'), chat.account(FIRST.name)); // where one was wrong before
    await chat.shows('enrollment.currentPassword');
    for (let wrong = 0; wrong < 2; wrong += 1) {
      await chat.fill(label('enrollment.currentPassword', 'currentPassword'), FIRST.password);
      await chat.tap(button('enrollment.currentPassword', 'proveCurrentPassword'));
    }
    await chat.shows('refused');
    await chat.says(problem('refused', 'proofLocked'));
    expect(await demo.binds(dnOf(FIRST), FIRST_NEW_PASSWORD)).toBe(true);
  });

  it('has seen what the guide’s pictures show', () => {
    expect(stale).toEqual([]);
  });

  it('reads help, changes language and gives up', async () => {
    const english = createTexts().text('en', 'home.title', { count: 2 });
    await chat.send('hjälp');
    await chat.shows('help');
    await chat.send('english');
    await chat.says(english);
    await chat.send('svenska');
    await chat.says(createTexts().text('sv', 'home.title', { count: 2 }));
    await chat.send('avbryt');
    await chat.shows('cancelled');
  });
});

describe('the demo', () => {
  it('ends with Ctrl-C and leaves nothing behind', async () => {
    expect(await demo.stop()).toEqual({ code: 0, left: [] });
  });
});

describe('a manager who reads English', () => {
  it('walks the same way, and sees what her guide’s pictures show', async () => {
    await goOnWith(['--english']);
    const old: string[] = [];
    const look: Walk['look'] = async (stop) => {
      old.push(...(await staleAt(stop, chat, 'en')));
    };
    await walkThrough({ demo, chat, words: createCardWords('en'), look });
    expect(old).toEqual([]);
  });
});

describe('a manager who is invited', () => {
  it('gets the card in the browser, and enrolls from it', async () => {
    await goOnWith([]);
    const { button, label } = words;
    await chat.shows('home');
    await demo.admin('invite');
    await chat.shows('invitation');
    const invited = await chat.text();
    const account = [FIRST, DUE].find(({ name }) => invited.includes(name))!;
    await chat.tap(button('invitation', 'enroll'));
    await chat.shows('enrollment.currentPassword');
    expect(await chat.text()).toContain(account.name);
    await chat.fill(label('enrollment.currentPassword', 'currentPassword'), account.password);
    await chat.tap(button('enrollment.currentPassword', 'proveCurrentPassword'));
    await chat.shows('enrollment.mobile');
    await chat.tap(button('enrollment.mobile: suggestion', 'useShownMobile'));
    await chat.shows('enrollment.code');
    await chat.fill(label('enrollment.code', 'code'), await demo.nextCode());
    await chat.tap(button('enrollment.code', 'confirmCode'));
    await chat.shows('enrollment.done');
  });
});
