import { argon2, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';

/** As src/adapters/store/sealing/passwordDigests.ts has chosen it. */
const COST = { memory: 12_288, passes: 3, parallelism: 1, tagLength: 32 };

/** One password hash; gives how long it took, ms. */
export function hashOnce(): Promise<number> {
  const began = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  argon2('argon2id', { ...COST, message: 'Nytt-Losen-18', nonce: randomBytes(16) }, (error) => {
    if (error) reject(error);
    else resolve(performance.now() - began);
  });
  return promise;
}

/** So many simultaneous hashes, one a core at a time; gives how long each was waited for, ms. */
export async function hashAll(count: number): Promise<number[]> {
  const began = performance.now();
  const waits: number[] = [];
  let left = count;
  const lanes = Array.from({ length: availableParallelism() }, async () => {
    while (left > 0) {
      left -= 1;
      await hashOnce();
      waits.push(performance.now() - began);
    }
  });
  await Promise.all(lanes);
  return waits;
}
