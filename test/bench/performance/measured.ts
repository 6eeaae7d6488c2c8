import { rm } from 'node:fs/promises';
import { buttonsOf } from '../../support/chatDriver.ts';
import { startProduct, type Product, type ProductOptions } from '../../support/product.ts';
import { newEnrolled, resetToPassword } from '../../support/walks.ts';
import { newSocket } from './program.ts';
import { probedBy } from './probed.ts';
import type { Tapper } from './taps.ts';

/** The measured product: as in production, with a probe, and quiet. */
export interface MeasuredProduct {
  readonly product: Product;
  readonly probe: string;
  stop(): Promise<void>;
}

/** Budgets that people never reach would stop a benchmark. */
const ROOMY = { SMS_PER_DAY: '1000000', NODE_ENV: 'production' };

/** Starts the product with all its parts. `preloads` come before it, as files. */
export async function startMeasured(
  options: ProductOptions = {},
  preloads: readonly string[] = [],
): Promise<MeasuredProduct> {
  const probe = newSocket();
  const { NODE_OPTIONS, BENCH_PROBE } = probedBy(probe);
  const imports = preloads.map((file) => ` --import=${file}`).join('');
  const env = { ...ROOMY, NODE_OPTIONS: `${NODE_OPTIONS}${imports}`, BENCH_PROBE, ...options.env };
  const product = await startProduct({ ...options, env });
  product.teams.keepsConnections = true;
  return {
    product,
    probe,
    async stop() {
      await product.stop();
      await rm(probe, { force: true });
    },
  };
}

/**
 * A manager on the card that takes the new password, who sends it empty. Every such tap is refused,
 * and yet a step: a new turn of the flow, a row of the audit, committed. It asks no directory.
 */
export async function refusedTapper(product: Product): Promise<Tapper> {
  const walker = await newEnrolled(product);
  const shown = await resetToPassword(product, walker);
  if (shown !== 'reset.newPassword') throw new Error(`the reset came to ${shown}`);
  const { chat, account } = walker;
  const button = buttonsOf(chat.card).find(({ verb }) => verb === 'setPassword');
  return {
    person: chat.person,
    messageId: chat.messageId!,
    verb: 'setPassword',
    inputs: { newPassword: '', confirmPassword: '' },
    expected: 'reset.newPassword passwordTooShort',
    handle: button?.data['handle'],
    accountName: account,
  };
}
