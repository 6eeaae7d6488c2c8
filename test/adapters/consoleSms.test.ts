import { describe, expect, it } from '@jest/globals';
import { createConsoleGateway } from '../../src/adapters/consoleSms.ts';
import { Secret } from '../../src/domain/secret.ts';

describe('console gateway', () => {
  it('prints each message on one line and takes it', async () => {
    const written: string[] = [];
    const gateway = createConsoleGateway((text) => written.push(text));
    const message = { to: '+46701234567', validitySeconds: 300 };
    const signal = AbortSignal.timeout(1000);
    const first = await gateway.send(
      { ...message, text: new Secret('482913 är\ndin kod') },
      signal,
    );
    const second = await gateway.send({ ...message, text: new Secret('x') }, signal);
    expect(written).toEqual([
      'SMS to +46701234567: 482913 är din kod\n',
      'SMS to +46701234567: x\n',
    ]);
    expect(first.outcome).toBe('accepted');
    expect(first).not.toEqual(second);
  });

  it('believes no status report', () => {
    const gateway = createConsoleGateway(() => undefined);
    expect(gateway.readStatus({ MessageSid: 'x', MessageStatus: 'failed' }, 'y')).toBe('forged');
  });
});
