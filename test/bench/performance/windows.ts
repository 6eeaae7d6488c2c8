/**
 * Takes the floor's and the product's windows in turn, so that a loud neighbour on the machine disturbs
 * both; the first of a pair changes with every pair. One pair before is thrown away.
 */
export async function interleave<F, P>(
  count: number,
  floor: () => Promise<F>,
  product: () => Promise<P>,
): Promise<{ readonly floor: F[]; readonly product: P[] }> {
  await floor();
  await product();
  const floors: F[] = [];
  const products: P[] = [];
  for (let index = 0; index < count; index += 1) {
    if (index % 2 === 1) products.push(await product());
    floors.push(await floor());
    if (index % 2 === 0) products.push(await product());
  }
  return { floor: floors, product: products };
}
