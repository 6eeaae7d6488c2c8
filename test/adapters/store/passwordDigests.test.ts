import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createDigester } from '../../../src/adapters/store/sealing/passwordDigests.ts';
import { loweredPasswords } from '../../../src/domain/passwords/passwordPolicy.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { StoreError } from '../../../src/ports/errors.ts';

const salt = randomBytes(16);
const forEver = new AbortController().signal;

/** A digester whose slow hashes are counted, and end when the test says so. */
function counted(atOnce = 2) {
  const hashed: string[] = [];
  const running: (() => void)[] = [];
  let isHeld = false;
  const hash = async (text: string): Promise<Buffer> => {
    hashed.push(text);
    if (isHeld) {
      await new Promise<void>((resolve) => {
        running.push(resolve);
      });
    }
    return Buffer.from(text);
  };
  const digester = createDigester({ atOnce, argon2id: hash, scrypt: hash });
  return {
    hashed,
    running,
    hold: () => {
      isHeld = true;
    },
    end: () => running.shift()!(),
    digest: (passwords: readonly string[], { signal = forEver, hasFormer = false } = {}) =>
      digester.digest(
        { salt, hasFormer },
        passwords.map((password) => new Secret(password)),
        signal,
      ),
    forget: () => {
      digester.forget();
    },
  };
}

const withLowered = (password: string): string[] => [password, ...loweredPasswords(password)];

describe('the digests of passwords', () => {
  it.each([
    ['Granen', 1],
    ['Granen9', 1],
    ['Granen2026', 1],
    ['7 granar', 1],
    ['Gran1, tall 22!', 1],
    ['Granen 0042 barr', 1],
    ['Granen0', 1],
    ['Granen10', 2],
    ['Granen010', 2],
    ['Granen100', 2],
  ])(
    'of %s and all that it counts up from cost so many slow hashes: %i',
    async (password, cost) => {
      const { digest, hashed } = counted();
      await digest(withLowered(password));
      expect(hashed).toHaveLength(cost);
    },
  );

  it('differ for different passwords, however alike', async () => {
    const passwords = ['', '0', '00', '1', '01', '10', '11', 'a', 'a0', 'a00', 'a1', 'a01', 'a1b'];
    passwords.push('a1b2', 'a12', 'a12b', 'a1b2c', 'a11b2c', '1a', '["a","",""]', 'a"', 'a\\"');
    passwords.push('a9', 'a09', 'a10', 'a010', 'a1\u00e9', 'a1e\u0301', '\ud800', '\ud801');
    const digests = await counted().digest(passwords);
    const texts = digests.map((one) => Buffer.from(one.digest).toString('hex'));
    expect(new Set(texts).size).toBe(passwords.length);
  });

  it('run as many at once as asked, and in the order of the calls', async () => {
    const { digest, hashed, hold, end, running } = counted(2);
    hold();
    const all = Promise.all(['a', 'b', 'c', 'd'].map((password) => digest([password])));
    await turn();
    expect(hashed).toEqual(['["a"]', '["b"]']);
    end();
    await turn();
    expect(hashed).toEqual(['["a"]', '["b"]', '["c"]']);
    end();
    end();
    await turn();
    expect(running).toHaveLength(1);
    end();
    await all;
  });

  it('are not begun for a caller who has stopped waiting, and others come to their turn', async () => {
    const { digest, hashed, hold, end } = counted(1);
    hold();
    const first = digest(['a']);
    const leaving = new AbortController();
    const second = digest(['b'], { signal: leaving.signal });
    const third = digest(['c']);
    await turn();
    leaving.abort();
    const error: unknown = await second.catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: 'busy' });
    end();
    await first;
    await turn();
    end();
    await third;
    expect(hashed).toEqual(['["a"]', '["c"]']);
  });

  it('are not made again for the same password until they are forgotten', async () => {
    const { digest, hashed, forget } = counted();
    const [once] = await digest(['Granen7']);
    const [again] = await digest(['Granen7']);
    expect(again).toEqual(once);
    expect(hashed).toHaveLength(1);
    forget();
    await digest(['Granen7']);
    expect(hashed).toHaveLength(2);
  });

  it('have the former form only where it is asked for', async () => {
    const { digest } = counted();
    const [without] = await digest(['Granen7']);
    const [both] = await digest(['Granen7'], { hasFormer: true });
    expect(without).not.toHaveProperty('former');
    expect(both).toMatchObject({ ...without, former: Buffer.from('Granen7') });
  });
});
