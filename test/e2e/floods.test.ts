import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { productOfSuite } from '../support/ofSuite.ts';
import { newEnrolled } from '../support/walks.ts';

const MAX = 256 * 1_024;
const CONNECTIONS = 16;
/** A flood's end: so many requests tell their cost, which /proc counts in ticks of 10 ms. */
const REQUESTS = 64;
const FLOOD_MS = 1_000;
/** Between two taps of the manager, who has thumbs. */
const PAUSE_MS = 150;
/** Processor time of the bot's process, user and system, for one refused request: of so many taps that it serves. */
const CPU_IN_TAPS = 1;
/** The same where each byte is a chunk of its own: the bytes of one read are parsed before the cut. */
const CPU_OF_PIECES_IN_TAPS = 4;
const TAP_MS = 2_000;
/** The longest tap beside a flood may also take so many of those without one, on a machine where these are slow. */
const SLOW_TAPS = 10;
const TAPS = 20;
const ROUNDS = 3;
/** The duration of one tick in /proc: USER_HZ is 100 on every Linux. */
const TICK_MS = 10;

const FORM = 'Authorization: Bearer a.b.c\r\n';
const SIGNED = `X-Twilio-Signature: ${'A'.repeat(27)}=\r\n`;

const product = await productOfSuite();
const { chat } = await newEnrolled(product);

function request(path: string, headers: string, body: string): string {
  const head = `POST ${path} HTTP/1.1\r\nHost: bot\r\n${headers}`;
  return `${head}Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
}

/** A body of so many bytes at most: an opening, as many units as fit, an ending. */
function filled(opening: string, unit: string, ending: string, max = MAX): string {
  const room = max - Buffer.byteLength(opening + ending);
  return opening + unit.repeat(Math.floor(room / Buffer.byteLength(unit))) + ending;
}

function inBytes(path: string, headers: string, bytes: number, method = 'POST'): string {
  const head = `${method} ${path} HTTP/1.1\r\nHost: bot\r\n${headers}`;
  return `${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(bytes)}0\r\n\r\n`;
}

const members = filled('{"type":"conversationUpdate","membersAdded":[', '{},', '{}]}');
const marks = filled('{"type":"message","text":"a', '\u0301', '"}');
const nested = filled('{"type":"message","entities":[', '[[[[]]]],', '[]]}');
const attachments = filled('{"type":"message","attachments":[', '{"content":{"a":[1]}},', '{}]}');
const headers = Array.from({ length: 1_000 }, (_, name) => `h${String(name)}:1\r\n`).join('');
const keys = `{"type":"message",${Array.from({ length: 20_000 }, (_, key) => `"k${String(key)}":0`).join()}}`;

/** The requests that are sent again and again, and the one status with which each is refused. */
const FLOODS: [what: string, status: number, bytes: string][] = [
  ['parameters without a signature', 403, request('/api/sms/status', '', filled('', 'a&', ''))],
  [
    'parameters with a false signature',
    413,
    request('/api/sms/status', SIGNED, filled('', 'a&', '')),
  ],
  ['8 KiB of parameters', 403, request('/api/sms/status', SIGNED, filled('', 'a&', '', 8_192))],
  ['8 KiB of one parameter', 403, request('/api/sms/status', SIGNED, filled('a=', '%', '', 8_192))],
  ['a report in pieces of one byte', 413, inBytes('/api/sms/status', SIGNED, 9_000)],
  ['87 000 members without a token', 401, request('/api/messages', '', members)],
  ['87 000 members with a false token', 401, request('/api/messages', FORM, members)],
  [
    '2 700 members with a false token',
    401,
    request(
      '/api/messages',
      FORM,
      filled('{"type":"conversationUpdate","membersAdded":[', '{},', '{}]}', 8_192),
    ),
  ],
  ['a text of combining marks', 401, request('/api/messages', FORM, marks)],
  ['nested entities', 401, request('/api/messages', FORM, nested)],
  ['attachments', 401, request('/api/messages', FORM, attachments)],
  ['20 000 keys', 401, request('/api/messages', FORM, keys)],
  ['pieces of one byte without a token', 401, inBytes('/api/messages', '', MAX)],
  ['pieces of one byte with a false token', 413, inBytes('/api/messages', FORM, MAX)],
  ['pieces of one byte where no body belongs', 413, inBytes('/healthz', '', MAX, 'GET')],
  [
    'a token of 15 KiB',
    401,
    request(
      '/api/messages',
      `Authorization: Bearer ${'a.'.repeat(2)}${'a'.repeat(15_000)}\r\n`,
      '{"type":"message"}',
    ),
  ],
  ['1 000 headers', 431, request('/api/messages', `${FORM}${headers}`, '{"type":"message"}')],
  ['a query of 15 KiB', 404, request(`/api/messages/?${'a&'.repeat(7_500)}`, '', '')],
];

/** One request on a connection of its own; gives its status, 0 where none came. */
function statusOf(bytes: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(product.bot.port, '127.0.0.1');
    let status = 0;
    socket.on('data', (answer) => {
      status = Number(answer.toString('latin1').slice(9, 12));
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(status);
    });
    socket.write(bytes);
  });
}

/** CPU time that the bot has used, in ms. */
function cpuMs(): number {
  const stat = readFileSync(`/proc/${String(product.bot.pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The bot without a flood: CPU for each tap, and the slowest one. */
async function measureQuiet() {
  const before = cpuMs();
  let tapMs = 0;
  for (let time = 0; time < TAPS; time += 1) tapMs = Math.max(tapMs, await tap());
  return { eachMs: (cpuMs() - before) / TAPS, tapMs };
}

/** How long a tap takes. */
async function tap(): Promise<number> {
  const started = Date.now();
  expect(await chat.say('status')).toBe('home');
  return Date.now() - started;
}

/** One flood while a manager goes on: CPU for each refused request, and the slowest tap. */
async function measure(bytes: string) {
  const statuses: number[] = [];
  const before = cpuMs();
  const end = Date.now() + FLOOD_MS;
  const lanes = Array.from({ length: CONNECTIONS }, async () => {
    while (statuses.length < REQUESTS && Date.now() < end) statuses.push(await statusOf(bytes));
  });
  const isOver = Promise.all(lanes).then(() => true);
  let tapMs = 0;
  do {
    tapMs = Math.max(tapMs, await tap());
    // Taps without a pause would be most of the measurement, the more the quicker they are.
  } while (!(await Promise.race([isOver, pause(PAUSE_MS, false)])));
  return { statuses: [...new Set(statuses)], eachMs: (cpuMs() - before) / statuses.length, tapMs };
}

let quiet = await measureQuiet();

describe('a flood of requests that are refused', () => {
  it.each(FLOODS)('of %s costs little and holds nobody up', async (_what, status, bytes) => {
    const inTaps = bytes.includes('chunked') ? CPU_OF_PIECES_IN_TAPS : CPU_IN_TAPS;
    // Other programs of the machine can only add to the measurement.
    for (let round = 1; ; round += 1) {
      if (round > 1) quiet = await measureQuiet();
      const { statuses, eachMs, tapMs } = await measure(bytes);
      // The bot cuts the connection of a body that it does not read, by which its answer can be lost.
      expect(statuses.filter((one) => one !== 0)).toEqual([status]);
      const isCheap = eachMs < inTaps * quiet.eachMs;
      if (isCheap && tapMs < TAP_MS + SLOW_TAPS * quiet.tapMs) return;
      if (round === ROUNDS) expect({ eachMs, tapMs, quiet }).toBe('less');
    }
  });
});
