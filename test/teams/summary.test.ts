import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locale, Address } from '../../src/domain/parties.ts';
import { createCards } from '../../src/teams/cards/cards.ts';
import { addressOf } from '../../src/teams/conversation.ts';
import { nameOf } from '../support/connector.ts';
import { SAMPLES } from './sampleViews.ts';
import { APP_ID, closeBenches, openBench, TENANT_ID, type Bench } from './support.ts';

const LOCALES: readonly Locale[] = ['sv', 'en'];
const { draw } = createCards({
  serviceDesk: 'Servicedesk 019-21 00 00',
  timeZone: 'Europe/Stockholm',
  codeLength: 6,
});

let bench: Bench;
let anna: Address;
beforeAll(async () => {
  bench = await openBench({}, {}, draw);
  const { conversationId, aadObjectId, userId } = bench.anna;
  const { serviceUrl } = bench.teams;
  const channel = { botId: `28:${APP_ID}`, channelId: 'msteams' };
  anna = addressOf({
    ...{ serviceUrl, conversationId, aadObjectId, userId, tenantId: TENANT_ID },
    ...channel,
  });
});
afterAll(closeBenches);

describe('the lock screen and the list of chats', () => {
  it.each(SAMPLES)(
    'show of $name its title, and the account that it is about',
    async ({ view }) => {
      const signal = new AbortController().signal;
      for (const locale of LOCALES) {
        await bench.channel.notifier.post(anna, view, locale, signal);
        const sent = bench.teams.sent.at(-1);
        expect(nameOf(sent?.card)).toBe(view.card);
        const summary = String(sent?.activity['summary']);
        expect(summary).toMatch(/\p{L}{3}/u);
        expect(summary).not.toMatch(/[\n\\]|\$\{/);
        const account = 'accountName' in view ? view.accountName : '';
        expect(summary).toContain(account);
        // Not even a masked number.
        expect(summary).not.toMatch(/\d{3}|••/);
      }
    },
  );

  it('show it in the language of the reader', async () => {
    const signal = new AbortController().signal;
    const { view } = SAMPLES.find(({ name }) => name === 'invitation')!;
    const summaries = [];
    for (const locale of LOCALES) {
      await bench.channel.notifier.post(anna, view, locale, signal);
      summaries.push(bench.teams.sent.at(-1)?.activity['summary']);
    }
    expect(summaries).toEqual([
      'Var redo när lösenordet glöms: hemvardsgruppen',
      'Be ready when the password is forgotten: hemvardsgruppen',
    ]);
  });
});
