//! Heads and weights that PyTorch has met, see `tests/interop/torch_file.py`: the logits are the
//! same on both sides.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use pollster::block_on;
use serde::Deserialize;

use support::{Tolerance, assert_close, golden, heads::loaded};

#[derive(Deserialize)]
struct Answers {
    features: Vec<f32>,
    logits: Vec<f64>,
}

#[test]
fn heads_and_weights_give_the_logits_that_pytorch_gives() {
    for name in ["head-v1", "head-hidden-v1", "torch-linear", "torch-sequential"] {
        let file = std::fs::read(format!(
            "{}/tests/golden/{name}.safetensors",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap();
        let answers: Answers = golden(&format!("{name}.json"));
        let logits = block_on(loaded(&file).forward(&answers.features)).unwrap().logits;
        assert_eq!(logits.len(), answers.logits.len(), "{name}");
        let classes = logits.len()
            / (answers.features.len() / loaded(&file).config().architecture.features());
        for (row, expected) in logits.chunks(classes).zip(answers.logits.chunks(classes)) {
            // Sums of large terms may come out small.
            let largest = expected.iter().fold(0.0_f64, |largest, logit| largest.max(logit.abs()));
            assert_close(
                name,
                row,
                expected,
                Tolerance { absolute: 1e-6 + 1e-5 * largest, relative: 0.0 },
            );
        }
    }
}

#[test]
fn weights_from_pytorch_make_a_head_with_its_layers() {
    let file = |name: &str| {
        std::fs::read(format!("{}/tests/golden/{name}.safetensors", env!("CARGO_MANIFEST_DIR")))
            .unwrap()
    };
    for (name, hidden) in [("torch-linear", vec![]), ("torch-sequential", vec![6, 5])] {
        let head = loaded(&file(name));
        let config = head.config();
        assert_eq!(
            (config.architecture.features(), config.architecture.hidden()),
            (4, hidden.as_slice()),
            "{name}"
        );
        assert_eq!(
            (config.classes.as_slice(), head.steps()),
            (["0", "1", "2"].map(str::to_string).as_slice(), 0),
            "{name}"
        );
    }
}
