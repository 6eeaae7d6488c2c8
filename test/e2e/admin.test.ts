import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { versionOf } from '../../src/process/version.ts';
import { adminJson, runAdminHere, runAdminProcess } from '../support/adminCli.ts';
import { setAge } from '../support/rotations.ts';
import { noneWaits } from '../support/notices.ts';
import { houseOfSuite, houseOfTest } from '../support/ofSuite.ts';
import { FIRST_PASSWORD, newEnrolled, newManager, newName } from '../support/walks.ts';

const house = await houseOfSuite();

describe('the program', () => {
  it('lists the commands without a configuration', async () => {
    const { code, stdout } = await runAdminProcess({}, ['--help']);
    expect(code).toBe(0);
    for (const name of ['check', 'revoke ACCOUNT', 'audit verify', 'rekey', 'copy-to']) {
      expect(stdout).toContain(name);
    }
  });

  it.each([
    ['what it found', ['audit', 'export']],
    ['a fault', ['status', 'no-such-account']],
    ['a fault to programs', ['status', 'no-such-account', '--json']],
  ])('says %s by its exit code and its two outputs, as in the test’s process', async (_, args) => {
    expect(await runAdminProcess(house.env, args)).toEqual(await house.runAdmin(args));
  });
});

describe('the command line', () => {
  it('lists the commands without a configuration', async () => {
    const { code, stdout } = await runAdminHere({}, ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('copy-to');
  });

  it('says its version without a configuration', async () => {
    const answer = await runAdminHere({}, ['--version']);
    expect(answer).toMatchObject({ code: 0, stdout: `${versionOf()}\n` });
    const { stdout } = await runAdminHere({}, ['--version', '--json']);
    expect(JSON.parse(stdout)).toEqual({ version: versionOf() });
  });

  it.each([
    [[]],
    [['nonsense']],
    [['audit']],
    [['revoke']],
    [['revoke', 'a', 'b']],
    [['status', 'a', '--no-such-option']],
    [['audit', 'export', '--format', 'xml']],
    [['status', 'no-such-account']],
  ])('answers %j with one clear line and exit 1', async (args) => {
    const { code, stdout, stderr } = await house.runAdmin(args);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('answers programs with an error as one JSON value', async () => {
    for (const args of [['nonsense'], ['status', 'no-such-account']]) {
      const { code, value } = await adminJson<{ error: string }>(house, args);
      expect(code).toBe(1);
      expect(value.error).toContain(args.at(-1));
    }
  });

  it('names every fault of the configuration', async () => {
    const env = { ENCRYPTION_KEYS: '', LDAP_URL: 'http://x' };
    const { code, value } = await adminJson<{ error: string; faults: string[] }>(
      house,
      ['check'],
      env,
    );
    expect(code).toBe(1);
    expect(value.faults.map((fault) => fault.split(':')[0])).toEqual([
      'ENCRYPTION_KEYS',
      'LDAP_URL',
    ]);
  });
});

describe('accounts', () => {
  it('lists each account with who answers and whether they are enrolled', async () => {
    const enrolled = await newEnrolled(house);
    const fresh = newManager(house);
    const due = newManager(house);
    setAge(house, due.accountDn, 80);
    const { code, value } = await adminJson<Record<string, unknown>[]>(house, ['accounts']);
    expect(code).toBe(0);
    const rowOf = (name: string) => value.find(({ account }) => account === name);
    expect(rowOf(enrolled.account)).toMatchObject({
      id: enrolled.accountId,
      managers: [{ name: enrolled.chat.person.name, enrolled: true }],
      enrolled: 1,
      passwordAgeDays: 0,
    });
    expect(rowOf(fresh.account)).toMatchObject({ managers: [{ enrolled: false }], enrolled: 0 });
    expect(rowOf(due.account)).toMatchObject({
      passwordAgeDays: 80,
      nextReminder: { stage: expect.any(Number), at: expect.stringMatching(/Z$/) },
    });
    const { stdout } = await house.runAdmin(['accounts']);
    expect(stdout).toMatch(new RegExp(`^${enrolled.account} +${enrolled.chat.person.name}`, 'm'));
  });
});

describe('accounts that no reminder reaches', () => {
  it('are named: nobody answers for them, or nobody whom the bot can write to', async () => {
    const orphan = newName('foraldralos');
    house.account(orphan, '', FIRST_PASSWORD);
    const met = newManager(house);
    await met.chat.say('status');
    const stranger = newManager(house);
    const { value } = await adminJson<Record<string, unknown>[]>(house, ['accounts']);
    const rowOf = (name: string) => value.find(({ account }) => account === name);
    expect(rowOf(orphan)).toMatchObject({ managers: [], nextReminder: null });
    expect(rowOf(met.account)).toMatchObject({ managers: [{ reachable: true }] });
    expect(rowOf(stranger.account)).toMatchObject({ managers: [{ reachable: false }] });
    const { stdout } = await house.runAdmin(['accounts']);
    expect(stdout).toMatch(new RegExp(`^${orphan} +nobody `, 'm'));
    const { name } = stranger.chat.person;
    expect(stdout).toMatch(new RegExp(`^${stranger.account} +${name} \\(not in Teams\\) `, 'm'));
    expect(stdout).toMatch(new RegExp(`^${met.account} +${met.chat.person.name}  `, 'm'));
  });
});

describe('the audit', () => {
  const exported = async () =>
    (await adminJson<Record<string, unknown>[]>(house, ['audit', 'export'])).value;

  it('is exported as an array, as lines and as CSV that no spreadsheet computes', async () => {
    const rows = await exported();
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    const lines = await house.runAdmin(['audit', 'export']);
    expect(
      lines.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(rows);
    const csv = await house.runAdmin(['audit', 'export', '--format', 'csv']);
    const [head, first] = csv.stdout.split('\r\n');
    expect(head).toBe('seq,at,event,actor,account,result,reason,flow,instance,previous,hash');
    expect(first).toMatch(/^1,\d{4}-.+Z,service\.started,system,,ok,,,.+,sha256-.+=$/);
    expect(csv.stdout.trim().split('\r\n')).toHaveLength(rows.length + 1);
  });

  it('is verified, with the head that was noted before', async () => {
    const rows = await exported();
    const noted = String(rows.at(3)?.['hash']);
    await newEnrolled(house);
    const { code, value } = await adminJson(house, ['audit', 'verify', '--head', noted]);
    expect({ code, value }).toMatchObject({ code: 0, value: { result: 'intact' } });
    const unknown = await adminJson<{ error: string }>(house, [
      'audit',
      'verify',
      '--head',
      `sha256-${randomBytes(32).toString('base64')}`,
    ]);
    expect(unknown.code).toBe(1);
    expect(unknown.value.error).toContain('rewritten');
    for (const part of ['', noted.slice(0, -1), noted.replace('sha256-', '')]) {
      const wrong = await adminJson(house, ['audit', 'verify', '--head', part]);
      expect(wrong).toEqual({ code: 1, value: { error: expect.stringContaining('--head is a') } });
    }
  });
});

describe('check', () => {
  interface Check {
    readonly name: string;
    readonly ok: boolean;
    readonly found: readonly string[];
    readonly see: readonly string[];
    readonly mend: readonly string[];
    readonly mind: readonly string[];
  }
  const check = async (env: Record<string, string> = {}) => {
    const { code, value } = await adminJson<{ checks: Check[]; error?: string }>(
      house,
      ['check'],
      env,
    );
    const of = (name: string): Check => value.checks.find((one) => one.name === name)!;
    return { code, error: value.error, of, checks: value.checks };
  };

  it('finds the host and all four systems in order and sends nothing', async () => {
    newManager(house);
    // A notice of an earlier test may still be on its way.
    await noneWaits(house);
    const messages = house.twilio.requests.length;
    const { code, checks, of } = await check();
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['host', true],
      ['database', true],
      ['directory', true],
      ['sms', true],
      ['login', true],
    ]);
    expect(code).toBe(0);
    expect(of('sms').mind.join()).toContain('geo permissions');
    expect(house.twilio.requests.length).toBe(messages);
    const { stdout } = await house.runAdmin(['check']);
    expect(stdout).toMatch(/^ok +database/m);
  });

  it('tells what it saw of the directory, and honestly what it could not', async () => {
    const unanswered = newManager(house);
    house.directory.put(unanswered.accountDn, 'manager', []);
    const disabled = newManager(house);
    house.directory.put(disabled.accountDn, 'userAccountControl', '514');
    const { found, mind } = (await check()).of('directory');
    expect(found.join('\n')).toMatch(/certificate good for \d+ days, clock as here/);
    expect(found.join('\n')).toMatch(/locks after \d+ wrong passwords \(\d+ accounts\)/);
    expect(found.join('\n')).toContain('not readable there: 1');
    expect(mind.join('\n')).toMatch(
      new RegExp(`nobody answers for ${unanswered.account} \\(1 of \\d+ accounts\\)`),
    );
    // The demo's directory has no access lists to read.
    expect(mind.join('\n')).toContain('could not be read');
  });

  it('points to the section of the guide that says how', async () => {
    const { of } = await check({ LDAP_URL: 'ldaps://127.0.0.1:1' });
    expect(of('directory').see).toEqual(['docs/setup.md#1-a-name-a-certificate-and-a-host']);
    expect(of('sms').see).toEqual(['docs/setup.md#4-the-sms-service']);
    const { stdout, stderr } = await house.runAdmin(['check'], { LDAP_URL: 'ldaps://127.0.0.1:1' });
    expect(stdout + stderr).toMatch(
      /^MEND +directory\n +mend .+\n +see "1\. A name, a certificate/m,
    );
  });

  it('tells of a second server that cannot be reached, and of one whose clock is wrong', async () => {
    const { LDAP_URL: url = '' } = house.env;
    const now = house.directory.clock;
    house.directory.clock = () => now() + 10 * 60_000;
    try {
      const { code, of } = await check({ LDAP_URL: `${url} ldaps://127.0.0.1:1` });
      expect(code).toBe(0);
      expect(of('directory').mind.join('\n')).toMatch(/clock of .+ is \d+ s ahead/);
      expect(of('directory').mind.join('\n')).toContain('ldaps://127.0.0.1:1: no server');
    } finally {
      house.directory.clock = now;
    }
  });

  it('tells that a trial account reaches verified numbers only', async () => {
    house.twilio.account.type = 'Trial';
    try {
      expect((await check()).of('sms').mind.join()).toContain('trial');
    } finally {
      house.twilio.account.type = 'Full';
    }
  });

  it.each([
    ['directory', 'LDAP_BIND_PASSWORD', { LDAP_BIND_PASSWORD: 'Fel-Losenord-1' }],
    ['directory', 'LDAP_URL', { LDAP_URL: 'ldaps://127.0.0.1:1' }],
    ['directory', 'LDAP_ACCOUNTS_BASE', { LDAP_ACCOUNTS_BASE: 'OU=Nowhere,DC=orebro,DC=example' }],
    ['directory', 'LDAP_MANAGERS_BASE', { LDAP_MANAGERS_BASE: 'OU=Nowhere,DC=orebro,DC=example' }],
    ['sms', 'TWILIO_AUTH_TOKEN', { TWILIO_AUTH_TOKEN: randomBytes(16).toString('hex') }],
    ['sms', 'TWILIO_API_URL', { TWILIO_API_URL: 'http://127.0.0.1:1' }],
    ['login', 'MicrosoftAppPassword', { BOT_LOGIN_URL: 'http://127.0.0.1:1' }],
    [
      'database',
      'ENCRYPTION_KEYS',
      { ENCRYPTION_KEYS: `k9:${randomBytes(32).toString('base64')}` },
    ],
    [
      'database',
      'ENCRYPTION_KEYS',
      { ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}` },
    ],
  ])('says of %s what to mend: %s', async (name, cure, env) => {
    const { code, error, of, checks } = await check(env);
    expect(code).toBe(1);
    expect(error).toContain(name);
    expect(of(name).mend.join()).toContain(cure);
    expect(checks.filter(({ ok }) => !ok).map((one) => one.name)).toEqual([name]);
  });

  it('says when the directory locks too soon, and when the service account may too much', async () => {
    const strict = await houseOfTest({ policy: { lockoutThreshold: 2 } });
    const { dn } = newManager(strict).chat;
    const service = strict.env['LDAP_BIND_DN'] ?? '';
    const admins = `CN=Domain Admins,CN=Users,${strict.directory.base}`;
    strict.directory.put(admins, 'member', [...strict.directory.get(admins, 'member'), service]);
    const { code, value } = await adminJson<{ checks: Check[] }>(strict, ['check']);
    const found = value.checks.find(({ name }) => name === 'directory');
    expect({ code, dn }).toEqual({ code: 1, dn });
    expect(found?.mend.join()).toContain('threshold');
    expect(found?.mind.join()).toContain('privileged');
    // The bot itself says so at its start.
    await strict.end();
    await strict.start();
    await strict.teams.until(() => strict.output.includes('in a privileged group'));
    expect(house.output).not.toContain('in a privileged group');
  });
});
