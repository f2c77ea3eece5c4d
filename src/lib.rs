//! **oodgate** trains a small classifier head on feature vectors with LogitNorm and says, for each
//! input, whether the head knows it. This crate is the core of the npm package of the same name;
//! everything but `wasm` also builds natively.
//!
//! Rust programs begin at `CpuHead`: fit, calibrate, gate, save and load. `native::slices` and
//! [`metrics`] work on what any network answers, and [`ood`] says what each score is good for. With
//! the feature `burn`, `burn::LogitNormLoss` is the loss for whole networks.
//!
//! ```
//! use oodgate::{CpuHead, config::{FitOptions, HeadOptions}, ood::ScorerName};
//!
//! # fn main() -> oodgate::Result<()> {
//! let features: Vec<f32> = (0..60).map(|row| (row % 2) as f32 * 2.0 - 1.0 + 0.005 * row as f32).collect();
//! let labels: Vec<u32> = (0..60).map(|row| row % 2).collect();
//!
//! let mut head = CpuHead::new(HeadOptions::new(1, ["below", "above"]))?;
//! head.fit(&features, &labels, FitOptions::default())?;
//! head.calibrate_own(&ScorerName::Auto.into())?;
//! assert_eq!(head.gate(&[-0.7, 1.3, 50.0])?.accepted, [1, 1, 0]);
//! # Ok(())
//! # }
//! ```
//!
//! A batch's way: [`head`] checks it and hands it to a [`training::trainer`], whose [`engine`] (CPU
//! or WebGPU) gathers rows, computes logits, the [`loss`] with its closed-form gradient, the
//! backward pass and the [`optim`] update. [`ood`] scores what the engine answers, [`calibration`]
//! turns scores into p-values. `ARCHITECTURE.md` says who may depend on whom.

#[cfg(all(feature = "webgpu", feature = "sync"))]
compile_error!("the WebGPU engine waits for its device: it cannot be built with the feature sync");

pub mod architecture;
#[cfg(feature = "burn")]
pub mod burn;
pub mod calibration;
pub mod config;
pub mod engine;
pub mod error;
#[cfg(feature = "files")]
pub mod files;
pub mod head;
pub mod input_map;
pub mod loss;
pub mod metrics;
#[cfg(all(feature = "cpu", not(feature = "sync"), not(target_arch = "wasm32")))]
pub mod native;
pub mod numeric;
pub mod ood;
pub mod optim;
mod pace;
pub mod range;
pub mod snapshot;
pub mod training;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::{Error, Result};
#[cfg(all(feature = "cpu", not(feature = "sync"), not(target_arch = "wasm32")))]
pub use native::CpuHead;

/// The crate's readme, whose programs the tests compile.
#[cfg(all(doctest, feature = "files", feature = "burn"))]
#[doc = include_str!("../docs/rust.md")]
mod readme {}
