//! A head of a newcomer: five classes, a handful of rows each, nothing held out, numbers as they
//! come. Each test is a line of what such a user does, and fails where the answer would mislead.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    Error,
    calibration::{CalibrationOptions, Method},
    config::{FitOptions, HeadOptions, LossOptions},
    head::{FitRows, cross::CrossCalibration},
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;
use support::heads::{Head, head, sized};

const FEATURES: usize = 12;
const CLASSES: usize = 5;

/// Normal enough: the sum of four uniform numbers, of variance 1.
fn noise(random: &mut Random) -> f32 {
    (0..4).map(|_| random.unit() - 0.5).sum::<f32>() * 3_f32.sqrt()
}

/// Rows of each class around its own corner; `width[class]` is how far they spread.
fn rows(random: &mut Random, each: usize, width: &[f32; CLASSES]) -> (Vec<f32>, Vec<f64>) {
    let mut features = Vec::new();
    let labels: Vec<f64> = (0..each * CLASSES).map(|row| (row % CLASSES) as f64).collect();
    for &label in &labels {
        for column in 0..FEATURES {
            let corner = if column % CLASSES == label as usize { 4.0 } else { 0.0 };
            features.push(corner + width[label as usize] * noise(random));
        }
    }
    (features, labels)
}

const EVEN: [f32; CLASSES] = [1.0; CLASSES];

/// Rows between the classes, of none of them.
fn unknown(random: &mut Random, count: usize) -> Vec<f32> {
    (0..count * FEATURES).map(|_| -4.0 + noise(random)).collect()
}

fn fit(
    head: &mut Head,
    features: &[f32],
    labels: &[f64],
    options: FitOptions,
    with: FitRows,
) -> Option<String> {
    let mut fit =
        head.begin_fit(features.to_vec(), labels, options.check().unwrap(), with).unwrap();
    loop {
        while !head.run_fit(&mut fit, 50).unwrap() {}
        if block_on(head.end_epoch(&mut fit, false)).unwrap().last {
            return fit.warning().map(String::from);
        }
    }
}

fn trained(features: &[f32], labels: &[f64], groups: Option<Vec<f64>>) -> Head {
    let mut head = head(sized(FEATURES, CLASSES));
    fit(
        &mut head,
        features,
        labels,
        FitOptions::default(),
        FitRows { groups, ..FitRows::default() },
    );
    head
}

fn cross(head: &mut Head, options: &CalibrationOptions) -> Result<(), Error> {
    let mut cross = block_on(CrossCalibration::new(head, options, None))?;
    while !block_on(cross.run(head, 50))? {}
    cross.finish(head).map(|_| ())
}

fn rejected(head: &mut Head, features: &[f32]) -> f64 {
    let accepted = block_on(head.gate(features)).unwrap().accepted;
    accepted.iter().filter(|&&accepted| accepted == 0).count() as f64 / accepted.len() as f64
}

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
