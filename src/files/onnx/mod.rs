//! A calibrated head and its gate as one [ONNX](https://onnx.ai) model, so that what was trained in
//! a page also runs on servers and clusters.
//!
//! | | name | type | shape |
//! |---|---|---|---|
//! | input | `features` | float32 | `[rows, features]`; with a [`Front`] others |
//! | output | `logits` | float32 | `[rows, classes]` |
//! | output | `probabilities` | float32 | `[rows, classes]`: softmax at the calibrated temperature |
//! | output | `score` | float32 | `[rows]`: higher = more out-of-distribution |
//! | output | `p_value` | float32 | `[rows]`: conformal; by class, the largest of each row |
//! | output | `accepted` | bool | `[rows]` |
//! | output | `class_set` | bool | `[rows, classes]`: of a calibration by class, what the row may be |
//! | output | `classes` | string | `[classes]`: their names |
//!
//! A row with a NaN or an infinity, which the product refuses, has the score NaN, the smallest
//! p-value, and is rejected.
//!
//! What a scorer learnt from training rows comes as [`FittedArrays`]: this module has no engine to
//! make it with.

mod auto;
mod compared;
mod distances;
mod fitted;
mod front;
mod graph;
mod last_layer;
mod layers;
mod p_values;
pub mod proto;
mod scores;

pub use front::{Front, Pooling};
use prost::Message;

use self::{
    compared::Compared,
    fitted::Reader,
    graph::{Axis, Graph, Value},
    last_layer::LastLayer,
    layers::Layers,
    p_values::Tables,
    proto::{ModelProto, OperatorSetIdProto, StringStringEntryProto, data_type},
    scores::Head,
};
use crate::{
    Error, Result,
    calibration::{Calibration, per_class::PerClass},
    config::HeadConfig,
    error::Mismatch,
    input_map::InputMap,
    ood::FittedArrays,
    snapshot::{self, Snapshot},
};

/// The operators' version: ONNX 1.8, of November 2020. Old enough for every runtime in use; and
/// ReduceSum, Squeeze and Softmax have been what they are now since then.
const OPSET: i64 = 13;

/// The file format's version of that ONNX release.
const IR_VERSION: i64 = 7;

/// How a model is written; by default as the head is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Whether matrices take half the bytes.
    pub is_half: bool,
    /// What comes before the head.
    pub front: Front,
}

/// The model of a head with a calibration, and what its scorer learnt from training rows:
/// [`crate::head::Head::fitted_arrays`].
pub fn write(snapshot: &Snapshot, fitted: &FittedArrays, layout: Layout) -> Result<Vec<u8>> {
    let config = snapshot.meta.options.clone().check()?;
    let meta = snapshot.meta.calibration.clone().ok_or(Error::NotCalibrated)?;
    let classes = config.architecture.classes();
    let calibration = snapshot::calibration(
        meta,
        snapshot.scores.clone(),
        snapshot.score_labels.clone(),
        classes,
    )?;
    let mut graph = Graph::new(layout.is_half);
    let input = layout.front.features(&mut graph, config.architecture.features());
    let (logits, score) = score(&mut graph, input, snapshot, &config, &calibration, fitted)?;
    let score = where_a_number(&mut graph, input, score);
    let probabilities = probabilities(&mut graph, logits, calibration.temperature);
    let Verdict { p_value, accepted, class_set } = verdict(&mut graph, score, logits, &calibration);
    let score = graph.squeeze(score);
    let p_value = graph.squeeze(p_value);
    let accepted = graph.squeeze(accepted);
    let names = graph.texts(&config.classes);
    // A constant by itself is no result of the graph in every runtime.
    let names = graph.op("Identity", &[names]);

    let (rows, wide) = ([Axis::Rows], [Axis::Rows, Axis::Of(classes)]);
    let mut output = |value, name, data_type, shape: &[Axis], doc| {
        graph.output(value, name, data_type, shape, doc);
    };
    output(
        logits,
        "logits",
        data_type::FLOAT,
        &wide,
        "raw: neither normalised nor divided by a temperature",
    );
    output(
        probabilities,
        "probabilities",
        data_type::FLOAT,
        &wide,
        "of the classes, at the calibrated temperature",
    );
    output(score, "score", data_type::FLOAT, &rows, "higher = more out-of-distribution");
    output(
        p_value,
        "p_value",
        data_type::FLOAT,
        &rows,
        "(1 + #{calibration score >= score}) / (n + 1)",
    );
    output(accepted, "accepted", data_type::BOOL, &rows, "whether the head knows the row");
    if let Some(class_set) = class_set {
        output(
            class_set,
            "class_set",
            data_type::BOOL,
            &wide,
            "the classes that the row may be, at the promised level",
        );
    }
    output(names, "classes", data_type::STRING, &[Axis::Of(classes)], "names of the classes");

    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "oodgate".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        doc_string: "A classifier head that says for each row whether it knows it".into(),
        graph: Some(graph.finish("head")),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
        metadata_props: metadata(&config.classes, &calibration),
    };
    Ok(model.encode_to_vec())
}

/// Logits, `[rows, classes]`, and scores, `[rows, 1]`.
fn score(
    graph: &mut Graph,
    input: Value,
    snapshot: &Snapshot,
    config: &HeadConfig,
    calibration: &Calibration,
    fitted: &FittedArrays,
) -> Result<(Value, Value)> {
    let architecture = &config.architecture;
    let (features, classes) = (architecture.features(), architecture.classes());
    let length = architecture.parameters() as usize;
    let parameters = snapshot.state.get(..length).ok_or_else(|| {
        broken("state", format!("at least {length} numbers"), snapshot.state.len())
    })?;
    if !(snapshot.input.is_empty() || snapshot.input.len() == 2 * features) {
        let expected = format!("{} numbers, or none", 2 * features);
        return Err(broken("input", expected, snapshot.input.len()));
    }
    let map = (!snapshot.input.is_empty()).then(|| InputMap::from_arrays(&snapshot.input));
    let layers = Layers::new(graph, architecture, parameters, map.as_ref());
    let outputs = layers.forward(graph, input);
    let head = Head { layers: &layers, outputs: &outputs, features, classes };
    let scorer = &calibration.scorer;
    if let Some(score) = head.score(graph, scorer) {
        return Ok((outputs.logits, score));
    }
    let as_they_come =
        map.map_or_else(|| parameters.to_vec(), |map| map.folded(parameters, architecture));
    let width = architecture.penultimate();
    let (weight, bias) = as_they_come[length - (width + 1) * classes..].split_at(width * classes);
    let compared = Compared {
        head: &head,
        inputs: outputs.last_input(),
        width,
        last: LastLayer { head: &head, weight, bias },
    };
    let mut fitted = Reader::new(fitted);
    let score = compared.score(graph, scorer, &mut fitted)?;
    fitted.finish()?;
    Ok((outputs.logits, score))
}

fn broken(part: &str, expected: String, got: usize) -> Error {
    Error::InvalidFile(Mismatch::new(format!("head, {part}"), expected, got))
}

/// What the gate says of each row.
struct Verdict {
    /// `[rows, 1]`.
    p_value: Value,
    /// `[rows, 1]`.
    accepted: Value,
    /// `[rows, classes]`, where the promise is for each class.
    class_set: Option<Value>,
}

fn verdict(graph: &mut Graph, score: Value, logits: Value, calibration: &Calibration) -> Verdict {
    let Some(per_class) = &calibration.per_class else {
        let threshold = graph.scalar(calibration.threshold);
        return Verdict {
            p_value: Tables::new([&calibration.conformal]).p_values(graph, score),
            // Not "not greater": a score that is no number must not be accepted.
            accepted: graph.op("LessOrEqual", &[score, threshold]),
            class_set: None,
        };
    };
    let scores = conditional(graph, score, logits, per_class, calibration.temperature);
    let p_values = Tables::new(per_class.columns()).p_values(graph, scores);
    let thresholds = per_class.thresholds(calibration.alpha);
    let thresholds = graph.floats(&[thresholds.len()], &thresholds);
    // In place of p-values above alpha, which round.
    let class_set = graph.op("LessOrEqual", &[scores, thresholds]);
    let ones = graph.op_with("Cast", &[class_set], "to", data_type::FLOAT.into());
    let any = graph.max(ones);
    let accepted = graph.op_with("Cast", &[any], "to", data_type::BOOL.into());
    Verdict { p_value: graph.max(p_values), accepted, class_set: Some(class_set) }
}

/// A(x, k), see [`crate::calibration::per_class`].
fn conditional(
    graph: &mut Graph,
    score: Value,
    logits: Value,
    per_class: &PerClass,
    temperature: f64,
) -> Value {
    let max = graph.max(logits);
    let behind = graph.op("Sub", &[max, logits]);
    let factor = graph.scalar((per_class.weight / temperature) as f32);
    let behind = graph.op("Mul", &[behind, factor]);
    graph.op("Add", &[score, behind])
}

/// What a graph cannot say, each value as JSON.
fn metadata(classes: &[String], calibration: &Calibration) -> Vec<StringStringEntryProto> {
    let mut entries = vec![
        ("classes", serde_json::to_string(classes)),
        ("scorer", serde_json::to_string(&calibration.options)),
        ("alpha", serde_json::to_string(&calibration.alpha)),
    ];
    if let Some(warning) = &calibration.warning {
        entries.push(("warning", serde_json::to_string(warning)));
    }
    // Strings, numbers and lists of them always serialise.
    let entry = |(key, value): (&str, Result<String, _>)| StringStringEntryProto {
        key: key.into(),
        value: value.unwrap_or_default(),
    };
    entries.into_iter().map(entry).collect()
}

/// The score; infinite where numbers beyond float32 on the way left none, NaN where a feature is
/// none or infinite. Without the latter a ReLU may answer 0 for NaN, and the row would pass.
fn where_a_number(graph: &mut Graph, features: Value, score: Value) -> Value {
    let infinity = graph.scalar(f32::INFINITY);
    let is_number = graph.op("Equal", &[score, score]);
    let score = graph.op("Where", &[is_number, score, infinity]);
    let zero = graph.scalar(0.0);
    let nothing = graph.op("Mul", &[features, zero]);
    let nothing = graph.sum(nothing);
    graph.op("Add", &[score, nothing])
}

fn probabilities(graph: &mut Graph, logits: Value, temperature: f64) -> Value {
    let max = graph.max(logits);
    // The difference first: the logits times the factor may overflow.
    let behind = graph.op("Sub", &[logits, max]);
    let factor = graph.scalar((1.0 / temperature) as f32);
    let shifted = graph.op("Mul", &[behind, factor]);
    graph.op_with("Softmax", &[shifted], "axis", 1)
}
