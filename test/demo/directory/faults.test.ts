import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { outcome, reset, startDirectory, stopAll } from './running.ts';

afterEach(stopAll);

const NEW_PASSWORD = 'Nytt-lösen-22';

describe('a fault of the demo directory', () => {
  it('drops or hangs before the write, or after it', async () => {
    for (const [fault, isApplied, isSilent] of [
      ['drop', false, false],
      ['hang', false, true],
      ['applyThenDrop', true, false],
      ['applyThenHang', true, true],
    ] as const) {
      const { directory, account, asService } = await startDirectory();
      const client = await asService();
      directory.fault = ({ name }) => (name === 'modify' ? fault : undefined);

      const answered = outcome(reset(client, account.dn, NEW_PASSWORD));
      for (let turn = 0; turn < 1_000 && directory.writes.length === 0; turn += 1) await pause(10);
      const either = isSilent ? [answered, pause(500, 'silent')] : [answered];
      expect(await Promise.race(either)).toMatch(isSilent ? /^silent$/ : /closed/i);
      expect(directory.hasPassword(account.dn, NEW_PASSWORD)).toBe(isApplied);
      expect(directory.writes.map(({ code }) => code)).toEqual([isApplied ? 0 : -1]);
    }
  });

  it('answers with the given code and text, only for the operation it names', async () => {
    const { directory, account, asService } = await startDirectory();
    const client = await asService();
    directory.fault = ({ name, dn }) =>
      name === 'search' && dn === account.dn ? [51, '0000200E: SvcErr: busy'] : undefined;

    expect(await outcome(client.search(account.dn))).toMatch(/^51 0000200E: SvcErr: busy/);
    expect(await outcome(client.search(directory.base))).toBe('ok');
  });

  it('delays, then goes on', async () => {
    const { directory, account, asService } = await startDirectory();
    const client = await asService();
    directory.fault = () => ({ delayMs: 150 });

    const start = performance.now();
    expect(await outcome(client.search(account.dn))).toBe('ok');
    expect(performance.now() - start).toBeGreaterThanOrEqual(149);
  });

  it('waits until it may go on', async () => {
    const { directory, account, asService } = await startDirectory();
    const client = await asService();
    const held = Promise.withResolvers<void>();
    directory.fault = ({ name }) => (name === 'modify' ? { until: held.promise } : undefined);

    const answered = outcome(reset(client, account.dn, NEW_PASSWORD));
    expect(await Promise.race([answered, pause(100, 'held')])).toBe('held');
    held.resolve();
    expect(await answered).toBe('ok');
  });

  it('cuts or ignores a connection before its first byte', async () => {
    const { directory, newClient, account } = await startDirectory();
    directory.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);

    expect(await outcome(newClient().bind(account.dn, 'x'))).not.toBe('ok');
    expect(directory.connections).toBe(1);
    expect(directory.bindsOf(account.dn)).toBe(0);
  });

  it('agrees to TLS and is silent in the handshake', async () => {
    const { directory, ports } = await startDirectory();
    directory.fault = ({ name }) => (name === 'startTls' ? 'applyThenHang' : undefined);
    const socket = connect(ports.ldapPort, '127.0.0.1');
    await once(socket, 'connect');

    socket.write(
      Buffer.from('301d02010177188016312e332e362e312e342e312e313436362e3230303337', 'hex'),
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.includes(Buffer.from([0x0a, 0x01, 0x00]))).toBe(true);
    socket.write(Buffer.from('16030100050100000100', 'hex'));
    const silence = await Promise.race([
      once(socket, 'data').then(() => 'spoke'),
      once(socket, 'close').then(() => 'closed'),
      new Promise((resolve) => setTimeout(() => resolve('silent'), 200)),
    ]);
    expect(silence).toBe('silent');
    socket.destroy();
  });

  it('ends a connection that sends no LDAP', async () => {
    const { ports, asService } = await startDirectory();
    const socket = connect(ports.ldapPort, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');

    await asService();
  });
});
