//! The innermost loops of a matrix product. Slices are zipped, not indexed: such loops have no
//! bounds to check.

use super::lanes::Lanes;

/// Rows and columns of a tile, whose sums stay in registers: eight of four lanes, which leaves the
/// factors half of the sixteen registers that x86 has. In wasm (V8 on an AMD EPYC, factors in the
/// first-level cache) it does 54 GFLOP/s, 2 x 16 the same and 3 x 8 53. Other shapes had at best,
/// unrolled or not, 51 (8 x 4), 45 (6 x 8), 41 (5 x 8), 39 (3 x 12) and 38 (4 x 12).
pub const ROWS: usize = 4;
/// See `ROWS`.
pub const COLUMNS: usize = 8;

/// The products of four rows with the `4 V` columns of a panel.
#[inline(always)]
pub fn tile<const V: usize>(
    [a, b, c, d]: [&[f32]; ROWS],
    panel: &[[Lanes; V]],
) -> [[Lanes; V]; ROWS] {
    let mut sums = [[Lanes::splat(0.0); V]; ROWS];
    for ((((right, a), b), c), d) in panel.iter().zip(a).zip(b).zip(c).zip(d) {
        let left = [a, b, c, d].map(|&value| Lanes::splat(value));
        for (sums, left) in sums.iter_mut().zip(left) {
            for (sum, &right) in sums.iter_mut().zip(right) {
                *sum = sum.plus(left.times(right));
            }
        }
    }
    sums
}

/// The inner products of `left` with four lines.
pub fn dots(left: &[f32], lines: [&[f32]; 4]) -> Lanes {
    let mut sums = [Lanes::splat(0.0); 4];
    let (quads, tail) = left.as_chunks::<4>();
    let [a, b, c, d] = lines.map(|line| line.as_chunks::<4>().0);
    for ((((left, a), b), c), d) in quads.iter().zip(a).zip(b).zip(c).zip(d) {
        let left = Lanes::load(left);
        for (sum, line) in sums.iter_mut().zip([a, b, c, d]) {
            *sum = sum.plus(left.times(Lanes::load(line)));
        }
    }
    let [a, b, c, d] = Lanes::transposed(sums);
    let mut sum = a.plus(b).plus(c.plus(d));
    let [a, b, c, d] = lines.map(|line| line.as_chunks::<4>().1);
    for ((((&left, &a), &b), &c), &d) in tail.iter().zip(a).zip(b).zip(c).zip(d) {
        sum = sum.plus(Lanes::splat(left).times(Lanes::load(&[a, b, c, d])));
    }
    sum
}

/// Puts the first `output.len()` sums into `output`, or adds them.
#[inline(always)]
pub fn store<const V: usize>(sums: &[Lanes; V], add: bool, output: &mut [f32]) {
    let (quads, tail) = output.as_chunks_mut::<4>();
    for (output, &sum) in quads.iter_mut().zip(sums) {
        *output = if add { sum.plus(Lanes::load(output)) } else { sum }.values();
    }
    if let Some(sum) = sums.get(quads.len()) {
        for (output, sum) in tail.iter_mut().zip(sum.values()) {
            *output = if add { *output + sum } else { sum };
        }
    }
}
