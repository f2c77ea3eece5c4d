//! Reads JavaScript objects by the names of their properties.

use js_sys::{Array, Float64Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    Error, Result,
    error::Mismatch,
    numeric::format::{Shown, quoted},
};

/// Reads an object's properties by name and remembers them, so that [`Reader::finish`] can refuse
/// the others.
pub(super) struct Reader {
    path: String,
    object: Option<Object>,
    known: Vec<&'static str>,
}

impl Reader {
    /// `undefined` is an object without properties.
    pub(super) fn new(path: impl Into<String>, value: &JsValue) -> Result<Self> {
        let path = path.into();
        let object = match value.dyn_ref::<Object>() {
            _ if value.is_undefined() => None,
            Some(object) if !value.is_function() && !Array::is_array(value) => Some(object.clone()),
            _ => return Err(mismatch(path, "an object", value)),
        };
        Ok(Self { path, object, known: Vec::new() })
    }

    pub(super) fn path_of(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// The property, unless it is absent or `undefined`.
    pub(super) fn get(&mut self, name: &'static str) -> Result<Option<JsValue>> {
        self.known.push(name);
        let Some(object) = &self.object else { return Ok(None) };
        // Its own: what some script left on Object.prototype is no option.
        if !Object::has_own(object, &name.into()) {
            return Ok(None);
        }
        let value = Reflect::get(object, &name.into())
            .map_err(|thrown| mismatch(self.path_of(name), "a readable property", &thrown))?;
        Ok((!value.is_undefined()).then_some(value))
    }

    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        convert: impl Fn(&JsValue) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        convert(&value).map(Some).ok_or_else(|| mismatch(self.path_of(name), expected, &value))
    }

    pub(super) fn required<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        convert: impl Fn(&JsValue) -> Option<T>,
    ) -> Result<T> {
        let value = self.optional(name, expected, convert)?;
        value.ok_or_else(|| mismatch(self.path_of(name), expected, &JsValue::UNDEFINED))
    }

    pub(super) fn number(&mut self, name: &'static str) -> Result<Option<f64>> {
        self.optional(name, "a number", JsValue::as_f64)
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>> {
        self.optional(name, "true or false", JsValue::as_bool)
    }

    pub(super) fn array(&mut self, name: &'static str) -> Result<Option<Vec<f64>>> {
        self.optional(name, "an array of numbers", |value| {
            value.dyn_ref::<Array>()?.iter().map(|item| item.as_f64()).collect()
        })
    }

    /// A number for each row, of which the wrapper has made one array.
    pub(super) fn numbers(&mut self, name: &'static str) -> Result<Option<Vec<f64>>> {
        self.optional(name, "an array", |value| Some(value.dyn_ref::<Float64Array>()?.to_vec()))
    }

    pub(super) fn choice(
        &mut self,
        name: &'static str,
        choices: &[&'static str],
    ) -> Result<Option<&'static str>> {
        self.optional(name, &one_of(choices), |value| find(value, choices))
    }

    pub(super) fn kind(
        &mut self,
        name: &'static str,
        choices: &[&'static str],
    ) -> Result<&'static str> {
        self.required(name, &one_of(choices), |value| find(value, choices))
    }

    pub(super) fn nested(&mut self, name: &'static str) -> Result<Option<Self>> {
        self.get(name)?.map(|value| Self::new(self.path_of(name), &value)).transpose()
    }

    /// Refuses a key that nobody asked for: a misspelt option must not be ignored.
    pub(super) fn finish(self) -> Result<()> {
        let Some(object) = &self.object else { return Ok(()) };
        for key in Object::keys(object).iter().filter_map(|key| key.as_string()) {
            if !self.known.contains(&key.as_str()) {
                return Err(Error::InvalidOption(Mismatch::new(
                    self.path,
                    format!("only {}", self.known.join(", ")),
                    quoted(&key),
                )));
            }
        }
        Ok(())
    }
}

fn find(value: &JsValue, choices: &[&'static str]) -> Option<&'static str> {
    let given = value.as_string()?;
    choices.iter().find(|choice| **choice == given).copied()
}

pub(super) fn one_of(choices: &[&str]) -> String {
    choices.iter().map(|choice| quoted(choice)).collect::<Vec<_>>().join(" or ")
}

pub(super) fn mismatch(
    argument: impl Into<String>,
    expected: impl Into<String>,
    got: &JsValue,
) -> Error {
    Error::InvalidOption(Mismatch::new(argument, expected, describe(got)))
}

/// A value as a reader of the message would write it. Never runs code of the value.
fn describe(value: &JsValue) -> String {
    if let Some(text) = value.as_string() {
        quoted(&text)
    } else if let Some(number) = value.as_f64() {
        number.shown()
    } else if let Some(boolean) = value.as_bool() {
        boolean.to_string()
    } else if value.is_null() {
        "null".into()
    } else if Array::is_array(value) {
        "an array".into()
    } else {
        match value.js_typeof().as_string() {
            Some(kind) if kind == "object" => "an object".into(),
            Some(kind) if kind != "undefined" => format!("a {kind}"),
            _ => "undefined".into(),
        }
    }
}
