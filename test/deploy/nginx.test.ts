import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, request, type RequestListener } from 'node:http';
import { request as requestByTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../demo/certificates.ts';
import { isFree } from '../../demo/ports.ts';
import { refuse } from '../../src/teams/http/routes.ts';
import { endWithRun, run } from '../support/children.ts';
import { folderOfSuite, houseOfSuite } from '../support/ofSuite.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { freePort } from '../support/ports.ts';
import { walkMainJob } from '../walks/mainJob.ts';
import { deployText } from './deployFile.ts';

const NGINX = '/usr/sbin/nginx';
const house = await houseOfSuite({ entrance: 'port' });
const folder = await folderOfSuite();
// Started by root, nginx works as somebody who keeps long bodies there.
await chmod(folder, 0o711);
const { caPem, issue } = await createAuthority();
const { certPem, keyPem } = await issue({
  commonName: 'bot.example.se',
  dnsNames: ['bot.example.se'],
  ipAddresses: [],
});

/** The whole configuration of a server that has the given file as its only site. */
async function configure(name: string, site: string): Promise<string> {
  const file = join(folder, name);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    file,
    `daemon off;
     pid ${join(folder, `${name}.pid`)};
     error_log stderr crit;
     events {}
     http {
       access_log off;
       ${places.map((place) => `${place}_temp_path ${join(folder, place)};`).join('\n')}
       ${site}
     }`,
  );
  return file;
}

/** The file of the guide, for this machine: TLS on one port, and the same on a second without it. */
async function siteOf(
  tlsPort: number,
  plainPort: number,
  bot = new URL(house.url).host,
): Promise<string> {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  await writeFile(certificate, certPem);
  await writeFile(key, keyPem);
  return deployText('nginx.conf', {
    '/etc/ssl/bot.example.se.pem': certificate,
    '/etc/ssl/bot.example.se.key': key,
    'listen 443 ssl;': `listen 127.0.0.1:${String(tlsPort)} ssl; listen 127.0.0.1:${String(plainPort)};`,
    '127.0.0.1:3978': bot,
  });
}

async function startNginx(configuration: string, port: number): Promise<void> {
  const nginx = spawn(NGINX, ['-c', configuration, '-e', 'stderr'], { stdio: 'inherit' });
  endWithRun(nginx, 'SIGKILL');
  atSuiteEnd(async () => {
    nginx.kill('SIGQUIT');
    await once(nginx, 'exit');
  });
  while (await isFree(port)) {
    if (nginx.exitCode !== null) throw new Error('nginx does not start');
    await pause(20);
  }
}

const tlsPort = await freePort();
const plainPort = await freePort();
const configuration = await configure('nginx', await siteOf(tlsPort, plainPort));
await startNginx(configuration, plainPort);
const front = `http://127.0.0.1:${String(plainPort)}`;

/** A server of the test's own behind the file of the guide: the ports of both. */
async function putBefore(name: string, handle: RequestListener) {
  const behind = createServer(handle);
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
  atSuiteEnd(() => new Promise<void>((resolve) => void behind.close(() => resolve())));
  const { port } = behind.address() as AddressInfo;
  const [tls, plain] = [await freePort(), await freePort()];
  await startNginx(
    await configure(name, await siteOf(tls, plain, `127.0.0.1:${String(port)}`)),
    plain,
  );
  const end = (): void => {
    behind.closeAllConnections();
  };
  return { port, plain, end };
}

/** The status of a request over TLS, with the certificate checked. */
function statusOverTls(method: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = requestByTls(
      { host: '127.0.0.1', port: tlsPort, servername: 'bot.example.se', ca: caPem, method, path },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

async function statusOf(path: string, init: RequestInit = {}): Promise<number> {
  return (await fetch(`${front}${path}`, init)).status;
}

describe('deploy/nginx.conf', () => {
  it('is what nginx takes', async () => {
    const { code, output } = await run(NGINX, ['-t', '-c', configuration, '-e', 'stderr'], {
      isShown: false,
    });
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  });

  it('speaks TLS, and passes on the two paths of the internet and nothing else', async () => {
    expect(await statusOverTls('POST', '/api/messages')).toBe(401);
    expect(await statusOverTls('POST', '/api/sms/status')).toBe(403);
    for (const path of ['/healthz', '/readyz', '/metrics', '/', '/api/messages/x']) {
      expect([path, await statusOverTls('GET', path)]).toEqual([path, 404]);
    }
  });

  it('is seen by the guard that lets in only programs of the bot’s own machine', async () => {
    const { port, plain, end } = await putBefore('guarded', (incoming, response) => {
      response.statusCode = refuse(incoming, 'off')?.status ?? 200;
      response.end();
    });
    const ask = async (at: number) =>
      (await fetch(`http://127.0.0.1:${String(at)}/api/messages`, { method: 'POST' })).status;
    expect([await ask(port), await ask(plain)]).toEqual([200, 403]);
    end();
  });

  it('hands on in one piece what comes byte by byte', async () => {
    const seen: unknown[] = [];
    const { plain, end } = await putBefore('pieces', (incoming, response) => {
      const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
      seen.push({ length, encoding });
      incoming.resume().on('end', () => response.end());
    });
    const answered = Promise.withResolvers<void>();
    const asked = request(
      { host: '127.0.0.1', port: plain, method: 'POST', path: '/api/messages' },
      (response) => void response.resume().on('end', answered.resolve),
    );
    for (let byte = 0; byte < 2_000; byte += 1) asked.write('a');
    asked.end();
    await answered.promise;
    expect(seen).toEqual([{ length: '2000', encoding: undefined }]);
    end();
  });

  it('refuses what is too long before the bot sees it', async () => {
    const long = (bytes: number): RequestInit => ({ method: 'POST', body: 'a'.repeat(bytes) });
    expect(await statusOf('/api/sms/status', long(8 * 1024 + 1))).toBe(413);
    expect(await statusOf('/api/messages', long(256 * 1024 + 1))).toBe(413);
  });

  it('turns a flood away with 429', async () => {
    const many = Array.from({ length: 90 }, () => statusOf('/api/sms/status', { method: 'POST' }));
    expect(new Set(await Promise.all(many))).toEqual(new Set([403, 429]));
  });

  describe('with the bot behind it', () => {
    house.front = front;
    walkMainJob(house);
  });
});
