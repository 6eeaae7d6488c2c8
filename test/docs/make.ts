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
import { walkThrough } from '../e2e/manager.ts';
import { LOCALES, PICTURES, guide, guideFile, pictureFile, picturesOf } from './guide.ts';
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

async function removeUnnamed(named: readonly string[]): Promise<void> {
  for (const file of await readdir(PICTURES)) {
    if (!named.includes(file)) await rm(join(PICTURES, file));
  }
}

await mkdir(PICTURES, { recursive: true });
const named: string[] = [];
for (const locale of LOCALES) {
  const text = guide(locale);
  const bytes = await takePictures(locale);
  await writeFile(guideFile(locale), text);
  named.push(...picturesOf(text));
  const file = relative(process.cwd(), guideFile(locale));
  process.stdout.write(`${file}, pictures of ${String(Math.round(bytes / 1024))} KiB\n`);
}
await removeUnnamed(named);
