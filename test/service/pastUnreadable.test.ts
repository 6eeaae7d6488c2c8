import { describe, expect, it } from '@jest/globals';
import { DirectoryError } from '../../src/ports/errors.ts';
import type { SweepDeps } from '../../src/service/deps.ts';
import { pastUnreadable } from '../../src/service/upkeep/sweeping.ts';

/** Works through accounts, of which some cannot be read; gives those that were, and what was logged. */
async function workThrough(
  accounts: string,
  unreadable: RegExp,
  { error = away(), isAway = false } = {},
) {
  const done: string[] = [];
  const warned: unknown[] = [];
  const warn = (fields: object): void => void warned.push(fields);
  const managerById = () => (isAway ? Promise.reject(away()) : Promise.resolve(undefined));
  const parts = { directory: { managerById }, log: { warn } } as unknown as SweepDeps;
  const unlessUnreadable = pastUnreadable(parts, new AbortController().signal);
  let failure: unknown;
  try {
    for (const id of accounts) {
      await unlessUnreadable(id, () => {
        if (unreadable.test(id)) return Promise.reject(error);
        done.push(id);
        return Promise.resolve();
      });
    }
  } catch (caught) {
    failure = caught;
  }
  return { done: done.join(''), warned, failure };
}

const away = (): Error => new DirectoryError('noAnswer', 'no answer in time');

describe('work on one account after another', () => {
  it('goes on past two in a row that cannot be read, and says which', async () => {
    const { done, warned, failure } = await workThrough('abXXcXd', /X/);
    expect({ done, failure }).toEqual({ done: 'abcd', failure: undefined });
    expect(warned).toHaveLength(3);
    expect(warned[0]).toEqual({ accountId: 'X', code: 'noAnswer' });
  });

  it('goes on past however many while the directory answers anything else', async () => {
    const { done, failure } = await workThrough('aXXXXXXXXb', /X/);
    expect({ done, failure }).toEqual({ done: 'ab', failure: undefined });
  });

  it('ends with the third in a row where the directory is away', async () => {
    const { done, failure } = await workThrough('aXXXb', /X/, { isAway: true });
    expect(done).toBe('a');
    expect(failure).toBeInstanceOf(DirectoryError);
  });

  it('ends with any other error at once', async () => {
    const { done, failure } = await workThrough('aXb', /X/, { error: new Error('a bug') });
    expect(done).toBe('a');
    expect(failure).toEqual(new Error('a bug'));
  });
});
