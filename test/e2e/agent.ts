import type { CardWords } from './cardWords.ts';
import type { Chat } from './chat.ts';
import type { DemoProcess } from './demoProcess.ts';
import { FIRST, FIRST_NEW_PASSWORD, setNewPassword, thumbOf, wrongCode } from './manager.ts';

/** Cecilia's way at the service desk, with Åsa on the telephone, as the desk's guides tell it. */
export interface DeskWalk {
  readonly demo: DemoProcess;
  readonly agent: Chat;
  readonly manager: Chat;
  readonly words: CardWords;
  /** Called at each stop, before the card there is used. */
  look(stop: DeskStop): Promise<void>;
}

/** The places on the way at which a guide has a picture. */
export const DESK_STOPS = [
  'desk-find',
  'desk-found',
  'desk-account',
  'desk-number',
  'desk-caller',
  'desk-confirmed',
  'desk-vouched',
  'desk-enroll',
] as const;
export type DeskStop = (typeof DESK_STOPS)[number];

const ASA = 'Åsa Lindberg';
const ACCOUNT = 'desk.account: nothing wrong';

/** Finds the account and opens its card. Gives the taps. */
export async function openFirst({ agent, words, look }: DeskWalk): Promise<number> {
  const thumb = thumbOf(agent);
  await agent.shows('desk');
  await look('desk-find');
  await thumb.fill(words.label('desk', 'account'), 'hemvård');
  await thumb.tap(words.button('desk', 'deskFind'));
  await agent.says(FIRST.name);
  await look('desk-found');
  await thumb.tap(words.button('desk: found', 'deskOpen'), agent.account(FIRST.name));
  await agent.shows('desk.account');
  await look('desk-account');
  return thumb.taps();
}

/** Asks Åsa; gives the number that stands on the agent's card, and the taps. */
export async function askAsa({ agent, manager, words }: DeskWalk) {
  const thumb = thumbOf(agent);
  await thumb.tap(words.button(ACCOUNT, 'deskConfirm'), agent.account(ASA));
  await manager.shows('caller');
  const number = /^\d\d$/m.exec(await agent.text())?.[0] ?? 'none';
  return { number, taps: thumb.taps() };
}

/** Åsa picks another number than the agent's. */
export async function pickWrong({ manager, words, agent }: DeskWalk, number: string) {
  const others = (await manager.text()).match(/^\d\d$/gm) ?? [];
  const wrong = others.find((other) => other !== number) ?? 'none';
  await manager.tap(wrong);
  await manager.shows('caller.done');
  await agent.says(words.line('desk.account: wrong number', '✗'));
}

/** Åsa says that it is not her. */
export async function deny({ manager, words, agent }: DeskWalk) {
  await manager.tap(words.button('caller', 'callerDeny'));
  await manager.shows('caller.done');
  await agent.says(words.line('desk.account: denied', '✗'));
}

/** Åsa picks the number, and the agent vouches for her. Gives both persons' taps. */
export async function confirmAndVouch(walk: DeskWalk) {
  const { agent, manager, words, look } = walk;
  const asked = await askAsa(walk);
  await look('desk-number');
  await look('desk-caller');
  const thumbs = { agent: thumbOf(agent), manager: thumbOf(manager) };
  await thumbs.manager.tap(asked.number);
  await manager.shows('caller.done');
  await agent.says(words.button('desk.account: confirmed, may vouch', 'deskVouch'));
  await look('desk-confirmed');
  await thumbs.agent.tap(
    words.button('desk.account: confirmed, may vouch', 'deskVouch'),
    agent.account(ASA),
  );
  await agent.says(words.line('desk.account: vouched', '✓'));
  await look('desk-vouched');
  return { agent: asked.taps + thumbs.agent.taps(), manager: thumbs.manager.taps() };
}

/** Åsa registers the directory's mobile without the password and sets a new one. Gives her taps. */
export async function enrollVouched(walk: DeskWalk) {
  const { demo, manager, words, look } = walk;
  const thumb = thumbOf(manager);
  await thumb.tap(words.button('caller.done: confirmed', 'home'));
  await manager.shows('home');
  await thumb.tap(words.button('home: not enrolled', 'enroll'), manager.account(FIRST.name));
  await manager.shows('enrollment.mobile');
  await look('desk-enroll');
  await thumb.tap(words.button('enrollment.mobile: vouched', 'useShownMobile'));
  await manager.shows('enrollment.code');
  await thumb.fill(words.label('enrollment.code', 'code'), await demo.nextCode());
  await thumb.tap(words.button('enrollment.code', 'confirmCode'));
  await manager.shows('enrollment.done');
  await demo.nextSms(); // the notice
  await thumb.tap(words.button('enrollment.done', 'reset'));
  await manager.shows('reset.code');
  await setNewPassword({ demo, chat: manager, words }, thumb, FIRST_NEW_PASSWORD);
  return { taps: thumb.taps(), buttons: thumb.buttons() };
}

/** Åsa has locked herself out by wrong codes; the agent lifts it once she is confirmed. */
export async function liftLockout(walk: DeskWalk): Promise<void> {
  const { demo, agent, manager, words } = walk;
  await manager.tap(words.button('reset.done', 'home'));
  await manager.tap(words.button('home: enrolled', 'reset'), manager.account(FIRST.name));
  await manager.shows('reset.code');
  const code = await demo.nextCode();
  for (let wrong = 1; wrong <= 5; wrong += 1) {
    await manager.fill(words.label('reset.code', 'code'), wrongCode(code, wrong));
    await manager.tap(words.button('reset.code', 'confirmCode'));
  }
  await manager.shows('refused');
  await agent.tap(words.button(ACCOUNT, 'refresh'));
  await agent.tap(words.button('desk.account: much to tell', 'deskClearLockout'));
  await demo.nextSms(); // the notice
}

/** The agent takes the number. */
export async function revoke({ demo, agent, words }: DeskWalk): Promise<void> {
  await agent.tap(words.button(ACCOUNT, 'deskRevoke'), agent.account(ASA));
  await demo.nextSms(); // the notice
}

/** All chapters, as the guides show them. */
export async function walkDesk(walk: DeskWalk): Promise<void> {
  await openFirst(walk);
  await confirmAndVouch(walk);
  await enrollVouched(walk);
}
