//! **oodgate** trains a small classifier head on feature vectors with LogitNorm and says, for each input, whether the head
//! knows it. This crate is the core of the npm package of the same name; everything but `wasm` also builds natively.
//!
//! A batch's way: [`trainer`] checks it and hands it to an [`engine`] (CPU or WebGPU), which gathers rows, computes logits,
//! the [`loss`] with its closed-form gradient, the backward pass and the [`optim`] update. [`ood`] scores what the engine
//! answers. `ARCHITECTURE.md` says who may depend on whom.

#[cfg(all(feature = "webgpu", feature = "sync"))]
compile_error!("the WebGPU engine waits for its device: it cannot be built with the feature sync");

pub mod calibration;
pub mod config;
pub mod engine;
pub mod error;
pub mod fit;
pub mod gate;
pub mod head;
#[cfg(feature = "files")]
mod header;
pub mod loss;
pub mod math;
pub mod metrics;
#[cfg(feature = "files")]
pub mod onnx;
pub mod ood;
pub mod optim;
pub mod order;
pub mod random;
mod scoring;
pub mod select;
pub mod shown;
pub mod snapshot;
#[cfg(feature = "files")]
pub mod store;
pub mod trainer;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::{Error, Result};
