//! A calibrated head and its gate as one [ONNX](https://onnx.ai) model, so that what was trained in
//! a page also runs on servers and clusters.
//!
//! | | name | type | shape |
//! |---|---|---|---|
//! | input | `features` | float32 | `[rows, features]` |
//! | output | `logits` | float32 | `[rows, classes]` |
//! | output | `probabilities` | float32 | `[rows, classes]`: softmax at the calibrated temperature |
//! | output | `score` | float32 | `[rows]`: higher = more out-of-distribution |
//! | output | `p_value` | float32 | `[rows]`: conformal |
//! | output | `accepted` | bool | `[rows]` |
//!
//! A row with a NaN or an infinity, which the product refuses, has the score NaN, the smallest
//! p-value, and is rejected.
//!
//! Only scorers that need no training rows: the others would take the rows along.

mod graph;
mod layers;
pub mod proto;
mod scores;

use prost::Message;

use self::{
    graph::{Graph, Value},
    layers::Layers,
    proto::{ModelProto, OperatorSetIdProto, StringStringEntryProto, data_type},
    scores::Head,
};
use crate::{
    Error, Result,
    calibration::{
        Calibration,
        conformal::{Conformal, Kind},
    },
    error::Mismatch,
    input_map::InputMap,
    ood::Needs,
    snapshot::{self, Snapshot},
};

/// The operators' version: ONNX 1.8, of November 2020. Old enough for every runtime in use; and
/// ReduceSum, Squeeze and Softmax have been what they are now since then.
const OPSET: i64 = 13;

/// The file format's version of that ONNX release.
const IR_VERSION: i64 = 7;

/// The model of a head with a calibration for a scorer that needs no training rows.
pub fn write(snapshot: &Snapshot) -> Result<Vec<u8>> {
    let config = snapshot.meta.options.clone().check()?;
    let meta = snapshot.meta.calibration.clone().ok_or(Error::NotCalibrated)?;
    let classes = config.architecture.classes();
    let calibration = snapshot::calibration(
        meta,
        snapshot.scores.clone(),
        snapshot.score_labels.clone(),
        classes,
    )?;
    check_form(&calibration)?;
    let architecture = &config.architecture;
    let features = architecture.features();
    let length = architecture.parameters() as usize;
    let parameters = snapshot.state.get(..length).ok_or_else(|| {
        let argument = "head, state".to_string();
        Error::InvalidFile(Mismatch::new(
            argument,
            format!("at least {length} numbers"),
            snapshot.state.len(),
        ))
    })?;

    let mut graph = Graph::default();
    let input = graph.input("features", features, "float32, as the head was trained on");
    if !(snapshot.input.is_empty() || snapshot.input.len() == 2 * features) {
        let argument = "head, input".to_string();
        return Err(Error::InvalidFile(Mismatch::new(
            argument,
            format!("{} numbers, or none", 2 * features),
            snapshot.input.len(),
        )));
    }
    let map = (!snapshot.input.is_empty()).then(|| InputMap::from_arrays(&snapshot.input));
    let layers = Layers::new(&mut graph, architecture, parameters, map.as_ref());
    let outputs = layers.forward(&mut graph, input);
    let head = Head { layers: &layers, outputs: &outputs, classes };
    if calibration.scorer.name.needs() == Needs::TrainingRows {
        return Err(needs_training_rows(&calibration));
    }
    let score = head
        .score(&mut graph, &calibration.scorer)
        .ok_or_else(|| needs_training_rows(&calibration))?;
    let score = graph.squeeze(score);
    let score = not_a_number_for_bad_rows(&mut graph, input, score);
    let p_value = p_value(&mut graph, score, &calibration.conformal);
    let threshold = graph.scalar(calibration.threshold);
    // Not "not greater": a score that is no number must not be accepted.
    let accepted = graph.op("LessOrEqual", &[score, threshold]);
    let probabilities = probabilities(&mut graph, outputs.logits, calibration.temperature);

    let wide = Some(classes);
    graph.output(
        outputs.logits,
        "logits",
        data_type::FLOAT,
        wide,
        "raw: neither normalised nor divided by a temperature",
    );
    graph.output(
        probabilities,
        "probabilities",
        data_type::FLOAT,
        wide,
        "of the classes, at the calibrated temperature",
    );
    graph.output(score, "score", data_type::FLOAT, None, "higher = more out-of-distribution");
    graph.output(
        p_value,
        "p_value",
        data_type::FLOAT,
        None,
        "(1 + #{calibration score >= score}) / (n + 1)",
    );
    graph.output(
        accepted,
        "accepted",
        data_type::BOOL,
        None,
        "whether the head knows the row: score <= threshold",
    );

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

fn needs_training_rows(calibration: &Calibration) -> Error {
    let expected = "a calibration with a scorer that needs no training rows (msp, maxLogit, energy, entropy, gen, maxCosine, \
                    gradNorm or odin)";
    Error::InvalidOption(Mismatch::new(
        "calibration.scorer",
        expected,
        calibration.scorer.name.as_str().to_string(),
    ))
}

/// `score`, and NaN where a feature is none or infinite. Without it a ReLU may answer 0 for NaN,
/// and the row would pass.
fn not_a_number_for_bad_rows(graph: &mut Graph, features: Value, score: Value) -> Value {
    let zero = graph.scalar(0.0);
    let nothing = graph.op("Mul", &[features, zero]);
    let nothing = graph.sum(nothing);
    let nothing = graph.squeeze(nothing);
    graph.op("Add", &[score, nothing])
}

/// A bisection of the ascending scores, each of its halvings written out: memory for a few numbers
/// a row, where comparing each row with each calibration score would take as many as there are of
/// those.
fn p_value(graph: &mut Graph, score: Value, conformal: &Conformal) -> Value {
    let scores = conformal.scores();
    // One more in front, so that the score before a position is found at that position, and one
    // behind, for interpolation.
    let table = [&[f32::NEG_INFINITY], scores, &[f32::INFINITY]].concat();
    let table = graph.floats(&[table.len()], &table);
    // How many scores are below: at least `below`, at most `open` more.
    let mut below = graph.int(0);
    let mut open = scores.len();
    while open > 0 {
        let half = (open / 2).max(1);
        let step = graph.int(half as i32);
        let further = graph.op("Add", &[below, step]);
        let calibrated = graph.op("Gather", &[table, further]);
        // Asked in this way, a score that is no number ends up above them all.
        let reaches = graph.op("GreaterOrEqual", &[calibrated, score]);
        below = graph.op("Where", &[reaches, below, further]);
        open -= half;
    }
    let mut count = graph.op_with("Cast", &[below], "to", data_type::FLOAT.into());
    if conformal.kind() == Kind::Interpolated {
        let part = between_neighbours(graph, score, table, below, scores.len());
        count = graph.op("Add", &[count, part]);
    }
    let all = graph.scalar((scores.len() + 1) as f32);
    let count = graph.op("Sub", &[all, count]);
    graph.op("Div", &[count, all])
}

/// Where a score lies between the last calibration score below it and the first that is not, in [0,
/// 1]; 0 where there are not both.
fn between_neighbours(
    graph: &mut Graph,
    score: Value,
    table: Value,
    below: Value,
    scores: usize,
) -> Value {
    let one = graph.int(1);
    let above = graph.op("Add", &[below, one]);
    let low = graph.op("Gather", &[table, below]);
    let high = graph.op("Gather", &[table, above]);
    let part = graph.op("Sub", &[score, low]);
    let width = graph.op("Sub", &[high, low]);
    let part = graph.op("Div", &[part, width]);
    // Outside of the scores, or of a score that is no number, the quotient means nothing.
    let (first, last, zero) = (graph.int(1), graph.int(scores as i32), graph.scalar(0.0));
    let has_low = graph.op("GreaterOrEqual", &[below, first]);
    let part = graph.op("Where", &[has_low, part, zero]);
    let has_high = graph.op("Less", &[below, last]);
    graph.op("Where", &[has_high, part, zero])
}

/// Refuses what has no form in a graph.
fn check_form(calibration: &Calibration) -> Result<()> {
    let got = match calibration.conformal.kind() {
        _ if calibration.per_class.is_some() => "perClass",
        Kind::Parametric => "a provisional threshold",
        Kind::Counted | Kind::Interpolated => return Ok(()),
    };
    let expected = "a calibration over all classes with rows enough to count";
    Err(Error::InvalidOption(Mismatch::new("calibration", expected, got)))
}

fn probabilities(graph: &mut Graph, logits: Value, temperature: f64) -> Value {
    let max = graph.max(logits);
    // The difference first: the logits times the factor may overflow.
    let behind = graph.op("Sub", &[logits, max]);
    let factor = graph.scalar((1.0 / temperature) as f32);
    let shifted = graph.op("Mul", &[behind, factor]);
    graph.op_with("Softmax", &[shifted], "axis", 1)
}
