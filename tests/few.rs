//! A head of a newcomer: five classes, a handful of rows each, nothing held out, numbers as they
//! come. Each test is a line of what such a user does, and fails where the answer would mislead.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    calibration::{CalibrationOptions, Method},
    config::{FitOptions, HeadOptions, LossOptions},
    head::FitRows,
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;
use support::{
    heads::{Head, head, sized},
    newcomer::*,
};

#[test]
fn a_gate_needs_no_row_held_out_and_keeps_its_promise() {
    for each in [5, 10, 20] {
        let (mut known, mut far) = (0.0, 0.0);
        let seeds = 40;
        for seed in 0..seeds {
            let mut random = Random::new(seed);
            let (features, labels) = rows(&mut random, each, &EVEN);
            let mut head = trained(&features, &labels, None);
            cross(&mut head, &CalibrationOptions::from(ScorerName::Auto).at(0.1)).unwrap();
            let calibration = head.calibration().unwrap();
            assert_eq!(
                (calibration.method, calibration.conformal.rows()),
                (Method::Cross, each * CLASSES)
            );
            known += rejected(&mut head, &rows(&mut random, 100, &EVEN).0) / seeds as f64;
            far += rejected(&mut head, &unknown(&mut random, 200)) / seeds as f64;
        }
        println!(
            "{each} rows a class: {:.1} % of known rows rejected, {:.1} % of unknown ones",
            100.0 * known,
            100.0 * far
        );
        assert!(known <= 0.1 + 0.015, "{each} rows a class: {known}");
        assert!(far > 0.9, "{each} rows a class: {far}");
    }
}

/// The same rows with features that say nothing beside theirs, more than there are rows.
fn with_many_features(random: &mut Random, rows: &[f32]) -> Vec<f32> {
    let mut wide = Vec::with_capacity(rows.len() / FEATURES * MANY);
    for row in rows.chunks(FEATURES) {
        wide.extend_from_slice(row);
        wide.extend((FEATURES..MANY).map(|_| 0.5 * noise(random)));
    }
    wide
}

const MANY: usize = 300;

#[test]
fn with_more_features_than_rows_a_gate_keeps_its_promise_too() {
    let (mut known, mut far) = (0.0, 0.0);
    let seeds = 20;
    for seed in 0..seeds {
        let mut random = Random::new(seed);
        let (features, labels) = rows(&mut random, 10, &EVEN);
        let features = with_many_features(&mut random, &features);
        let mut head = head(sized(MANY, CLASSES));
        fit(&mut head, &features, &labels, FitOptions::default(), FitRows::default());
        cross(&mut head, &CalibrationOptions::from(ScorerName::Auto).at(0.1)).unwrap();
        let (new, _) = rows(&mut random, 60, &EVEN);
        let unknown = unknown(&mut random, 100);
        known += rejected(&mut head, &with_many_features(&mut random, &new)) / seeds as f64;
        far += rejected(&mut head, &with_many_features(&mut random, &unknown)) / seeds as f64;
    }
    assert!((0.07..0.115).contains(&known), "{known}");
    assert!(far > 0.9, "{far}");
}

#[test]
fn too_few_rows_never_leave_the_gate_open() {
    let mut random = Random::new(3);
    let (features, labels) = rows(&mut random, 30, &EVEN);
    let mut head = head(sized(FEATURES, CLASSES));
    // README's first line: 15 rows are held out, 19 are needed.
    let split = FitOptions { validation_split: Some(0.1), ..FitOptions::default() };
    let warning = fit(&mut head, &features, &labels, split, FitRows::default()).unwrap();
    assert!(warning.contains("15 held-out rows") && warning.contains("19"), "{warning}");
    assert!(head.calibration().is_none());
    assert_eq!(block_on(head.gate(&features)).unwrap_err().code(), "not-calibrated");
    // The same rows without an alpha that they allow.
    let (held_out, classes) = rows(&mut random, 3, &EVEN);
    let refusal =
        block_on(head.calibrate(&held_out, &classes, &CalibrationOptions::from(ScorerName::Auto)))
            .unwrap_err();
    assert_eq!(refusal.code(), "too-few-rows");
    assert!(refusal.to_string().contains("alpha 0.063"), "{refusal}");
    let calibration = block_on(head.calibrate(
        &held_out,
        &classes,
        &CalibrationOptions::from(ScorerName::Auto).at(0.1),
    ))
    .unwrap();
    assert!(calibration.threshold.is_finite());

    let provisional =
        CalibrationOptions { provisional: true, ..CalibrationOptions::from(ScorerName::Auto) };
    let calibration = block_on(head.calibrate(&held_out, &classes, &provisional)).unwrap();
    assert!(calibration.threshold.is_finite());
    assert!(rejected(&mut head, &unknown(&mut random, 100)) > 0.9);
    assert!(rejected(&mut head, &rows(&mut random, 50, &EVEN).0) < 0.2);
}

#[test]
fn rows_that_are_all_right_do_not_make_noise_certain() {
    let mut random = Random::new(5);
    let (features, labels) = rows(&mut random, 20, &EVEN);
    let mut head = trained(&features, &labels, None);
    cross(&mut head, &CalibrationOptions::from(ScorerName::Auto)).unwrap();
    let between: Vec<f32> = (0..200 * FEATURES).map(|_| 1.0 + noise(&mut random)).collect();
    let prediction = block_on(head.predict(&between)).unwrap();
    let confidence = prediction.probability.iter().sum::<f32>() / 200.0;
    assert!(confidence < 0.85, "{confidence}");
    // Labels shifted by one: no temperature makes that head right, and none is absurd.
    let shifted: Vec<f64> = labels.iter().map(|label| (label + 1.0) % CLASSES as f64).collect();
    let (held_out, _) = rows(&mut random, 20, &EVEN);
    let base =
        block_on(head.calibrate(&held_out, &labels, &ScorerName::Auto.into())).unwrap().temperature;
    let absurd = block_on(head.calibrate(&held_out, &shifted, &ScorerName::Auto.into()))
        .unwrap()
        .temperature;
    assert!(absurd / base < 1e3, "{base} {absurd}");
}

/// Twelve recordings of each class, of 25 frames that are near copies of one another, and frames of
/// other recordings. Shares of the latter that are rejected: by a head that holds recordings out, by
/// one that nobody told of them, and by one that calibrates from its own rows.
fn rejected_of_new_recordings(seed: u64) -> [f64; 3] {
    let mut random = Random::new(seed);
    let (mut features, mut labels, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    let recording = |random: &mut Random, class: usize| -> Vec<f32> {
        (0..FEATURES)
            .map(|column| if column % CLASSES == class { 4.0 } else { 0.0 } + noise(random))
            .collect()
    };
    for class in 0..CLASSES {
        for session in 0..12 {
            let centre = recording(&mut random, class);
            for _ in 0..25 {
                features.extend(centre.iter().map(|x| x + 0.1 * noise(&mut random)));
                labels.push(class as f64);
                groups.push((100 * class + session) as f64);
            }
        }
    }
    let fresh: Vec<f32> = (0..400).flat_map(|row| recording(&mut random, row % CLASSES)).collect();
    let split = FitOptions { validation_split: Some(0.2), ..FitOptions::default() };

    let mut unnamed = head(sized(FEATURES, CLASSES));
    let warning = fit(&mut unnamed, &features, &labels, split.clone(), FitRows::default()).unwrap();
    assert!(warning.contains("options.groups"), "{warning}");

    let mut named = head(sized(FEATURES, CLASSES));
    let with = FitRows { groups: Some(groups.clone()), ..FitRows::default() };
    let warning = fit(&mut named, &features, &labels, split, with);
    assert_eq!(warning, None);

    let mut all = trained(&features, &labels, Some(groups));
    cross(&mut all, &ScorerName::Auto.into()).unwrap();
    [&mut named, &mut unnamed, &mut all].map(|head| rejected(head, &fresh))
}

#[test]
fn groups_are_kept_together_and_rows_that_look_like_groups_are_noticed() {
    // Two recordings a class that are held out set a threshold that depends on which they are.
    let shares: Vec<[f64; 3]> = (0..5).map(rejected_of_new_recordings).collect();
    let mean = |which: usize| shares.iter().map(|shares| shares[which]).sum::<f64>() / 5.0;
    let [named, unnamed, all] = [0, 1, 2].map(mean);
    assert!(named < 0.1 && all < 0.1 && unnamed > 0.9, "{shares:?}");
}

#[test]
fn one_recording_of_each_class_is_no_ground_for_a_promise() {
    let mut random = Random::new(8);
    let (features, labels) = rows(&mut random, 20, &EVEN);
    let mut head = trained(&features, &labels, Some(labels.clone()));
    let refusal = cross(&mut head, &ScorerName::Auto.into()).unwrap_err();
    assert_eq!(refusal.code(), "too-few-rows");
    assert!(refusal.to_string().contains("single group"), "{refusal}");
}

#[test]
fn patience_keeps_the_best_epoch() {
    let mut random = Random::new(10);
    let wide = [2.5; CLASSES];
    let (features, labels) = rows(&mut random, 4, &wide);
    let (validation, answers) = rows(&mut random, 30, &wide);
    let options = FitOptions {
        epochs: Some(400.0),
        patience: Some(20.0),
        has_validation: true,
        ..FitOptions::default()
    };
    let cross_entropy = Some(LossOptions::CrossEntropy { label_smoothing: None });
    let mut head = head(HeadOptions { loss: cross_entropy, ..sized(FEATURES, CLASSES) });
    let with =
        FitRows { validation: Some((validation.clone(), answers.clone())), ..FitRows::default() };
    let mut fit = head.begin_fit(features, &labels, options.check().unwrap(), with).unwrap();
    let mut losses = Vec::new();
    let kept = loop {
        while !head.run_fit(&mut fit, 50).unwrap() {}
        let epoch = block_on(head.end_epoch(&mut fit, true)).unwrap();
        losses.push(epoch.validation.unwrap().loss);
        if epoch.last {
            break epoch.kept.unwrap().validation.unwrap().loss;
        }
    };
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(kept == best && losses[losses.len() - 1] > best, "{kept} {best}");
    // And the weights are those that the loss is of.
    let logits = block_on(head.forward(&validation)).unwrap().logits;
    let loss = logits.chunks(CLASSES).zip(&answers).map(|(row, &label)| {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        f64::from(
            largest - row[label as usize]
                + row.iter().map(|f| (f - largest).exp()).sum::<f32>().ln(),
        )
    });
    assert!((loss.sum::<f64>() / answers.len() as f64 - best).abs() < 1e-3);
    assert!(fit.warning().is_some_and(|warning| warning.contains("chose the epoch")));
    // The calibration says so, too: it outlives the fit's answer.
    assert_eq!(head.calibration().unwrap().warning.as_deref(), fit.warning());
}

#[test]
fn a_promise_by_class_holds_for_the_widest() {
    let mut random = Random::new(11);
    let width = [0.7, 0.7, 1.6, 0.7, 0.7];
    let (features, labels) = rows(&mut random, 60, &width);
    let mut head = trained(&features, &labels, None);
    let (held_out, classes) = rows(&mut random, 100, &width);
    let (test, answers) = rows(&mut random, 400, &width);
    let of_class = |head: &mut Head, class: usize| {
        let rows: Vec<f32> = test
            .chunks(FEATURES)
            .zip(&answers)
            .filter(|(_, label)| **label == class as f64)
            .flat_map(|(row, _)| row)
            .copied()
            .collect();
        rejected(head, &rows)
    };
    let options = CalibrationOptions {
        per_class: true,
        ..CalibrationOptions::from(ScorerName::Mahalanobis).at(0.1)
    };
    block_on(head.calibrate(
        &held_out,
        &classes,
        &CalibrationOptions::from(ScorerName::Mahalanobis).at(0.1),
    ))
    .unwrap();
    let together: Vec<f64> = (0..CLASSES).map(|class| of_class(&mut head, class)).collect();
    assert!(together[2] > 0.2, "{together:?}");
    block_on(head.calibrate(&held_out, &classes, &options)).unwrap();
    let verdicts = block_on(head.gate(&test)).unwrap();
    for (row, &label) in answers.iter().enumerate().take(50) {
        let set = &verdicts.class_set[row * CLASSES..][..CLASSES];
        assert_eq!(set.contains(&1), verdicts.accepted[row] == 1);
        assert!(label < CLASSES as f64);
    }
    for class in 0..CLASSES {
        // Each class's own p-value: the label is in the set at the promised level.
        let rows = answers.iter().enumerate().filter(|(_, label)| **label == class as f64);
        let missed: Vec<bool> =
            rows.map(|(row, _)| verdicts.class_set[row * CLASSES + class] == 0).collect();
        let share = missed.iter().filter(|&&missed| missed).count() as f64 / missed.len() as f64;
        assert!((share - 0.1).abs() < 0.07, "class {class}: {share}");
        assert!(of_class(&mut head, class) < 0.17, "class {class}");
    }
}

#[test]
fn rows_of_few_features_are_no_groups_by_chance() {
    let mut random = Random::new(13);
    // One feature weighs more than all others together.
    let told = (0..60).filter(|_| {
        let (mut features, labels) = rows(&mut random, 20, &EVEN);
        features.iter_mut().step_by(FEATURES).for_each(|x| *x *= 100.0);
        let mut head = head(sized(FEATURES, CLASSES));
        let split =
            FitOptions { validation_split: Some(0.2), epochs: Some(1.0), ..FitOptions::default() };
        let warning = fit(&mut head, &features, &labels, split, FitRows::default());
        warning.is_some_and(|warning| warning.contains("options.groups"))
    });
    assert!(told.count() < 2);
}
