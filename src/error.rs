//! The crate's one error type. Every variant has a stable code, which JavaScript sees as
//! `OodgateError.code`.

use std::fmt;

use crate::numeric::format::Shown;

/// What went wrong, with the values that show it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A configuration value of the wrong type or range, or an unknown key.
    InvalidOption(Box<Mismatch>),
    /// Features whose shape does not fit the head.
    InvalidFeatures(Box<Mismatch>),
    /// Labels that do not fit the features or the classes.
    InvalidLabels(Box<Mismatch>),
    /// A NaN or an infinity where a finite number is needed.
    NotFinite(Box<Mismatch>),
    /// Bytes that are not a head.
    InvalidFile(Box<Mismatch>),
    /// The named scorer compares with training rows, and the head remembers none.
    ScorerNotFitted(&'static str),
    /// Too few rows to keep a promise; why, and what would do.
    TooFewRows(String),
    /// The gate was asked before it was calibrated, or after the head was trained further.
    NotCalibrated,
    /// No usable WebGPU device; the reason.
    WebGpuUnavailable(String),
    /// The WebGPU device went away during a call; what the device reported.
    DeviceLost(String),
    /// Memory for the named purpose could not be had.
    OutOfMemory(String),
}

/// An argument that is not what the operation needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The argument as the caller wrote it, for example `options.loss.tau`.
    pub argument: String,
    /// What would have been accepted.
    pub expected: String,
    /// What came.
    pub got: String,
}

impl Mismatch {
    /// Collects the three parts of the message. In a box: a `Result` that may hold one is copied at
    /// every `?`, room for it and all.
    pub fn new(
        argument: impl Into<String>,
        expected: impl Into<String>,
        got: impl Shown,
    ) -> Box<Self> {
        Box::new(Self { argument: argument.into(), expected: expected.into(), got: got.shown() })
    }
}

/// Results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The code of the public contract (`ErrorCode` in the TypeScript declarations).
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidOption(_) => "invalid-option",
            Self::InvalidFeatures(_) => "invalid-features",
            Self::InvalidLabels(_) => "invalid-labels",
            Self::NotFinite(_) => "not-finite",
            Self::InvalidFile(_) => "invalid-file",
            Self::ScorerNotFitted(_) => "scorer-not-fitted",
            Self::TooFewRows(_) => "too-few-rows",
            Self::NotCalibrated => "not-calibrated",
            Self::WebGpuUnavailable(_) => "webgpu-unavailable",
            Self::DeviceLost(_) => "device-lost",
            Self::OutOfMemory(_) => "out-of-memory",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidOption(m)
            | Self::InvalidFeatures(m)
            | Self::InvalidLabels(m)
            | Self::NotFinite(m)
            | Self::InvalidFile(m) => {
                write!(f, "{}: expected {}, got {}", m.argument, m.expected, m.got)
            }
            Self::ScorerNotFitted(scorer) => {
                write!(
                    f,
                    "the scorer {scorer} compares with training rows: call fit, or fitScorers after a trainStep loop, first"
                )
            }
            Self::TooFewRows(reason) => f.write_str(reason),
            Self::NotCalibrated => {
                write!(
                    f,
                    "gate and exportOnnx need calibrate() first, and again after every training or change of the rows"
                )
            }
            Self::WebGpuUnavailable(reason) => write!(f, "WebGPU cannot be used: {reason}"),
            Self::DeviceLost(reason) => write!(f, "the WebGPU device was lost: {reason}"),
            Self::OutOfMemory(purpose) => write!(f, "out of memory: {purpose}"),
        }
    }
}

impl std::error::Error for Error {}
