import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folderOfSuite, productOfSuite } from '../support/ofSuite.ts';
import { textOf } from '../support/chatDriver.ts';
import { endWithRun } from '../support/children.ts';
import { commandOf, PROJECT } from '../support/programs.ts';
import {
  enroll,
  enrollToCode,
  newEnrolled,
  newManager,
  prove,
  reset,
  resetToPassword,
  startReset,
  wrongCode,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const NASTY = 'Eva\r\n{"level":60,"msg":"root"}\u001b[31m\u0000"}\u2028';

/** A program that runs in the bot's process beside it and fails on demand. */
const saboteur = join(await folderOfSuite(), 'saboteur.mjs');
await writeFile(
  saboteur,
  `process.on('SIGUSR2', () => { throw new Error('canary-4711'); });
   process.on('SIGHUP', () => { Promise.reject(new Error('canary-4711')); });`,
);
const product = await productOfSuite({ env: { NODE_OPTIONS: `--import=${saboteur}` } });

async function metrics(): Promise<string> {
  const response = await fetch(`${product.url}/metrics`);
  expect(response.status).toBe(200);
  return response.text();
}

/** The value of the one series with that name and all these labels. */
async function valueOf(name: string, labels: Record<string, string> = {}): Promise<number> {
  const lines = (await metrics()).split('\n').filter((line) => {
    const isName = line.startsWith(`${name}{`) || line.startsWith(`${name} `);
    return isName && Object.entries(labels).every(([k, v]) => line.includes(`${k}="${v}"`));
  });
  if (lines.length !== 1) throw new Error(`${lines.length} series of ${name}: ${lines.join('\n')}`);
  return Number(lines[0]!.split(' ').at(-1));
}

/** The log lines since the given length of the output. */
function logged(from = 0): Record<string, unknown>[] {
  const lines = product.output.slice(from).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

async function until(isDone: () => boolean | Promise<boolean>, ms = 90_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('/metrics', () => {
  it('counts turns, calls, codes and lockouts of a walk', async () => {
    const walker = newManager(product);
    expect(await enroll(product, walker)).toBe('enrollment.done');
    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    const turn = { input: 'confirmCode', card: 'enrollment.done' };
    expect(await valueOf('passwordbot_turn_duration_seconds_count', turn)).toBeGreaterThan(0);
    expect(await valueOf('passwordbot_code_messages_total', { outcome: 'sent' })).toBe(2);
    const write = { system: 'directory', operation: 'writePassword' };
    expect(await valueOf('passwordbot_operation_duration_seconds_count', write)).toBe(1);
    const roster = { system: 'connector', operation: 'member' };
    expect(await valueOf('passwordbot_operation_duration_seconds_count', roster)).toBeGreaterThan(
      4,
    );
    const transaction = { system: 'store', operation: 'transaction' };
    expect(
      await valueOf('passwordbot_operation_duration_seconds_count', transaction),
    ).toBeGreaterThan(4);
    const written = { event: 'reset.written', result: 'ok' };
    expect(await valueOf('passwordbot_audit_events_total', written)).toBe(1);
    expect(await valueOf('passwordbot_build_info')).toBe(1);

    const locked = await newEnrolled(product);
    await startReset(locked);
    const right = product.code(locked.mobile);
    for (let time = 1; time <= 5; time += 1) {
      await locked.chat.tap('confirmCode', { code: wrongCode(right, time) });
    }
    expect(locked.chat.shown).toBe('refused locked');
    expect(await valueOf('passwordbot_lockouts_total', { kind: 'code' })).toBe(1);
    const refused = { card: 'reset.code', reason: 'codeRefused' };
    expect(await valueOf('passwordbot_problems_total', refused)).toBe(4);
  });

  it('counts what fails outside by its code', async () => {
    const walker = newManager(product);
    await prove(walker);
    product.twilio.scriptCodes({ status: 400, code: 21606 });
    await walker.chat.tap('setMobile', { mobile: walker.mobile });
    const sms = { system: 'sms', operation: 'send', code: '21606' };
    expect(await valueOf('passwordbot_operation_errors_total', sms)).toBe(1);
    expect(await valueOf('passwordbot_code_messages_total', { outcome: 'refused' })).toBe(1);

    // A busy machine may have made a roster late before.
    const roster = { system: 'connector', operation: 'member', code: 'ambiguous' };
    const before = await valueOf('passwordbot_operation_errors_total', roster).catch(() => 0);
    product.teams.fail('member', { status: 500 }, 1);
    await walker.chat.say('status');
    expect(await valueOf('passwordbot_operation_errors_total', roster)).toBe(before + 1);
  });

  it('shows the writes whose outcome is not known', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    let isDown = false;
    product.directory.fault = ({ name }) => {
      isDown ||= name === 'modify';
      return isDown ? 'applyThenDrop' : undefined;
    };
    const both = { newPassword: GOOD, confirmPassword: GOOD };
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
    product.directory.fault = () => 'drop';
    product.passTime(20_000);
    await until(async () => (await valueOf('passwordbot_unknown_outcomes')) === 1);
    product.directory.fault = undefined;
    await until(async () => (await valueOf('passwordbot_unknown_outcomes')) === 0);
  });

  it('shows the notices that wait, and no secret and no person', async () => {
    const walker = newManager(product);
    const refusal = { status: 400, code: 20003 };
    product.twilio.scriptCodes('ok');
    // Enough of them for a notice of the test before as well, which may still be under way.
    product.twilio.script(...Array<typeof refusal>(8).fill(refusal));
    await enroll(product, walker);
    await until(async () => (await valueOf('passwordbot_notices_waiting')) > 0);
    product.twilio.script();
    product.passTime(60_000);
    await until(async () => (await valueOf('passwordbot_notices_waiting')) === 0);
    const text = await metrics();
    expect(text).not.toContain(walker.account);
    expect(text).not.toContain(walker.chat.person.aadObjectId);
    expect(text).not.toContain(walker.mobile.slice(1));
  });
});

describe('SIGUSR1', () => {
  it('opens no inspector, through which secrets could be read', async () => {
    const from = product.output.length;
    process.kill(product.bot.pid, 'SIGUSR1');
    // The signal comes before these requests do.
    for (let time = 0; time < 5; time += 1) {
      expect((await fetch(`${product.url}/readyz`)).status).toBe(200);
    }
    expect(product.output.slice(from)).not.toContain('Debugger');
  });
});

describe('a signal during the start', () => {
  it.each(['SIGTERM', 'SIGHUP'] as const)('does not cut it short: %s', async (signal) => {
    const folder = join(await folderOfSuite(), signal);
    const [file = '', ...args] = commandOf('start');
    const env = { ...product.env, NODE_OPTIONS: '', DATA_DIR: folder, PORT: '0' };
    const child = spawn(file, args, { cwd: PROJECT, env, stdio: ['ignore', 'ignore', 'pipe'] });
    endWithRun(child, 'SIGKILL');
    let output = '';
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    const exited = once(child, 'exit');
    // The first file of a start, long before the bot listens.
    await until(() => existsSync(join(folder, 'bot.lock')));
    child.kill(signal);
    if (signal === 'SIGHUP') {
      await until(() => output.includes('were read again'));
      child.kill('SIGTERM');
    }
    expect(await exited).toEqual([0, null]);
    expect(output).toContain('"stopped"');
  });
});

describe('the log', () => {
  it('carries the reference of each fault that a card reports', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const from = product.output.length;
    product.directory.fault = () => 'drop';
    const shown = await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
    expect(shown).toBe('reset.code directoryUnavailable');
    const lines = logged(from).filter(({ reference }) => typeof reference === 'string');
    expect(lines).not.toHaveLength(0);
    expect(textOf(walker.chat.card)).toContain(lines.at(-1)!['reference']);

    const again = await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
    expect(again).toBe(shown);
    await product.teams.until(() => walker.chat.reload() === shown);

    await walker.chat.say('status');
    expect(walker.chat.shown).toBe('refused directoryUnavailable');
    const start = logged(from).filter(({ reference }) => typeof reference === 'string');
    expect(textOf(walker.chat.card)).toContain(start.at(-1)!['reference']);
  });

  it('is one JSON object a line, whatever people are called', async () => {
    const walker = newManager(product);
    const { person } = walker.chat;
    product.teams.addMember(person, { name: NASTY, email: `${NASTY}@x`, userPrincipalName: NASTY });
    await walker.chat.say(NASTY);
    product.teams.addMember(person, { name: NASTY });
    await walker.chat.say('status');
    await walker.chat.sendTap({ verb: NASTY, title: '', data: { handle: NASTY } });
    for (const line of logged()) expect(line['msg']).toEqual(expect.any(String));
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(product.output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2028]/);
  });
});

describe('a bug that nobody caught', () => {
  it.each([
    ['exception', 'SIGUSR2', 'uncaughtException'],
    ['rejection', 'SIGHUP', 'unhandledRejection'],
  ] as const)(
    'ends the process after an %s: one line, no secret, nothing lost',
    async (...args) => {
      const [, signal, origin] = args;
      const walker = await newEnrolled(product);
      await startReset(walker);
      const before = product.wholeAudit();
      const from = product.output.length;
      process.kill(product.bot.pid, signal);
      await until(() => product.bot.exitCode !== null);
      expect(product.bot.exitCode).toBe(1);
      const [line, ...more] = logged(from).filter(({ msg }) => msg === 'a bug ends the bot');
      expect(more).toHaveLength(0);
      expect(line).toMatchObject({ origin, err: { name: 'Error' } });
      expect(line?.['reference']).toMatch(/^[0-9A-F]{8}$/);
      expect(product.output).not.toContain('canary-4711');

      await product.start();
      expect(product.wholeAudit().slice(0, before.length)).toEqual(before);
      const code = product.code(walker.mobile);
      expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
    },
  );
});

describe('the budget of code messages', () => {
  it('is told of at its marks, each by one line and one count', async () => {
    const enrolled = await newEnrolled(product);
    await product.end();
    product.passTime(25 * 3_600_000);
    await product.start({ SMS_PER_DAY: '5' });
    const from = product.output.length;
    const alarms = () => logged(from).filter(({ alarm }) => alarm === 'smsBudget');
    const percents = () => alarms().map(({ percent }) => percent);

    for (const expected of [[], [], [50], [50, 80]]) {
      expect(await enrollToCode(product, newManager(product))).toBe('enrollment.code');
      expect(percents()).toEqual(expected);
    }
    const tooMany = newManager(product);
    expect(await enrollToCode(product, tooMany)).toBe('enrollment.mobile smsUnavailable');
    expect(percents()).toEqual([50, 80]);
    expect(await startReset(enrolled)).toBe('reset.code');
    expect(percents()).toEqual([50, 80, 100]);
    await enrolled.chat.tap('cancel');
    expect(await startReset(enrolled)).toBe('refused smsUnavailable');
    expect(percents()).toEqual([50, 80, 100]);
    for (const percent of ['50', '80', '100']) {
      expect(await valueOf('passwordbot_sms_budget_alarms_total', { percent })).toBe(1);
    }
    await until(async () => (await valueOf('passwordbot_sms_budget_used')) === 5);
    expect(await valueOf('passwordbot_sms_budget_ceiling')).toBe(5);
  });
});
