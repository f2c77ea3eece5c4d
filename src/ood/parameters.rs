//! Parameters of scorers: each scorer declares its own, a caller gives some of them, and here they
//! are checked.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{Scorer, ScorerName};
use crate::{
    Error, Result,
    error::Mismatch,
    numeric::format::{Shown, quoted},
    range::{Range, count, number},
};

/// A parameter as its scorer declares it.
#[derive(Debug, PartialEq)]
pub struct Parameter {
    /// The key in the contract's `ScorerOptions`.
    pub name: &'static str,
    /// What it may be, and what it is when nobody says.
    pub kind: Kind,
    /// For people: meaning, unit, range, default.
    pub about: &'static str,
}

/// What a parameter may be.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// A number in a range.
    Number {
        /// Which numbers.
        range: Range,
        /// When none is given.
        default: f64,
    },
    /// An integer of at least 1; without a default the scorer takes one that depends on the
    /// training rows.
    Count {
        /// When none is given.
        default: Option<usize>,
    },
    /// True or false; false when it is not given.
    Flag,
    /// One of these; the first when it is not given.
    Choice(&'static [&'static str]),
}

/// Most parameters of one scorer.
const MOST: usize = 3;

/// A parameter's value as a caller gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// For a number or a count.
    Number(f64),
    /// For a flag.
    Flag(bool),
    /// For a choice.
    Text(String),
}

impl From<f64> for Given {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Given {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// A scorer's name and parameters, unchecked.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorerOptions {
    /// Which scorer.
    pub name: ScorerName,
    /// Its parameters by name; those that are absent take their defaults.
    pub parameters: Vec<(String, Given)>,
}

impl From<ScorerName> for ScorerOptions {
    fn from(name: ScorerName) -> Self {
        Self { name, parameters: Vec::new() }
    }
}

impl ScorerOptions {
    /// The same with one more parameter.
    pub fn with(mut self, name: &str, value: impl Into<Given>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Checks the parameters, but for what depends on the head and its training rows: that is
    /// checked where the scorer is fitted.
    pub fn check(&self) -> Result<Scorer> {
        let declared = self.name.parameters();
        if let Some((name, _)) = self
            .parameters
            .iter()
            .find(|(name, _)| !declared.iter().any(|known| known.name == name))
        {
            let names: Vec<&str> =
                ["name"].into_iter().chain(declared.iter().map(|known| known.name)).collect();
            let expected = format!("only {}", names.join(", "));
            return Err(Error::InvalidOption(Mismatch::new(
                "options.scorer",
                expected,
                quoted(name),
            )));
        }
        let mut values = [Value::Absent; MOST];
        for (value, parameter) in values.iter_mut().zip(declared) {
            let given = self
                .parameters
                .iter()
                .find(|(name, _)| name == parameter.name)
                .map(|(_, given)| given);
            *value = parameter.check(given)?;
        }
        Ok(Scorer { name: self.name, values: Values { declared, values } })
    }
}

impl Parameter {
    /// An integer of at least 1 whose default depends on the training rows.
    pub const fn count(name: &'static str, about: &'static str) -> Self {
        Self { name, kind: Kind::Count { default: None }, about }
    }

    /// A number in a range.
    pub const fn number(
        name: &'static str,
        range: Range,
        default: f64,
        about: &'static str,
    ) -> Self {
        Self { name, kind: Kind::Number { range, default }, about }
    }

    fn check(&self, given: Option<&Given>) -> Result<Value> {
        let path = || path(self.name);
        match (&self.kind, given) {
            (Kind::Number { default, .. }, None) => Ok(Value::Number(*default)),
            (Kind::Number { range, .. }, Some(Given::Number(value))) => {
                Ok(Value::Number(number(&path(), *value, *range)?))
            }
            (Kind::Number { .. }, Some(other)) => {
                Err(refusal(self.name, "a number", other.shown()))
            }
            (Kind::Count { default }, None) => Ok(Value::Count(*default)),
            (Kind::Count { .. }, Some(Given::Number(value))) => {
                Ok(Value::Count(Some(count(&path(), *value)?)))
            }
            (Kind::Count { .. }, Some(other)) => {
                Err(refusal(self.name, "an integer of at least 1", other.shown()))
            }
            (Kind::Flag, None) => Ok(Value::Flag(false)),
            (Kind::Flag, Some(Given::Flag(flag))) => Ok(Value::Flag(*flag)),
            (Kind::Flag, Some(other)) => Err(refusal(self.name, "true or false", other.shown())),
            (Kind::Choice(choices), None) => {
                Ok(Value::Choice(choices.first().copied().unwrap_or_default()))
            }
            (Kind::Choice(choices), Some(given)) => {
                let chosen = choices
                    .iter()
                    .find(|choice| matches!(given, Given::Text(text) if text == *choice));
                chosen.map(|choice| Value::Choice(choice)).ok_or_else(|| {
                    let names: Vec<String> = choices.iter().map(|choice| quoted(choice)).collect();
                    refusal(self.name, names.join(" or "), given.shown())
                })
            }
        }
    }
}

impl Shown for Given {
    fn shown(&self) -> String {
        match self {
            Self::Number(number) => number.shown(),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => quoted(text),
        }
    }
}

/// Checked values of a scorer's parameters, by name. A name that the scorer did not declare gives
/// NaN, none, false or "".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Values {
    declared: &'static [Parameter],
    values: [Value; MOST],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
    Absent,
    Number(f64),
    Count(Option<usize>),
    Flag(bool),
    Choice(&'static str),
}

impl Values {
    fn get(&self, name: &str) -> Value {
        let position = self.declared.iter().position(|parameter| parameter.name == name);
        debug_assert!(position.is_some(), "the scorer declares no parameter {name}");
        position.map_or(Value::Absent, |position| self.values[position])
    }

    /// A number, in the single precision of all arithmetic with it.
    pub fn number(&self, name: &str) -> f32 {
        self.wide(name) as f32
    }

    /// A number as it was given.
    pub fn wide(&self, name: &str) -> f64 {
        if let Value::Number(number) = self.get(name) { number } else { f64::NAN }
    }

    /// A count, unless it was left to the scorer.
    pub fn count(&self, name: &str) -> Option<usize> {
        if let Value::Count(count) = self.get(name) { count } else { None }
    }

    /// The same with another count.
    pub(super) fn with_count(mut self, name: &str, count: usize) -> Self {
        if let Some(place) = self.declared.iter().position(|parameter| parameter.name == name) {
            self.values[place] = Value::Count(Some(count));
        }
        self
    }

    /// A flag.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Value::Flag(true)
    }

    /// A choice.
    pub fn choice(&self, name: &str) -> &'static str {
        if let Value::Choice(choice) = self.get(name) { choice } else { "" }
    }
}

fn path(name: &str) -> String {
    format!("options.scorer.{name}")
}

/// What a parameter should have been.
pub(crate) fn refusal(name: &str, expected: impl Into<String>, got: impl Shown) -> Error {
    Error::InvalidOption(Mismatch::new(path(name), expected, got))
}

// As the contract writes it: `{ "name": "knn", "k": 10 }`.
impl Serialize for ScorerOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.parameters.len()))?;
        map.serialize_entry("name", self.name.as_str())?;
        for (name, value) in &self.parameters {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ScorerOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

/// Reads an object and keeps nothing of it but what some scorer takes.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = ScorerOptions;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a scorer's name and parameters")
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut map: A,
    ) -> std::result::Result<ScorerOptions, A::Error> {
        let mut name = None;
        let mut parameters = Vec::new();
        let declared = |key: &str| {
            ScorerName::ALL
                .iter()
                .any(|name| name.parameters().iter().any(|known| known.name == key))
        };
        while let Some(key) = map.next_key::<String>()? {
            if key == "name" {
                name = Some(map.next_value()?);
            } else if declared(&key) && parameters.len() < MOST {
                parameters.push((key, map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let name = name.ok_or_else(|| serde::de::Error::missing_field("name"))?;
        Ok(ScorerOptions { name, parameters })
    }
}
