/**
 * The parts of the library that are used. Its own index declares all products of Twilio, a third of
 * what the compiler reads.
 */
import type Client from 'twilio/lib/base/RequestClient.js';
import type { MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import type { validateRequest as validate } from 'twilio/lib/webhooks/webhooks.js';

declare function twilio(
  accountSid: string,
  authToken: string,
  options?: { readonly httpClient?: Client },
): {
  readonly messages: MessageListInstance;
  readonly api: { baseUrl: string };
};
declare namespace twilio {
  const RequestClient: typeof Client;
  const validateRequest: typeof validate;
}
export { twilio as default };
