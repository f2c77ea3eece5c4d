//! What the native test files share: reading golden files, and comparing with a tolerance.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod corners;
pub mod heads;
pub mod newcomer;

use serde::de::DeserializeOwned;

/// Reads a file of `tests/golden`.
pub fn golden<T: DeserializeOwned>(name: &str) -> T {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// How far a value may be from its reference: `absolute + relative * |reference|`.
#[derive(Clone, Copy)]
pub struct Tolerance {
    pub absolute: f64,
    pub relative: f64,
}

/// Compares element by element and names the first that is too far off.
#[track_caller]
pub fn assert_close<T: Copy + Into<f64>>(
    what: &str,
    actual: &[T],
    expected: &[f64],
    tolerance: Tolerance,
) {
    assert_eq!(actual.len(), expected.len(), "{what}: length");
    for (index, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
        let actual: f64 = actual.into();
        let allowed = tolerance.absolute + tolerance.relative * expected.abs();
        assert!(
            (actual - expected).abs() <= allowed,
            "{what}[{index}]: {actual}, expected {expected} within {allowed:e}"
        );
    }
}
