//! Sorting and selecting, once: a generic sort is compiled again for every type and every
//! comparison, and a dozen of them were an eighth of the CPU file. Here everything is sorted as
//! 64-bit keys, by one routine, and selected as `f32`, by another.

/// A key that sorts as the value does, and rows of one value by their number.
pub fn key(value: f32, row: u32) -> u64 {
    u64::from(bits(value)) << 32 | u64::from(row)
}

/// The value of a key.
pub fn value(key: u64) -> f32 {
    let bits = (key >> 32) as u32;
    f32::from_bits(if bits >> 31 == 1 { bits ^ (1 << 31) } else { !bits })
}

/// The row of a key.
pub fn row(key: u64) -> usize {
    (key & 0xFFFF_FFFF) as usize
}

/// Sorts keys.
#[inline(never)]
pub fn sort(keys: &mut [u64]) {
    keys.sort_unstable();
}

/// Positions of the values from the least to the largest, equals in the order in which they stand.
pub fn ascending(values: &[f32]) -> Vec<usize> {
    let mut keys: Vec<u64> = values.iter().zip(0..).map(|(&value, row)| key(value, row)).collect();
    sort(&mut keys);
    keys.into_iter().map(row).collect()
}

/// The values from the least to the largest.
pub fn sorted(values: &[f32]) -> Vec<f32> {
    let mut keys: Vec<u64> = values.iter().map(|&value| key(value, 0)).collect();
    sort(&mut keys);
    keys.into_iter().map(value).collect()
}

/// The same in double precision.
pub fn sorted_wide(values: &[f64]) -> Vec<f64> {
    const SIGN: u64 = 1 << 63;
    let mut keys: Vec<u64> = values
        .iter()
        .map(|value| value.to_bits())
        .map(|b| if b & SIGN == 0 { b | SIGN } else { !b })
        .collect();
    sort(&mut keys);
    keys.into_iter()
        .map(|key| f64::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN }))
        .collect()
}

/// Moves the value that would stand at `position` if all were sorted there; returns it and those
/// above, in any order.
#[inline(never)]
pub fn select(values: &mut [f32], position: usize) -> (f32, &[f32]) {
    let (_, &mut value, above) = values.select_nth_unstable_by(position, f32::total_cmp);
    (value, above)
}

/// The `count` largest values, in any order; all if there are not as many.
pub fn largest(values: &mut [f32], count: usize) -> &[f32] {
    match values.len().checked_sub(count) {
        None | Some(0) => values,
        Some(others) => select(values, others - 1).1,
    }
}

/// The percentile of at least one value, between its neighbours by linear interpolation (numpy's
/// default).
pub fn percentile(mut values: Vec<f32>, percentile: f64) -> f32 {
    let position = percentile / 100.0 * (values.len() - 1) as f64;
    let below = position.floor();
    let (low, above) = select(&mut values, below as usize);
    let high = above.iter().copied().fold(f32::INFINITY, f32::min);
    if position == below {
        low
    } else {
        (f64::from(low) + (position - below) * (f64::from(high) - f64::from(low))) as f32
    }
}

/// Bits that sort as unsigned numbers as the value does by `total_cmp`.
fn bits(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f32; 9] =
        [0.5, -3.0, f32::INFINITY, 0.0, -0.0, 7.0, -1e-40, 0.5, f32::NEG_INFINITY];

    #[test]
    fn keys_sort_as_total_cmp_does() {
        let mut expected = VALUES;
        expected.sort_by(f32::total_cmp);
        assert_eq!(
            sorted(&VALUES).into_iter().map(f32::to_bits).collect::<Vec<_>>(),
            expected.map(f32::to_bits)
        );
        let wide = VALUES.map(f64::from);
        assert_eq!(
            sorted_wide(&wide).iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
            expected.map(|x| f64::from(x).to_bits())
        );
        assert_eq!(ascending(&VALUES), [8, 1, 6, 4, 3, 0, 7, 5, 2]);
        assert!(VALUES.iter().zip(0..).all(
            |(&x, n)| value(key(x, n)).to_bits() == x.to_bits() && row(key(x, n)) == n as usize
        ));
    }

    #[test]
    fn the_largest_are_selected() {
        for count in 0..=12 {
            let mut found = sorted(largest(&mut VALUES.clone(), count));
            found.reverse();
            let mut all = sorted(&VALUES);
            all.reverse();
            assert_eq!(found, all[..count.min(9)], "{count}");
        }
    }
}
