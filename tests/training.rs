//! The trainer and its fit, end to end on the CPU engine: learning, repeatability, early stopping,
//! refusals.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use std::rc::Rc;

use oodgate::{
    Error,
    config::{FitConfig, FitOptions, HeadOptions, LossOptions},
    engine::{Engine, State},
    files::safetensors,
    head::{FitRows, Remember, calls::Outcome},
    numeric::random::Random,
    ood::{ScorerName, ScorerOptions},
    training::fit::Epoch,
};
use pollster::block_on;
use support::heads::{Head, fit, head, sized};

const FEATURES: usize = 6;
const CLASSES: usize = 3;

fn options() -> HeadOptions {
    sized(FEATURES, CLASSES)
}

/// Rows around one centre per class.
fn blobs(rows: usize, noise: f32) -> (Vec<f32>, Vec<f64>) {
    let mut random = Random::new(1);
    let mut features = Vec::new();
    for row in 0..rows {
        for column in 0..FEATURES {
            let centre = if column % CLASSES == row % CLASSES { 1.0 } else { 0.0 };
            features.push(centre + noise * (random.unit() - 0.5));
        }
    }
    (features, (0..rows).map(|row| (row % CLASSES) as f64).collect())
}

fn run(trainer: &mut Head, rows: usize, noise: f32, config: FitConfig) -> Vec<Epoch> {
    let (features, labels) = blobs(rows, noise);
    fit(trainer, features, &labels, config, true)
}

fn state(trainer: &mut Head) -> State {
    block_on(trainer.engine().state()).unwrap()
}

fn fit_options() -> FitOptions {
    FitOptions { epochs: Some(20.0), batch_size: Some(8.0), ..FitOptions::default() }
}

#[test]
fn heads_of_every_kind_learn() {
    for hidden in [vec![], vec![16.0]] {
        for loss in [
            LossOptions::LogitNorm { tau: None, label_smoothing: None },
            LossOptions::CrossEntropy { label_smoothing: None },
        ] {
            let mut trainer =
                head(HeadOptions { hidden: hidden.clone(), loss: Some(loss), ..options() });
            let epochs = run(&mut trainer, 90, 1.0, fit_options().check().unwrap());
            let (first, last) = (epochs[0].training.unwrap(), epochs[19].training.unwrap());
            assert!(last.loss < 0.5 * first.loss && last.accuracy > 0.95, "{first:?} to {last:?}");
            let (features, labels) = blobs(90, 1.0);
            let prediction = block_on(trainer.predict(&features)).unwrap();
            let hits = prediction
                .class_index
                .iter()
                .zip(&labels)
                .filter(|(class, label)| f64::from(**class) == **label);
            assert!(hits.count() >= 86);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_weights_bit_for_bit() {
    let mut states = Vec::new();
    for seed in [5.0, 5.0, 6.0] {
        let mut trainer = head(HeadOptions { seed: Some(seed), ..options() });
        run(&mut trainer, 50, 1.0, fit_options().check().unwrap());
        states.push(state(&mut trainer));
    }
    assert_eq!(states[0], states[1]);
    assert_ne!(states[0], states[2]);
}

#[test]
fn the_last_smaller_batch_is_used() {
    let mut trainer = head(options());
    run(&mut trainer, 20, 1.0, FitOptions { epochs: Some(2.0), ..fit_options() }.check().unwrap());
    assert_eq!(trainer.steps(), 2 * 3);
}

#[test]
fn patience_stops_a_fit_that_no_longer_gains() {
    let mut trainer = head(options());
    // Pure noise: the training loss falls by heart, the validation loss does not.
    let config = FitOptions {
        epochs: Some(500.0),
        validation_split: Some(0.25),
        patience: Some(3.0),
        ..fit_options()
    };
    let epochs = run(&mut trainer, 60, 40.0, config.check().unwrap());
    let last = epochs.last().unwrap();
    assert!(last.stopped_early && epochs.len() < 500, "{} epochs", epochs.len());
    assert_eq!(last.rows, 45);
    let losses: Vec<f64> = epochs.iter().map(|epoch| epoch.validation.unwrap().loss).collect();
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(losses[losses.len() - 4], best, "the best epoch is three before the last");
}

#[test]
fn a_split_that_leaves_no_rows_is_refused() {
    let mut trainer = head(options());
    let config = FitOptions { validation_split: Some(0.01), ..fit_options() }.check().unwrap();
    let (features, labels) = blobs(6, 1.0);
    let refusal = trainer
        .begin_fit(features, &labels, config, oodgate::head::FitRows::default())
        .err()
        .unwrap();
    assert!(matches!(refusal, Error::InvalidOption(_)), "{refusal}");
}

#[test]
fn refused_calls_leave_the_head_as_it_was() {
    let mut trainer = head(options());
    let (features, labels) = blobs(4, 1.0);
    block_on(trainer.train_step(features.clone(), &labels, None)).unwrap();
    let before = (state(&mut trainer), trainer.steps());

    let with = |index: usize, value: f32| {
        let mut changed = features.clone();
        changed[index] = value;
        changed
    };
    let calls = [
        ("invalid-features", features[..5].to_vec(), labels.clone(), None),
        ("invalid-features", vec![], vec![], None),
        ("not-finite", with(7, f32::NAN), labels.clone(), None),
        ("not-finite", with(23, f32::NEG_INFINITY), labels.clone(), None),
        ("invalid-labels", features.clone(), vec![0.0; 3], None),
        ("invalid-labels", features.clone(), vec![0.0, 1.0, 2.0, 3.0], None),
        ("invalid-labels", features.clone(), vec![0.0, 1.0, 2.0, -1.0], None),
        ("invalid-labels", features.clone(), vec![0.0, 1.0, 0.5, f64::NAN], None),
        ("invalid-option", features.clone(), labels.clone(), Some(0.0)),
    ];
    for (code, features, labels, rate) in calls {
        let refusal = block_on(trainer.train_step(features, &labels, rate)).unwrap_err();
        assert_eq!(refusal.code(), code, "{refusal}");
    }
    let bad = ScorerOptions::from(ScorerName::Msp).with("temperature", -1.0);
    let refusal = block_on(trainer.ood_score(&features, &bad)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "options.scorer.temperature: expected a number above 0, got -1"
    );
    assert_eq!((state(&mut trainer), trainer.steps()), before);
}

#[test]
fn a_refusal_names_the_place() {
    let mut trainer = head(options());
    let mut features = vec![0.5; 3 * FEATURES];
    features[FEATURES + 2] = f32::INFINITY;
    let refusal = block_on(trainer.forward(&features)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "features, row 1, column 2: expected a finite number, got Infinity"
    );
}

#[test]
fn probabilities_sum_to_one() {
    let mut trainer = head(HeadOptions { hidden: vec![5.0], ..options() });
    let prediction = block_on(trainer.predict(&blobs(7, 1.0).0)).unwrap();
    for (row, (probabilities, &class)) in
        prediction.probabilities.chunks(CLASSES).zip(&prediction.class_index).enumerate()
    {
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(probabilities[class as usize], prediction.probability[row]);
    }
}

/// More features than rows say anything of, around centres that are not far apart.
fn wide_rows(random: &mut Random, rows: usize, classes: usize) -> (Vec<f32>, Vec<f64>) {
    const WIDTH: usize = 100;
    let mut draw = Random::new(9);
    let centres: Vec<f32> = (0..classes * WIDTH).map(|_| draw.unit() - 0.5).collect();
    let labels = (0..rows).map(|row| (row % classes) as f64).collect();
    let features = (0..rows * WIDTH).map(|place| {
        let centre = centres[place / WIDTH % classes * WIDTH + place % WIDTH];
        centre + 3.0 * (random.unit() - 0.5)
    });
    (features.collect(), labels)
}

#[test]
fn few_rows_are_learnt_as_well_as_by_cross_entropy() {
    const FEW: usize = 5;
    let right = |loss: LossOptions| {
        let mut random = Random::new(2);
        let mut hits = 0;
        for seed in 0..8 {
            let options = HeadOptions { seed: Some(f64::from(seed)), ..sized(100, 10) };
            let mut head = head(HeadOptions { loss: Some(loss.clone()), ..options });
            let (features, labels) = wide_rows(&mut random, 10 * FEW, 10);
            fit(&mut head, features, &labels, FitOptions::default().check().unwrap(), false);
            let (features, labels) = wide_rows(&mut random, 1000, 10);
            let classes = block_on(head.predict(&features)).unwrap().class_index;
            hits += classes.iter().zip(&labels).filter(|(a, b)| f64::from(**a) == **b).count();
        }
        hits as f64 / 8000.0
    };
    let [by_default, without, entropy] = [
        LossOptions::LogitNorm { tau: None, label_smoothing: None },
        LossOptions::LogitNorm { tau: Some(0.15 / 10_f64.ln()), label_smoothing: None },
        LossOptions::CrossEntropy { label_smoothing: None },
    ]
    .map(right);
    assert!(
        by_default > entropy - 0.01 && by_default > without + 0.01,
        "{by_default} by default, {without} without cross-entropy, {entropy} with it alone"
    );
}

#[test]
fn a_fit_that_begins_with_another_loss_leaves_the_heads_own() {
    let config = FitOptions::default().check().unwrap();
    let (features, labels) = blobs(12, 1.0);
    let mut trainer = head(options());
    let rows = oodgate::head::FitRows::default();
    let mut fit = trainer.begin_fit(features.clone(), &labels, config, rows).unwrap();
    // Some of its first updates, and no others.
    assert!(trainer.run_fit(&mut fit, 1).unwrap());
    drop(fit);
    let outputs = block_on(trainer.forward(&features)).unwrap();
    let loss = trainer.config().loss;
    let mut gradient = [0.0; CLASSES];
    let rows = outputs.logits.chunks(CLASSES).zip(&labels);
    let sum: f32 =
        rows.map(|(row, &label)| loss.row(row, label as usize, 1.0, &mut gradient)).sum();
    let step = block_on(trainer.train_step(features, &labels, None)).unwrap();
    assert!((step.loss - f64::from(sum) / 12.0).abs() < 1e-5, "{} {sum}", step.loss);
}

#[test]
fn an_abandoned_fit_keeps_what_was_learnt() {
    let mut trainer = head(options());
    let (features, labels) = blobs(64, 1.0);
    let untrained = state(&mut trainer);
    let mut fit = trainer
        .begin_fit(
            features,
            &labels,
            fit_options().check().unwrap(),
            oodgate::head::FitRows::default(),
        )
        .unwrap();
    assert!(!trainer.run_fit(&mut fit, 2).unwrap());
    drop(fit);
    assert_eq!(trainer.steps(), 2);
    assert_ne!(state(&mut trainer), untrained);
}

/// Rows of which the last feature is constant, or is not.
fn with_last_feature(varies: bool) -> (Vec<f32>, Vec<f64>) {
    let (mut features, labels) = blobs(400, 1.0);
    let width = features.len() / labels.len();
    for (number, row) in features.chunks_exact_mut(width).enumerate() {
        row[width - 1] = if varies { 100.0 * (number % 7) as f32 } else { 1.0 };
    }
    (features, labels)
}

fn file(head: &mut Head) -> Vec<u8> {
    safetensors::write(&block_on(head.snapshot()).unwrap()).unwrap()
}

#[test]
fn rows_that_are_prepared_in_pieces_are_learnt_as_at_once() {
    let (features, labels) = blobs(4000, 2.0);
    let config = FitOptions { validation_split: Some(0.2), ..fit_options() }.check().unwrap();
    let mut files = Vec::new();
    for (remember, is_at_once) in [
        (Remember::Replace, true),
        (Remember::Replace, false),
        (Remember::Add, true),
        (Remember::Add, false),
    ] {
        let mut trainer = head(options());
        let width = features.len() / labels.len();
        trainer.add_rows(features[..500 * width].to_vec(), &labels[..500], None, None).unwrap();
        let (features, with) = (features.clone(), FitRows { remember, ..FitRows::default() });
        let mut fit = if is_at_once {
            trainer.begin_fit(features, &labels, config, with).unwrap()
        } else {
            let mut call = trainer.prepare_fit(features, labels.clone(), config, with);
            loop {
                match block_on(trainer.go_on_with(&mut call)).unwrap() {
                    None => {}
                    Some(Outcome::Fit(fit)) => break *fit,
                    Some(_) => panic!("another call"),
                }
            }
        };
        loop {
            while !trainer.run_fit(&mut fit, 9).unwrap() {}
            if block_on(trainer.end_epoch(&mut fit, false)).unwrap().last {
                break;
            }
        }
        files.push((file(&mut trainer), fit.warning().map(String::from)));
    }
    assert!(files[0] == files[1]);
    assert!(files[2] == files[3]);
    assert!(files[0] != files[2]);
}

#[test]
fn a_fit_that_ends_before_its_first_update_leaves_the_map() {
    let mut trainer = head(options());
    let config = fit_options().check().unwrap();
    let (features, labels) = with_last_feature(false);
    fit(&mut trainer, features, &labels, config, false);
    let before = file(&mut trainer);
    let weights = block_on(trainer.parameters()).unwrap();

    // While its rows are prepared, nothing has changed.
    let (features, labels) = with_last_feature(true);
    let with = FitRows::default;
    drop(trainer.prepare_fit(features.clone(), labels.clone(), config, with()));
    assert!(file(&mut trainer) == before);
    let many = (0..500).flat_map(|n| features.iter().map(move |x| x + n as f32)).collect();
    let with_all = FitRows { remember: Remember::Add, ..with() };
    let mut call = trainer.prepare_fit(many, labels.repeat(500), config, with_all);
    assert!(block_on(trainer.go_on_with(&mut call)).unwrap().is_none(), "a turn is not enough");
    drop(call);
    assert!(file(&mut trainer) == before);

    // It takes the map anew, and gives it back with the first update still to come.
    let begun = trainer.begin_fit(features.clone(), &labels, config, with()).unwrap();
    assert_ne!(block_on(trainer.parameters()).unwrap(), weights);
    trainer.end_fit(&begun).unwrap();
    assert_eq!(block_on(trainer.parameters()).unwrap(), weights);

    // Updates that were made stay, and the map that they were made with.
    let mut begun = trainer.begin_fit(features, &labels, config, with()).unwrap();
    trainer.run_fit(&mut begun, 1).unwrap();
    let reached = block_on(trainer.parameters()).unwrap();
    trainer.end_fit(&begun).unwrap();
    assert_eq!(block_on(trainer.parameters()).unwrap(), reached);
}

#[test]
fn a_step_on_varied_rows_is_one_on_rows_put_together_by_hand() {
    let (features, labels) = blobs(7, 0.8);
    let (order, others) = ([5, 0, 3, 6, 1], vec![2, 3, 0, 0, 4]);
    let width = FEATURES;
    let of = |row: u32| &features[row as usize * width..][..width];
    // Rows 0, 3 and 6 are one batch: the others of another range do not count.
    let (range, mut by_hand) = (1..4, Vec::new());
    for (row, next) in [(1, 2), (2, 3), (3, 1)] {
        let varied = of(order[row]).iter().zip(of(order[next])).zip(of(others[next]));
        by_hand.extend(varied.map(|((x, next), other)| x + 0.5 * (next - other)));
    }
    let mut results = [true, false].map(|is_varied| {
        let mut trained = head(options());
        let engine = trained.engine();
        let (rows, numbers) = match is_varied {
            true => (features.clone(), labels.iter().map(|&label| label as u32).collect()),
            false => (by_hand.clone(), vec![0; 3]),
        };
        let data = engine.upload(Rc::new(rows), Rc::new(numbers), None).unwrap();
        let (order, range) = match is_varied {
            true => (engine.order(order.to_vec(), Some(others.clone())).unwrap(), range.clone()),
            false => (engine.order(vec![0, 1, 2], None).unwrap(), 0..3),
        };
        let update = options().check().unwrap().optimizer.update(1, 0.01);
        engine.step(&data, &order, range.clone(), &update).unwrap();
        let totals = block_on(engine.totals()).unwrap();
        // Rows that are measured are not varied.
        engine.measure(&data, &order, range).unwrap();
        let measured = block_on(engine.totals()).unwrap();
        (state(&mut trained), totals, measured)
    });
    let [varied, by_hand] = &mut results;
    assert_eq!((&varied.0, varied.1), (&by_hand.0, by_hand.1));
    assert_ne!(varied.2, by_hand.2);
}
