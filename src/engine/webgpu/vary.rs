//! A batch's rows as they are varied: [`crate::training::variation`].

use cubecl::prelude::*;

use super::linear::Vector4;
use crate::engine::VARIATION;

/// `output[r] = input[order[first + r]] + VARIATION (input[order[first + n]] - input[others[first + n]])`,
/// n the row after r, or the first. Rows are of `width4` vectors; a thread for each vector.
#[cube(launch_unchecked)]
pub(super) fn vary(
    input: &[Vector4],
    order: &[u32],
    others: &[u32],
    output: &mut [Vector4],
    rows: u32,
    first: u32,
    #[comptime] width4: usize,
) {
    let (row, column) = (ABSOLUTE_POS / width4, ABSOLUTE_POS % width4);
    if row < rows as usize {
        let next = first as usize + select(row + 1 < rows as usize, row + 1, 0);
        let own = order[first as usize + row] as usize * width4 + column;
        let one = order[next] as usize * width4 + column;
        let other = others[next] as usize * width4 + column;
        output[ABSOLUTE_POS] =
            input[own] + (input[one] - input[other]) * Vector4::new(comptime!(VARIATION));
    }
}
