//! Hashes of whole rows, in which every value moves every bit: sparse rows agree almost everywhere.

/// A key that sorts as a part of the fingerprint does, and rows of one by their number: `sort::row`.
pub fn key(print: u64, row: u32) -> u64 {
    print >> 32 << 32 | u64::from(row)
}

/// That of each row, or of the first so many columns.
#[inline(never)]
pub fn fingerprints(rows: &[&[f32]], columns: usize) -> Vec<u64> {
    let mut found = Vec::with_capacity(rows.len());
    // Each number's step waits for the one before: four rows go side by side.
    for four in rows.chunks(4) {
        let row = |number: usize| &four.get(number).unwrap_or(&four[0])[..columns];
        let hashes = side_by_side([row(0), row(1), row(2), row(3)]);
        found.extend_from_slice(&hashes[..four.len()]);
    }
    found
}

fn side_by_side<const N: usize>(rows: [&[f32]; N]) -> [u64; N] {
    let mut hashes = [0xCBF2_9CE4_8422_2325; N];
    for column in 0..rows[0].len() {
        for (hash, row) in hashes.iter_mut().zip(rows) {
            // Two zeros are one value, and have different bits.
            let bits = u64::from((row[column] + 0.0).to_bits());
            let mixed = (*hash ^ bits).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            *hash = mixed ^ (mixed >> 32);
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_together_have_the_fingerprints_of_rows_one_by_one() {
        for count in 0..10 {
            let features: Vec<f32> = (0..count * 3).map(|x| (x as f32).sin()).collect();
            let rows: Vec<&[f32]> = features.chunks(3).collect();
            let alone = |columns: usize| -> Vec<u64> {
                rows.iter().map(|row| side_by_side([&row[..columns]])[0]).collect()
            };
            for columns in 1..=3 {
                assert_eq!(fingerprints(&rows, columns), alone(columns));
            }
        }
    }
}
