//! Examples of the unknown: what they add to "auto", against naive code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use nalgebra::{DMatrix, DVector};
use oodgate::numeric::random::Random;
use pollster::block_on;
use support::heads::{head, sized};

/// K and L of `docs/unknowns.md`, in f64, every training row really left out.
fn naive_unknown(
    known: &[DVector<f64>],
    examples: &[DVector<f64>],
    asked: &[DVector<f64>],
) -> Vec<f64> {
    let nearest = |row: &DVector<f64>, among: &[DVector<f64>], without: Option<usize>| {
        let others = among.iter().enumerate().filter(|(other, _)| Some(*other) != without);
        others.map(|(_, other)| (row - other).norm()).fold(f64::INFINITY, f64::min)
    };
    let ratio = |row: &DVector<f64>, without| {
        (nearest(row, known, without) / nearest(row, examples, None)).ln()
    };
    let mean = |rows: &[DVector<f64>]| {
        rows.iter().fold(DVector::zeros(rows[0].len()), |sum, row| sum + row) / rows.len() as f64
    };
    // The middle and the ridge are those of all rows.
    let middle = (mean(known) + mean(examples)) / 2.0;
    let width = middle.len();
    let spread = |rows: &[DVector<f64>]| {
        rows.iter().map(|row| (row - &middle).norm_squared()).sum::<f64>() / rows.len() as f64
    };
    let ridge = 0.1 * (spread(known) + spread(examples)) / 2.0 / width as f64;
    let side = |row: &DVector<f64>, without: Option<usize>| {
        let mut matrix = DMatrix::<f64>::identity(width, width) * ridge;
        let mut right = DVector::zeros(width);
        for (rows, target, without) in [(known, -1.0, without), (examples, 1.0, None)] {
            let weight = 0.5 / rows.len() as f64;
            for (_, row) in rows.iter().enumerate().filter(|(row, _)| Some(*row) != without) {
                let offset = row - &middle;
                matrix += weight * &offset * offset.transpose();
                right += weight * target * offset;
            }
        }
        matrix.lu().solve(&right).unwrap().dot(&(row - &middle))
    };
    let standard = |of: &dyn Fn(usize) -> f64| {
        let values: Vec<f64> = (0..known.len()).map(of).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        (mean, (squares / values.len() as f64).sqrt())
    };
    let (k_mean, k_dev) = standard(&|row| ratio(&known[row], Some(row)));
    let (l_mean, l_dev) = standard(&|row| side(&known[row], Some(row)));
    asked
        .iter()
        .map(|row| {
            let nearer = (ratio(row, None) - k_mean) / k_dev - 1.0;
            let beyond = (side(row, None) - l_mean) / l_dev - 2.0;
            nearer.max(0.0) + beyond.max(0.0)
        })
        .collect()
}

#[test]
fn examples_of_the_unknown_agree_with_naive_code() {
    for (width, each) in [(36, 20), (40, 6)] {
        let mut random = Random::new(width as u64);
        let mut cloud = |count: usize, corner: usize| -> Vec<f32> {
            (0..count * width)
                .map(|index| random.unit() + if index % width == corner { 1.5 } else { 0.5 })
                .collect()
        };
        let known = [cloud(each, 0), cloud(each, 1)].concat();
        let (examples, asked) = (cloud(7, 2), [cloud(5, 0), cloud(5, 2), cloud(5, 3)].concat());
        let labels: Vec<f64> = (0..2 * each).map(|row| f64::from(u8::from(row >= each))).collect();
        let mut head = head(sized(width, 2));
        head.add_rows(known.clone(), &labels, None, None).unwrap();
        let ids = head.add_unknown(&examples).unwrap();
        assert_eq!(ids.len(), 7);
        let explained = block_on(head.explain(&asked, None)).unwrap();
        let (_, part) = explained.parts.iter().find(|(name, _)| *name == "unknown").unwrap();
        let unit = |rows: &[f32]| -> Vec<DVector<f64>> {
            let wide = |row: &[f32]| row.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
            let unit = |row| DVector::from_vec(wide(row)).normalize();
            rows.chunks(width).map(unit).collect()
        };
        let naive = naive_unknown(&unit(&known), &unit(&examples), &unit(&asked));
        for (part, naive) in part.iter().zip(naive) {
            assert!((f64::from(*part) - naive).abs() < 2e-3 * (1.0 + naive), "{part} {naive}");
        }
    }
}
