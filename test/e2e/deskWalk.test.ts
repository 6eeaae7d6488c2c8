import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locale } from '../../src/domain/parties.ts';
import { pictureFile } from '../docs/guide.ts';
import { undated, wordsOn } from '../docs/pictures.ts';
import {
  askAsa,
  confirmAndVouch,
  deny,
  enrollVouched,
  liftLockout,
  openFirst,
  pickWrong,
  revoke,
  type DeskWalk,
} from './agent.ts';
import { createCardWords } from './cardWords.ts';
import { openChat } from './chat.ts';
import { startDemo, type DemoProcess } from './demoProcess.ts';
import { dnOf, FIRST, FIRST_NEW_PASSWORD } from './manager.ts';

/** The agent's taps and the manager's, from the first card to the new password. */
const AGENT_TAPS = 5;
const MANAGER_BUTTONS = 9;

async function openBoth({ managerUrl, chatUrl }: DemoProcess) {
  const manager = await openChat(managerUrl, 'desk-manager');
  await manager.shows('home');
  return { manager, agent: await manager.openBeside(chatUrl, 'desk-agent') };
}

async function reload({ manager, agent }: Pick<DeskWalk, 'agent' | 'manager'>) {
  await manager.reload();
  await manager.shows('home');
  await agent.reload();
  return { manager, agent };
}

/** The chats of the first language, which the second goes on with. */
let chats: Pick<DeskWalk, 'demo' | 'agent' | 'manager'> | undefined;

afterAll(async () => {
  await chats?.agent.close();
});

describe.each(['sv', 'en'] as const)('the service desk in the browser, %s', (locale: Locale) => {
  let walk: DeskWalk;
  /** Pictures of the guide that are out of date, with the words that they should have. */
  const stale: string[] = [];

  beforeAll(async () => {
    const demo = await startDemo(
      locale === 'en' ? ['--desk', '--english'] : ['--desk'],
      chats?.demo.ports,
    );
    const { manager, agent } = await (chats === undefined ? openBoth(demo) : reload(chats));
    chats = { demo, manager, agent };
    const words = createCardWords(locale);
    const look: DeskWalk['look'] = async (stop) => {
      const seen = stop === 'desk-caller' || stop === 'desk-enroll' ? manager : agent;
      const pictured = undated(wordsOn(readFileSync(pictureFile(locale, stop))) ?? '', locale);
      const now = undated(await seen.text(), locale);
      const same = [pictured, now].map((text) => text.replace(/\b\d\d\b/g, '00'));
      if (same[0] !== same[1]) stale.push(`${stop} shows: ${pictured} | but now: ${now}`);
    };
    walk = { demo, agent, manager, words, look };
  });

  afterAll(async () => {
    await walk?.demo.stop();
  });

  it('finds an account, and believes neither a wrong number nor a denial', async () => {
    const opened = await openFirst(walk);
    const { number, taps } = await askAsa(walk);
    expect(opened + taps + 1).toBeLessThanOrEqual(AGENT_TAPS);
    await pickWrong(walk, number);
    await askAsa(walk);
    await deny(walk);
  });

  it('confirms the caller, who registers without the password and resets', async () => {
    const taps = await confirmAndVouch(walk);
    const { buttons } = await enrollVouched(walk);
    expect(taps.manager + buttons).toBeLessThanOrEqual(MANAGER_BUTTONS);
    expect(await walk.demo.binds(dnOf(FIRST), FIRST_NEW_PASSWORD)).toBe(true);
    expect(await walk.demo.binds(dnOf(FIRST), FIRST.password)).toBe(false);
  });

  it('lifts a lockout, and takes the number', async () => {
    await liftLockout(walk);
    await revoke(walk);
  });

  it('has seen what the guide’s pictures show', () => {
    expect(stale).toEqual([]);
  });
});
