import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runAdminHere } from '../support/adminCli.ts';
import { folderOfSuite, houseOfSuite } from '../support/ofSuite.ts';
import { rowsOf, type Invited } from '../support/invitations.ts';
import { ALWAYS, cardsTo, firstSweep } from '../support/rotations.ts';
import { FIRST_PASSWORD, greet, newManager, newName } from '../support/walks.ts';

const house = await houseOfSuite({
  entrance: 'door',
  env: { ...ALWAYS, ORGANISATION: 'Örebro kommun' },
  policy: { maxAgeMs: Infinity },
});
await firstSweep(house);
const folder = await folderOfSuite();

const invite = (...args: string[]) => house.administer<Invited>(['invite', ...args]);
const eventsOf = (accountId: string) =>
  house
    .audit()
    .filter(({ account, event }) => account === accountId && event.startsWith('invitation.'))
    .map(({ event, result, reason }) => [event, result, ...(reason === null ? [] : [reason])]);

/** A manager whom the bot has met, and who is not enrolled. */
async function newMet() {
  const walker = newManager(house);
  await greet(walker);
  return walker;
}

describe('admin invite', () => {
  it('tells whom it would invite as a dry run and outside the hours, and changes nothing', async () => {
    const { chat, account } = await newMet();
    const rows = house.auditRows();
    const dry = await invite('--dry-run');
    expect(Object.keys(dry)).toEqual(['window', 'dryRun', 'accounts', 'invitations']);
    expect(dry).toMatchObject({ window: 'open', dryRun: true });
    const row = dry.invitations.find((one) => one.account === account);
    expect(row).toEqual({ account, manager: chat.person.name, result: 'due', reason: null });
    const day = new Date().getUTCDay();
    const closed = { REMINDER_HOURS: day >= 1 && day <= 3 ? 'Fri-Fri 01-02' : 'Tue-Tue 01-02' };
    const { code, stdout } = await house.runAdmin(['invite'], closed);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Outside REMINDER_HOURS')]);
    expect(house.audit(rows)).toEqual([]);
    expect(cardsTo(house, chat, 'invitation')).toEqual([]);
  });

  it('writes those who are not in Teams for a mail merge, with the mail of their entry', async () => {
    const [one, other] = [newManager(house), newManager(house)];
    house.directory.put(one.chat.dn, 'displayName', '=Asa, "A"');
    house.directory.put(other.chat.dn, 'mail', []);
    const orphan = newName('utan');
    const { id } = house.account(orphan, '', FIRST_PASSWORD);
    const file = join(folder, 'letters.csv');
    const told = await invite('--csv', file);
    for (const { account } of [one, other]) {
      expect(rowsOf(told, account)).toEqual(['skipped: notInTeams']);
    }
    expect(rowsOf(told, orphan)).toEqual(['skipped: noManager']);
    const lines = (await readFile(file, 'utf8')).split('\r\n');
    expect(lines[0]).toBe('account,manager,mail');
    expect(lines).toContain(`${one.account},"'=Asa, ""A""",${one.chat.person.mail}`);
    expect(lines).toContain(`${other.account},${other.chat.person.name},`);
    expect(lines.join()).not.toContain(orphan);
    expect(JSON.stringify(told)).not.toContain(one.chat.person.mail);
    await invite();
    expect(eventsOf(id)).toEqual([['invitation.skipped', 'refused', 'noManager']]);
    const before = await readFile(file, 'utf8');
    await invite('--dry-run', '--csv', file);
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await readdir(folder)).toEqual(['letters.csv']);
  });

  it('invites nobody where the list would take another file’s place', async () => {
    const { chat } = await newMet();
    const other = join(folder, 'other.csv');
    await writeFile(other, 'konto;ansvarig\r\n');
    const { code, stdout, stderr } = await house.runAdmin(['invite', '--csv', other]);
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      `${other} cannot be written (it holds something else than this command writes: remove it, or name another file)\n`,
    ]);
    expect(await readFile(other, 'utf8')).toBe('konto;ansvarig\r\n');
    expect(cardsTo(house, chat, 'invitation')).toEqual([]);
    await rm(other);
  });

  it('invites nobody where the list cannot be written', async () => {
    const { chat } = await newMet();
    const rows = house.auditRows();
    await writeFile(join(folder, 'file'), '');
    const places = [
      join(folder, 'nowhere', 'x.csv'),
      folder,
      join(folder, 'file', 'x.csv'),
      '',
      `${folder}/new/`,
    ];
    for (const place of places) {
      const { code, stdout, stderr } = await house.runAdmin(['invite', '--csv', place]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/ cannot be written \([\w ]+\)\n$/);
    }
    expect(house.audit(rows).filter(({ event }) => event.startsWith('admin.'))).toEqual([]);
    expect(cardsTo(house, chat, 'invitation')).toEqual([]);
  });

  it('waits for a sweep that is under way and says so, and puts the next one off by nothing', async () => {
    const { chat, account } = await newMet();
    const done = () => house.database.query<{ done_at: number }>('select done_at from lease');
    const before = await done();
    const until = Date.now() + 60_000;
    await house.database.query(`update lease set holder = 'another', until = ${String(until)}`);
    const isTold = Promise.withResolvers<void>();
    const running = runAdminHere(house.env, ['invite', '--json'], isTold.resolve);
    await Promise.race([isTold.promise, running]);
    expect(cardsTo(house, chat, 'invitation')).toEqual([]);
    await house.database.query(`update lease set holder = '', until = 0`);
    const { code, stdout, stderr } = await running;
    expect([code, stderr]).toEqual([
      0,
      'the bot is sweeping right now: waiting until it is done\n',
    ]);
    expect(rowsOf(JSON.parse(stdout) as Invited, account)).toEqual(['sent']);
    expect(await done()).toEqual(before);
  });

  it('typed twice at once invites each manager once', async () => {
    const met = [await newMet(), await newMet(), await newMet()];
    const rows = house.auditRows();
    const both = await Promise.all([invite(), invite()]);
    for (const { chat, account } of met) {
      expect(both.flatMap((told) => rowsOf(told, account)).toSorted()).toEqual(['already', 'sent']);
      expect(cardsTo(house, chat, 'invitation')).toHaveLength(1);
    }
    const own = house.audit(rows).filter(({ event }) => event === 'admin.invite');
    expect(own.map(({ actor }) => actor)).toEqual(Array(2).fill(expect.stringMatching(/^os:/)));
  });

  it('names who ran it also where it ends halfway', async () => {
    const met = [await newMet(), await newMet(), await newMet(), await newMet()];
    const isSent = () => met.some(({ chat }) => cardsTo(house, chat, 'invitation').length > 0);
    const rows = house.auditRows();
    house.directory.fault = () => (isSent() ? 'drop' : undefined);
    const { code } = await house.runAdmin(['invite']);
    house.directory.fault = undefined;
    expect([code, isSent()]).toEqual([1, true]);
    const own = house.audit(rows).filter(({ event }) => event === 'admin.invite');
    expect(own).toMatchObject([{ actor: expect.stringMatching(/^os:/), result: 'ok' }]);
  });

  it('tells a directory that is away in one line', async () => {
    const rows = house.auditRows();
    house.directory.fault = () => 'drop';
    const { code, stdout, stderr } = await house.runAdmin(['invite']);
    house.directory.fault = undefined;
    expect([code, stdout]).toEqual([1, '']);
    const told = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    expect(told).toEqual([expect.stringMatching(/^directory: unreachable/)]);
    expect(house.audit(rows).filter(({ event }) => event === 'admin.invite')).toEqual([]);
  });
});
