// Seeded random numbers, the same in every browser and in Node.

/** Uniform in [0, 1): mulberry32. */
export function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal, by Box and Muller, from a uniform generator. */
export const normal = (random) => () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** `count` of the numbers below `total`, each set of them equally likely, in ascending order. */
export function draw(count, total, random) {
  const numbers = Array.from({ length: total }, (_, i) => i);
  for (let i = 0; i < count; i += 1) {
    const other = i + Math.floor(random() * (total - i));
    [numbers[i], numbers[other]] = [numbers[other], numbers[i]];
  }
  return numbers.slice(0, count).sort((a, b) => a - b);
}
