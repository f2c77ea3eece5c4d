//! The scorers that compare with training rows: against pytorch-ood's values, against naive code,
//! and where data are awkward.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    calibration::CalibrationOptions,
    config::{FitOptions, HeadOptions, LossOptions, OptimizerOptions},
    engine::Engine,
    numeric::random::Random,
    ood::{ScorerName, ScorerOptions},
};
use pollster::block_on;
use serde::Deserialize;
use support::{
    Tolerance, assert_close, golden,
    heads::{self, Head, sized},
};

#[derive(Deserialize)]
struct File {
    data: Data,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Data {
    features: usize,
    classes: usize,
    train: Vec<f32>,
    labels: Vec<f64>,
    queries: Vec<f32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    hidden: Vec<f64>,
    loss: LossOptions,
    optimizer: OptimizerOptions,
    seed: f64,
    steps: usize,
    logits: Vec<f64>,
    scores: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    scorer: ScorerOptions,
    /// The largest change of these scores when every weight moves by up to 1e-5.
    sensitivity: f64,
    expected: Vec<f64>,
}

fn head(features: usize, classes: usize, change: impl FnOnce(&mut HeadOptions)) -> Head {
    let mut options = sized(features, classes);
    change(&mut options);
    heads::head(options)
}

#[test]
fn fitted_scorers_agree_with_pytorch_ood() {
    let File { data, cases } = golden("fitted.json");
    for case in cases {
        let mut trainer = head(data.features, data.classes, |options| {
            options.hidden.clone_from(&case.hidden);
            options.seed = Some(case.seed);
            options.standardize = Some(false);
            options.loss = Some(case.loss.clone());
            options.optimizer = Some(case.optimizer.clone());
        });
        for _ in 0..case.steps {
            block_on(trainer.train_step(data.train.clone(), &data.labels, None)).unwrap();
        }
        trainer.fit_scorers(data.train.clone(), &data.labels).unwrap();
        let logits = block_on(trainer.forward(&data.queries)).unwrap().logits;
        assert_close(
            &case.name,
            &logits,
            &case.logits,
            Tolerance { absolute: 1e-4, relative: 1e-4 },
        );
        for Expected { scorer, sensitivity, expected } in &case.scores {
            let scores = block_on(trainer.ood_score(&data.queries, scorer)).unwrap();
            let largest = expected.iter().fold(0.0_f64, |largest, score| largest.max(score.abs()));
            // The head's own f32 training ends within 1e-5 of PyTorch's f64; a score's rounding is
            // relative to its terms.
            let tolerance =
                Tolerance { absolute: 4.0 * sensitivity + 1e-6 * largest, relative: 0.0 };
            assert_close(&format!("{}: {scorer:?}", case.name), &scores, expected, tolerance);
        }
    }
}

fn noise(seed: u64, length: usize) -> Vec<f32> {
    let mut random = Random::new(seed);
    (0..length).map(|_| 2.0 * random.unit() - 1.0).collect()
}

fn score(trainer: &mut Head, features: &[f32], options: impl Into<ScorerOptions>) -> Vec<f32> {
    block_on(trainer.ood_score(features, &options.into())).unwrap()
}

fn with_k(name: ScorerName, k: usize) -> ScorerOptions {
    ScorerOptions::from(name).with("k", k as f64)
}

#[test]
fn neighbours_are_found_in_every_block() {
    let (width, count, k) = (3, 9000, 7);
    let bank = noise(1, width * count);
    let mut trainer = head(width, 2, |_| {});
    trainer
        .fit_scorers(
            bank.clone(),
            &(0..count).map(|row| f64::from(row as u32 % 2)).collect::<Vec<_>>(),
        )
        .unwrap();
    let queries = noise(2, 600 * width);
    let unit = |row: &[f32]| -> Vec<f64> {
        let norm = row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        row.iter().map(|&x| f64::from(x) / norm).collect()
    };
    let bank: Vec<Vec<f64>> = bank.chunks(width).map(unit).collect();
    let naive: Vec<f64> = queries
        .chunks(width)
        .map(|row| {
            let query = unit(row);
            let square = |other: &Vec<f64>| {
                query.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
            };
            let mut distances: Vec<f64> = bank.iter().map(square).map(f64::sqrt).collect();
            distances.sort_by(f64::total_cmp);
            distances[k - 1]
        })
        .collect();
    let scores = score(&mut trainer, &queries, with_k(ScorerName::Knn, k));
    assert_close("knn", &scores, &naive, Tolerance { absolute: 1e-6, relative: 1e-5 });
}

#[test]
fn any_number_of_parameters_can_be_asked_for() {
    let mut trainer = head(3, 2, |_| {});
    trainer.fit_scorers(noise(1, 90), &[0.0, 1.0].repeat(15)).unwrap();
    let mut round = || {
        (1..=12)
            .map(|k| score(&mut trainer, &noise(2, 9), with_k(ScorerName::Knn, k)))
            .collect::<Vec<_>>()
    };
    let first = round();
    assert_eq!(round(), first);
    assert!(first.windows(2).all(|pair| pair[0] < pair[1]), "farther neighbours are farther away");
}

/// Every scorer's answer to some rows, or its error's code.
fn all_scores(
    trainer: &mut Head,
    queries: &[f32],
) -> Vec<(ScorerName, Result<Vec<f32>, &'static str>)> {
    let one = |name: ScorerName| {
        block_on(trainer.ood_score(queries, &name.into())).map_err(|error| error.code())
    };
    ScorerName::ALL.into_iter().zip(ScorerName::ALL.map(one)).collect()
}

/// What is awkward, a head, and rows and labels for it.
type Awkward = (&'static str, Head, Vec<f32>, Vec<f64>);

fn awkward_heads() -> Vec<Awkward> {
    let labels = |count: usize, classes: u32| {
        (0..count as u32).map(|row| f64::from(row % classes)).collect::<Vec<_>>()
    };
    let mut zeros = noise(5, 200);
    zeros[..20].fill(0.0);
    vec![
        ("a class without rows", head(4, 3, |_| {}), noise(1, 80), labels(20, 2)),
        ("one class", head(4, 1, |_| {}), noise(2, 80), labels(20, 1)),
        ("constant features", head(4, 2, |_| {}), vec![0.25; 80], labels(20, 2)),
        ("features all zero", head(4, 2, |_| {}), vec![0.0; 80], labels(20, 2)),
        ("more features than rows", head(40, 2, |_| {}), noise(3, 200), labels(5, 2)),
        ("one row", head(4, 2, |_| {}), noise(4, 4), vec![1.0]),
        ("rows of zeros", head(10, 2, |_| {}), zeros, labels(20, 2)),
        ("two features", head(2, 2, |_| {}), noise(6, 40), labels(20, 2)),
        ("more classes than features", head(3, 9, |_| {}), noise(7, 90), labels(30, 9)),
        (
            "a hidden layer",
            head(4, 3, |options| options.hidden = vec![6.0]),
            noise(8, 120),
            labels(30, 3),
        ),
        (
            "two hidden layers",
            head(4, 3, |options| options.hidden = vec![6.0, 5.0]),
            noise(9, 120),
            labels(30, 3),
        ),
        (
            "tiny features",
            head(4, 2, |_| {}),
            noise(10, 80).iter().map(|x| x * 1e-18).collect(),
            labels(20, 2),
        ),
        (
            "large features",
            head(4, 2, |_| {}),
            noise(11, 80).iter().map(|x| x * 1e15).collect(),
            labels(20, 2),
        ),
    ]
}

#[test]
fn awkward_data_are_scored_or_refused_clearly() {
    for (what, mut trainer, features, labels) in awkward_heads() {
        trainer.fit_scorers(features.clone(), &labels).unwrap();
        for (name, scores) in all_scores(&mut trainer, &features) {
            match scores {
                Ok(scores) => {
                    assert_eq!(scores.len(), labels.len(), "{what}: {name:?}");
                    assert!(
                        scores.iter().all(|score| score.is_finite()),
                        "{what}: {name:?} {scores:?}"
                    );
                }
                // Signed inputs: of a head without hidden layers, and here only.
                Err(code) => {
                    assert_eq!((name.as_str(), code), (name.as_str(), "invalid-features"), "{what}")
                }
            }
        }
    }
}

#[test]
fn only_ash_and_scale_refuse_signed_inputs() {
    let mut trainer = head(4, 2, |_| {});
    trainer.fit_scorers(noise(1, 80), &[0.0, 1.0].repeat(10)).unwrap();
    for (name, scores) in all_scores(&mut trainer, &noise(2, 8)) {
        let refused = matches!(name, ScorerName::Ash | ScorerName::Scale);
        assert_eq!(scores.is_err(), refused, "{name:?}");
    }
}

#[test]
fn a_scorer_without_training_rows_says_so() {
    let mut trainer = head(4, 2, |_| {});
    for (name, scores) in all_scores(&mut trainer, &noise(2, 8)) {
        // "auto" falls back on a scorer that needs none.
        let needs_rows =
            ScorerOptions::from(name).check().unwrap().compares() && name != ScorerName::Auto;
        assert_eq!(scores.err(), needs_rows.then_some("scorer-not-fitted"), "{name:?}");
    }
}

#[test]
fn statistics_follow_the_weights() {
    let (features, labels) = (noise(3, 240), [0.0, 1.0, 2.0].repeat(20));
    let queries = noise(4, 40);
    for hidden in [vec![], vec![7.0]] {
        let change = |options: &mut HeadOptions| {
            options.hidden.clone_from(&hidden);
            // Weights are carried over without the map before them.
            options.standardize = Some(false);
        };
        let mut trainer = head(4, 3, change);
        trainer.fit_scorers(features.clone(), &labels).unwrap();
        let before = all_scores(&mut trainer, &queries);
        for _ in 0..5 {
            block_on(trainer.train_step(features.clone(), &labels, None)).unwrap();
        }
        let after = all_scores(&mut trainer, &queries);
        let mut fresh = head(4, 3, change);
        let state = block_on(trainer.engine().state()).unwrap();
        fresh.engine().set_state(&state).unwrap();
        fresh.fit_scorers(features.clone(), &labels).unwrap();
        assert_eq!(after, all_scores(&mut fresh, &queries));
        assert_ne!(before, after);
    }
}

#[test]
fn a_fit_remembers_what_it_learnt_from_and_nothing_else() {
    let (features, labels) = (noise(5, 400), [0.0, 1.0].repeat(50));
    let mut trainer = head(4, 2, |_| {});
    let options =
        FitOptions { epochs: Some(1.0), validation_split: Some(0.25), ..FitOptions::default() };
    let mut fit = trainer
        .begin_fit(
            features.clone(),
            &labels,
            options.check().unwrap(),
            oodgate::head::FitRows::default(),
        )
        .unwrap();
    while !trainer.run_fit(&mut fit, 10).unwrap() {}
    block_on(trainer.end_epoch(&mut fit, true)).unwrap();
    // A row that is in the bank is at distance 0 from its nearest neighbour: itself.
    let scores = score(&mut trainer, &features, with_k(ScorerName::Knn, 1));
    assert_eq!(scores.iter().filter(|&&distance| distance < 1e-6).count(), 75);
}

#[test]
fn calibration_leaves_a_training_row_out_of_its_own_neighbourhood() {
    let (features, labels) = (noise(6, 400), [0.0, 1.0].repeat(50));
    let mut trainer = head(4, 2, |_| {});
    trainer.fit_scorers(features.clone(), &labels).unwrap();
    let calibration = block_on(trainer.calibrate(
        &features,
        &labels,
        &CalibrationOptions::from(with_k(ScorerName::Knn, 1)).at(0.5),
    ))
    .unwrap();
    assert!(calibration.threshold > 1e-3, "{}", calibration.threshold);
    assert!(calibration.warning.as_ref().is_some_and(|warning| warning.contains("100 of the 100")));
}

#[test]
fn more_neighbours_than_rows_and_too_many_dimensions_are_refused() {
    let mut trainer = head(4, 2, |_| {});
    trainer.fit_scorers(noise(7, 40), &[0.0, 1.0].repeat(5)).unwrap();
    let mut refusal = |options: ScorerOptions| {
        block_on(trainer.ood_score(&noise(8, 4), &options)).unwrap_err().to_string()
    };
    let too_many = refusal(with_k(ScorerName::Knn, 11));
    assert!(too_many.contains("options.scorer.k") && too_many.contains("at most 10"), "{too_many}");
    let too_wide = refusal(ScorerOptions::from(ScorerName::Vim).with("dimensions", 4.0));
    assert!(
        too_wide.contains("options.scorer.dimensions") && too_wide.contains("at most 3"),
        "{too_wide}"
    );
    assert!(
        refusal(ScorerOptions::from(ScorerName::React).with("percentile", 100.0))
            .contains("(0, 100)")
    );
}

#[test]
fn distances_do_not_depend_on_where_the_features_lie() {
    let (features, labels) = (noise(9, 400), [0.0, 1.0].repeat(50));
    let queries = noise(10, 40);
    let far = |rows: &[f32]| rows.iter().map(|x| 100.0 + x).collect::<Vec<f32>>();
    for name in [ScorerName::Mahalanobis, ScorerName::Rmd] {
        let [near, shifted] =
            [(features.clone(), queries.clone()), (far(&features), far(&queries))].map(
                |(features, queries)| {
                    let mut trainer = head(4, 2, |_| {});
                    trainer.fit_scorers(features, &labels).unwrap();
                    score(&mut trainer, &queries, name)
                        .into_iter()
                        .map(f64::from)
                        .collect::<Vec<_>>()
                },
            );
        assert_close(name.as_str(), &shifted, &near, Tolerance { absolute: 2e-4, relative: 2e-4 });
    }
}

#[test]
fn numbers_beyond_f32_are_as_far_as_can_be_and_rejected() {
    let labels: Vec<f64> = (0..60).map(|row| f64::from(row % 3)).collect();
    let mut trainer = head(4, 3, |_| {});
    trainer.fit_scorers(noise(1, 60 * 4), &labels).unwrap();
    for name in [ScorerName::Auto, ScorerName::Rmd, ScorerName::Msp] {
        // A fill value of some data formats, and one whose products have both signs.
        let scores =
            score(&mut trainer, &[1e36, 1e36, 1e36, 1e36, 3.4e38, -3.4e38, 3.4e38, -3.4e38], name);
        assert!(scores.iter().all(|score| !score.is_nan()), "{name:?}: {scores:?}");
        block_on(trainer.calibrate(
            &noise(2, 60 * 4),
            &labels,
            &CalibrationOptions::from(name).at(0.1),
        ))
        .unwrap();
        let verdicts = block_on(trainer.gate(&[f32::MAX, -f32::MAX, f32::MAX, -f32::MAX])).unwrap();
        let is_nan = verdicts.prediction.probabilities.iter().any(|share| share.is_nan());
        assert!(!is_nan || verdicts.accepted == [0], "{name:?}: {:?}", verdicts.scores);
    }
}

#[test]
fn statistics_that_would_not_fit_in_memory_are_refused() {
    let (width, rows) = (8193, 6);
    let mut trainer = head(width, 2, |_| {});
    trainer.fit_scorers(noise(1, rows * width), &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]).unwrap();
    for name in [
        ScorerName::Auto,
        ScorerName::Rmd,
        ScorerName::Mahalanobis,
        ScorerName::Vim,
        ScorerName::Residual,
    ] {
        let error = block_on(trainer.ood_score(&noise(2, width), &name.into())).unwrap_err();
        assert_eq!(error.code(), "out-of-memory", "{name:?}");
    }
    assert_eq!(score(&mut trainer, &noise(2, width), with_k(ScorerName::Knn, 3)).len(), 1);
}
