import { describe, expect, it } from '@jest/globals';
import { productOfSuite } from '../support/ofSuite.ts';
import { FIRST_PASSWORD, greet, newManager, type Walker } from '../support/walks.ts';

const MANAGERS = 50;

const product = await productOfSuite();
const walkers = Array.from({ length: MANAGERS }, () => newManager(product));
await Promise.all(walkers.map(greet));

describe('fifty managers at once', () => {
  /** The same tap of all of them; gives the cards that they end on. */
  async function allTap(
    verb: string,
    inputs: (walker: Walker, index: number) => Readonly<Record<string, string>> = () => ({}),
    account: (walker: Walker) => string | undefined = () => undefined,
  ): Promise<string[]> {
    await Promise.all(
      walkers.map(async (walker, index) => {
        const button = walker.chat.button(verb, account(walker));
        const given = inputs(walker, index);
        do {
          await walker.chat.tapButton(button, given);
          await product.teams.until(() => walker.chat.reload() !== 'working');
          // A machine that is too busy for fifty hashes within a turn says so; the same tap does it later.
        } while (walker.chat.shown === 'refused temporarilyUnavailable');
      }),
    );
    return [...new Set(walkers.map(({ chat }) => chat.shown))];
  }

  it('enroll and set their passwords, and nobody is told that the directory is away', async () => {
    const account = (walker: Walker): string => walker.account;
    const code = ({ mobile }: Walker) => ({ code: product.code(mobile) });
    expect(await allTap('enroll', undefined, account)).toEqual(['enrollment.currentPassword']);
    const proof = { currentPassword: FIRST_PASSWORD };
    expect(await allTap('proveCurrentPassword', () => proof)).toEqual(['enrollment.mobile']);
    const mobile = ({ mobile }: Walker) => ({ mobile });
    expect(await allTap('setMobile', mobile)).toEqual(['enrollment.code']);
    expect(await allTap('confirmCode', code)).toEqual(['enrollment.done']);
    expect(await allTap('reset')).toEqual(['reset.code']);
    expect(await allTap('confirmCode', code)).toEqual(['reset.newPassword']);
    const passwords = (_: Walker, index: number) => {
      const newPassword = `Sillburk-Gunga-${String(1_000 + index)}`;
      return { newPassword, confirmPassword: newPassword };
    };
    expect(await allTap('setPassword', passwords)).toEqual(['reset.done']);
  });
});
