import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '../../src/domain/durations.ts';
import { installation } from '../support/activities.ts';
import { noneWaits } from '../support/notices.ts';
import { houseOfSuite, houseOfTest } from '../support/ofSuite.ts';
import { ALWAYS, firstSweep, newDue, setAge, sweepAgain } from '../support/rotations.ts';
import { enroll, newMobile } from '../support/walks.ts';
import type { World } from '../support/world.ts';

const policy = { maxAgeMs: Infinity };
const house = await houseOfSuite({ env: { ...ALWAYS, REMINDER_SMS: 'overdue' }, policy });
await firstSweep(house);

/** An enrolled manager of an account of that age, who has removed the bot. */
async function newGone(world: World, days: number, known?: Awaited<ReturnType<typeof newDue>>) {
  const walker = { ...(known ?? (await newDue(world, 10))), mobile: newMobile() };
  await enroll(world, walker);
  await noneWaits(world);
  const { chat, accountDn, mobile } = walker;
  await world.reach(world.teams.from(chat.person, installation('remove')));
  setAge(world, accountDn, days);
  const before = world.texts(mobile).length;
  /** The texts about the password's age; the change of its age may be told as one made outside. */
  const texts = () =>
    world
      .texts(mobile)
      .slice(before)
      .filter((text) => text.includes('skulle ha bytts'));
  return { ...walker, texts };
}

const eventsOf = (world: World, accountId: string) =>
  world
    .audit()
    .filter(({ account, event }) => account === accountId && event.startsWith('reminder.'))
    .map(({ event, result, reason }) => [event, result, reason])
    .filter(([, , reason]) => reason !== 'changedOutside');

describe('REMINDER_SMS=overdue', () => {
  it('sends an overdue reminder that reaches no chat to the enrolled number, once a week', async () => {
    const { accountId, account, texts } = await newGone(house, 98);
    await sweepAgain(house);
    await sweepAgain(house);
    await noneWaits(house);
    expect(texts()).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Lösenordet till ${account} skulle ha bytts \\d+ \\p{L}+\\. Byt det i Teams`,
          'u',
        ),
      ),
    ]);
    expect(texts()[0]).not.toMatch(/\d{6}|http|\//);
    expect(eventsOf(house, accountId)).toEqual([
      ['reminder.skipped', 'refused', 'notInTeams'],
      ['reminder.sent', 'ok', 'sms'],
    ]);
  });

  it('sends the next one a week later, and none before the password is a week overdue', async () => {
    const { accountDn, texts } = await newGone(house, 92);
    await sweepAgain(house);
    expect(texts()).toEqual([]);
    setAge(house, accountDn, 97);
    await sweepAgain(house);
    await noneWaits(house);
    expect(texts()).toHaveLength(1);
    setAge(house, accountDn, 105);
    await sweepAgain(house);
    await noneWaits(house);
    expect(texts()).toHaveLength(2);
  });

  it('counts in SMS_PER_DAY, in no budget of the number, and not in that of codes', async () => {
    const { chat, account, mobile, texts } = await newGone(house, 98);
    const counted = () =>
      house.database.querySqlite<{ n: number }>(
        `select count(*) n from code_send where manager = ''`,
      );
    const [before] = counted();
    await sweepAgain(house);
    await noneWaits(house);
    expect(texts()).toHaveLength(1);
    expect(counted()[0]!.n).toBeGreaterThan(before!.n);
    await chat.say('status');
    expect(await chat.tap('reset', {}, account)).toBe('reset.code');
    expect(house.codes(mobile).length).toBeGreaterThan(1);
  });

  it('leaves the last fifth of the day’s messages to codes', async () => {
    const tight = await houseOfTest({
      env: { ...ALWAYS, REMINDER_SMS: 'overdue', SMS_PER_DAY: '5' },
      policy,
    });
    await firstSweep(tight);
    const gone = [];
    for (let n = 0; n < 3; n += 1) gone.push(await newGone(tight, 98));
    await sweepAgain(tight);
    await noneWaits(tight);
    expect(gone.flatMap(({ texts }) => texts())).toHaveLength(1);
    // The reminder alone has reached the mark: no code message has seen that sum.
    await tight.teams.until(() => /"alarm":"smsBudget","percent":80\b/.test(tight.output));
  });

  it('sends nothing outside the hours or as a dry run, and says that it would', async () => {
    const { account, texts } = await newGone(house, 98);
    const { reminders } = await house.administer<{
      reminders: readonly { account: string; result: string; reason: string | null }[];
    }>(['sweep', '--dry-run']);
    const row = reminders.find((one) => one.account === account);
    expect(row).toMatchObject({ result: 'due', reason: 'sms' });
    await noneWaits(house);
    expect(texts()).toEqual([]);
  });

  it('waits until a new number can reset after a revoke, and asks for nothing before', async () => {
    const waiting = await houseOfTest({ env: { ...ALWAYS, REMINDER_SMS: 'overdue' }, policy });
    await firstSweep(waiting);
    const due = await newDue(waiting, 10);
    await enroll(waiting, { ...due, mobile: newMobile() });
    await waiting.administer(['revoke', due.account]);
    await noneWaits(waiting);
    waiting.passTime(HOUR_MS);
    const { texts } = await newGone(waiting, 98, due);
    await sweepAgain(waiting);
    await noneWaits(waiting);
    expect(texts()).toEqual([]);
    waiting.passTime(DAY_MS);
    await sweepAgain(waiting);
    await noneWaits(waiting);
    expect(texts()).toHaveLength(1);
  });

  it('is not for managers without a number, nor while they can be reached in the chat', async () => {
    const reached = { ...(await newDue(house, 98)), mobile: newMobile() };
    await enroll(house, reached);
    const bare = await newDue(house, 98);
    await house.reach(house.teams.from(bare.chat.person, installation('remove')));
    await sweepAgain(house);
    await noneWaits(house);
    expect(house.texts(reached.mobile).join()).not.toContain('skulle ha bytts');
    expect(eventsOf(house, bare.accountId)).toEqual([
      ['reminder.skipped', 'refused', 'notInTeams'],
    ]);
  });

  it('is off by default', async () => {
    const plain = await houseOfTest({ env: ALWAYS, policy });
    await firstSweep(plain);
    const { texts, accountId } = await newGone(plain, 98);
    await sweepAgain(plain);
    plain.passTime(DAY_MS);
    await noneWaits(plain);
    expect(texts()).toEqual([]);
    expect(eventsOf(plain, accountId)).toEqual([['reminder.skipped', 'refused', 'notInTeams']]);
  });
});
