//! The largest products of each row, so that not all of them are read back.

use cubecl::prelude::*;

/// Most values of a row that a thread keeps, in variables of its own.
const KEPT: usize = 8;

/// Threads that share a row: few on a CPU that plays a GPU.
pub(super) fn lanes(software: bool) -> usize {
    if software { 4 } else { 16 }
}

/// Whether less is read back this way than all products of a row.
pub(super) fn is_worth_it(columns: usize, k: usize, lanes: usize) -> bool {
    k <= KEPT && 4 * k * lanes < columns
}

/// For each row of `products`, of which the first `columns` of `stride` count, the `k` largest that
/// each of `lanes` threads comes upon, which together hold the `k` largest of all: values
/// `[rows, lanes, k]`, largest first, of equal ones the first, and behind all values their columns.
/// A column of `columns` means none. What is not finite counts as the largest number there is.
#[cube(launch_unchecked)]
pub(super) fn largest(
    products: &[f32],
    found: &mut [f32],
    rows: u32,
    columns: u32,
    stride: u32,
    #[comptime] k: usize,
    #[comptime] lanes: usize,
) {
    let row = ABSOLUTE_POS / lanes;
    if row < rows as usize {
        let mut values = Sequence::<RuntimeCell<f32>>::new();
        let mut places = Sequence::<RuntimeCell<u32>>::new();
        #[unroll]
        for _ in 0..k {
            values.push(RuntimeCell::<f32>::new(f32::MIN));
            places.push(RuntimeCell::<u32>::new(columns));
        }
        let start = row * stride as usize;
        for column in range_stepped(ABSOLUTE_POS % lanes, columns as usize, lanes) {
            let product = products[start + column];
            // By its bits: see `linear::rectified`.
            let is_finite = (u32::reinterpret(product) & 0x7F80_0000) != 0x7F80_0000;
            let mut value = select(is_finite, product, f32::MAX);
            if value > values[comptime!(k - 1)].read() {
                let mut place = column as u32;
                #[unroll]
                for j in 0..k {
                    let (held, holder) = (values[j].read(), places[j].read());
                    let is_larger = value > held;
                    values[j].store(select(is_larger, value, held));
                    places[j].store(select(is_larger, place, holder));
                    value = select(is_larger, held, value);
                    place = select(is_larger, holder, place);
                }
            }
        }
        let first = ABSOLUTE_POS * k;
        let behind = rows as usize * comptime!(lanes * k);
        #[unroll]
        for j in 0..k {
            found[first + j] = values[j].read();
            found[behind + first + j] = f32::cast_from(places[j].read());
        }
    }
}
