/**
 * Takes the floor's and the product's windows in turn, so that a neighbour on the machine who gets
 * loud disturbs both; who comes first changes with every pair. One pair before is thrown away.
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
