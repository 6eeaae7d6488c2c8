/**
 * `npm run docs`: walks through the demo in a browser, once in each language, and writes the
 * managers' guides with the pictures just taken.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Locale } from '../../src/domain/parties.ts';
import { createCardWords } from '../e2e/cardWords.ts';
import { openChat } from '../e2e/chat.ts';
import { startDemo } from '../e2e/demoProcess.ts';
import { walkDesk } from '../e2e/agent.ts';
import { walkThrough } from '../e2e/manager.ts';
import { GUIDES, LOCALES, PICTURES, guide, guideFile, pictureFile, picturesOf } from './guide.ts';
import { encodePicture } from './pictures.ts';

/** Gives the bytes of the pictures. */
async function takePictures(locale: Locale): Promise<number> {
  const words = createCardWords(locale);
  const demo = await startDemo(locale === 'en' ? ['--english'] : []);
  let bytes = 0;
  try {
    const chat = await openChat(demo.chatUrl, `docs-${locale}`);
    try {
      await walkThrough({
        demo,
        chat,
        words,
        look: async (stop) => {
          const picture = encodePicture(await chat.picture(), await chat.text());
          bytes += picture.length;
          await writeFile(pictureFile(locale, stop), picture);
        },
      });
    } finally {
      await chat.close();
    }
  } finally {
    await demo.stop();
  }
  return bytes;
}

/** The same for the service desk's guide: two chats, side by side. */
async function takeDeskPictures(locale: Locale): Promise<number> {
  const words = createCardWords(locale);
  const demo = await startDemo(locale === 'en' ? ['--desk', '--english'] : ['--desk']);
  let bytes = 0;
  try {
    const manager = await openChat(demo.managerUrl, `docs-desk-manager-${locale}`);
    await manager.shows('home');
    const agent = await manager.openBeside(demo.chatUrl, `docs-desk-${locale}`);
    try {
      await walkDesk({
        demo,
        agent,
        manager,
        words,
        look: async (stop) => {
          const seen = stop === 'desk-caller' || stop === 'desk-enroll' ? manager : agent;
          const picture = encodePicture(await seen.picture(), await seen.text());
          bytes += picture.length;
          await writeFile(pictureFile(locale, stop), picture);
        },
      });
    } finally {
      await manager.close();
    }
  } finally {
    await demo.stop();
  }
  return bytes;
}

async function removeUnnamed(named: readonly string[]): Promise<void> {
  for (const file of await readdir(PICTURES)) {
    if (!named.includes(file)) await rm(join(PICTURES, file));
  }
}

await mkdir(PICTURES, { recursive: true });
const named: string[] = [];
for (const locale of LOCALES) {
  for (const which of GUIDES) {
    const text = guide(locale, which);
    const take = which === 'guide' ? takePictures : takeDeskPictures;
    // `-- --desk` draws the service desk's alone.
    const isTaken = which === 'guide.desk' || !process.argv.includes('--desk');
    const bytes = isTaken ? await take(locale) : 0;
    await writeFile(guideFile(locale, which), text);
    named.push(...picturesOf(text));
    const file = relative(process.cwd(), guideFile(locale, which));
    process.stdout.write(`${file}, pictures of ${String(Math.round(bytes / 1024))} KiB\n`);
  }
}
await removeUnnamed(named);
