import { describe, expect, it } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, newName, type Walker } from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';

/** The type `member` of an extensible match in BER (RFC 4511 4.5.1.7.7), which the rule of chains has. */
const CHAIN_OF_MEMBER = Buffer.from('\x82\x06member', 'latin1');

// The background waits for ever: its reads are counted apart.
const released = Promise.withResolvers<void>();
const house = await houseOfSuite({
  entrance: 'door',
  circumstances: {
    delay: async (_ms, signal) => {
      const aborted = Promise.withResolvers<void>();
      if (signal?.aborted === true) return;
      signal?.addEventListener('abort', () => aborted.resolve());
      await Promise.race([released.promise, aborted.promise]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  },
});

/**
 * The number of searches that the directory answers meanwhile, without those that begin a new connection.
 */
async function searchesOf(work: () => Promise<unknown>): Promise<number> {
  let searches = 0;
  house.directory.fault = ({ name, dn }) => {
    if (name === 'search' && dn !== '') searches += 1;
    return undefined;
  };
  await work();
  house.directory.fault = undefined;
  return searches;
}

/** The searches of each tap of a reset. */
async function countReset({ chat, account, mobile }: Walker): Promise<Record<string, number>> {
  const password = { newPassword: GOOD, confirmPassword: GOOD };
  const counted = {
    status: await searchesOf(() => chat.say('status')),
    reset: await searchesOf(() => chat.tap('reset', {}, account)),
    confirmCode: await searchesOf(() => chat.tap('confirmCode', { code: house.code(mobile) })),
    setPassword: await searchesOf(() => chat.tap('setPassword', password)),
  };
  expect(chat.shown).toBe('reset.done');
  return counted;
}

describe('the searches of a tap', () => {
  it('are few where the person answers alone', async () => {
    expect(await countReset(await newEnrolled(house))).toEqual({
      status: 3,
      reset: 2,
      confirmCode: 2,
      setPassword: 5,
    });
  });

  it('are one more for each look at an account for which a group within groups answers', async () => {
    const walker = await newEnrolled(house);
    const inner = house.directory.group(newName('inre'), [walker.chat.dn]);
    const outer = house.directory.group(newName('yttre'), [inner.dn]);
    house.directory.put(walker.accountDn, 'manager', outer.dn);
    // The first person in a group: the bot reads the DN of the service desk's, once.
    await walker.chat.say('status');
    expect(await countReset(walker)).toEqual({
      // Home asks for each level of groups: a rule that follows them would walk the whole domain.
      status: 5,
      reset: 3,
      confirmCode: 3,
      setPassword: 7,
    });
  });

  it('are two for the colleagues to whom an enrollment or a reset is told, and two more for each level of groups', async () => {
    const notices = (): number => house.database.querySqlite('select id from notice').length;
    expect(notices()).toBeGreaterThan(0);
    const searches = await searchesOf(async () => {
      released.resolve();
      await house.teams.until(() => notices() === 0);
    });
    const [alone, inGroups] = [2, 6];
    expect(searches).toBe(2 * alone + 2 * inGroups);
  });

  it('follow the groups of one entry or among named ones, never through the whole domain', async () => {
    const walker = await newEnrolled(house);
    const inner = house.directory.group(newName('inre'), [walker.chat.dn]);
    house.directory.put(walker.accountDn, 'manager', inner.dn);
    const wide: string[] = [];
    house.directory.fault = ({ name, content }) => {
      const followsAll =
        content.includes(CHAIN_OF_MEMBER) && !content.includes('distinguishedName');
      if (name === 'search' && followsAll) wide.push(walker.account);
      return undefined;
    };
    await walker.chat.say('status');
    await walker.chat.tap('reset', {}, walker.account);
    house.directory.fault = undefined;
    expect(walker.chat.shown).toBe('reset.code');
    expect(wide).toEqual([]);
  });
});
