//! Writes what `onnx_file.py` and `torch_file.py` check, each file with what the head itself
//! answers in JSON beside it: cargo run --example interop -- FOLDER

#![allow(clippy::unwrap_used, reason = "a script")]

mod heads;

use std::{fs, path::PathBuf};

use oodgate::{
    calibration::{CalibrationOptions, conformal::Kind},
    files::{
        onnx::{Front, Layout, Pooling},
        safetensors as store,
    },
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;
use serde_json::{Value, json};

use heads::{
    FEATURES, Head, calibrate, cpu::loaded, exported, kinds, questions, rows, scorers_of, trained,
    trained_on,
};

fn main() {
    let folder =
        PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "target/interop".into()));
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, extension: &str, bytes: &[u8], answers: &Value| {
        fs::write(folder.join(format!("{name}.{extension}")), bytes).unwrap();
        fs::write(
            folder.join(format!("{name}.json")),
            serde_json::to_string(answers).unwrap() + "\n",
        )
        .unwrap();
    };
    // The oldest file there is, as it is.
    let oldest = fs::read("tests/golden/head-v1.safetensors").unwrap();
    write("head-v1", "safetensors", &oldest, &logits(&mut loaded(&oldest)));
    let mut hidden = trained(&[8.0, 5.0], None);
    let saved = store::write(&block_on(hidden.snapshot()).unwrap()).unwrap();
    write("head-hidden-v1", "safetensors", &saved, &logits(&mut hidden));
    let model = |name: &str, head: &mut Head, is_half: bool| {
        let model = exported(head, Layout { is_half, ..Layout::default() });
        let answers = verdicts(head, is_half);
        write(name, "onnx", &model, &answers);
    };
    for (kind, mut head) in kinds() {
        for (index, (scorer, rows)) in scorers_of(&head).iter().enumerate() {
            calibrate(&mut head, scorer, *rows);
            model(&format!("{kind}-{index}-{}", scorer.name.as_str()), &mut head, false);
        }
        calibrate(&mut head, &ScorerName::Auto.into(), 60);
        model(&format!("{kind}-half"), &mut head, true);
        for (what, count, per_class) in [
            ("by-class", 240, true),
            ("by-class-pooled", 40, true),
            ("provisional", 6, false),
            ("provisional-by-class", 12, true),
        ] {
            let (features, labels) = rows(count, 3);
            let mut options = CalibrationOptions::from(ScorerName::Auto);
            options.per_class = per_class;
            options.provisional = true;
            block_on(head.calibrate(&features, &labels, &options)).unwrap();
            model(&format!("{kind}-{what}"), &mut head, false);
        }
        with_unknown(&mut head);
        model(&format!("{kind}-unknown"), &mut head, false);
    }
    let mut head = trained(&[], None);
    calibrate(&mut head, &ScorerName::Auto.into(), 60);
    for (name, front) in fronts() {
        let model = exported(&mut head, Layout { front, ..Layout::default() });
        let (inputs, features) = fed(front);
        let mut answers = verdicts_on(&mut head, features, false);
        answers["inputs"] = inputs;
        write(name, "onnx", &model, &answers);
    }
    // Fewer rows than features: "auto" measures in their span.
    let mut few = trained_on(5, &[], None);
    calibrate(&mut few, &ScorerName::Auto.into(), 60);
    model("few", &mut few, false);
    with_unknown(&mut few);
    model("few-unknown", &mut few, false);
}

/// Gives the head examples of what is none of its classes, and calibrates it.
fn with_unknown(head: &mut Head) {
    let mut random = Random::new(8);
    let examples: Vec<f32> = (0..15 * FEATURES).map(|_| 2.0 - 3.0 * random.unit()).collect();
    head.add_unknown(&examples).unwrap();
    calibrate(head, &ScorerName::Auto.into(), 60);
}

fn logits(head: &mut Head) -> Value {
    let features = questions(head.config().architecture.features());
    json!({ "logits": block_on(head.forward(&features)).unwrap().logits, "features": features })
}

const TOKENS: usize = 5;

fn fronts() -> [(&'static str, Front); 4] {
    let [mean, cls] = Pooling::ALL.map(Some);
    [
        ("front-normalize", Front { pooling: None, normalize: true }),
        ("front-mean", Front { pooling: mean, normalize: false }),
        ("front-mean-normalize", Front { pooling: mean, normalize: true }),
        ("front-cls-normalize", Front { pooling: cls, normalize: true }),
    ]
}

/// What a model with this front is fed, and the features that it should make of it.
fn fed(front: Front) -> (Value, Vec<f32>) {
    let rows = 40;
    let mut random = Random::new(9);
    let wave = |index: usize| ((index * index) as f32 * 0.7).sin();
    let count = if front.pooling.is_some() { TOKENS } else { 1 };
    let tokens: Vec<f32> = (0..rows * count * FEATURES).map(|i| random.unit() + wave(i)).collect();
    // Texts of one token to all of them.
    let mask: Vec<usize> =
        (0..rows * TOKENS).map(|i| usize::from(i % TOKENS <= i / TOKENS % TOKENS)).collect();
    let mut features = Vec::new();
    for (row, tokens) in tokens.chunks(count * FEATURES).enumerate() {
        let kept = match front.pooling {
            Some(Pooling::Mean) => mask[row * TOKENS..][..TOKENS].iter().sum(),
            _ => 1,
        };
        let of = |column: usize| -> f64 {
            let tokens = tokens.chunks(FEATURES).take(kept);
            tokens.map(|token| f64::from(token[column])).sum::<f64>() / kept as f64
        };
        let row: Vec<f64> = (0..FEATURES).map(of).collect();
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        let divisor = if front.normalize { length } else { 1.0 };
        features.extend(row.iter().map(|x| (x / divisor) as f32));
    }
    let inputs = match front.pooling {
        None => json!({ "features": tokens }),
        Some(Pooling::Cls) => json!({ "last_hidden_state": tokens }),
        Some(Pooling::Mean) => json!({ "last_hidden_state": tokens, "attention_mask": mask }),
    };
    (inputs, features)
}

fn verdicts(head: &mut Head, is_half: bool) -> Value {
    verdicts_on(head, questions(FEATURES), is_half)
}

fn verdicts_on(head: &mut Head, features: Vec<f32>, is_half: bool) -> Value {
    let verdicts = block_on(head.gate(&features)).unwrap();
    let logits = block_on(head.forward(&features)).unwrap().logits;
    let calibration = head.calibration().unwrap();
    json!({
        "features": features,
        "logits": logits,
        "probabilities": verdicts.prediction.probabilities,
        "score": verdicts.scores,
        "p_value": verdicts.p_values,
        "accepted": verdicts.accepted,
        "classSet": verdicts.class_set,
        "isCounted": calibration.per_class.is_none() && calibration.conformal.kind() == Kind::Counted,
        "isHalf": is_half,
        "scorer": calibration.options,
        "alpha": calibration.alpha,
        // null where too few rows were there for any to be rejected: JSON has no infinity.
        "threshold": calibration.threshold,
        "calibrationScores": calibration.conformal.scores(),
        "classes": head.config().classes,
    })
}
