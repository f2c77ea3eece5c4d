//! A snapshot's description from a plain object.

use wasm_bindgen::JsValue;

use super::options::{Reader, scorer_name};
use crate::{
    Result,
    config::HeadOptions,
    snapshot::{CalibrationMeta, Meta},
};

/// The description. Its options are not read: the head that it is for was created with them.
pub fn meta(value: &JsValue) -> Result<Meta> {
    let mut meta = Reader::new("head", value)?;
    Ok(Meta {
        options: HeadOptions::default(),
        steps: meta.number("steps")?.unwrap_or(f64::NAN),
        selected: meta.optional("selected", "a scorer's name", |value| scorer_name(&value.as_string()?))?,
        calibration: meta.nested("calibration")?.map(calibration).transpose()?,
    })
}

fn calibration(mut meta: Reader) -> Result<CalibrationMeta> {
    let mut number = |name| Ok(meta.number(name)?.unwrap_or(f64::NAN));
    let (alpha, temperature) = (number("alpha")?, number("temperature")?);
    let (ece_before, ece_after) = (number("eceBefore")?, number("eceAfter")?);
    let warning = meta.optional("warning", "a string", JsValue::as_string)?;
    Ok(CalibrationMeta { scorer: meta.scorer()?, alpha, temperature, ece_before, ece_after, warning })
}
