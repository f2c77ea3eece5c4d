//! A table as it comes: measurements in millimetres and grams, twenty rows of each class.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    config::{FitOptions, HeadOptions, LossOptions},
    metrics::auroc,
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;
use support::heads::{fit, head, sized};

/// Species, and four measurements, of 342 penguins (Horst, Hill and Gorman 2020, CC0).
const PENGUINS: &str = include_str!("data/penguins.csv");
const SPECIES: [&str; 3] = ["Adelie", "Chinstrap", "Gentoo"];
const FEATURES: usize = 4;
const EACH: usize = 20;

/// The rows of a species, in an order drawn by the seed.
fn penguins(species: &str, seed: u64) -> Vec<Vec<f32>> {
    let rows = PENGUINS.lines().filter_map(|line| line.strip_prefix(species)?.strip_prefix(','));
    let mut rows: Vec<Vec<f32>> =
        rows.map(|row| row.split(',').map(|x| x.parse().unwrap()).collect()).collect();
    Random::new(seed).shuffle(&mut rows);
    rows
}

/// With one species left out: share of the others' remaining rows that are named right, and how
/// well "auto" tells it from them.
fn without(unknown: &str, loss: LossOptions, seed: u64) -> (f64, f64) {
    let known = SPECIES.into_iter().filter(|&species| species != unknown);
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    let (mut asked, mut answers) = (Vec::new(), Vec::new());
    for (class, species) in known.enumerate() {
        let rows = penguins(species, seed);
        let (learnt, others) = rows.split_at(EACH);
        features.extend(learnt.concat());
        labels.extend(vec![class as f64; EACH]);
        asked.extend(others.concat());
        answers.extend(vec![class as u32; others.len()]);
    }
    let mut head = head(HeadOptions { loss: Some(loss), ..sized(FEATURES, 2) });
    fit(&mut head, features, &labels, FitOptions::default().check().unwrap(), false);
    let named = block_on(head.predict(&asked)).unwrap().class_index;
    let right = named.iter().zip(&answers).filter(|(named, answer)| named == answer).count();
    let mut scores = |rows: &[f32]| -> Vec<f64> {
        let scores = block_on(head.ood_score(rows, &ScorerName::Auto.into())).unwrap();
        scores.into_iter().map(f64::from).collect()
    };
    let (known, unknown) = (scores(&asked), scores(&penguins(unknown, seed).concat()));
    (right as f64 / answers.len() as f64, auroc(&known, &unknown).unwrap())
}

#[test]
fn grams_beside_millimetres_do_not_decide_alone() {
    let logit_norm = LossOptions::LogitNorm { tau: None, label_smoothing: None };
    for loss in [logit_norm, LossOptions::CrossEntropy { label_smoothing: None }] {
        let runs: Vec<(f64, f64)> = (0..5)
            .flat_map(|seed| SPECIES.map(|unknown| without(unknown, loss.clone(), seed)))
            .collect();
        let mean = |of: fn(&(f64, f64)) -> f64| runs.iter().map(of).sum::<f64>() / 15.0;
        let (accuracy, auroc) = (mean(|run| run.0), mean(|run| run.1));
        // Logistic regression on standardised features: 0.99; distances to class means: 0.985.
        assert!(accuracy > 0.97 && auroc > 0.96, "{loss:?}: {accuracy} {auroc} {runs:?}");
    }
}
