//! Saving and loading: a restored head is the head that was saved, bit for bit, and bytes that are
//! no head are refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

#[path = "support/heads.rs"]
mod heads;

use heads::{Head, fit, head};
use oodgate::{
    Error,
    calibration::CalibrationOptions,
    config::{FitOptions, HeadOptions, LossOptions, OptimizerOptions},
    files::safetensors as store,
    head::selection::Selection,
    numeric::random::Random,
    ood::{ScorerName, ScorerOptions},
    snapshot::{Meta, Snapshot},
};
use pollster::block_on;
use proptest::prelude::*;
use safetensors::{Dtype, tensor::TensorView};

const FEATURES: usize = 5;
const CLASSES: usize = 3;

fn options() -> HeadOptions {
    let classes = vec!["oak".into(), "quote \" and é".into(), "__proto__".into()];
    HeadOptions { features: FEATURES as f64, classes, seed: Some(7.0), ..HeadOptions::default() }
}

fn sgd(momentum: f64) -> Option<OptimizerOptions> {
    let learning_rate = Some(0.1);
    Some(OptimizerOptions::Sgd {
        learning_rate,
        momentum: Some(momentum),
        nesterov: None,
        weight_decay: Some(1.0 / 3.0),
    })
}

fn rows(count: usize, seed: u64) -> (Vec<f32>, Vec<f64>) {
    let mut random = Random::new(seed);
    let labels: Vec<f64> = (0..count).map(|row| (row % CLASSES) as f64).collect();
    let features = (0..count * FEATURES)
        .map(|i| random.unit() + if i % FEATURES == (i / FEATURES) % CLASSES { 1.0 } else { 0.0 });
    (features.collect(), labels)
}

/// Some epochs of a fit, and some steps on top.
fn train(trainer: &mut Head) {
    let (features, labels) = rows(40, 1);
    let config = FitOptions { epochs: Some(2.0), batch_size: Some(7.0), ..FitOptions::default() }
        .check()
        .unwrap();
    fit(trainer, features, &labels, config, false);
    let (features, labels) = rows(9, 2);
    block_on(trainer.train_step(features, &labels, None)).unwrap();
}

fn calibrate(trainer: &mut Head, name: ScorerName) {
    let (features, labels) = rows(30, 3);
    let scorer = ScorerOptions::from(name);
    let scorer = if name == ScorerName::Knn { scorer.with("k", 3.0) } else { scorer };
    block_on(trainer.calibrate(&features, &labels, &CalibrationOptions::from(scorer).at(0.1)))
        .unwrap();
}

fn bytes(trainer: &mut Head) -> Vec<u8> {
    store::write(&block_on(trainer.snapshot()).unwrap()).unwrap()
}

fn load(file: &[u8]) -> Result<Head, Error> {
    let snapshot = store::read(file)?;
    let mut trainer = head(snapshot.meta.options.clone());
    trainer.restore(snapshot)?;
    Ok(trainer)
}

#[test]
fn a_restored_head_is_the_head_that_was_saved() {
    for hidden in [vec![], vec![4.0, 6.0]] {
        for optimizer in [None, sgd(0.0), sgd(0.9)] {
            for loss in [None, Some(LossOptions::CrossEntropy { label_smoothing: Some(0.1) })] {
                let mut saved = head(HeadOptions {
                    hidden: hidden.clone(),
                    optimizer: optimizer.clone(),
                    loss: loss.clone(),
                    ..options()
                });
                train(&mut saved);
                calibrate(&mut saved, ScorerName::Knn);
                let mut restored = load(&bytes(&mut saved)).unwrap();
                assert_eq!(restored.config(), saved.config());
                assert_eq!(bytes(&mut restored), bytes(&mut saved));

                let (features, labels) = rows(20, 4);
                for name in ScorerName::ALL {
                    let scores =
                        |trainer: &mut Head| block_on(trainer.ood_score(&features, &name.into()));
                    assert_eq!(scores(&mut restored), scores(&mut saved), "{name:?}");
                }
                let gate = |trainer: &mut Head| block_on(trainer.gate(&features)).unwrap();
                assert_eq!(gate(&mut restored), gate(&mut saved));
                // The warning about rows that were trained on, too.
                let calibration = |trainer: &mut Head| {
                    let (features, labels) = rows(40, 1);
                    block_on(trainer.calibrate(
                        &features,
                        &labels,
                        &CalibrationOptions::from(ScorerName::Msp),
                    ))
                    .unwrap()
                    .clone()
                };
                assert_eq!(calibration(&mut restored), calibration(&mut saved));
                assert!(restored.calibration().unwrap().warning.is_some());

                let step = |trainer: &mut Head| {
                    block_on(trainer.train_step(features.clone(), &labels, None)).unwrap()
                };
                assert_eq!(step(&mut restored), step(&mut saved));
                assert_eq!(bytes(&mut restored), bytes(&mut saved), "after one more step");
                train(&mut saved);
                train(&mut restored);
                assert_eq!(bytes(&mut restored), bytes(&mut saved), "after another fit");
            }
        }
    }
}

#[test]
fn every_scorer_that_a_head_was_calibrated_for_comes_back() {
    let mut saved = head(options());
    train(&mut saved);
    let (features, _) = rows(20, 4);
    for name in ScorerName::ALL {
        calibrate(&mut saved, name);
        let mut restored = load(&bytes(&mut saved)).unwrap();
        assert_eq!(restored.calibration(), saved.calibration());
        assert_eq!(
            block_on(restored.gate(&features)).unwrap(),
            block_on(saved.gate(&features)).unwrap(),
            "{name:?}"
        );
    }
}

#[test]
fn what_auto_stands_for_comes_back() {
    let mut saved = head(options());
    train(&mut saved);
    let (features, labels) = rows(40, 5);
    let mut selection =
        Selection::new(&mut saved, features.clone(), &labels, Some(vec![ScorerName::She]), None)
            .unwrap();
    while !block_on(selection.run(&mut saved, 50)).unwrap() {}
    assert_eq!(selection.finish(&mut saved).unwrap().scorer, ScorerName::She);
    let mut restored = load(&bytes(&mut saved)).unwrap();
    let auto = block_on(restored.ood_score(&features, &ScorerName::Auto.into())).unwrap();
    assert_eq!(auto, block_on(saved.ood_score(&features, &ScorerName::She.into())).unwrap());
}

#[test]
fn a_file_in_pieces_is_the_file() {
    let mut trainer = head(options());
    train(&mut trainer);
    trainer.add_unknown(&rows(3, 5).0).unwrap();
    calibrate(&mut trainer, ScorerName::Auto);
    let whole = block_on(trainer.snapshot()).unwrap();
    let around = Snapshot { features: Vec::new(), ..whole.clone() };
    for kept in [store::KeptRows::Float32, store::KeptRows::Float16, store::KeptRows::None] {
        let [mut file, behind] = store::write_around(&around, kept).unwrap();
        if kept != store::KeptRows::None {
            for rows in whole.features.chunks(7 * FEATURES) {
                file.extend(store::row_bytes(rows, kept).unwrap());
            }
        }
        file.extend(behind);
        assert_eq!(file, store::write_with(&whole, kept).unwrap());
        // As the crate writes it.
        let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
        let (_, metadata) = safetensors::SafeTensors::read_metadata(&file).unwrap();
        let texts = metadata.metadata().clone();
        assert_eq!(file, safetensors::serialize(tensors.tensors(), texts).unwrap());
    }
    assert!(store::write(&around).is_err(), "rows are missing");
}

#[test]
fn an_untrained_head_is_saved_too() {
    let mut saved = head(options());
    let mut restored = load(&bytes(&mut saved)).unwrap();
    assert_eq!(bytes(&mut restored), bytes(&mut saved));
}

/// One tensor of a file as PyTorch would write it.
struct Tensor(&'static str, Vec<usize>, Vec<f32>);

fn file(tensors: &[Tensor]) -> Vec<u8> {
    let data: Vec<Vec<u8>> = tensors
        .iter()
        .map(|tensor| tensor.2.iter().flat_map(|x| x.to_le_bytes()).collect())
        .collect();
    let views = tensors.iter().zip(&data).map(|(Tensor(name, shape, _), data)| {
        (*name, TensorView::new(Dtype::F32, shape.clone(), data).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn weights_from_elsewhere_make_a_head() {
    let linear = file(&[
        Tensor("weight", vec![2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        Tensor("bias", vec![2], vec![0.5, -0.5]),
    ]);
    let mut head = load(&linear).unwrap();
    assert_eq!(head.config().classes, ["0", "1"]);
    assert_eq!(block_on(head.forward(&[1.0, 0.0, 1.0])).unwrap().logits, [4.5, 9.5]);

    let hidden = [
        Tensor("0.weight", vec![2, 1], vec![1.0, -1.0]),
        Tensor("0.bias", vec![2], vec![0.0, 0.0]),
        Tensor("2.weight", vec![3, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        Tensor("2.bias", vec![3], vec![0.0, 0.0, 1.0]),
    ];
    let mut head = load(&file(&hidden)).unwrap();
    assert_eq!(head.config().architecture.hidden(), [2]);
    assert_eq!(
        block_on(head.forward(&[2.0, -3.0])).unwrap().logits,
        [2.0, 6.0, 11.0, 6.0, 12.0, 19.0]
    );
    assert_eq!(head.steps(), 0);
}

fn refused(file: &[u8]) -> String {
    match load(file) {
        Err(error @ Error::InvalidFile(_)) => error.to_string(),
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("no error"),
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let unfit = [
        (file(&[]), "0.weight"),
        (
            file(&[Tensor("weight", vec![2, 3], vec![0.0; 6])]),
            "file, tensor bias: expected F32 [2], got none",
        ),
        (
            file(&[
                Tensor("weight", vec![2, 3], vec![0.0; 6]),
                Tensor("bias", vec![3], vec![0.0; 3]),
            ]),
            "file, tensor bias: expected F32 [2], got F32 [3]",
        ),
        (
            file(&[Tensor("weight", vec![6], vec![0.0; 6]), Tensor("bias", vec![1], vec![0.0])]),
            "file, tensors",
        ),
        (
            file(&[
                Tensor("weight", vec![1, 1], vec![f32::NAN]),
                Tensor("bias", vec![1], vec![0.0]),
            ]),
            "expected finite numbers",
        ),
        (b"not a safetensors file".to_vec(), "file: expected the bytes of a safetensors file"),
        (Vec::new(), "file: expected the bytes of a safetensors file"),
    ];
    for (file, words) in unfit {
        let message = refused(&file);
        assert!(message.contains(words), "{message:?} does not say {words:?}");
    }
}

/// A small calibrated head's file, with its JSON changed.
fn edited(from: &str, to: &str) -> Vec<u8> {
    let mut saved = head(options());
    train(&mut saved);
    calibrate(&mut saved, ScorerName::Knn);
    let file = bytes(&mut saved);
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let header = std::str::from_utf8(&file[8..8 + length]).unwrap();
    assert!(header.contains(from), "{header} holds no {from}");
    let mut header = header.replace(from, to).into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');
    [&(header.len() as u64).to_le_bytes(), header.as_slice(), &file[8 + length..]].concat()
}

#[test]
fn a_changed_description_is_refused_by_name() {
    let changes = [
        (r#"\"version\":3"#, r#"\"version\":4"#, "file, format version: expected 1 to 3, got 4"),
        (r#"\"version\":3"#, r#"\"version\":0"#, "format version"),
        (
            r#"\"features\":5.0"#,
            r#"\"features\":4.0"#,
            "file, tensor 0.weight: expected F32 [3, 4], got F32 [3, 5]",
        ),
        (
            r#"\"features\":5.0"#,
            r#"\"features\":-5.0"#,
            "file, options.features: expected an integer of at least 1",
        ),
        (r#"\"features\":5.0"#, r#"\"features\":1e9"#, "at most 67108864 parameters"),
        (r#"\"oak\""#, r#"\"__proto__\""#, "different names"),
        (r#"\"alpha\":0.1"#, r#"\"alpha\":1.1"#, "options.alpha"),
        (r#"\"k\":3.0"#, r#"\"k\":-3.0"#, "options.scorer.k"),
        (r#"\"steps\":13.0"#, r#"\"steps\":-1"#, "file, steps"),
        (r#"\"temperature\":"#, r#"\"temperature\":-"#, "file, calibration temperature"),
        ("calibration.scores", "calibration.others", "file, tensor calibration.scores"),
        ("training.features", "training.others", "file, tensor training.features"),
        ("training.labels", "training.others", "file, calibration: expected training rows"),
        (r#""dtype":"I32""#, r#""dtype":"U32""#, "file, tensor training.labels: expected I32"),
    ];
    for (from, to, words) in changes {
        let message = refused(&edited(from, to));
        assert!(message.contains(words), "{message:?} does not say {words:?}");
    }
}

#[test]
fn a_snapshot_of_another_head_changes_nothing() {
    let mut saved = head(options());
    train(&mut saved);
    let before = bytes(&mut saved);
    let other = Snapshot { meta: Meta::default(), state: vec![0.0; 3], ..Snapshot::default() };
    assert!(matches!(saved.restore(other), Err(Error::InvalidFile(_))));
    assert_eq!(bytes(&mut saved), before);
}

#[test]
fn files_of_every_format_version_are_read() {
    let file =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/head-v1.safetensors"))
            .unwrap();
    let mut head = load(&file).unwrap();
    assert_eq!(head.config().classes, ["oak", "quote \" and é", "__proto__"]);
    assert_eq!(head.steps(), 13);
    assert_eq!(
        head.calibration().map(|calibration| calibration.scorer.name),
        Some(ScorerName::Knn)
    );
    // What this version writes of it holds what it held, with numbers in as few digits as they
    // need.
    let again = bytes(&mut head);
    assert_eq!(store::read(&again).unwrap(), store::read(&file).unwrap());
    assert!(String::from_utf8_lossy(&again).contains(r#"\"tau\":0.04,"#));
}

/// Loads bytes that may be anything; what loads must answer.
fn survive(file: &[u8]) {
    match load(file) {
        Err(error) => assert_eq!(error.code(), "invalid-file"),
        Ok(mut head) => {
            let features = vec![0.5; head.config().architecture.features()];
            block_on(head.ood_score(&features, &ScorerName::Auto.into())).unwrap();
        }
    }
}

#[test]
fn a_cut_file_is_refused() {
    let mut saved = head(options());
    train(&mut saved);
    let file = bytes(&mut saved);
    for length in 0..file.len() {
        refused(&file[..length]);
    }
    refused(&[file.as_slice(), &[0]].concat());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_are_refused_or_survived(flips in prop::collection::vec((0.0..1.0_f64, 0..8_u32), 1..6)) {
        let mut file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/head-v1.safetensors")).unwrap();
        let length = file.len() as f64;
        for (place, bit) in flips {
            // Most of them in the header, where they do most.
            file[(place * place * length) as usize] ^= 1 << bit;
        }
        survive(&file);
    }
}

#[test]
fn a_head_that_diverged_is_not_saved() {
    let mut saved = head(options());
    let mut snapshot = block_on(saved.snapshot()).unwrap();
    snapshot.state[3] = f32::NAN;
    let error = store::write(&snapshot).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("finite weights")), ("not-finite", true));
}
