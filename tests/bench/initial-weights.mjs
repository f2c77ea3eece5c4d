// The weights that a head of ours starts with, made anew from its seed (src/head.rs, src/random.rs), for sides that must start
// from the same ones: the package does not hand them out. If they were not the same, the sides' losses would differ.

/** The seed of all heads of the bench. */
export const seed = 0;

const mask = (1n << 64n) - 1n;
const rotate = (value, bits) => ((value << bits) | (value >> (64n - bits))) & mask;

/** SplitMix64, which seeds the other generator. */
function splitMix(start) {
  let state = BigInt(start);
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  };
}

/** xoshiro256++, its upper 24 bits as a number in [0, 1). */
function xoshiro(start) {
  const next = splitMix(start);
  let [a, b, c, d] = [next(), next(), next(), next()];
  return () => {
    const drawn = (rotate((a + d) & mask, 23n) + a) & mask;
    const shifted = (b << 17n) & mask;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 45n);
    return Number(drawn >> 40n) / 2 ** 24;
  };
}

/** Weight [inputs, outputs] and bias [outputs] of each layer of a head with these widths, from the features to the classes. */
export function initialWeights(widths) {
  const unit = xoshiro(seed);
  return widths.slice(1).map((outputs, i) => {
    const inputs = widths[i];
    const bound = Math.fround(1 / Math.sqrt(inputs));
    const draw = () => (2 * unit() - 1) * bound;
    const weight = new Float32Array(inputs * outputs);
    // Ours are [outputs, inputs].
    for (let o = 0; o < outputs; o += 1) for (let j = 0; j < inputs; j += 1) weight[j * outputs + o] = draw();
    return { weight, bias: Float32Array.from({ length: outputs }, draw) };
  });
}
