//! Heads that are handed to other programs: trained on blobs, and calibrated for each scorer that
//! an ONNX model can hold.

#![allow(dead_code, reason = "each program uses its own part")]
#![allow(clippy::unwrap_used, reason = "this is how a test fails")]

#[path = "../support/heads.rs"]
pub mod cpu;

use oodgate::{
    calibration::CalibrationOptions,
    config::{FitOptions, HeadOptions, LossOptions},
    files::onnx::{self, Layout},
    head::export::ExportOptions,
    numeric::random::Random,
    ood::{ScorerName, ScorerOptions},
};
use pollster::block_on;

use cpu::fit;
pub use cpu::{Head, head};

pub const FEATURES: usize = 6;
pub const CLASSES: [&str; 3] = ["oak", "quote \" and é", "__proto__"];

/// Rows around one centre per class, and their classes.
pub fn rows(count: usize, seed: u64) -> (Vec<f32>, Vec<f64>) {
    let mut random = Random::new(seed);
    let centre = |i: usize| {
        if i % FEATURES % CLASSES.len() == (i / FEATURES) % CLASSES.len() { 1.0 } else { 0.0 }
    };
    let features = (0..count * FEATURES).map(|i| 1.5 * random.unit() + centre(i));
    (features.collect(), (0..count).map(|row| (row % CLASSES.len()) as f64).collect())
}

/// What a head may be asked later: known rows, strangers, a row of zeros, and rows far too long and
/// far too short.
pub fn questions(width: usize) -> Vec<f32> {
    let mut features = rows(40, 5).0;
    features.truncate(40 * FEATURES / width * width);
    let mut random = Random::new(6);
    for scale in [0.0, 1e-6, 1.0, 1.0, 1.0, 3.0, 10.0, 1e3, 1e5] {
        features.extend((0..width).map(|_| scale * (2.0 * random.unit() - 1.0)));
    }
    features
}

/// A trained head with these hidden layers.
pub fn trained(hidden: &[f64], loss: Option<LossOptions>) -> Head {
    trained_on(120, hidden, loss)
}

/// The same from so many rows.
pub fn trained_on(count: usize, hidden: &[f64], loss: Option<LossOptions>) -> Head {
    let classes = CLASSES.map(str::to_string).to_vec();
    let mut trainer = head(HeadOptions {
        features: FEATURES as f64,
        classes,
        hidden: hidden.to_vec(),
        loss,
        ..HeadOptions::default()
    });
    let (features, labels) = rows(count, 1);
    let config = FitOptions { epochs: Some(20.0), batch_size: Some(16.0), ..FitOptions::default() }
        .check()
        .unwrap();
    fit(&mut trainer, features, &labels, config, false);
    trainer
}

/// The gate as an ONNX model.
pub fn exported(head: &mut Head, layout: Layout) -> Vec<u8> {
    let options = ExportOptions { include_training_rows: true, bank: None };
    let fitted = block_on(head.fitted_arrays(options)).unwrap();
    onnx::write(&block_on(head.snapshot()).unwrap(), &fitted, layout).unwrap()
}

/// Calibrates with so many rows.
pub fn calibrate(trainer: &mut Head, scorer: &ScorerOptions, count: usize) {
    let (features, labels) = rows(count, 3);
    // As small as so many rows allow, down to a tenth.
    let alpha = (1.0 / (count as f64 + 1.0)).max(0.1);
    block_on(trainer.calibrate(
        &features,
        &labels,
        &CalibrationOptions::from(scorer.clone()).at(alpha),
    ))
    .unwrap();
}

/// Every scorer, by default and with parameters, and as many
/// calibration rows for each: what a bisection may get wrong is different for each number of them.
pub fn scorers() -> Vec<(ScorerOptions, usize)> {
    let at = |name: ScorerName, temperature: f64| {
        ScorerOptions::from(name).with("temperature", temperature)
    };
    vec![
        (ScorerName::Msp.into(), 97),
        (at(ScorerName::Msp, 0.3), 1),
        (ScorerName::MaxLogit.into(), 64),
        (ScorerName::Energy.into(), 63),
        (at(ScorerName::Energy, 0.1), 1000),
        (ScorerName::Entropy.into(), 65),
        (at(ScorerName::Entropy, 0.2), 2),
        (ScorerName::Gen.into(), 250),
        (at(ScorerName::Gen, 0.5).with("gamma", 0.4).with("m", 2.0), 3),
        (ScorerName::MaxCosine.into(), 128),
        (ScorerName::GradNorm.into(), 41),
        (ScorerName::Odin.into(), 200),
        (at(ScorerName::Odin, 2.0).with("epsilon", 0.05), 100),
        (ScorerName::Auto.into(), 99),
        (ScorerName::KlMatching.into(), 50),
        (ScorerName::Knn.into(), 40),
        (ScorerOptions::from(ScorerName::Knn).with("k", 1.0), 31),
        (ScorerName::Mahalanobis.into(), 33),
        (ScorerOptions::from(ScorerName::Mahalanobis).with("normalize", true), 34),
        (ScorerName::Rmd.into(), 60),
        (ScorerOptions::from(ScorerName::Rmd).with("ridge", 0.5), 61),
        (ScorerName::Gda.into(), 62),
        (ScorerName::Vim.into(), 66),
        (ScorerName::Residual.into(), 67),
        (ScorerName::She.into(), 68),
        (ScorerName::NnGuide.into(), 69),
        (ScorerName::Fdbd.into(), 70),
        (ScorerName::Nci.into(), 71),
        (ScorerOptions::from(ScorerName::Nci).with("alpha", 0.01), 72),
        (ScorerName::React.into(), 73),
        (ScorerName::Dice.into(), 74),
    ]
}

/// Those that need the inputs that a ReLU leaves.
pub fn scorers_behind_relu() -> Vec<(ScorerOptions, usize)> {
    let ash = |variant: &str| ScorerOptions::from(ScorerName::Ash).with("variant", variant);
    vec![
        (ScorerName::Ash.into(), 75),
        (ash("p"), 76),
        (ash("b").with("percentile", 50.0), 77),
        (ScorerName::Scale.into(), 78),
    ]
}

/// The scorers that a head can have.
pub fn scorers_of(head: &Head) -> Vec<(ScorerOptions, usize)> {
    let is_hidden = !head.config().architecture.hidden().is_empty();
    let more = if is_hidden { scorers_behind_relu() } else { Vec::new() };
    scorers().into_iter().chain(more).collect()
}

/// Heads to try them on: a name for each.
pub fn kinds() -> [(&'static str, Head); 3] {
    let cross_entropy = Some(LossOptions::CrossEntropy { label_smoothing: None });
    [
        ("linear", trained(&[], None)),
        ("linear-cross-entropy", trained(&[], cross_entropy.clone())),
        ("hidden", trained(&[8.0, 5.0], cross_entropy)),
    ]
}
