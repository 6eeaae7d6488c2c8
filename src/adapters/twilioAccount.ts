import { z } from 'zod';
import type { TwilioOptions } from './twilio.ts';

const TIMEOUT_MS = 8_000;
const accountSchema = z.object({ status: z.string(), type: z.string().optional() });

/**
 * `active`: messages can be sent. `trial`: to verified numbers only. `inactive`: suspended or closed. `refused`: the SID or the token is
 * wrong. `unclear`: the service answers, but says nothing of the account. `unreachable`: no answer.
 */
export type TwilioAccount = 'active' | 'trial' | 'inactive' | 'refused' | 'unclear' | 'unreachable';

/** Reads the account, without sending anything (https://www.twilio.com/docs/iam/api/account). */
export async function readTwilioAccount(
  options: Pick<TwilioOptions, 'accountSid' | 'authToken' | 'apiUrl'>,
): Promise<TwilioAccount> {
  const { accountSid, authToken, apiUrl } = options;
  const credentials = Buffer.from(`${accountSid}:${authToken.reveal()}`).toString('base64');
  let response: Response;
  try {
    response = await fetch(new URL(`/2010-04-01/Accounts/${accountSid}.json`, apiUrl), {
      headers: { Authorization: `Basic ${credentials}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return 'unreachable';
  }
  if (response.status === 401 || response.status === 403) return 'refused';
  if (response.status >= 500) return 'unreachable';
  if (!response.ok) return 'unclear';
  const account = accountSchema.safeParse(await response.json().catch(() => undefined));
  if (!account.success) return 'unclear';
  if (account.data.status !== 'active') return 'inactive';
  return account.data.type === 'Trial' ? 'trial' : 'active';
}
