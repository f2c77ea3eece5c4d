//! How much a head remembers.

use serde::{Deserialize, Serialize};

use crate::{Result, range::count, training::limits::Limits};

/// Limits of what a head remembers, unchecked. `None` is no limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryOptions {
    /// Rows of each class, and examples of the unknown, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_class: Option<f64>,
    /// Rows of each group in each class, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_group: Option<f64>,
}

impl MemoryOptions {
    pub(super) fn check(&self) -> Result<Limits> {
        let limit = |name: &str, value: Option<f64>| {
            value.map(|value| count(&format!("options.memory.{name}"), value)).transpose()
        };
        Ok(Limits {
            per_class: limit("perClass", self.per_class)?,
            per_group: limit("perGroup", self.per_group)?,
        })
    }
}

impl From<&Limits> for MemoryOptions {
    fn from(limits: &Limits) -> Self {
        Self {
            per_class: limits.per_class.map(|rows| rows as f64),
            per_group: limits.per_group.map(|rows| rows as f64),
        }
    }
}
