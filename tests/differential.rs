//! Scores and metrics of random small heads and arrays, against their formulas in naive f64 code.
//! Seeded: every run tries the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

#[path = "support/heads.rs"]
mod heads;
#[path = "support/naive.rs"]
mod naive;

use heads::{Head, head, sized};
use naive::{Answers, argmax};
use oodgate::{
    config::HeadOptions,
    engine::Engine,
    metrics,
    numeric::random::Random,
    ood::{ScorerName, ScorerOptions},
};
use pollster::block_on;
use proptest::{prelude::*, test_runner::RngSeed};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(20),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What a random head is made of.
#[derive(Clone, Debug)]
struct Shape {
    seed: u64,
    features: usize,
    classes: usize,
    hidden: Option<usize>,
    rows: usize,
    steps: usize,
}

fn shape() -> impl Strategy<Value = Shape> {
    (any::<u32>(), 3_usize..9, 2_usize..6, prop::option::of(4_usize..9), 40_usize..80, 0_usize..30)
        .prop_map(|(seed, features, classes, hidden, rows, steps)| Shape {
            seed: u64::from(seed),
            features,
            classes,
            hidden,
            rows,
            steps,
        })
}

/// The head and its own answers. Features lie around a corner per class and are never negative, so
/// that every scorer takes them.
fn build(shape: &Shape) -> (Head, Vec<f32>, Answers) {
    let Shape { seed, features, classes, hidden, rows, steps } = *shape;
    let mut trainer = head(HeadOptions {
        hidden: hidden.iter().map(|&width| width as f64).collect(),
        seed: Some(seed as f64),
        standardize: Some(false),
        ..sized(features, classes)
    });
    let mut random = Random::new(seed);
    let labels: Vec<usize> = (0..rows).map(|row| row % classes).collect();
    let mut make = |rows: usize| -> Vec<f32> {
        let corner =
            |row: usize, column: usize| f32::from(u8::from(row % classes == column % classes));
        (0..rows * features)
            .map(|index| random.unit() + corner(index / features, index % features))
            .collect()
    };
    let (train, queries) = (make(rows), make(20));
    let numbers: Vec<f64> = labels.iter().map(|&label| label as f64).collect();
    for _ in 0..steps {
        block_on(trainer.train_step(train.clone(), &numbers, None)).unwrap();
    }
    trainer.fit_scorers(train.clone(), &numbers).unwrap();
    let layers = trainer.config().architecture.layers();
    let width = trainer.config().architecture.penultimate();
    let mut answers = |x: &[f32]| {
        let outputs = block_on(trainer.forward(x)).unwrap();
        let z = outputs.penultimate.unwrap_or_else(|| x.to_vec());
        (naive::rows(&z, width), naive::rows(&outputs.logits, classes))
    };
    let ((bank, bank_logits), (z, logits)) = (answers(&train), answers(&queries));
    let parameters = block_on(trainer.engine().state())
        .unwrap()
        .parameters
        .iter()
        .map(|&x| f64::from(x))
        .collect();
    let x = naive::rows(&queries, features);
    (
        trainer,
        queries,
        Answers { layers, parameters, classes, bank, bank_logits, labels, x, z, logits },
    )
}

/// Off by no more than single precision explains: a share of the largest term that the score is
/// made of.
fn agree(what: &str, actual: &[f32], expected: &[f64], largest: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(actual.len(), expected.len());
    for (row, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
        let off = (f64::from(actual) - expected).abs();
        prop_assert!(
            off <= 1e-5 * (1.0 + largest),
            "{what}, row {row}: {actual} against {expected}, off by {off:e}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn scores_are_their_formulas(shape in shape()) {
        use ScorerName::{
            Ash, Dice, Energy, Entropy, Fdbd, Gda, Gen, GradNorm, KlMatching, Knn, Mahalanobis, MaxCosine, MaxLogit, Msp, Nci,
            NnGuide, Odin, React, Residual, Rmd, Scale, She, Vim,
        };
        let (mut trainer, queries, head) = build(&shape);
        // A row that a ReLU leaves nothing of has no direction, and one between two classes no
        // prediction, in single precision.
        let clear = |f: &nalgebra::DVector<f64>| (0..f.len()).all(|k| k == argmax(f) || f.max() - f[k] > 1e-4);
        prop_assume!(head.z.iter().chain(&head.bank).all(|z| z.norm() > 1e-2));
        prop_assume!(head.logits.iter().chain(&head.bank_logits).all(clear));

        let mut compare = |scorer: ScorerOptions, mut expected: Vec<f64>, terms: &[f64]| {
            let mut scores = block_on(trainer.ood_score(&queries, &scorer)).unwrap();
            if scorer.name == Knn {
                // 2 - 2 u . v is what is rounded; the root of a distance near 0 makes much of it.
                scores.iter_mut().for_each(|distance| *distance *= *distance);
                expected.iter_mut().for_each(|distance| *distance *= *distance);
            }
            let largest = expected.iter().chain(terms).fold(0.0_f64, |largest, x| largest.max(x.abs()));
            agree(&format!("{scorer:?} of {shape:?}"), &scores, &expected, largest)
        };
        for temperature in [0.5, 1.0, 20.0] {
            let at = |name| ScorerOptions::from(name).with("temperature", temperature);
            compare(at(Msp), head.each(|_, f| naive::msp(f, temperature)), &[])?;
            compare(at(Energy), head.each(|_, f| naive::energy(f, temperature)), &[temperature])?;
            compare(at(Entropy), head.each(|_, f| naive::entropy(f, temperature)), &[])?;
            for (gamma, m) in [(0.1, 100), (0.5, 2)] {
                let scorer = at(Gen).with("gamma", gamma).with("m", m as f64);
                compare(scorer, head.each(|_, f| naive::generalised_entropy(f, temperature, gamma, m)), &[])?;
            }
        }
        compare(MaxLogit.into(), head.each(|_, f| naive::max_logit(f)), &[])?;
        compare(MaxCosine.into(), head.each(|_, f| naive::max_cosine(f)), &[])?;
        compare(GradNorm.into(), head.each(|z, f| naive::grad_norm(f, z)), &[])?;
        for (temperature, epsilon) in [(1000.0, 0.0014), (1.0, 0.01)] {
            let scorer = ScorerOptions::from(Odin).with("temperature", temperature).with("epsilon", epsilon);
            compare(scorer, head.odin(temperature, epsilon), &[])?;
        }

        compare(KlMatching.into(), head.kl_matching(), &[])?;
        compare(She.into(), head.she(), &[])?;
        compare(Fdbd.into(), head.fdbd(), &[])?;
        for k in [1, 7] {
            compare(ScorerOptions::from(Knn).with("k", k as f64), head.knn(k), &[])?;
            compare(ScorerOptions::from(NnGuide).with("k", k as f64), head.nn_guide(k), &[])?;
        }
        for normalize in [false, true] {
            let with = |name| ScorerOptions::from(name).with("ridge", 0.01).with("normalize", normalize);
            if let Some((near, far)) = head.distances(0.01, normalize) {
                compare(with(Rmd), near.iter().zip(&far).map(|(near, far)| near - far).collect(), &near)?;
                compare(with(Mahalanobis), near, &[])?;
            }
        }
        for ridge in [0.1, 1.0] {
            if let Some(expected) = head.gda(ridge) {
                compare(ScorerOptions::from(Gda).with("ridge", ridge), expected, &[])?;
            }
        }
        let dimensions = head.bank[0].len() / 2;
        if let (Some((_, norms, sensitivity)), Some((vim, scaled))) = (head.residuals(dimensions), head.vim(dimensions)) {
            compare(ScorerOptions::from(Residual).with("dimensions", dimensions as f64), norms, &[sensitivity])?;
            compare(ScorerOptions::from(Vim).with("dimensions", dimensions as f64), vim, &[scaled])?;
        }
        for alpha in [0.0, 0.1] {
            compare(ScorerOptions::from(Nci).with("alpha", alpha), head.nci(alpha), &[])?;
        }
        // Percentiles that fall between two entries: on one, rounding decides.
        for percent in [87.3, 41.7] {
            let at = |name| ScorerOptions::from(name).with("percentile", percent);
            compare(at(React), head.react(percent), &[])?;
            compare(at(Dice), head.dice(percent), &[])?;
        }
        for percent in [64.9, 33.3] {
            compare(ScorerOptions::from(Scale).with("percentile", percent), head.scale(percent), &[])?;
            for variant in ["s", "p", "b"] {
                let scorer = ScorerOptions::from(Ash).with("percentile", percent).with("variant", variant);
                compare(scorer, head.ash(percent, variant), &[])?;
            }
        }
    }
}

/// Few different values, so that most of them tie.
fn scores() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec((-6_i32..6).prop_map(|x| f64::from(x) / 2.0), 1..30),
        prop::collection::vec(-1e3_f64..1e3, 1..60),
    ]
}

/// A number of classes, and numbers for up to 60 rows of them.
fn positive_rows() -> impl Strategy<Value = (usize, Vec<f32>)> {
    (1_usize..5).prop_flat_map(|classes| {
        (Just(classes), prop::collection::vec(0.01_f32..1.0, classes..60 * classes))
    })
}

/// Mean precision over the positives, each at the threshold that just takes it in; equal scores
/// come together.
fn naive_average_precision(positives: &[f64], negatives: &[f64]) -> f64 {
    let precision = |&threshold: &f64| {
        let taken =
            |scores: &[f64]| scores.iter().filter(|score| **score >= threshold).count() as f64;
        taken(positives) / (taken(positives) + taken(negatives))
    };
    positives.iter().map(precision).sum::<f64>() / positives.len() as f64
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn average_precision_is_the_mean_precision(id in scores(), ood in scores()) {
        let negated = |scores: &[f64]| scores.iter().map(|score| -score).collect::<Vec<_>>();
        prop_assert!((metrics::aupr_out(&id, &ood).unwrap() - naive_average_precision(&ood, &id)).abs() < 1e-12);
        let known = naive_average_precision(&negated(&id), &negated(&ood));
        prop_assert!((metrics::aupr_in(&id, &ood).unwrap() - known).abs() < 1e-12);
    }

    #[test]
    fn the_false_positive_rate_is_that_of_the_lowest_threshold(id in scores(), ood in scores(), tpr in 0.01_f64..=1.0) {
        let share = |scores: &[f64], threshold: f64| {
            scores.iter().filter(|score| **score <= threshold).count() as f64 / scores.len() as f64
        };
        // The threshold is one of the scores kept: between two of them nothing more of ID is
        // gained.
        let candidates = id.iter().copied().filter(|&threshold| share(&id, threshold) >= tpr);
        let threshold = candidates.fold(f64::INFINITY, f64::min);
        prop_assert_eq!(metrics::fpr_at_tpr(&id, &ood, tpr).unwrap(), share(&ood, threshold));
    }

    #[test]
    fn the_calibration_error_is_the_bins_mean_gap(
        (classes, raw) in positive_rows(),
        seed in any::<u32>(),
        bins in 1_usize..25,
    ) {
        let rows = raw.len() / classes;
        let normalized = |row: &[f32]| row.iter().map(|x| x / row.iter().sum::<f32>()).collect::<Vec<_>>();
        let probabilities: Vec<f32> = raw.chunks_exact(classes).flat_map(normalized).collect();
        let mut random = Random::new(u64::from(seed));
        let labels: Vec<u32> = (0..rows).map(|_| (random.unit() * classes as f32) as u32 % classes as u32).collect();
        let best = |row: &[f32]| (0..classes).fold(0, |best, k| if row[k] > row[best] { k } else { best });
        let mut error = 0.0;
        for bin in 0..bins {
            let (low, high) = (bin as f64 / bins as f64, (bin + 1) as f64 / bins as f64);
            let inside: Vec<(f64, f64)> = probabilities
                .chunks_exact(classes)
                .zip(&labels)
                .map(|(row, &label)| (f64::from(row[best(row)]), f64::from(u8::from(best(row) == label as usize))))
                .filter(|(confidence, _)| *confidence > low && *confidence <= high)
                .collect();
            error += inside.iter().map(|(confidence, hit)| hit - confidence).sum::<f64>().abs() / rows as f64;
        }
        // A confidence on an edge may fall on either side of it: its bin is computed by a product
        // here and by quotients there.
        let edge = probabilities.iter().any(|&p| (f64::from(p) * bins as f64).fract().abs() < 1e-9 && p < 1.0);
        prop_assume!(!edge);
        prop_assert!((metrics::ece(&probabilities, &labels, bins).unwrap() - error).abs() < 1e-9);
    }
}
