import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkSms } from '../../src/admin/check/check.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startTwilioServer } from '../support/twilioServer.ts';
import type { TwilioServer } from '../support/twilioServer.ts';

let server: TwilioServer;
beforeAll(async () => {
  server = await startTwilioServer();
});
afterAll(() => server.close());

function check(isRedacted: boolean) {
  const twilio = {
    accountSid: server.accountSid,
    authToken: new Secret(server.authToken),
    from: 'Kommunen',
    messagingServiceSid: undefined,
    apiUrl: server.url,
    statusCallbackUrl: 'https://bot.example.se/api/sms/status',
    isRedacted,
  };
  return checkSms({ config: { sms: { countries: ['SE'], perDay: 1, twilio } } });
}

describe('check, of the SMS service,', () => {
  it.each([
    [true, /30029, 30030.*TWILIO_REDACTION=off/],
    [false, /Twilio keeps text and number/],
  ])('reminds of message redaction (asked for: %s)', async (isRedacted, words) => {
    const { found, mend, mind } = await check(isRedacted);
    expect([found, mend]).toEqual([['the account is active'], []]);
    expect(mind.map(({ text }) => text)).toContainEqual(expect.stringMatching(words));
  });
});
