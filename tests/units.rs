//! Features as they come: shifted, scaled, in mixed units, and rows far from all others.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    config::{FitOptions, HeadOptions, LossOptions},
    head::FitRows,
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;
use support::{
    heads::{head, sized},
    newcomer::{CLASSES, EVEN, FEATURES, cross, fit, rejected, rows, trained, unknown},
};

/// What a value of a column is changed to.
type Change<'a> = &'a dyn Fn(usize, f32) -> f32;

#[test]
fn shifts_scales_and_units_do_not_matter() {
    let mut random = Random::new(9);
    let (features, labels) = rows(&mut random, 20, &EVEN);
    let (test, answers) = rows(&mut random, 100, &EVEN);
    let stranger = unknown(&mut random, 200);
    let column = |index: usize| index % FEATURES;
    let changes: [(&str, Change); 4] = [
        ("as they are", &|_, x| x),
        ("+ 1000", &|_, x| x + 1000.0),
        ("x 0.001", &|_, x| x * 0.001),
        ("mixed units", &|index, x| (x + 3.0) * 10_f32.powi(column(index) as i32 % 6 - 3)),
    ];
    for loss in [
        LossOptions::LogitNorm { tau: None, label_smoothing: None },
        LossOptions::CrossEntropy { label_smoothing: None },
    ] {
        for (name, change) in &changes {
            let changed = |rows: &[f32]| {
                rows.iter().enumerate().map(|(index, &x)| change(index, x)).collect::<Vec<f32>>()
            };
            let mut head =
                head(HeadOptions { loss: Some(loss.clone()), ..sized(FEATURES, CLASSES) });
            fit(&mut head, &changed(&features), &labels, FitOptions::default(), FitRows::default());
            let predicted = block_on(head.predict(&changed(&test))).unwrap().class_index;
            let right = predicted
                .iter()
                .zip(&answers)
                .filter(|(class, label)| f64::from(**class) == **label)
                .count();
            assert!(right as f64 >= 0.97 * answers.len() as f64, "{name}, {loss:?}: {right}");
            cross(&mut head, &ScorerName::Auto.into()).unwrap();
            let (known, far) =
                (rejected(&mut head, &changed(&test)), rejected(&mut head, &changed(&stranger)));
            assert!(known < 0.12 && far > 0.9, "{name}, {loss:?}: {known} {far}");
        }
    }
}

#[test]
fn a_row_far_longer_than_any_seen_is_unknown() {
    let mut random = Random::new(12);
    // Directions of one length, as embeddings are.
    let unit = |rows: Vec<f32>| -> Vec<f32> {
        rows.chunks(FEATURES)
            .flat_map(|row| {
                let norm = row.iter().map(|x| x * x).sum::<f32>().sqrt();
                row.iter().map(move |x| x / norm).collect::<Vec<_>>()
            })
            .collect()
    };
    let (features, labels) = rows(&mut random, 40, &EVEN);
    let features = unit(features);
    let mut head = trained(&features, &labels, None);
    cross(&mut head, &ScorerName::Auto.into()).unwrap();
    let test = unit(rows(&mut random, 40, &EVEN).0);
    for factor in [10.0, 0.1] {
        let far: Vec<f32> = test.iter().map(|x| x * factor).collect();
        assert!(rejected(&mut head, &far) > 0.97, "{factor}");
    }
    assert!(rejected(&mut head, &test) < 0.15);
}

#[test]
fn a_row_far_out_is_told() {
    let mut random = Random::new(12);
    let (features, labels) = rows(&mut random, 20, &EVEN);
    let plain = fit(
        &mut head(sized(FEATURES, CLASSES)),
        &features,
        &labels,
        FitOptions::default(),
        FitRows::default(),
    );
    assert_eq!(plain, None);
    // A whole row in another unit, and a single value of a sensor that failed.
    let unit = |index: usize, x: f32| if index / FEATURES == 7 { 1000.0 * x } else { x };
    let glitch = |index: usize, x: f32| if index == 7 * FEATURES + 2 { 1e30 } else { x };
    for change in [&unit as Change<'_>, &glitch] {
        let changed: Vec<f32> =
            features.iter().enumerate().map(|(index, &x)| change(index, x)).collect();
        let split = FitOptions { validation_split: Some(0.2), ..FitOptions::default() };
        for options in [FitOptions::default(), split] {
            let mut head = head(sized(FEATURES, CLASSES));
            let warning = fit(&mut head, &changed, &labels, options, FitRows::default());
            let is_learnt = head.memory().ids().contains(&7);
            let is_told = warning.as_ref().is_some_and(|told| told.contains("the row with id 7 "));
            assert_eq!(is_told, is_learnt, "{warning:?}");
            assert!(!warning.is_some_and(|told| told.contains("options.groups")));
            let warned = cross(&mut head, &ScorerName::Auto.into());
            let told = head.calibration().and_then(|made| made.warning.clone());
            let names_it = told.as_ref().is_some_and(|told| told.contains("the row with id 7 "));
            // A value that squares beyond single precision is refused by name instead.
            assert!(!is_learnt || warned.is_err() || names_it, "{warned:?} {told:?}");
            if is_learnt {
                // Gone is gone.
                assert_eq!(head.remove_rows(&[7]), 1);
                let begun = FitOptions::default().check().unwrap();
                let fit = head.begin_refit(begun, FitRows::default()).unwrap();
                assert_eq!(fit.warning(), None);
            }
        }
    }
}
