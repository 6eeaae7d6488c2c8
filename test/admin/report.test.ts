import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { summaryLines } from '../../src/admin/commands/inTurn.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import { madeHistory, writeHistory } from '../support/auditHistory.ts';
import { launchBrowser } from '../support/browser.ts';
import { folderOfSuite, houseOfSuite, houseOfTest, postgresOfSuite } from '../support/ofSuite.ts';
import { ALWAYS, firstSweep, newDue, setAge } from '../support/rotations.ts';
import { FIRST_PASSWORD, newEnrolled, newManager, newName, reset } from '../support/walks.ts';

const KEYS = [
  ...['days', 'accounts', 'enrolled', 'enrollments', 'resets', 'unlocks', 'outsideChanges'],
  ...['reminders', 'resetsFromReminders', 'codes', 'codesNotDelivered', 'wrongCodes', 'lockouts'],
  ...['unknownOutcomes', 'overdue', 'unanswered', 'notInTeams'],
];
const PLOTS = ['enrolled', 'ages', 'changes', 'delays', 'sms', 'wrong', 'unknown', 'desk'];

const { resolve } = createRequire(import.meta.url);

interface Drawn {
  readonly seen: number;
  readonly texts: readonly string[];
  readonly named: readonly string[];
}

interface AxeReport {
  readonly checked: readonly string[];
  readonly findings: readonly string[];
}

type Figures = Record<string, number> & {
  readonly overdue: readonly Record<string, unknown>[];
  readonly unanswered: readonly Record<string, unknown>[];
  readonly notInTeams: readonly Record<string, unknown>[];
};

const house = await houseOfSuite({
  env: { ...ALWAYS, ORGANISATION: 'Örebro <b>kommun</b>', SMS_PER_DAY: '40' },
  policy: { maxAgeMs: Infinity },
});
const folder = await folderOfSuite();
const figures = (...args: string[]) => house.administer<Figures>(['report', ...args]);

const due = await newDue(house, 100);
const walker = await newEnrolled(house);
await reset(house, walker, 'Kaffekanna-Blomma-42');
const stranger = newManager(house);
const odd = newName('<i>"utan"&');
house.account(odd, '', FIRST_PASSWORD);
await firstSweep(house);
writeHistory(
  house.dataDir,
  madeHistory([due.accountId, walker.accountId, stranger.accountId], {
    days: 80,
    now: Date.now() - DAY_MS,
    rows: 3_000,
  }),
  3_000,
);

describe('admin report', () => {
  it('prints the contract’s figures for programs, and writes no file', async () => {
    const told = await figures();
    expect(Object.keys(told)).toEqual(KEYS);
    expect(told).toMatchObject({
      days: 90,
      accounts: 4,
      enrolled: 1,
      unknownOutcomes: expect.any(Number),
    });
    for (const key of KEYS.slice(3, -3)) expect([key, told[key]! > 0]).toEqual([key, true]);
    expect(told.overdue).toEqual([
      { account: due.account, due: expect.stringMatching(/^\d{4}-.*Z$/), managers: 1 },
    ]);
    expect(told.unanswered).toEqual([{ account: odd, reason: 'noManager' }]);
    expect(told.notInTeams).toEqual([{ account: stranger.account, managers: 1 }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('counts in the days that are asked for', async () => {
    const [all, week] = [await figures(), await figures('--days', '7')];
    expect(week['days']).toBe(7);
    expect(week['codes']).toBeLessThan(all['codes']! / 4);
    expect(week['accounts']).toBe(4);
  });

  it('names managers only where it is asked to', async () => {
    const named = await figures('--names');
    expect(named.overdue).toMatchObject([{ managers: 1, names: [due.chat.person.name] }]);
    expect(named.notInTeams).toMatchObject([{ managers: 1, names: [stranger.chat.person.name] }]);
    const file = join(folder, 'names.html');
    const names = [due, walker, stranger].map(({ chat }) => chat.person.name);
    await house.runAdmin(['report', '--out', file]);
    const plain = await readFile(file, 'utf8');
    for (const name of names) expect(plain).not.toContain(name);
    await house.runAdmin(['report', '--out', file, '--names']);
    expect(await readFile(file, 'utf8')).toContain(due.chat.person.name);
    for (const secret of [walker.mobile.slice(3), 'Kaffekanna', due.accountId, house.tenantId]) {
      expect(plain).not.toContain(secret);
    }
  });

  it('reads while a sweep has the lease, and changes nothing', async () => {
    const until = String(Date.now() + 60_000);
    await house.database.query(`update lease set holder = 'another', until = ${until}`);
    const rows = house.auditRows();
    const { code, stdout } = await house.runAdmin(['report', '--out', join(folder, 'read.html')]);
    await house.database.query(`update lease set holder = '', until = 0`);
    expect([code, stdout]).toEqual([0, expect.stringContaining('read.html: 90 days, 4 accounts')]);
    expect(house.audit(rows)).toEqual([]);
  });

  it('tells of one day and of one account as one', async () => {
    const file = join(folder, 'day.html');
    const { stdout } = await house.runAdmin(['report', '--out', file, '--days', '1']);
    expect(stdout).toContain('day.html: 1 day, 4 accounts');
    for (const [locale, period] of [
      ['sv', '1 dag, '],
      ['en', '1 day, '],
    ] as const) {
      await house.runAdmin(['report', '--out', file, '--days', '1', '--locale', locale]);
      expect(await readFile(file, 'utf8')).toContain(`<p>${period}`);
    }
    const run = { window: 'open', dryRun: false, accounts: 1 } as const;
    expect(summaryLines(run, [], 'no password is due')).toEqual(['1 account, no password is due']);
  });

  it.each([
    [['--days', '0'], '--days is a whole number from 1 to 3650'],
    [['--days', '3651'], '--days is a whole number'],
    [['--days', '1.5'], '--days is a whole number'],
    [['--days=-1'], '--days is a whole number'],
    [['--days', 'ninety'], '--days is a whole number'],
    [['--locale', 'de'], '--locale is sv or en'],
    [['--out', '/nowhere/at/all.html'], '/nowhere/at/all.html cannot be written (ENOENT)'],
    [['--out', ''], ' cannot be written'],
    [['--colour'], 'usage: report'],
  ])('refuses %j in one line', async (args, line) => {
    const { code, stdout, stderr } = await house.runAdmin(['report', ...args]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('takes the place of an earlier report, and of no other file, whatever its name', async () => {
    const place = await folderOfSuite();
    const report = join(place, 'report.html');
    const link = join(place, 'link.html');
    for (const content of ['', '<!doctype html>\n<p>minutes', 'SQLite format 3', 'k1:AAAA']) {
      await writeFile(report, content);
      await rm(link, { force: true });
      await symlink(report, link);
      for (const out of [report, link]) {
        const { code, stdout, stderr } = await house.runAdmin(['report', '--out', out]);
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toBe(
          `${out} cannot be written (it holds something else than this command writes: remove it, or name another file)\n`,
        );
      }
      expect(await readFile(report, 'utf8')).toBe(content);
      expect((await readdir(place)).sort()).toEqual(['link.html', 'report.html']);
    }
    await rm(report);
    for (let quarter = 1; quarter <= 2; quarter += 1) {
      expect(await house.runAdmin(['report', '--out', report])).toMatchObject({ code: 0 });
    }
  });

  it('writes nothing where the database or the directory goes away, nor while it reads', async () => {
    const lost = await houseOfTest();
    const place = await folderOfSuite();
    const out = join(place, 'lost.html');
    const seen = new Set<string>();
    lost.directory.fault = () => {
      seen.add(readdirSync(place).join());
      return 'drop';
    };
    const apart = await lost.runAdmin(['report', '--out', out]);
    expect([apart.code, apart.stderr]).toEqual([
      1,
      expect.stringContaining('directory: unreachable'),
    ]);
    expect([...seen]).toEqual(['']);
    lost.directory.fault = undefined;
    await lost.database.query('alter table audit rename to gone');
    const { code, stderr } = await lost.runAdmin(['report', '--out', out]);
    await lost.database.query('alter table gone rename to audit');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^store: \w+ \(.*\)\n$/)]);
    expect(await readdir(place)).toEqual([]);
  });
});

describe('the page', () => {
  let browser: Browser;
  let page: Page;
  let told: Figures;
  const requests: string[] = [];
  const seen = <T>(what: string) => page.evaluate<T>(what);
  beforeAll(async () => {
    const file = join(folder, 'report.html');
    await house.runAdmin(['report', '--out', file, '--locale', 'en']);
    told = await figures();
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    for (const script of [
      resolve('axe-core/axe.min.js'),
      join(import.meta.dirname, 'page/report.js'),
    ]) {
      await page.evaluate(await readFile(script, 'utf8'));
    }
  });
  afterAll(async () => {
    await browser.close();
  });

  it('needs nothing from elsewhere, and takes names for text', async () => {
    expect(requests).toEqual([page.url()]);
    expect(await page.locator('script').count()).toBe(0);
    expect(await page.locator('h1').textContent()).toContain('Örebro <b>kommun</b>');
    expect(await page.locator('#unanswered tbody th').allTextContents()).toEqual([odd]);
  });

  it('has no empty plot, and an image’s role, title and text with each', async () => {
    for (const id of PLOTS) {
      expect([id, await page.locator(`#${id} svg[role=img]`).count()]).toEqual([id, 1]);
      const drawn = await seen<Drawn>(`lookAtPlot('${id}')`);
      expect([id, drawn.seen > 1]).toEqual([id, true]);
      expect(drawn.named.map((text) => text.length > 5)).toEqual([true, true]);
      const [heading, value] = await page
        .locator(`#${id} thead th`)
        .evaluateAll((cells) => [cells[0]?.textContent, cells[1]?.textContent]);
      expect(drawn.texts).toContain(heading);
      expect(
        drawn.texts.some((text) => text === value || text === 'Count' || text === 'Accounts'),
      ).toBe(true);
      expect(drawn.texts.filter((text) => /\d/.test(text ?? '')).length).toBeGreaterThan(4);
    }
  });

  it('tells the figures that programs get, in its tiles, plots and lists', async () => {
    const shown = await seen<Record<string, number>>('tiles()');
    for (const key of KEYS.slice(1)) {
      const figure: unknown = told[key];
      expect([key, shown[key]]).toEqual([key, Array.isArray(figure) ? figure.length : figure]);
    }
    const sums = (id: string) => seen<number[]>(`sums('${id}')`);
    expect(await sums('changes')).toEqual([
      told['resets'],
      told['unlocks'],
      told['outsideChanges'],
    ]);
    expect(await sums('wrong')).toEqual([told['wrongCodes'], told['lockouts']]);
    expect(await sums('unknown')).toEqual([told['unknownOutcomes']]);
    expect(await sums('delays')).toEqual([told['resetsFromReminders']]);
    const [codes, refused, uncertain] = await sums('sms');
    expect([codes, refused! + uncertain!]).toEqual([told['codes'], told['codesNotDelivered']]);
    const [within, past] = await sums('ages');
    expect([within! + past!, past]).toEqual([told['accounts'], told.overdue.length]);
    const last = await page.locator('#enrolled tbody tr:last-child td').allTextContents();
    expect(last.map(Number)).toEqual([told['enrolled'], told['accounts']]);
    expect(await page.locator('#overdue tbody tr').count()).toBe(told.overdue.length);
    expect(await page.locator('#notInTeams tbody tr').count()).toBe(told.notInTeams.length);
  });

  it('follows light and dark, fits a phone and A4, and gives axe nothing to find', async () => {
    const looks = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      looks.push(await seen('colours()'));
      const { checked, findings } = await seen<AxeReport>('runAxe()');
      expect(findings).toEqual([]);
      expect(checked).toEqual(expect.arrayContaining(['color-contrast', 'html-has-lang']));
    }
    expect(looks).toEqual([
      ['rgb(255, 255, 255)', 'rgb(27, 27, 31)'],
      ['rgb(23, 24, 28)', 'rgb(236, 236, 241)'],
    ]);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await seen('overflow()')).toBeLessThanOrEqual(0);
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    expect(pdf.toString('latin1')).toMatch(/MediaBox ?\[0 0 59[45][.\d]* 84[12][.\d]*\]/);
  });
});

it('says so where nothing has happened, instead of an empty plot', async () => {
  const quiet = await houseOfTest();
  quiet.account(newName('grupp'), '', FIRST_PASSWORD);
  const out = join(folder, 'quiet.html');
  await quiet.runAdmin(['report', '--out', out]);
  const html = await readFile(out, 'utf8');
  expect(html.match(/Inget sådant har hänt/g)).toHaveLength(6);
  expect(html.match(/<svg/g)).toHaveLength(2);
});

it('tells an account that is not overdue from one that is', async () => {
  const { account, accountDn } = await newDue(house, 10);
  const isOverdue = async () => (await figures()).overdue.some((one) => one['account'] === account);
  expect(await isOverdue()).toBe(false);
  setAge(house, accountDn, 91);
  expect(await isOverdue()).toBe(true);
});

it('counts the same on PostgreSQL', async () => {
  const databaseUrl = await (await postgresOfSuite()).createDatabase('bot');
  const shared = await houseOfTest({ databaseUrl });
  const there = await newEnrolled(shared);
  expect(await reset(shared, there, 'Kaffekanna-Blomma-42')).toBe('reset.done');
  await shared.database.query(`update code_send set fate = 'failed'`);
  const told = await shared.administer<Figures>(['report', '--days', '7']);
  expect(told).toMatchObject({ days: 7, accounts: 1, enrolled: 1, enrollments: 1, resets: 1 });
  expect([told['codes'], told['codesNotDelivered']]).toEqual([2, 2]);
});
