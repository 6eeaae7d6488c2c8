import { randomUUID } from 'node:crypto';
import type { SmsGateway } from '../ports/sms.ts';

/**
 * Prints each message as one line, `SMS to +46701234567: text`, and takes every one. For machines
 * without an SMS account only: the lines hold codes.
 */
export function createConsoleGateway(write: (text: string) => void): SmsGateway {
  return {
    send: ({ to, text }) => {
      write(`SMS to ${to}: ${text.reveal().replace(/\s+/g, ' ')}\n`);
      return Promise.resolve({ outcome: 'accepted', messageId: `console-${randomUUID()}` });
    },
    // The console reports on no message.
    readStatus: () => 'forged',
  };
}
