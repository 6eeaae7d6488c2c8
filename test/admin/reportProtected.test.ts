import { expect, it } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newDue, setAge } from '../support/rotations.ts';
import { FIRST_PASSWORD, newName } from '../support/walks.ts';

interface Listed {
  readonly account: string;
}

interface Figures {
  readonly overdue: readonly Listed[];
  readonly unanswered: readonly Listed[];
}

const house = await houseOfSuite();

it('lists no account that only the server knows to be protected', async () => {
  const { directory } = house;
  const due = await newDue(house, 100);
  const [answered, unanswered, open] = [newName('admin'), newName('admin'), newName('utan')];
  const guarded = [
    house.account(answered, due.chat.dn, FIRST_PASSWORD),
    house.account(unanswered, '', FIRST_PASSWORD),
  ].map(({ dn }) => dn);
  for (const dn of guarded) setAge(house, dn, 100);
  house.account(open, '', FIRST_PASSWORD);
  const { dn: nested } = directory.group(newName('drift'), guarded);
  directory.put(`CN=Domain Admins,CN=Users,${directory.base}`, 'member', [nested]);
  const figures = await house.administer<Figures>(['report']);
  expect(figures.overdue.map(({ account }) => account)).toEqual([due.account]);
  expect(figures.unanswered.map(({ account }) => account)).toEqual([open]);
});
