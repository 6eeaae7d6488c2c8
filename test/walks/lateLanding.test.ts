import { beforeAll, describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { hastened } from '../support/haste.ts';
import { startHouse } from '../support/house.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { cardsTo, firstSweep, sweepAgain } from '../support/rotations.ts';
import {
  enroll,
  newEnrolled,
  newMobile,
  newName,
  prove,
  reset,
  resetToPassword,
  type Walker,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const OTHER = 'Tallskog-Morgon-61';
const FOREIGN = 'Nagon-Annans-77';
const twice = (password: string) => ({ newPassword: password, confirmPassword: password });

/** A search for an outcome that begins meanwhile waits for this in its first pause. */
let heldUntil: Promise<void> | undefined;
const FIRST_PAUSE_MS = 500;
const house = await houseOfSuite({
  entrance: 'door',
  circumstances: {
    delay: (ms, signal) =>
      ms === FIRST_PAUSE_MS && heldUntil !== undefined ? heldUntil : hastened(ms, signal),
  },
});

const eventsOf = ({ accountId }: Walker): string[] =>
  house
    .audit()
    .filter(({ account }) => account === accountId)
    .map(({ event, result, reason }) => [event, result, ...(reason === null ? [] : [reason])])
    .map((row) => row.join(' '));
const failures = ({ accountId }: Walker) =>
  house.database.query(`select id from failure where account_id = '${accountId}'`);

/** Whether the manager's number was told of the reset. */
const isTold = ({ mobile, account }: Walker): boolean =>
  house.texts(mobile).some((text) => text.startsWith(`Lösenordet till ${account} byttes`));

/** Begins anew, as a manager does who has not heard the outcome. */
async function startOver(walker: Walker): Promise<void> {
  const { chat, account, mobile } = walker;
  house.passTime(MINUTE_MS);
  await chat.say('status');
  expect(await chat.tap('reset', {}, account)).toBe('reset.code');
  expect(await chat.tap('confirmCode', { code: house.code(mobile) })).toBe('reset.newPassword');
}

/**
 * Has the password written, applied or not, and no answer; the manager does not wait. The search for
 * the outcome begins with `goOn`.
 */
async function loseAnswerAndHold(
  walker: Walker,
  fault: 'drop' | 'applyThenDrop',
): Promise<{ readonly goOn: () => void }> {
  await resetToPassword(house, walker);
  const { promise, resolve: goOn } = Promise.withResolvers<void>();
  heldUntil = promise;
  house.directory.fault = ({ name }) => (name === 'modify' ? fault : undefined);
  expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('reset.unknown');
  house.directory.fault = undefined;
  heldUntil = undefined;
  return { goOn };
}

describe('a write that lands after it was taken for not done', () => {
  const walkers: Walker[] = [];
  const next = () => walkers.pop()!;
  let overtaken: Walker & { readonly goOn: () => void };

  // All at once: each takes some seconds until the outcome seems known.
  beforeAll(async () => {
    await firstSweep(house);
    const first = await newEnrolled(house);
    for (let count = 0; count < 7; count += 1) walkers.push(await newEnrolled(house));
    for (const walker of walkers) await resetToPassword(house, walker);
    overtaken = { ...first, ...(await loseAnswerAndHold(first, 'drop')) };
    house.directory.fault = ({ name }) => (name === 'modify' ? 'drop' : undefined);
    const shown = walkers.map(({ chat }) => chat.tap('setPassword', twice(GOOD)));
    expect(new Set(await Promise.all(shown))).toEqual(new Set(['reset.unknown']));
    house.directory.fault = undefined;
    const isOver = ({ chat }: Walker) => chat.reload() === 'reset.newPassword directoryUnavailable';
    await house.teams.until(() => [overtaken, ...walkers].every(isOver));
  });

  it('is not tried by a search that another one has overtaken', async () => {
    const walker = overtaken;
    house.directory.setPassword(walker.accountDn, FOREIGN);
    const binds = house.directory.bindsOf(walker.accountDn);
    let reads = 0;
    house.directory.fault = ({ name, dn }) => {
      if (name === 'search' && dn === house.accountsBase) reads += 1;
      return undefined;
    };
    walker.goOn();
    await house.teams.until(() => reads > 0);
    expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('home flowExpired');
    expect(house.directory.bindsOf(walker.accountDn) - binds).toBe(1);
    expect(await failures(walker)).toHaveLength(1);
  });

  it('is proved by the same password in the same flow, and nothing is written twice', async () => {
    const walker = next();
    house.directory.setPassword(walker.accountDn, GOOD);
    const writes = house.directory.writes.length;
    expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('reset.done');
    expect(house.directory.writes.length).toBe(writes);
    expect(eventsOf(walker).slice(-3)).toEqual([
      'reset.verified refused',
      'reset.unknown unknown',
      'reset.verified ok',
    ]);
    expect(await failures(walker)).toEqual([]);
    await house.teams.until(() => isTold(walker));
  });

  it('is no change by another client where a sweep finds it first', async () => {
    const walker = next();
    house.directory.setPassword(walker.accountDn, GOOD);
    await sweepAgain(house);
    expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('reset.done');
    expect(eventsOf(walker).at(-1)).toBe('reset.verified ok');
    await sweepAgain(house);
    expect(eventsOf(walker)).not.toContain('reminder.skipped ok changedOutside');
  });

  it('is not known where another password is typed, until the same one is', async () => {
    const walker = next();
    house.directory.setPassword(walker.accountDn, GOOD);
    const button = walker.chat.button('setPassword');
    expect(await walker.chat.tap('setPassword', twice(OTHER))).toBe('reset.unknown');
    expect(house.directory.bindsOf(walker.accountDn)).toBe(1);
    expect(await walker.chat.tapButton(button, twice(GOOD))).toBe('reset.done');
  });

  it('is proved too where it lands between the reading and the next write', async () => {
    const walker = next();
    let isLanded = false;
    house.directory.fault = ({ name }) => {
      // The service account is bound anew right before a write.
      if (name === 'bind' && !isLanded) {
        isLanded = true;
        house.directory.setPassword(walker.accountDn, GOOD);
      }
      return undefined;
    };
    const shown = await walker.chat.tap('setPassword', twice(GOOD));
    expect(['reset.unknown', 'reset.done']).toContain(shown);
    await house.teams.until(() => walker.chat.reload() === 'reset.done');
  });

  it('is none where somebody else has changed the password, and the wrong bind is counted', async () => {
    const walker = next();
    house.directory.setPassword(walker.accountDn, FOREIGN);
    expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('home flowExpired');
    expect(await failures(walker)).toHaveLength(1);
    expect(eventsOf(walker).at(-1)).toBe('reset.verified refused flowExpired');
  });

  it('does not make somebody else’s password one’s own', async () => {
    const walker = next();
    house.directory.setPassword(walker.accountDn, FOREIGN);
    expect(await walker.chat.tap('setPassword', twice(FOREIGN))).toBe('reset.unknown');
    expect(eventsOf(walker)).not.toContain('reset.verified ok');
  });

  it('is proved in the next flow, in which it lands', async () => {
    const walker = next();
    await walker.chat.tap('cancel');
    await startOver(walker);
    house.directory.setPassword(walker.accountDn, GOOD);
    expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('reset.done');
    expect(eventsOf(walker).slice(-2)).toEqual(['reset.verified ok', 'reset.verified ok']);
    await house.teams.until(() => isTold(walker));
  });
});

/** A colleague who is a manager of the account too, not enrolled yet. */
function addColleague({ chat, account, accountDn, accountId }: Walker): Walker {
  const colleague = house.manager(newName('Kollega'));
  const group = house.directory.group(newName('grp'), [chat.dn, colleague.dn]);
  house.directory.put(accountDn, 'manager', group.dn);
  return { chat: colleague, account, accountDn, accountId, mobile: newMobile() };
}

describe('a colleague’s password after a lost write', () => {
  it('is refused as one that was used before, and not tried', async () => {
    const walker = await newEnrolled(house);
    const colleague = addColleague(walker);
    expect(await enroll(house, colleague)).toBe('enrollment.done');
    const { goOn } = await loseAnswerAndHold(walker, 'drop');
    house.passTime(MINUTE_MS);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
    await walker.chat.tap('cancel');
    expect(await reset(house, colleague, OTHER)).toBe('reset.done');
    await startOver(walker);
    const binds = house.directory.bindsOf(walker.accountDn);
    expect(await walker.chat.tap('setPassword', twice(OTHER))).toBe(
      'reset.newPassword passwordUsedBefore',
    );
    expect(house.directory.bindsOf(walker.accountDn)).toBe(binds);
    goOn();
  });
});

describe('a reset that is found late', () => {
  it('is no change by another client where a sweep finds it first', async () => {
    const walker = await newEnrolled(house);
    const { goOn } = await loseAnswerAndHold(walker, 'applyThenDrop');
    await sweepAgain(house);
    goOn();
    await house.teams.until(() => eventsOf(walker).includes('reset.verified ok'));
    await house.teams.until(() => isTold(walker));
  });

  it('is none either on a server that does not know of it yet, after its manager has gone on', async () => {
    const walker = await newEnrolled(house);
    await sweepAgain(house);
    const former = house.directory.get(walker.accountDn, 'pwdLastSet')[0]!;
    const { goOn } = await loseAnswerAndHold(walker, 'applyThenDrop');
    house.passTime(MINUTE_MS);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
    goOn();
    await house.teams.until(() => eventsOf(walker).includes('reset.verified ok'));
    house.directory.put(walker.accountDn, 'pwdLastSet', former);
    await sweepAgain(house);
    expect(eventsOf(walker)).not.toContain('reminder.skipped ok changedOutside');
  });

  it('hides no change that another client had made before it', async () => {
    const walker = await newEnrolled(house);
    await sweepAgain(house);
    house.directory.setPassword(walker.accountDn, FOREIGN);
    const { goOn } = await loseAnswerAndHold(walker, 'drop');
    await sweepAgain(house);
    expect(eventsOf(walker)).toContain('reminder.skipped ok changedOutside');
    goOn();
  });

  it('is told though a colleague has proved its password meanwhile', async () => {
    const walker = await newEnrolled(house);
    const colleague = addColleague(walker);
    const { goOn } = await loseAnswerAndHold(walker, 'applyThenDrop');
    // Its manager does not wait for it.
    house.passTime(MINUTE_MS);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
    expect(await prove(colleague, GOOD)).toBe('enrollment.mobile');
    goOn();
    await house.teams.until(() => eventsOf(walker).includes('reset.verified ok'));
    await house.teams.until(() => isTold(walker));
    await house.teams.until(() =>
      cardsTo(house, colleague.chat, 'notice').some(({ card }) =>
        textOf(card).includes('bytte lösenordet'),
      ),
    );
  });
});

describe('a password that an earlier reset sent, typed again', () => {
  it('is tried beside no other proof: the directory’s lockout stays two binds away', async () => {
    const walker = await newEnrolled(house);
    const colleague = addColleague(walker);
    await resetToPassword(house, walker);
    house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('reset.unknown');
    house.directory.fault = undefined;
    await house.teams.until(() => eventsOf(walker).includes('reset.verified ok'));
    // The last two passwords are not counted by the directory.
    for (const password of [FOREIGN, OTHER, `${OTHER}-b`]) {
      house.directory.setPassword(walker.accountDn, password);
    }
    await startOver(walker);
    await colleague.chat.say('status');
    await colleague.chat.tap('enroll', {}, walker.account);
    // Two failures of others leave one bind to the bot.
    house.directory.put(walker.accountDn, 'badPwdCount', '2');
    house.directory.put(
      walker.accountDn,
      'badPasswordTime',
      house.directory.get(walker.accountDn, 'pwdLastSet')[0]!,
    );
    const binds = house.directory.bindsOf(walker.accountDn);
    house.directory.fault = ({ name, dn }) =>
      name === 'bind' && dn === walker.accountDn ? { delayMs: 150 } : undefined;
    await Promise.all([
      walker.chat.tap('setPassword', twice(GOOD)),
      colleague.chat.tap('proveCurrentPassword', { currentPassword: 'Fel-0001-xyz' }),
    ]);
    expect(house.directory.bindsOf(walker.accountDn) - binds).toBe(1);
  });
});

describe('a bind that tells nothing', () => {
  it('is not repeated while the outcome is looked for', async () => {
    const walker = await newEnrolled(house);
    const { accountDn, chat } = walker;
    const rightTime = house.directory.clock;
    const former = house.directory.get(accountDn, 'pwdLastSet')[0]!;
    await resetToPassword(house, walker);
    house.directory.denyNetworkLogon(accountDn);
    // So far from the write that its time proves nothing.
    house.directory.clock = () => rightTime() + 10 * MINUTE_MS;
    let looks = 0;
    house.directory.fault = ({ name, dn }) => {
      if (name === 'search' && dn === '') looks += 1;
      return name === 'modify' ? 'applyThenDrop' : undefined;
    };
    const binds = house.directory.bindsOf(accountDn);
    expect(await chat.tap('setPassword', twice(GOOD))).toBe('reset.unknown');
    await house.teams.until(() => looks >= 8);
    expect(house.directory.bindsOf(accountDn) - binds).toBe(1);

    house.directory.clock = rightTime;
    house.directory.put(accountDn, 'pwdLastSet', former);
    await house.teams.until(() => chat.reload().startsWith('reset.newPassword'));
  });
});

describe('a search that is under way when the bot stops', () => {
  it('ends with it', async () => {
    const waiting = new Set<{ readonly ms: number }>();
    // No pause passes but by the bot's end.
    const wait = async (ms: number, signal?: AbortSignal): Promise<void> => {
      if (signal?.aborted === true) return;
      const pause = { ms };
      waiting.add(pause);
      const end = Promise.withResolvers<void>();
      signal?.addEventListener('abort', () => end.resolve());
      await end.promise;
      waiting.delete(pause);
    };
    const stopped = await startHouse({ entrance: 'door', circumstances: { delay: wait } });
    try {
      const walker = await newEnrolled(stopped);
      await resetToPassword(stopped, walker);
      stopped.directory.fault = ({ name }) => (name === 'modify' ? 'drop' : undefined);
      expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('reset.unknown');
      expect(waiting.size).toBeGreaterThan(0);
      await stopped.end();
      expect([...waiting]).toEqual([]);
    } finally {
      await stopped.stop();
    }
  });
});
