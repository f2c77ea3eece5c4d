//! A head as one [safetensors](https://github.com/huggingface/safetensors) file, and back.
//!
//! | tensor | type | shape |
//! |---|---|---|
//! | `0.weight`, `0.bias`, `2.weight`, ... | F32 | `[out, in]`, `[out]`: the names of PyTorch's `Sequential(Linear, ReLU, Linear, ...)` |
//! | `input.shift`, `input.scale` | F32 | `[in]`: the map before the first layer, x' = (x - shift) scale + sqrt(2 / in) |
//! | `input.weight`, `input.bias` | F32 | `[out, in]`, `[out]`: the first layer as it was trained, behind that map, which `0.weight` and `0.bias` include |
//! | `optimizer.exp_avg.0.weight`, `optimizer.exp_avg_sq.0.weight`, ... | F32 | AdamW's moments, likewise |
//! | `optimizer.momentum_buffer.0.weight`, ... | F32 | SGD's velocity, likewise |
//! | `training.features`, `training.labels` | F32 or F16, I32 | `[rows, features]`, `[rows]`: what fitted scorers compare with |
//! | `training.unknown` | F32 or F16 | `[examples, features]`: examples of what is none of the classes |
//! | `training.weights` | F32 | `[rows]`: how much each counts in the loss, where weights were named |
//! | `training.ids` | I32 | `[rows + examples]`: their ids, where they are not 0, 1, 2, ... |
//! | `training.seen` | I64 | `[rows]`: fingerprints of rows that were trained on |
//! | `training.groups` | I64 | `[rows]`: which rows belong together, where groups were named |
//! | `calibration.scores` | F32 | `[rows]`; ascending, but for a calibration by class |
//! | `calibration.labels` | I32 | `[rows]`: their classes, for a calibration by class |
//!
//! The metadata's key `oodgate` holds the rest as JSON: the format's version beside [`Meta`]. A
//! file without that key is taken for weights from elsewhere, for example
//! `safetensors.torch.save_file(model.state_dict(), ...)`, and gets default options.

use serde::{Deserialize, Serialize, de::IgnoredAny};

pub use super::tensors::{KeptRows, RowsInFile, row_bytes};
use super::{
    header::File,
    tensors::{Tensors, broken, floats, longs, refusal, rows, some_floats, words},
};
use crate::{
    Error, Result,
    architecture::{Architecture, Layer},
    config::{HeadConfig, HeadOptions},
    error::Mismatch,
    input_map::InputMap,
    optim::Optimizer,
    snapshot::{Meta, Snapshot, in_file},
};

/// The format that [`write()`] writes. [`read`] takes all up to it.
pub const VERSION: u32 = 3;

/// The metadata's key.
const KEY: &str = "oodgate";

#[derive(Serialize)]
struct Versioned<'snapshot> {
    version: u32,
    #[serde(flatten)]
    meta: &'snapshot Meta,
}

/// Only the version: of a newer format nothing else can be relied on.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// How many values the lists of a description hold. Nothing is kept of them.
#[derive(Deserialize)]
struct Lists {
    options: ListedOptions,
}

#[derive(Deserialize)]
struct ListedOptions {
    classes: Vec<IgnoredAny>,
    hidden: Vec<IgnoredAny>,
}

/// Commas of a description beside those in its lists: a complete one has some thirty.
const OTHER_COMMAS: usize = 64;

/// The bytes of a file with the rows as they are. The snapshot must be whole: one of
/// [`crate::head::Head::snapshot`].
pub fn write(snapshot: &Snapshot) -> Result<Vec<u8>> {
    write_with(snapshot, KeptRows::Float32)
}

/// [`write()`] with the rows in the form that is asked for.
pub fn write_with(snapshot: &Snapshot, kept: KeptRows) -> Result<Vec<u8>> {
    let Snapshot { features, labels, .. } = snapshot;
    let [mut file, behind] = write_around(snapshot, kept)?;
    if kept != KeptRows::None {
        let expected = labels.len() as f64 * snapshot.meta.options.features;
        if features.len() as f64 != expected {
            return Err(refusal("training rows", format!("{expected} numbers"), features.len()));
        }
        file.append(&mut row_bytes(features, kept)?);
    }
    file.extend(behind);
    Ok(file)
}

/// The bytes of a file before and behind the features of its training rows, as many as there are
/// labels: [`row_bytes`] makes them, piece by piece, so that they need not lie here.
pub fn write_around(snapshot: &Snapshot, kept: KeptRows) -> Result<[Vec<u8>; 2]> {
    let config = snapshot.meta.options.clone().check()?;
    let Snapshot {
        meta,
        state,
        input,
        features: _,
        labels,
        groups,
        weights,
        unknown,
        ids,
        seen,
        scores,
        score_labels,
    } = snapshot;
    if state.len() != Snapshot::state_length(&config) {
        return Err(refusal("state", Snapshot::state_length(&config), state.len()));
    }

    if let Some(&number) = state.iter().find(|number| !number.is_finite()) {
        return Err(Error::NotFinite(Mismatch::new(
            "head",
            "finite weights, of a training that did not diverge",
            number,
        )));
    }

    let mut tensors = Tensors::default();
    let length = state.len() / (1 + config.optimizer.moments());
    let map = (!input.is_empty()).then(|| InputMap::from_arrays(input));
    for (index, prefix) in prefixes(&config.optimizer).iter().enumerate() {
        let values = &state[index * length..][..length];
        // The weights by PyTorch's names take features as they come.
        let folded =
            map.as_ref().filter(|_| index == 0).map(|map| map.folded(values, &config.architecture));
        for (layer, name) in named_layers(&config.architecture) {
            let values = folded.as_deref().unwrap_or(values);
            tensors.floats(
                format!("{prefix}{name}.weight"),
                vec![layer.outputs, layer.inputs],
                &values[layer.weight],
            );
            tensors.floats(
                format!("{prefix}{name}.bias"),
                vec![layer.outputs],
                &values[layer.bias],
            );
        }
    }
    if let (Some(map), Some((layer, _))) = (&map, named_layers(&config.architecture).next()) {
        tensors.floats("input.shift".into(), vec![layer.inputs], map.shift());
        tensors.floats("input.scale".into(), vec![layer.inputs], map.scale());
        tensors.floats(
            "input.weight".into(),
            vec![layer.outputs, layer.inputs],
            &state[layer.weight],
        );
        tensors.floats("input.bias".into(), vec![layer.outputs], &state[layer.bias]);
    }
    if kept != KeptRows::None {
        let width = config.architecture.features();
        tensors.rows_elsewhere("training.features", labels.len(), width, kept);
        tensors.words("training.labels", labels);
        tensors.longs("training.groups", groups);
        tensors.some_floats("training.weights", weights);
        tensors.rows("training.unknown", width, unknown, kept)?;
        tensors.words("training.ids", ids);
        tensors.longs("training.seen", seen);
    }
    tensors.some_floats("calibration.scores", scores);
    tensors.words("calibration.labels", score_labels);

    let mut meta = meta.clone();
    if kept == KeptRows::None {
        meta.next_id = None;
        meta.without_rows = meta.calibration.is_some();
    }
    let meta =
        serde_json::to_string(&Versioned { version: VERSION, meta: &meta }).map_err(broken)?;
    tensors.around(KEY, meta)
}

/// The head in a file. What a file says is checked before memory is asked for: a snapshot is never
/// larger than its file by more than a small factor.
pub fn read(file: &[u8]) -> Result<Snapshot> {
    let (snapshot, rows) = read_around(file)?;
    Ok(Snapshot { features: rows.values(file, 0..rows.count()), ..snapshot })
}

/// The head but for the features of its training rows, and where in the file these are.
pub fn read_around(file: &[u8]) -> Result<(Snapshot, RowsInFile)> {
    let tensors = File::read(file).map_err(broken)?;
    match &tensors.description {
        Some(json) => own(&tensors, json, file),
        None => Ok((foreign(&tensors)?, RowsInFile::default())),
    }
}

/// Refuses a description that holds more than a head's: what options of several kinds are read from
/// is kept whole, unknown keys and all.
fn check_description(json: &str) -> Result<()> {
    let Lists { options: ListedOptions { classes, hidden } } =
        serde_json::from_str(json).map_err(broken)?;
    let commas = commas(json.as_bytes());
    match commas > classes.len() + hidden.len() + OTHER_COMMAS {
        true => Err(refusal(
            "description",
            "a head's options and calibration",
            format!("{commas} commas"),
        )),
        false => Ok(()),
    }
}

/// Commas of a JSON text outside its strings: one for each value, but for the first of each list.
fn commas(json: &[u8]) -> usize {
    let (mut count, mut quoted, mut escaped) = (0, false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b',' => count += usize::from(!quoted),
            _ => {}
        }
    }
    count
}

/// A file of ours.
fn own(tensors: &File, json: &str, file: &[u8]) -> Result<(Snapshot, RowsInFile)> {
    let Version { version } = serde_json::from_str(json).map_err(broken)?;
    if version > VERSION || version == 0 {
        return Err(refusal("format version", format!("1 to {VERSION}"), version));
    }
    check_description(json)?;
    let mut meta: Meta = serde_json::from_str(json).map_err(broken)?;
    // Before the layers are counted out.
    let layers = 1 + meta.options.hidden.len();
    if layers > tensors.data_length() / (2 * size_of::<f32>()) {
        let expected = format!("a weight and a bias for each of {layers} layers");
        return Err(refusal(
            "options.hidden",
            expected,
            format!("{} bytes", tensors.data_length()),
        ));
    }
    if version == 1 {
        // Heads of that version took features as they came.
        meta.options.standardize = Some(false);
    }
    let config = meta.options.clone().check().map_err(in_file)?;
    // With every default spelled out, whoever wrote the file.
    meta.options = (&config).into();
    let mut state = state(tensors, &config)?;
    let mut input = Vec::new();
    if let (Some(_), Some((layer, _))) =
        (tensors.tensor("input.shift"), named_layers(&config.architecture).next())
    {
        let shape = [layer.inputs];
        input = [floats(tensors, "input.shift", &shape)?, floats(tensors, "input.scale", &shape)?]
            .concat();
        // The first layer as it was trained, behind the map: folding and unfolding would round.
        state[layer.weight].copy_from_slice(&floats(
            tensors,
            "input.weight",
            &[layer.outputs, layer.inputs],
        )?);
        state[layer.bias].copy_from_slice(&floats(tensors, "input.bias", &[layer.outputs])?);
    }
    let width = config.architecture.features();
    let labels = words(tensors, "training.labels")?;
    let in_file = match labels.len() {
        0 => RowsInFile::default(),
        count => RowsInFile::find(tensors, "training.features", [count, width], file)?,
    };
    let unknown = rows(tensors, "training.unknown", width)?;
    let weights = some_floats(tensors, "training.weights")?;
    let ids = words(tensors, "training.ids")?;
    let groups = longs(tensors, "training.groups")?;
    let seen = longs(tensors, "training.seen")?;
    let scores = match (&meta.calibration, tensors.tensor("calibration.scores")) {
        (Some(_), Some(view)) => floats(tensors, "calibration.scores", view.shape())?,
        (Some(_), None) => return Err(refusal("tensor calibration.scores", "to be there", "none")),
        (None, _) => Vec::new(),
    };
    let score_labels =
        if scores.is_empty() { Vec::new() } else { words(tensors, "calibration.labels")? };
    let snapshot = Snapshot {
        meta,
        state,
        input,
        features: Vec::new(),
        labels,
        groups,
        weights,
        unknown,
        ids,
        seen,
        scores,
        score_labels,
    };
    Ok((snapshot, in_file))
}

/// Weights of a `Linear`, or of a `Sequential` of `Linear` layers with ReLU between them, saved
/// from PyTorch.
fn foreign(tensors: &File) -> Result<Snapshot> {
    let shape_of = |name: &str| tensors.tensor(name).map(|view| view.shape().to_vec());
    let weights: Vec<Vec<usize>> = match shape_of("weight") {
        Some(shape) => vec![shape],
        None => (0..).map_while(|layer| shape_of(&format!("{}.weight", 2 * layer))).collect(),
    };
    let matrices: Option<Vec<[usize; 2]>> =
        weights.iter().map(|shape| shape.as_slice().try_into().ok()).collect();
    let widths = matrices.filter(|matrices| !matrices.is_empty());
    let widths = widths.filter(|matrices| matrices.windows(2).all(|pair| pair[0][0] == pair[1][1]));
    let Some(widths) = widths else {
        let expected = "tensors 0.weight, 0.bias, 2.weight, ... of Linear layers, [out, in], each as wide as the one before is long";
        return Err(refusal("tensors", expected, tensors.names().join(", ")));
    };
    // Before a name is made for each class: a file may claim any number.
    let classes = widths[widths.len() - 1][0];
    let bias = if shape_of("weight").is_some() {
        "bias".to_string()
    } else {
        format!("{}.bias", 2 * (widths.len() - 1))
    };
    floats(tensors, &bias, &[classes])?;
    let options = HeadOptions {
        features: widths[0][1] as f64,
        classes: (0..classes).map(|class| class.to_string()).collect(),
        hidden: widths[..widths.len() - 1].iter().map(|[outputs, _]| *outputs as f64).collect(),
        standardize: Some(false),
        ..HeadOptions::default()
    };
    let config = options.check().map_err(in_file)?;
    let state = state(tensors, &config)?;
    Ok(Snapshot {
        meta: Meta { options: (&config).into(), ..Meta::default() },
        state,
        ..Snapshot::default()
    })
}

/// Parameters and moments. Moments that the file lacks altogether are zero, as a new head's are.
fn state(tensors: &File, config: &HeadConfig) -> Result<Vec<f32>> {
    let present = tensors.data_length();
    if config.architecture.parameters() > (present / size_of::<f32>()) as f64 {
        let expected = format!("{} parameters", config.architecture.parameters());
        return Err(refusal("tensors", expected, format!("{present} bytes")));
    }
    let mut state = Vec::with_capacity(Snapshot::state_length(config));
    for (index, prefix) in prefixes(&config.optimizer).iter().enumerate() {
        for (layer, name) in named_layers(&config.architecture) {
            // A lone Linear has no number.
            let name = if index == 0 && tensors.tensor("weight").is_some() {
                String::new()
            } else {
                format!("{prefix}{name}.")
            };
            let weight = format!("{name}weight");
            if index > 0 && tensors.tensor(&weight).is_none() {
                state.resize(Snapshot::state_length(config), 0.0);
                return Ok(state);
            }
            state.extend(floats(tensors, &weight, &[layer.outputs, layer.inputs])?);
            state.extend(floats(tensors, &format!("{name}bias"), &[layer.outputs])?);
        }
    }
    Ok(state)
}

/// What stands before a parameter's name in each of the state's arrays. After the empty one,
/// PyTorch's names of the moments.
fn prefixes(optimizer: &Optimizer) -> &'static [&'static str] {
    match (optimizer, optimizer.moments()) {
        (Optimizer::AdamW { .. }, _) => &["", "optimizer.exp_avg.", "optimizer.exp_avg_sq."],
        (_, 0) => &[""],
        _ => &["", "optimizer.momentum_buffer."],
    }
}

/// The layers and their names: their places in PyTorch's `Sequential`, where every other module is
/// a ReLU.
fn named_layers(architecture: &Architecture) -> impl Iterator<Item = (Layer, usize)> {
    architecture.layers().into_iter().enumerate().map(|(index, layer)| (layer, 2 * index))
}
