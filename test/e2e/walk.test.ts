import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Chat } from './chat.ts';
import { openChat } from './chat.ts';
import type { DemoProcess } from './demoProcess.ts';
import { startDemo } from './demoProcess.ts';

const TEXT = JSON.parse(readFileSync('cards/text.sv.json', 'utf8'));
const { button, problem } = TEXT;
const ACCOUNT = 'CN=hemvardsgruppen,OU=Gruppkonton,DC=ad,DC=orebro,DC=example';
const OLD_PASSWORD = 'Vinterstuga-58';
const NEW_PASSWORD = 'Kaffe-Gardin-Moln-9';

let demo: DemoProcess;
let chat: Chat;

/** The words of a text up to its first placeholder. */
function start(text: string): string {
  return (text.split('{')[0] ?? '').trim();
}

/** A well-formed code that is not this one. */
function wrongCode(code: string, difference: number): string {
  return String((Number(code) + difference) % 1_000_000).padStart(6, '0');
}

beforeAll(async () => {
  demo = await startDemo();
  chat = await openChat(demo.chatUrl, 'walk');
}, 60_000);

afterAll(async () => {
  await chat?.close();
  await demo?.stop();
});

describe('a manager in the browser', () => {
  it('sees her accounts and nobody else’s as soon as the chat is open', async () => {
    expect(demo.greeting.length).toBeLessThanOrEqual(5);
    await chat.shows('Dina konton');

    expect(await chat.text()).toContain('hemvardsgruppen');
    expect(await chat.text()).toContain('nattpatrullen');
    expect(await chat.text()).not.toContain('dagverksamheten');
  });

  it('enrolls the mobile that the directory knows, after each mistake once', async () => {
    const { currentPassword, mobile, done } = TEXT.enrollment;
    await chat.tap(button.enroll);
    await chat.says(currentPassword.intro.split('{')[0] ?? '');
    await chat.fill(currentPassword.currentPassword, 'fel lösenord');
    await chat.tap(button.continue);
    await chat.says(start(problem.passwordWrong));
    await chat.fill(currentPassword.currentPassword, OLD_PASSWORD);
    await chat.tap(button.continue);

    await chat.says(mobile.intro);
    for (const number of ['019-21 00 00', '+47 406 12 345', '112']) {
      await chat.fill('Eller ett annat mobilnummer', number);
      await chat.tap(button.sendCode);
      await chat.says(problem.mobileInvalid);
    }
    await chat.tap(new RegExp(`^${start(button.useShownMobile)}`));
    await chat.says(start(TEXT.codeSent));
    const sms = await demo.nextSms();
    expect(sms.to).toBe('+46701740605');
    const code = /\d{6}/.exec(sms.text)![0];
    await chat.fill(TEXT.codeLabel, wrongCode(code, 1));
    await chat.tap(button.continue);
    await chat.says(start(problem.codeRefused));
    await chat.fill(TEXT.codeLabel, `${code.slice(0, 3)} ${code.slice(3)}`);
    await chat.tap(button.continue);

    await chat.says(start(done.done));
    expect((await demo.nextSms()).text).not.toMatch(/\d{6}/);
  });

  it('resets the password, each refused one named, and only the new one binds', async () => {
    const { newPassword, done } = TEXT.reset;
    await chat.tap(button.reset);
    await chat.says(start(TEXT.codeSent));
    await chat.fill(TEXT.codeLabel, await demo.nextCode());
    await chat.tap(button.continue);
    await chat.shows(newPassword.title);

    const set = async (password: string, repeated = password) => {
      await chat.fill(newPassword.newPassword, password);
      await chat.fill(newPassword.confirmPassword, repeated);
      await chat.tap(button.reset);
    };
    await set('Kaffe-Trad-9', 'Kaffe-Trad-8');
    await chat.says(problem.passwordMismatch);
    await set('Kort-9');
    await chat.says(start(newPassword.problem.passwordTooShort));
    await set('Kaffe-Trädgård-9');
    await chat.says(start(newPassword.problem.passwordForbiddenCharacter));
    await set(OLD_PASSWORD);
    await chat.says(problem.passwordUsedBefore);
    await set('Password123!');
    await chat.says(problem.passwordTooCommon);
    expect(await demo.binds(ACCOUNT, OLD_PASSWORD)).toBe(true);

    await set(NEW_PASSWORD);
    await chat.says(done.done);
    expect(await demo.binds(ACCOUNT, NEW_PASSWORD)).toBe(true);
    expect(await demo.binds(ACCOUNT, OLD_PASSWORD)).toBe(false);
    expect((await demo.nextSms()).to).toBe('+46701740605');
  });

  it('enrolls with an expired password, with the code written in the chat', async () => {
    const { currentPassword, mobile, done } = TEXT.enrollment;
    await chat.tap(button.home);
    await chat.shows('Dina konton');
    await chat.tap(button.enroll);
    await chat.says(currentPassword.intro.split('{')[0] ?? '');
    await chat.fill(currentPassword.currentPassword, 'Gullregn-Trapp-31');
    await chat.tap(button.continue);
    await chat.says(mobile.intro);
    await chat.fill('Eller ett annat mobilnummer', '0046 (0)70-174 06 07');
    await chat.tap(button.sendCode);
    await chat.says(start(TEXT.codeSent));
    const sms = await demo.nextSms();
    expect(sms.to).toBe('+46701740607');

    await chat.send(/\d{6}/.exec(sms.text)![0]);
    await chat.says(start(done.done));
    await demo.nextSms();
  });

  it('is stopped after five wrong codes, and after three wrong passwords', async () => {
    const { currentPassword } = TEXT.enrollment;
    await chat.tap(button.reset);
    const code = await demo.nextCode();
    await chat.fill(TEXT.codeLabel, code.slice(0, 5));
    await chat.tap(button.continue);
    await chat.says(start(problem.codeRefused));
    for (let wrong = 1; wrong <= 5; wrong += 1) {
      await chat.fill(TEXT.codeLabel, wrongCode(code, wrong));
      await chat.tap(button.continue);
    }
    await chat.says(start(problem.locked));
    expect(await chat.text()).toContain('Servicedesk 019-21 00 00');

    await chat.tap(button.home);
    await chat.tap(button.changeNumber); // of hemvardsgruppen, where one was wrong before
    await chat.says(currentPassword.intro.split('{')[0] ?? '');
    for (let wrong = 0; wrong < 2; wrong += 1) {
      await chat.fill(currentPassword.currentPassword, OLD_PASSWORD);
      await chat.tap(button.continue);
    }
    await chat.says('För att kontot inte ska låsas');
    expect(await demo.binds(ACCOUNT, NEW_PASSWORD)).toBe(true);
  });

  it('reads help, changes language and gives up', async () => {
    await chat.send('hjälp');
    await chat.says(TEXT.help.intro);
    await chat.send('english');
    await chat.shows('Your accounts');
    await chat.send('svenska');
    await chat.shows('Dina konton');
    await chat.send('avbryt');
    await chat.says(TEXT.cancelled.intro);
  });
});

describe('the demo', () => {
  it('ends with Ctrl-C and leaves nothing behind', async () => {
    await chat.close();

    expect(await demo.stop()).toEqual({ code: 0, left: [] });
  });
});
