import { expect, it } from '@jest/globals';
import { HOUR_MS } from '../../src/domain/durations.ts';
import { textOf, type ChatDriver } from '../support/chatDriver.ts';
import { cardsTo, noneWaits } from '../support/notices.ts';
import { setAge, sweepAgain } from '../support/rotations.ts';
import { FIRST_PASSWORD, newName } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** An account that one of its managers has silenced, and what is seen of it. */
function silencing(world: World) {
  /** A due account of two managers, of whom the first has said that no change is needed. */
  async function silenced() {
    const [asa, bo] = [world.manager(newName('Asa')), world.manager(newName('Bo'))];
    for (const chat of [asa, bo]) await chat.say('status');
    const group = world.directory.group(newName('Chefer'), [asa.dn, bo.dn]);
    const account = newName('forfallen');
    const { dn, id } = world.account(account, group.dn, FIRST_PASSWORD);
    setAge(world, dn, 120);
    await sweepAgain(world);
    await world.teams.until(() => cardsTo(world, asa).length === 1);
    asa.reload();
    expect(await asa.tap('notNeeded', { reason: 'other' })).toBe('reminder.done');
    await noneWaits(world);
    return { asa, bo, account, accountId: id };
  }
  /** The notice, as the person has it before them. */
  function notice(chat: ChatDriver): string {
    const sent = cardsTo(world, chat, 'notice').at(-1);
    chat.card = sent?.card;
    chat.messageId = sent?.id;
    return textOf(sent?.card);
  }
  const undone = (accountId: string) =>
    world
      .audit()
      .filter(
        ({ account, event }) => account === accountId && event === 'reminder.notNeededUndone',
      );
  return { silenced, notice, undone };
}

/** One of several managers cannot silence an account without the others. */
export function walkNotNeeded(world: World): void {
  const { silenced, notice, undone } = silencing(world);

  it('is told to the others, who can be reminded all the same', async () => {
    const { asa, bo, account, accountId } = await silenced();
    expect(cardsTo(world, asa, 'notice')).toHaveLength(0);
    expect(notice(bo)).toContain(`${asa.person.name} svarade`);
    expect(notice(bo)).toContain(account);
    const button = bo.button('undoNotNeeded');
    // Another's button is refused.
    await asa.say('status');
    expect(await asa.tapButton(button)).toBe('refused notResponsible');
    expect(undone(accountId)).toEqual([]);

    notice(bo);
    expect(await bo.tap('undoNotNeeded')).toBe('reminder.done');
    expect(await bo.tapButton(button)).toBe('reminder.done');
    expect(undone(accountId)).toMatchObject([
      { actor: `${world.tenantId}/${bo.person.aadObjectId}`, result: 'ok' },
    ]);
    const swept = await world.administer(['sweep', '--dry-run']);
    expect(JSON.stringify(swept)).not.toContain('"notNeeded"');
  });

  it('cannot be undone from another button, by the one who gave it either', async () => {
    const { asa, account, accountId } = await silenced();
    await asa.say('status');
    const { handle } = asa.button('enroll', account).data;
    const forged = { verb: 'undoNotNeeded', title: '', data: { verb: 'undoNotNeeded', handle } };
    expect(await asa.tapButton(forged)).toBe('refused notResponsible');
    expect(undone(accountId)).toEqual([]);
  });

  it('cannot be undone by one who answers no more', async () => {
    const { bo, account } = await silenced();
    notice(bo);
    const { dn } = world.directory.user({ name: newName('tom'), commonName: newName('Tom') });
    world.directory.put(`CN=${account},${world.accountsBase}`, 'manager', dn);
    expect(await bo.tap('undoNotNeeded')).toBe('refused notResponsible');
  });
}

/** The same answer, given anew: when it is told again. */
export function walkNotNeededAgain(world: World): void {
  const { silenced, notice, undone } = silencing(world);

  it('is told once in an hour, however often it is said again, and undone only once told', async () => {
    const { asa, bo, account, accountId } = await silenced();
    const sayAgain = async () => {
      asa.card = cardsTo(world, asa)[0]?.card;
      asa.messageId = cardsTo(world, asa)[0]?.id;
      expect(await asa.tap('notNeeded', { reason: 'other' })).toBe('reminder.done');
    };
    notice(bo);
    const button = bo.button('undoNotNeeded');
    expect(await bo.tapButton(button)).toBe('reminder.done');
    await sayAgain();
    // The button belongs to the notice of what was said before.
    expect(await bo.tapButton(button)).toBe('home');
    expect(textOf(bo.card)).toContain(account);
    expect(undone(accountId)).toHaveLength(1);
    expect(cardsTo(world, bo, 'notice')).toHaveLength(1);

    // It is told after the hour, where it still stands.
    world.passTime(HOUR_MS);
    await noneWaits(world);
    expect(cardsTo(world, bo, 'notice')).toHaveLength(2);
    expect(await bo.tapButton(button)).toBe('home');
    notice(bo);
    expect(await bo.tap('undoNotNeeded')).toBe('reminder.done');
    expect(undone(accountId)).toHaveLength(2);
    await sayAgain();
    await world.database.query('delete from reminder_silence');
    world.passTime(HOUR_MS);
    await noneWaits(world);
    expect(cardsTo(world, bo, 'notice')).toHaveLength(2);
  });

  it('is told though a hand in the database says that it just was', async () => {
    const { asa, bo } = await silenced();
    notice(bo);
    expect(await bo.tap('undoNotNeeded')).toBe('reminder.done');
    await world.database.query(`update reminder_silence set told_at = ${String(Date.now())}`);
    asa.card = cardsTo(world, asa)[0]?.card;
    asa.messageId = cardsTo(world, asa)[0]?.id;
    expect(await asa.tap('notNeeded', { reason: 'other' })).toBe('reminder.done');
    await noneWaits(world);
    expect(cardsTo(world, bo, 'notice')).toHaveLength(2);
  });
}
