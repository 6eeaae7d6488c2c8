import { afterAll, beforeAll, describe } from '@jest/globals';
import { startProduct, type Product } from '../support/product.ts';
import { WALKED, walkEveryFlow } from '../walks/everyFlow.ts';

describe('on the built bot', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct(WALKED);
  });
  afterAll(async () => {
    await product.stop();
  });

  walkEveryFlow(() => product);
});
