//! **oodgate** trains a small classifier head on feature vectors with LogitNorm and says, for each
//! input, whether the head knows it. This crate is the core of the npm package of the same name;
//! everything but `wasm` also builds natively.
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
pub mod numeric;
pub mod ood;
pub mod optim;
pub mod range;
pub mod snapshot;
pub mod training;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::{Error, Result};
