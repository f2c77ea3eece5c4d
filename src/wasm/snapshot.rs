//! A snapshot's description from a plain object.

use wasm_bindgen::JsValue;

use super::{options::scorer_name, reader::Reader};
use crate::{
    Result,
    calibration::Method,
    config::HeadOptions,
    snapshot::{CalibrationMeta, FitMeta, Meta},
};

/// The description. Its options are not read: the head that it is for was created with them.
pub fn meta(value: &JsValue) -> Result<Meta> {
    let mut meta = Reader::new("head", value)?;
    Ok(Meta {
        options: HeadOptions::default(),
        steps: meta.number("steps")?.unwrap_or(f64::NAN),
        selected: meta
            .optional("selected", "a scorer's name", |value| scorer_name(&value.as_string()?))?,
        fit: meta.nested("fit")?.map(fit).transpose()?,
        next_id: meta.number("nextId")?,
        without_rows: meta.boolean("withoutRows")?.unwrap_or(false),
        dropped: meta.number("dropped")?.unwrap_or(0.0),
        tau_by_classes: meta.boolean("tauByClasses")?.unwrap_or(false),
        calibration: meta.nested("calibration")?.map(calibration).transpose()?,
    })
}

fn fit(mut meta: Reader) -> Result<FitMeta> {
    let (epochs, batch_size) = (meta.number("epochs")?, meta.number("batchSize")?);
    Ok(FitMeta {
        epochs,
        batch_size,
        constant: meta.boolean("constant")?.unwrap_or(false),
        balanced: meta.boolean("balanced")?.unwrap_or(false),
        class_weights: meta.array("classWeights")?.unwrap_or_default(),
    })
}

fn calibration(mut meta: Reader) -> Result<CalibrationMeta> {
    let mut number = |name| Ok(meta.number(name)?.unwrap_or(f64::NAN));
    let (alpha, temperature) = (number("alpha")?, number("temperature")?);
    let (ece_before, ece_after) = (number("eceBefore")?, number("eceAfter")?);
    let class_weight = meta.number("classWeight")?;
    let warning = meta.optional("warning", "a string", JsValue::as_string)?;
    let cross = meta
        .optional("method", "a string", JsValue::as_string)?
        .is_some_and(|method| method == Method::Cross.as_str());
    let method = if cross { Method::Cross } else { Method::HeldOut };
    let provisional = meta.boolean("provisional")?.unwrap_or(false);
    let scorer = meta.scorer()?;
    Ok(CalibrationMeta {
        scorer,
        alpha,
        temperature,
        ece_before,
        ece_after,
        method,
        provisional,
        class_weight,
        warning,
    })
}
