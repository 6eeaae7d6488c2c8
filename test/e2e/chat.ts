import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { CardName } from '../../src/ports/view.ts';
import { launchBrowser } from '../support/browser.ts';

const SCREENSHOTS = join(import.meta.dirname, 'screenshots');
/** A tap has its result at the latest 15 s after it; the page itself takes a few to load. */
const CARD_MS = 60_000;
const LOAD_MS = 60_000;
/** Where an expected card does not come, the other card is there already. */
const GLANCE_MS = 1_000;

/** A card that differs is drawn right after its answer; one that says the same stays as it is. */
const NEXT_FRAME =
  'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))';

/** The page cannot be made as narrow as a phone: its cards are, with an edge on a white page. */
const PHONE =
  '.ac-adaptiveCard { box-sizing: border-box; width: 360px; border: 1px solid #d1d1d1; border-radius: 6px }';

/** The chat client in a real browser, used as a person does: by sight. */
export interface Chat {
  /** The newest card. */
  readonly card: Locator;
  /** The account's part of the newest card. */
  account(name: string): Locator;
  /** Waits until the newest card is this one. */
  shows(name: CardName): Promise<void>;
  /** Waits until the newest card says this. */
  says(text: string | RegExp): Promise<void>;
  /** All that the newest card says. */
  text(): Promise<string>;
  fill(label: string, value: string): Promise<void>;
  /** Taps the first such button of the newest card, or of a part of it, and waits for the answer. */
  tap(button: string | RegExp, within?: Locator): Promise<void>;
  /** Writes a chat message. */
  send(text: string): Promise<void>;
  /** The newest card as PNG. */
  picture(): Promise<Buffer>;
  /** Loads the page anew from a demo on the same ports: a new page takes five times the CPU. */
  reload(): Promise<void>;
  /** Opens another chat in the same browser. */
  openBeside(url: string, name: string): Promise<Chat>;
  /** Ends the browser, with all its chats. */
  close(): Promise<void>;
}

/** Opens the chat; where a card does not come, test/e2e/screenshots has a picture called `name`. */
export async function openChat(url: string, name: string): Promise<Chat> {
  const browser = await launchBrowser();
  try {
    return await openIn(browser, url, name);
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function openIn(browser: Browser, url: string, name: string): Promise<Chat> {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 900 },
    deviceScaleFactor: 1.5,
  });
  page.setDefaultTimeout(CARD_MS);
  // The page asks a content network for its fonts; nothing may leave this machine.
  await page.route(
    ({ hostname }) => hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  await load(page, url);
  return chatOn(page, url, name);
}

async function load(page: Page, url: string): Promise<void> {
  await page.goto(url, { timeout: LOAD_MS });
  await page.getByText('Connected.', { exact: true }).waitFor({ timeout: LOAD_MS });
  // The log repeats every text of the chat.
  await page.getByRole('button', { name: 'Hide log panel' }).click();
  await page.addStyleTag({ content: PHONE });
}

function chatOn(page: Page, url: string, name: string): Chat {
  const browser = page.context().browser()!;
  // A notice comes unasked, and answers nothing.
  const card = page
    .locator('.ac-adaptiveCard')
    .filter({ hasNot: page.locator('[id="notice"]') })
    .last();

  const appears = async (what: Locator, expected: string | RegExp) => {
    try {
      await what.first().waitFor({ timeout: CARD_MS });
    } catch {
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-failed.png`) });
      throw new Error(`no card with "${expected}", but:\n${await seen(card, GLANCE_MS)}`);
    }
  };

  return {
    card,
    account: (account) =>
      card
        .locator('.ac-container')
        .filter({ has: page.getByText(account, { exact: true }) })
        .last(),
    shows: (cardName) => appears(card.locator(`[id="${cardName}"]`), cardName),
    says: (text) => appears(card.getByText(text), text),
    text: () => seen(card, CARD_MS),
    fill: (label, value) => card.getByLabel(label, { exact: true }).fill(value),
    tap: async (button, within = card) => {
      const answered = page.waitForResponse(
        (response) => response.url().endsWith('/_conversation/v1/invoke'),
        { timeout: CARD_MS },
      );
      await within.getByRole('button', { name: button, exact: true }).first().click();
      await answered;
      await page.evaluate(NEXT_FRAME);
    },
    send: async (text) => {
      const composer = page.locator('[contenteditable="true"][role="textbox"]').last();
      await composer.fill(text);
      await page.getByRole('button', { name: 'Send Message' }).click();
    },
    picture: async () => {
      await page.mouse.move(0, 0); // no button is to look as if it were being tapped
      return card.screenshot({ animations: 'disabled', caret: 'hide' });
    },
    reload: () => load(page, url),
    openBeside: (other, picture) => openIn(browser, other, picture),
    close: () => browser.close(),
  };
}

/** Passwords are in inputs, not in the text, so that this may be printed. */
function seen(card: Locator, timeout: number): Promise<string> {
  return card.innerText({ timeout }).catch(() => 'no card at all');
}
