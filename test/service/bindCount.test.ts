import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { DirectoryError } from '../../src/ports/errors.ts';
import { clearLockoutIn } from '../../src/service/administration/administration.ts';
import type { Deps } from '../../src/service/deps.ts';
import { reserveBind, settleBind } from '../../src/service/proof/proofLimits.ts';
import { someManager } from '../contracts/storeSamples.ts';
import { storeOfSuite } from '../support/ofSuite.ts';

const store = await storeOfSuite();

const deps = { random: { id: randomUUID } } as unknown as Deps;

/** How many failures count after a bind with that outcome, where a lockout is lifted during it or not. */
async function countedAfter(
  outcome: Parameters<typeof settleBind>[2],
  isLifted: boolean,
): Promise<number> {
  const accountId = randomUUID();
  const manager = someManager();
  const reserved = await store.transaction((tx) => reserveBind(tx, { manager, accountId }, 0));
  const act = { actor: 'os:anna', byName: 'Anna', accountId, accountName: 'grupp' };
  const event = 'admin.clear-lockout';
  if (isLifted) await store.transaction((tx) => clearLockoutIn(deps, tx, { ...act, event }));
  await store.transaction((tx) => settleBind(tx, reserved, outcome));
  const query = { kind: 'proof', accountId, since: 0 } as const;
  const times = await store.read((reads) => reads.failureTimes(query));
  return times.length;
}

it.each([true, false])(
  'counts once as it ends, a lockout lifted meanwhile: %s',
  async (isLifted) => {
    expect(await countedAfter({ isWrong: true }, isLifted)).toBe(1);
    expect(await countedAfter({ isWrong: false }, isLifted)).toBe(0);
    const error = (code: 'noAnswer' | 'unreachable') => ({ error: new DirectoryError(code, 'no') });
    expect(await countedAfter(error('noAnswer'), isLifted)).toBe(1);
    expect(await countedAfter(error('unreachable'), isLifted)).toBe(0);
  },
);
