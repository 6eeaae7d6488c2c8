import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { postgresOfSuite, productOfSuite } from '../support/ofSuite.ts';
import { describeCard, type Button } from '../support/chatDriver.ts';
import {
  newEnrolled,
  newManager,
  prove,
  resetToPassword,
  startReset,
  wrongCode,
  type Walker,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };
const TAPS = 20;

const IDS = [
  ['the same activity id', () => ({ id: 'one-and-the-same' })],
  ['new activity ids', () => ({ id: randomUUID() })],
] as const;

const alone = await productOfSuite();
const postgres = await postgresOfSuite();
const shared = await productOfSuite({ databaseUrl: await postgres.createDatabase('races') });
await shared.startAnother();

describe.each([
  ['one process on SQLite', alone],
  ['two processes on one PostgreSQL', shared],
] as const)('%s', (_name, product) => {
  /** The same tap so many times at once; gives the cards of the answers, each once. */
  async function tapAtOnce(
    { chat }: Walker,
    button: Button,
    inputs: (index: number) => Record<string, string>,
    count: number,
    ids: () => { id: string } = () => ({ id: randomUUID() }),
  ): Promise<string[]> {
    const id = ids().id;
    const isSame = ids().id === id;
    const answers = await Promise.all(
      Array.from({ length: count }, (_none, index) =>
        chat.sendTap(button, inputs(index), isSame ? { id: `${id}-${button.verb}` } : ids()),
      ),
    );
    return [...new Set(answers.map(({ card }) => describeCard(card)))].sort();
  }

  /** Waits until the message shows the card, as taps that were answered `working` have it. */
  async function untilShown({ chat }: Walker, card: string): Promise<void> {
    await product.teams.until(() => chat.reload() === card);
  }

  const auditOf = async ({ accountId }: Walker, event: string) =>
    (await product.database.audit()).filter(
      (line) => line.account === accountId && line.event === event,
    );
  const appliedWrites = ({ accountDn }: Walker): number =>
    product.directory.writes.filter(({ dn, code }) => dn === accountDn && code === 0).length;

  describe.each(IDS)(`${String(TAPS)} identical taps with %s`, (_ids, ids) => {
    it('send one code', async () => {
      const walker = newManager(product);
      await prove(walker);
      const button = walker.chat.button('setMobile');
      const shown = await tapAtOnce(walker, button, () => ({ mobile: walker.mobile }), TAPS, ids);
      expect(['enrollment.code', 'working']).toEqual(expect.arrayContaining(shown));
      await untilShown(walker, 'enrollment.code');
      expect(product.codes(walker.mobile)).toHaveLength(1);
      expect(await auditOf(walker, 'code.sent')).toHaveLength(1);
    });

    it('begin one reset, take one code and write one password', async () => {
      const walker = await newEnrolled(product);
      await walker.chat.say('status');
      const start = walker.chat.button('reset', walker.account);
      await tapAtOnce(walker, start, () => ({}), TAPS, ids);
      await untilShown(walker, 'reset.code');
      expect(await auditOf(walker, 'reset.started')).toHaveLength(1);
      expect(product.codes(walker.mobile)).toHaveLength(2);

      const code = product.code(walker.mobile);
      await tapAtOnce(walker, walker.chat.button('confirmCode'), () => ({ code }), TAPS, ids);
      await untilShown(walker, 'reset.newPassword');
      expect(await auditOf(walker, 'code.accepted')).toHaveLength(2);
      expect(await auditOf(walker, 'code.refused')).toHaveLength(0);

      const write = walker.chat.button('setPassword');
      const shown = await tapAtOnce(walker, write, () => both, TAPS, ids);
      expect(['reset.done', 'working']).toEqual(expect.arrayContaining(shown));
      await untilShown(walker, 'reset.done');
      expect(appliedWrites(walker)).toBe(1);
      expect(await auditOf(walker, 'reset.written')).toHaveLength(1);
      expect(product.directory.hasPassword(walker.accountDn, GOOD)).toBe(true);
    });
  });

  it('accepts the right code once of 50 at the same time', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const code = product.code(walker.mobile);
    await tapAtOnce(walker, walker.chat.button('confirmCode'), () => ({ code }), 50);
    await untilShown(walker, 'reset.newPassword');
    const accepted = await auditOf(walker, 'code.accepted');
    expect(new Set(accepted.map(({ flow }) => flow)).size).toBe(accepted.length);
  });

  it('compares no more than five of 200 guesses at the same time', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const code = product.code(walker.mobile);
    const button = walker.chat.button('confirmCode');
    const guess = (index: number) => ({ code: wrongCode(code, index + 1) });
    await tapAtOnce(walker, button, guess, 200);
    await untilShown(walker, 'refused locked');
    expect(await auditOf(walker, 'code.refused')).toHaveLength(5);
    expect(await walker.chat.tapButton(button, { code })).toBe('refused locked');
    expect(await auditOf(walker, 'code.accepted')).toHaveLength(1);
  });

  it('sends one SMS for 100 requests of a new code at the same time', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    await product.database.passTime(61_000, product.setting('ENCRYPTION_KEYS'));
    const before = product.codes(walker.mobile).length;
    await tapAtOnce(walker, walker.chat.button('resendCode'), () => ({}), 100);
    await product.teams.until(() => product.codes(walker.mobile).length > before);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(product.codes(walker.mobile)).toHaveLength(before + 1);
  });

  it('begins one flow for 100 starts from different cards at the same time', async () => {
    const walker = await newEnrolled(product);
    const buttons: Button[] = [];
    for (let card = 0; card < 5; card += 1) {
      await walker.chat.say('status');
      buttons.push(walker.chat.button('reset', walker.account));
    }
    const before = product.codes(walker.mobile).length;
    await Promise.all(buttons.map((button) => tapAtOnce(walker, button, () => ({}), 20)));
    await untilShown(walker, 'reset.code');
    expect(product.codes(walker.mobile)).toHaveLength(before + 1);
    expect(await auditOf(walker, 'reset.started')).toHaveLength(1);
  });

  it('keeps its audit chain whole through all of it', async () => {
    expect(await product.database.brokenAuditRow()).toBeUndefined();
    const walker = await newEnrolled(product);
    expect(await resetToPassword(product, walker)).toBe('reset.newPassword');
  });
});
