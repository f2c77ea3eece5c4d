/**
 * More than these are not compared with: the rest would say the same, and the page has frames to
 * paint.
 */
const MOST = 1500;

export type Likeness = (a: Float32Array, b: Float32Array) => number;

/** Those of the last examples that are most alike to these features, the nearest first. */
export function nearest<Example extends { readonly features: Float32Array }>(
  features: Float32Array,
  examples: readonly Example[],
  howMany: number,
  likenessOf: Likeness,
): Example[] {
  const from = Math.max(0, examples.length - MOST);
  const found: { example: Example; likeness: number }[] = [];
  for (let i = from; i < examples.length; i++) {
    const example = examples[i] as Example;
    const likeness = likenessOf(features, example.features);
    if (found.length === howMany && likeness <= (found.at(-1)?.likeness ?? -Infinity)) continue;
    const place = found.findIndex((other) => other.likeness < likeness);
    found.splice(place < 0 ? found.length : place, 0, { example, likeness });
    if (found.length > howMany) found.pop();
  }
  return found.map(({ example }) => example);
}

export function cosine(a: Float32Array, b: Float32Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb || 1);
}

export function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(sum);
}
