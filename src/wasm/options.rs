//! JavaScript option objects as the core's unchecked options. Types and unknown keys are refused
//! here, ranges by [`crate::config`].

use js_sys::{Array, Float32Array, Float64Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::reader::{Reader, mismatch, one_of};
use crate::{
    Result,
    calibration::CalibrationOptions,
    config::{ClassWeights, FitOptions, HeadOptions, LossOptions, MemoryOptions, OptimizerOptions},
    head::{FitRows, Remember, export::ExportOptions},
    ood::{Given, ScorerName, ScorerOptions, parameters::Kind},
    optim::Schedule,
};

/// Options of `createHead`. Where the head is to run is known here and used by the wrapper.
pub fn head(value: &JsValue) -> Result<HeadOptions> {
    let mut options = Reader::new("options", value)?;
    options.place()?;
    let features = options.required("features", "an integer of at least 1", JsValue::as_f64)?;
    let named =
        options.required("classes", "a count or an array of names", |value| Some(value.clone()))?;
    let mut head = HeadOptions {
        features,
        hidden: options.array("hidden")?.unwrap_or_default(),
        classes: Vec::new(),
        loss: options.nested("loss")?.map(loss).transpose()?,
        optimizer: options.nested("optimizer")?.map(optimizer).transpose()?,
        seed: options.number("seed")?,
        standardize: options.boolean("standardize")?,
        memory: options.nested("memory")?.map(memory).transpose()?.unwrap_or_default(),
    };
    options.finish()?;
    head.classes = classes(&named, &head)?;
    Ok(head)
}

/// Options of `loadHead`, all of them used by the wrapper.
pub fn load(value: &JsValue) -> Result<()> {
    let mut options = Reader::new("options", value)?;
    options.place()?;
    options.finish()
}

/// Options of `fit`, and the rows that may come with them. `onEpoch` and `signal` are known here
/// and used by the wrapper, which has checked the signal, and made arrays of numbers of the groups
/// and of the rows to validate on.
pub fn fit(value: &JsValue) -> Result<(FitOptions, FitRows)> {
    let mut options = Reader::new("options", value)?;
    options.optional("onEpoch", "a function", |value| value.is_function().then_some(()))?;
    options.get("signal")?;
    let schedule = options.choice("schedule", &["constant", "cosine"])?;
    let fit = FitOptions {
        epochs: options.number("epochs")?,
        batch_size: options.number("batchSize")?,
        schedule: schedule
            .map(|name| if name == "constant" { Schedule::Constant } else { Schedule::Cosine }),
        validation_split: options.number("validationSplit")?,
        patience: options.number("patience")?,
        has_validation: false,
    };
    let groups = options.numbers("groups")?;
    let weights = options.numbers("weights")?;
    let class_weights = options.class_weights()?;
    let remember = match options.choice("remember", &["replace", "add"])? {
        Some("add") => Remember::Add,
        _ => Remember::Replace,
    };
    let validation = options.nested("validation")?.map(validation).transpose()?;
    options.finish()?;
    let fit = FitOptions { has_validation: validation.is_some(), ..fit };
    Ok((fit, FitRows { groups, weights, class_weights, validation, remember, part_of: None }))
}

/// Options of `addRows`: a group and a weight for each row.
pub fn rows(value: &JsValue) -> Result<FitRows> {
    let mut options = Reader::new("options", value)?;
    let (groups, weights) = (options.numbers("groups")?, options.numbers("weights")?);
    options.finish()?;
    Ok(FitRows { groups, weights, ..FitRows::default() })
}

/// Options of `removeClass`: whether its rows become examples of the unknown.
pub fn removal(value: &JsValue) -> Result<bool> {
    let mut options = Reader::new("options", value)?;
    let rows = options.choice("rows", &["forget", "unknown"])?;
    options.finish()?;
    Ok(rows == Some("unknown"))
}

/// Options of `explain`: the number of neighbours.
pub fn explanation(value: &JsValue) -> Result<Option<f64>> {
    let mut options = Reader::new("options", value)?;
    let k = options.number("k")?;
    options.finish()?;
    Ok(k)
}

fn validation(mut rows: Reader) -> Result<(Vec<f32>, Vec<f64>)> {
    let features =
        rows.required("features", "rows", |value| Some(value.dyn_ref::<Float32Array>()?.to_vec()))?;
    let labels = rows.required("labels", "a class for each row", |value| {
        Some(value.dyn_ref::<Float64Array>()?.to_vec())
    })?;
    rows.finish()?;
    Ok((features, labels))
}

/// Options of `trainStep`: the learning rate.
pub fn step(value: &JsValue) -> Result<Option<f64>> {
    let mut options = Reader::new("options", value)?;
    let learning_rate = options.number("learningRate")?;
    options.finish()?;
    Ok(learning_rate)
}

/// Options of `oodScore` and `evaluate`: the scorer, by name or as an object with parameters.
pub fn score(value: &JsValue) -> Result<ScorerOptions> {
    let mut options = Reader::new("options", value)?;
    let scorer = options.scorer()?;
    options.finish()?;
    Ok(scorer)
}

/// Options of `calibrate` with rows.
pub fn calibration(value: &JsValue) -> Result<CalibrationOptions> {
    let mut options = Reader::new("options", value)?;
    let calibration = options.calibration()?;
    options.finish()?;
    Ok(calibration)
}

/// Options of `calibrate` without rows, and a group for each of the head's own. `signal` is known
/// here and used by the wrapper.
pub fn cross_calibration(value: &JsValue) -> Result<(CalibrationOptions, Option<Vec<f64>>)> {
    let mut options = Reader::new("options", value)?;
    options.get("signal")?;
    let mut calibration = options.calibration()?;
    calibration.folds = options.number("folds")?;
    let groups = options.numbers("groups")?;
    options.finish()?;
    Ok((calibration, groups))
}

/// Options of `exportOnnx`. Those of the file's form are checked here and used by the file formats.
pub fn export(value: &JsValue) -> Result<ExportOptions> {
    let mut options = Reader::new("options", value)?;
    let include_training_rows = options.boolean("includeTrainingRows")?.unwrap_or(false);
    let bank = options.number("bank")?;
    options.boolean("float16")?;
    options.choice("pooling", &["mean", "cls"])?;
    options.boolean("normalize")?;
    options.finish()?;
    Ok(ExportOptions { include_training_rows, bank })
}

/// Options of `selectScorer`: candidates and folds. `signal` is known here, checked and used by the
/// wrapper.
pub fn selection(value: &JsValue) -> Result<(Option<Vec<ScorerName>>, Option<f64>)> {
    let mut options = Reader::new("options", value)?;
    options.get("signal")?;
    let given = options.optional("candidates", "an array of scorer names", |value| {
        Some(value.dyn_ref::<Array>()?.to_vec())
    })?;
    let candidates =
        given.map(|names| names.iter().enumerate().map(candidate).collect()).transpose()?;
    let folds = options.number("folds")?;
    options.finish()?;
    Ok((candidates, folds))
}

fn candidate((index, value): (usize, &JsValue)) -> Result<ScorerName> {
    let known = value.as_string().and_then(|given| scorer_name(&given));
    let names = ScorerName::ALL.map(ScorerName::as_str);
    known.ok_or_else(|| mismatch(format!("options.candidates[{index}]"), one_of(&names), value))
}

pub(super) fn scorer_name(given: &str) -> Option<ScorerName> {
    ScorerName::ALL.into_iter().find(|name| name.as_str() == given)
}

fn scorer(mut options: Reader) -> Result<ScorerOptions> {
    let names = ScorerName::ALL.map(ScorerName::as_str);
    let given = options.kind("name", &names)?;
    let name = scorer_name(given).unwrap_or(ScorerName::Auto);
    let mut parameters = Vec::new();
    for parameter in name.parameters() {
        let given = match parameter.kind {
            Kind::Number { .. } | Kind::Count { .. } => {
                options.number(parameter.name)?.map(Given::Number)
            }
            Kind::Flag => options.boolean(parameter.name)?.map(Given::Flag),
            Kind::Choice(_) => {
                options.optional(parameter.name, "a string", JsValue::as_string)?.map(Given::Text)
            }
        };
        parameters.extend(given.map(|given| (parameter.name.to_string(), given)));
    }
    options.finish()?;
    Ok(ScorerOptions { name, parameters })
}

fn loss(mut options: Reader) -> Result<LossOptions> {
    let loss = match options.kind("kind", &["logitNorm", "crossEntropy"])? {
        "logitNorm" => LossOptions::LogitNorm {
            tau: options.number("tau")?,
            label_smoothing: options.number("labelSmoothing")?,
        },
        _ => LossOptions::CrossEntropy { label_smoothing: options.number("labelSmoothing")? },
    };
    options.finish()?;
    Ok(loss)
}

fn memory(mut options: Reader) -> Result<MemoryOptions> {
    let memory = MemoryOptions {
        per_class: options.number("perClass")?,
        per_group: options.number("perGroup")?,
    };
    options.finish()?;
    Ok(memory)
}

fn optimizer(mut options: Reader) -> Result<OptimizerOptions> {
    let kind = options.kind("kind", &["adamw", "sgd"])?;
    let (learning_rate, weight_decay) =
        (options.number("learningRate")?, options.number("weightDecay")?);
    let optimizer = match kind {
        "adamw" => OptimizerOptions::AdamW {
            learning_rate,
            beta1: options.number("beta1")?,
            beta2: options.number("beta2")?,
            epsilon: options.number("epsilon")?,
            weight_decay,
        },
        _ => OptimizerOptions::Sgd {
            learning_rate,
            momentum: options.number("momentum")?,
            nesterov: options.boolean("nesterov")?,
            weight_decay,
        },
    };
    options.finish()?;
    Ok(optimizer)
}

/// Class names: given ones, or "0", "1", ... for a count.
fn classes(value: &JsValue, head: &HeadOptions) -> Result<Vec<String>> {
    if let Some(number) = value.as_f64() {
        let count = crate::range::count("options.classes", number)?;
        // Before there are names: a hundred million of them would not fit in memory.
        head.architecture(count)?;
        return Ok((0..count).map(|class| class.to_string()).collect());
    }
    let expected = "a count or an array of names";
    let names: &Array =
        value.dyn_ref().ok_or_else(|| mismatch("options.classes", expected, value))?;
    names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            name.as_string()
                .ok_or_else(|| mismatch(format!("options.classes[{index}]"), "a string", &name))
        })
        .collect()
}

impl Reader {
    fn place(&mut self) -> Result<()> {
        self.choice("backend", &["auto", "cpu", "webgpu"])?;
        self.boolean("worker")?;
        Ok(())
    }

    fn calibration(&mut self) -> Result<CalibrationOptions> {
        let alpha = self.number("alpha")?;
        let per_class = self.boolean("perClass")?.unwrap_or(false);
        let provisional = self.boolean("provisional")?.unwrap_or(false);
        Ok(CalibrationOptions {
            alpha,
            scorer: self.scorer()?,
            per_class,
            provisional,
            folds: None,
        })
    }

    /// "balanced", or numbers, of which the wrapper has made one array.
    fn class_weights(&mut self) -> Result<ClassWeights> {
        let expected = "\"balanced\", or an array with a number for each class";
        let weights = self.optional("classWeights", expected, |value| {
            let balanced = value.as_string().is_some_and(|text| text == "balanced");
            let given = || Some(ClassWeights::Given(value.dyn_ref::<Float64Array>()?.to_vec()));
            if balanced { Some(ClassWeights::Balanced) } else { given() }
        })?;
        Ok(weights.unwrap_or_default())
    }

    pub(super) fn scorer(&mut self) -> Result<ScorerOptions> {
        match self.get("scorer")? {
            None => Ok(ScorerName::Auto.into()),
            Some(name) if name.is_string() => {
                let object = Object::new();
                // Setting a property of an object that was just made cannot fail.
                let _ = Reflect::set(&object, &"name".into(), &name);
                scorer(Self::new("options.scorer", &object)?)
            }
            Some(object) => scorer(Self::new("options.scorer", &object)?),
        }
    }
}
