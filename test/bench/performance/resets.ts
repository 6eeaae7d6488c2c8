import { HOUR_MS } from '../../../src/domain/durations.ts';
import { newPassword } from './newPassword.ts';
import { execute, type Activity } from '../../support/activities.ts';
import { accountOn, buttonsOf, describeCard } from '../../support/chatDriver.ts';
import { nameOf, type Card } from '../../support/connector.ts';
import type { Product } from '../../support/product.ts';
import { newEnrolled, type Walker } from '../../support/walks.ts';
import { post } from './taps.ts';

/** Code messages that a manager may ask for within an hour (requirement R1). */
const RESETS_PER_HOUR = 4;

/** By then a late answer has come. */
const LATEST_MS = 15_000;

/** Enrolled managers, each with an account, who reset its password again and again. */
export class Resetters {
  readonly #product: Product;
  readonly #walkers: readonly Walker[];
  readonly #resets = new Map<Walker, number>();

  private constructor(product: Product, walkers: readonly Walker[]) {
    this.#product = product;
    this.#walkers = walkers;
  }

  static async enroll(product: Product, count: number): Promise<Resetters> {
    const walkers: Walker[] = [];
    while (walkers.length < count) walkers.push(await newEnrolled(product));
    const resetters = new Resetters(product, walkers);
    resetters.#forget();
    return resetters;
  }

  /**
   * So many whole resets, `atOnce` managers beside one another and all of them in turn. Gives how long each
   * tap was waited for, ms; those on `home`, which come before a reset, are left out.
   */
  async run(count: number, atOnce: number): Promise<number[]> {
    const times: number[] = [];
    const idle = this.#walkers.filter((walker) => this.#mayReset(walker));
    let left = count;
    const lanes = Array.from({ length: atOnce }, async () => {
      while (left > 0) {
        const walker = idle.shift();
        if (walker === undefined) return;
        left -= 1;
        times.push(...(await this.#reset(walker)));
        if (this.#mayReset(walker)) idle.push(walker);
      }
    });
    await Promise.all(lanes);
    this.#forget();
    if (left === 0) return times;
    this.#renewBudgets();
    return [...times, ...(await this.run(left, atOnce))];
  }

  /**
   * A reset of so many managers, who all send their new password at the same moment. Gives how long
   * each waited for the card that says that it is done, ms.
   */
  async burst(atOnce: number): Promise<number[]> {
    const walkers = this.#walkers.slice(0, atOnce);
    if (!walkers.every((walker) => this.#mayReset(walker))) this.#renewBudgets();
    const cards = await Promise.all(
      walkers.map(async (walker) => (await this.#toPassword(walker)).card),
    );
    const times = await Promise.all(
      walkers.map(async (walker, index) => this.#setPassword(walker, cards[index]!)),
    );
    this.#forget();
    return times;
  }

  #mayReset(walker: Walker): boolean {
    return (this.#resets.get(walker) ?? 0) < RESETS_PER_HOUR;
  }

  /**
   * An hour and a day later they may reset again. As seldom as can be: the bot then sweeps all accounts,
   * which would count as work of the resets.
   */
  #renewBudgets(): void {
    this.#product.passTime(25 * HOUR_MS);
    this.#resets.clear();
  }

  async #reset(walker: Walker): Promise<number[]> {
    const { times, card } = await this.#toPassword(walker);
    return [...times, await this.#setPassword(walker, card)];
  }

  /** As far as the card that takes the password. */
  async #toPassword(walker: Walker): Promise<{ times: number[]; card: Card }> {
    const { twilio } = this.#product;
    this.#resets.set(walker, (this.#resets.get(walker) ?? 0) + 1);
    const home = await this.#tap(walker, undefined, 'home', {});
    const began = performance.now();
    const codeCard = await this.#tap(walker, accountOn(home, walker.account), 'reset', {});
    const asked = performance.now();
    const message = twilio.requests.findLast(
      ({ form }) => form['To'] === walker.mobile && /^\d{6} /.test(form['Body'] ?? ''),
    );
    const code = message?.form['Body']?.slice(0, 6);
    const card = await this.#tap(walker, codeCard, 'confirmCode', { code });
    return { times: [asked - began, performance.now() - asked], card };
  }

  async #setPassword(walker: Walker, card: Card): Promise<number> {
    const password = newPassword();
    const inputs = { newPassword: password, confirmPassword: password };
    const began = performance.now();
    const end = await this.#tap(walker, card, 'setPassword', inputs);
    const ended = performance.now();
    if (describeCard(end) !== 'reset.done')
      throw new Error(`a reset ended in ${describeCard(end)}`);
    return ended - began;
  }

  async #tap({ chat }: Walker, card: unknown, verb: string, inputs: Activity): Promise<Card> {
    const { teams, bot } = this.#product;
    const button = buttonsOf(card).find((one) => one.verb === verb);
    if (button === undefined && verb !== 'home') {
      throw new Error(`no ${verb} on ${describeCard(card as Card)}`);
    }
    const activity = execute(verb, { verb, ...button?.data, ...inputs }, chat.messageId);
    const answer = await post(teams, bot.port, teams.from(chat.person, activity));
    if (nameOf(answer) !== 'working') return answer;
    // An answer that takes longer than 3 s comes as an update of the message; the wait ends with that.
    const { conversationId } = chat.person;
    const findLate = () =>
      teams.sent.findLast((sent) => sent.conversationId === conversationId)?.card;
    await teams.until(() => ![undefined, 'working'].includes(nameOf(findLate())), LATEST_MS);
    return findLate()!;
  }

  /** Empties the parts' records for tests, which would grow without end here. */
  #forget(): void {
    const { teams, twilio } = this.#product;
    teams.sent.length = 0;
    teams.memberRequests.length = 0;
    twilio.forget();
  }
}
