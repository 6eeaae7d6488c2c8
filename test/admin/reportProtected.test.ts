import { expect, it } from '@jest/globals';
import { fileTime } from '../../demo/directory/values.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newDue, setAge } from '../support/rotations.ts';
import { FIRST_PASSWORD, newName } from '../support/walks.ts';

interface Listed {
  readonly account: string;
}

interface Figures {
  readonly overdue: readonly Listed[];
  readonly unanswered: readonly Listed[];
  readonly notInTeams: readonly Listed[];
}

const house = await houseOfSuite();

it('lists no account that only the server knows to be protected', async () => {
  const { directory } = house;
  const due = await newDue(house, 100);
  const stranger = house.manager(newName('Chef'));
  const [open, unreached] = [newName('utan'), newName('onadd')];
  const guarded = [due.chat.dn, '', stranger.dn].map(
    (manager) => house.account(newName('admin'), manager, FIRST_PASSWORD).dn,
  );
  for (const dn of guarded.slice(0, 2)) setAge(house, dn, 100);
  house.account(open, '', FIRST_PASSWORD);
  house.account(unreached, stranger.dn, FIRST_PASSWORD);
  const { dn: nested } = directory.group(newName('drift'), guarded);
  directory.put(`CN=Domain Admins,CN=Users,${directory.base}`, 'member', [nested]);
  const figures = await house.administer<Figures>(['report']);
  expect(figures.overdue.map(({ account }) => account)).toEqual([due.account]);
  expect(figures.unanswered.map(({ account }) => account)).toEqual([open]);
  expect(figures.notInTeams.map(({ account }) => account)).toEqual([unreached]);
});

it('lists accounts whose passwords fell due at the same moment by their names', async () => {
  const manager = house.manager(newName('Chef'));
  const at = fileTime(house.directory.clock() - 200 * DAY_MS);
  const names = ['ö', 'm', 'a'].map((letter) => newName(letter));
  for (const name of names) {
    const { dn } = house.account(name, manager.dn, FIRST_PASSWORD);
    house.directory.put(dn, 'pwdLastSet', at);
  }
  const { overdue } = await house.administer<Figures>(['report']);
  expect(overdue.slice(0, 3).map(({ account }) => account)).toEqual(names.toReversed());
});
