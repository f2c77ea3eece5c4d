//! Heads on the CPU engine, and the loop that drives their fits.

#![allow(dead_code, reason = "each test file uses its own part")]

use oodgate::{
    config::{FitConfig, HeadOptions},
    engine::{Outputs, cpu::CpuEngine},
    files::safetensors as store,
    native::slices,
    ood::ScorerOptions,
    training::fit::Epoch,
};
use pollster::block_on;

pub type Head = oodgate::head::Head<CpuEngine>;

/// A new head.
pub fn head(options: HeadOptions) -> Head {
    let config = options.check().unwrap();
    Head::new(CpuEngine::new(&config.spec(), config.initial_parameters()), config)
}

/// So many features and so many classes, named by their numbers; every other option as it is by
/// default.
pub fn sized(features: usize, classes: usize) -> HeadOptions {
    HeadOptions::new(features, (0..classes).map(|class| class.to_string()))
}

/// A whole fit, a few batches at a time.
pub fn fit(
    head: &mut Head,
    features: Vec<f32>,
    labels: &[f64],
    config: FitConfig,
    report: bool,
) -> Vec<Epoch> {
    let mut fit =
        head.begin_fit(features, labels, config, oodgate::head::FitRows::default()).unwrap();
    let mut epochs: Vec<Epoch> = Vec::new();
    while !epochs.last().is_some_and(|epoch| epoch.last) {
        while !head.run_fit(&mut fit, 3).unwrap() {}
        epochs.push(block_on(head.end_epoch(&mut fit, report)).unwrap());
    }
    epochs
}

/// Scores by what a head answered: logits `[rows, classes]`, and the last layer's inputs where the
/// scorer looks at them.
pub fn answer_scores(scorer: &ScorerOptions, outputs: &Outputs, classes: usize) -> Vec<f32> {
    slices::scores(scorer, &outputs.logits, outputs.penultimate.as_deref(), classes).unwrap()
}

/// The head in a file.
pub fn loaded(file: &[u8]) -> Head {
    let snapshot = store::read(file).unwrap();
    let mut trainer = head(snapshot.meta.options.clone());
    trainer.restore(snapshot).unwrap();
    trainer
}
