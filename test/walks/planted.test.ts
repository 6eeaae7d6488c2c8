import { expect, it } from '@jest/globals';
import { Secret } from '../../src/domain/secret.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { beside, personOf } from '../support/planted.ts';
import { enroll, FIRST_PASSWORD, newPlanted, newManager, type Walker } from '../support/walks.ts';

const house = await houseOfSuite({ entrance: 'door' });

/** All that the bot's store knows of a walker, under names that are the same for each walker. */
async function storedOf(walker: Walker): Promise<unknown> {
  const { chat, account, accountId, mobile } = walker;
  const { key } = personOf(house, chat);
  const stored = await beside(house, async (store, { rules }) => {
    const patience = AbortSignal.timeout(60_000);
    const digests = await store.digestPasswords(accountId, [new Secret(FIRST_PASSWORD)], patience);
    return store.transaction(async (tx) => {
      const { number, ...use } = await tx.numberUse({ mobile, manager: key, since: 0 });
      return {
        manager: await tx.manager(key),
        enrollments: (await tx.enrollmentsOfManager(key)).map(
          ({ enrolledAt, usableFrom, ...rest }) => ({
            ...rest,
            isUsable: usableFrom === enrolledAt,
            isNew: tx.now - enrolledAt < 60_000,
          }),
        ),
        answering: await tx.answering(accountId),
        isPasswordKept: await tx.isInHistory(accountId, digests, rules.passwordHistory),
        sends: number.length,
        use,
        managerSends: (await tx.managerSends({ manager: key, since: 0 })).manager.length,
        lastSend: (await tx.lastSendAbout(accountId))?.outcome,
      };
    });
  });
  const names = { ...chat.person, entryId: chat.entryId, account, accountId, mobile };
  let text = JSON.stringify(stored).replaceAll(/"id":"[^"]+"/g, '"id":""');
  for (const [name, value] of Object.entries(names)) text = text.replaceAll(value, `<${name}>`);
  return JSON.parse(text);
}

it('a planted enrollment leaves in the store what a walked one leaves', async () => {
  const walked = newManager(house);
  expect(await enroll(house, walked)).toBe('enrollment.done');
  expect(await storedOf(await newPlanted(house))).toEqual(await storedOf(walked));
});
