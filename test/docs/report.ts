/** `npm run docs:report`: draws the picture of `admin report` in the README, of a made-up quarter. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DAY_MS } from '../../src/domain/durations.ts';
import { madeHistory, writeHistory } from '../support/auditHistory.ts';
import { launchBrowser } from '../support/browser.ts';
import { startHouse } from '../support/house.ts';
import { setAge } from '../support/rotations.ts';
import { enroll, FIRST_PASSWORD, newMobile } from '../support/walks.ts';

const PICTURE = join(import.meta.dirname, '../../docs/report.png');
const ACCOUNTS = ['hemvardsgruppen', 'nattpatrullen', 'boende-vivalla', 'hemtjanst-norr', 'rehab'];
const ROWS = 900;
const SIZE = { width: 800, height: 1_330 };

const house = await startHouse({
  env: { ORGANISATION: 'Örebro kommun', DEFAULT_LOCALE: 'en', SMS_PER_DAY: '25' },
  policy: { maxAgeMs: Infinity },
});
const folder = await mkdtemp(join(tmpdir(), 'report-'));
const browser = await launchBrowser();
try {
  const ids: string[] = [];
  for (const [index, name] of ACCOUNTS.entries()) {
    const chat = house.manager(`Chef${String.fromCharCode(65 + index)}`);
    const { dn, id } = house.account(name, chat.dn, FIRST_PASSWORD);
    ids.push(id);
    if (index < ACCOUNTS.length - 1) {
      await enroll(house, { chat, account: name, mobile: newMobile() });
    }
    setAge(house, dn, 25 * (index + 1));
  }
  const past = { days: 88, now: Date.now() - DAY_MS, rows: ROWS };
  writeHistory(house.dataDir, madeHistory(ids.slice(0, -1), past), ROWS);
  const out = join(folder, 'report.html');
  await house.runAdmin(['report', '--out', out]);
  const page = await browser.newPage({ viewport: SIZE });
  await page.goto(pathToFileURL(out).href);
  await writeFile(PICTURE, await page.screenshot());
} finally {
  await browser.close();
  await house.stop();
  await rm(folder, { recursive: true });
}
process.stdout.write('docs/report.png\n');
