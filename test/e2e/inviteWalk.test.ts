import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCardWords } from './cardWords.ts';
import { openChat, type Chat } from './chat.ts';
import { startDemo, type DemoProcess } from './demoProcess.ts';
import { DUE, FIRST } from './manager.ts';

const { button, label } = createCardWords('sv');
let demo: DemoProcess;
let chat: Chat;

beforeAll(async () => {
  demo = await startDemo();
  chat = await openChat(demo.chatUrl, 'invite');
});

afterAll(async () => {
  await chat?.close();
  await demo?.stop();
});

it('a manager gets an invitation in the browser, and enrolls from it', async () => {
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
