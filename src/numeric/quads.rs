//! Loops over the numbers of rows. In the files that a page downloads, the compiler leaves loops as
//! they are (`pkg/scripts/build.mjs`), for most are not worth the bytes of their SIMD: these take four
//! numbers at a time, which it turns into SIMD all the same. Elsewhere they are plain loops, of which
//! it makes what it likes.

use std::array;

/// Numbers at a time.
pub const LANES: usize = 4;

/// A row in fours and a rest: all of it, where the compiler is to see a plain loop.
#[inline(always)]
fn fours<T>(row: &[T]) -> (&[[T; LANES]], &[T]) {
    if cfg!(target_family = "wasm") { row.as_chunks() } else { (&[], row) }
}

/// The same of a row that changes.
#[inline(always)]
fn fours_mut<T>(row: &mut [T]) -> (&mut [[T; LANES]], &mut [T]) {
    if cfg!(target_family = "wasm") { row.as_chunks_mut() } else { (&mut [], row) }
}

/// Replaces each number by `f` of it.
#[inline(always)]
pub fn change<T: Copy>(row: &mut [T], f: impl Fn(T) -> T) {
    let (quads, rest) = fours_mut(row);
    for quad in quads {
        *quad = array::from_fn(|lane| f(quad[lane]));
    }
    rest.iter_mut().for_each(|x| *x = f(*x));
}

/// Replaces each number by `f` of it and of what lies in its place in another row of the same
/// length.
#[inline(always)]
pub fn change_by<T: Copy, A: Copy>(row: &mut [T], a: &[A], f: impl Fn(T, A) -> T) {
    let (quads, rest) = fours_mut(row);
    let (quads_of_a, rest_of_a) = fours(a);
    for (quad, a) in quads.iter_mut().zip(quads_of_a) {
        *quad = array::from_fn(|lane| f(quad[lane], a[lane]));
    }
    rest.iter_mut().zip(rest_of_a).for_each(|(x, &a)| *x = f(*x, a));
}

/// The same with two other rows.
#[inline(always)]
pub fn change_by_two<T: Copy, A: Copy, B: Copy>(
    row: &mut [T],
    a: &[A],
    b: &[B],
    f: impl Fn(T, A, B) -> T,
) {
    let (quads, rest) = fours_mut(row);
    let (quads_of_a, rest_of_a) = fours(a);
    let (quads_of_b, rest_of_b) = fours(b);
    for ((quad, a), b) in quads.iter_mut().zip(quads_of_a).zip(quads_of_b) {
        *quad = array::from_fn(|lane| f(quad[lane], a[lane], b[lane]));
    }
    rest.iter_mut().zip(rest_of_a).zip(rest_of_b).for_each(|((x, &a), &b)| *x = f(*x, a, b));
}

/// Adds rows of the same length, each times its factor: four in one pass, others one by one.
#[inline(always)]
pub fn add_rows<'a>(sum: &mut [f32], row: impl Fn(usize) -> &'a [f32], factors: &[f32]) {
    let (by_four, rest) = factors.as_chunks::<4>();
    for (place, &[p, q, r, s]) in by_four.iter().enumerate() {
        let [a, b, c, d] = array::from_fn(|i| fours(row(4 * place + i)));
        let add = |x: f32, a: f32, b: f32, c: f32, d: f32| x + ((p * a + q * b) + (r * c + s * d));
        let (quads, tail) = fours_mut(sum);
        for ((((x, a), b), c), d) in quads.iter_mut().zip(a.0).zip(b.0).zip(c.0).zip(d.0) {
            *x = array::from_fn(|lane| add(x[lane], a[lane], b[lane], c[lane], d[lane]));
        }
        for ((((x, &a), &b), &c), &d) in tail.iter_mut().zip(a.1).zip(b.1).zip(c.1).zip(d.1) {
            *x = add(*x, a, b, c, d);
        }
    }
    for (place, factor) in (4 * by_four.len()..).zip(rest) {
        change_by(sum, row(place), |sum, x| sum + factor * x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_changes_wherever_fours_end() {
        for length in 0..14 {
            let a: Vec<f64> = (0..length).map(f64::from).collect();
            let b: Vec<u32> = (0..length as u32).map(|x| 3 * x).collect();
            let numbers: Vec<f32> = (0..length).map(|x| x as f32 * 0.5).collect();
            let all = |f: &dyn Fn(usize) -> f32| (0..a.len()).map(f).collect::<Vec<f32>>();
            let mut row = numbers.clone();
            change(&mut row, |x| x + 1.0);
            assert_eq!(row, all(&|i| numbers[i] + 1.0));
            change_by(&mut row, &a, |x, a| x - a as f32);
            assert_eq!(row, all(&|i| numbers[i] + 1.0 - a[i] as f32));
            change_by_two(&mut row, &a, &b, |x, a, b| x + a as f32 * b as f32);
            assert_eq!(row, all(&|i| numbers[i] + 1.0 - a[i] as f32 + a[i] as f32 * b[i] as f32));
            let mut sum = numbers.clone();
            add_rows(&mut sum, |_| &numbers, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
            assert_eq!(sum, all(&|i| numbers[i] * 22.0));
        }
    }
}
