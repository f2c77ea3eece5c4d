//! What JavaScript sees of this crate: thin exports that convert, call the core and convert back.
//!
//! Each feature gives a wasm file of its own with the same exports; `pkg/src` chooses between the files and gives these
//! raw types their public names, their call queue and their documentation.

mod error;
#[cfg(feature = "webgpu")]
mod gpu;
mod head;
mod metrics;
mod options;
mod panic;
mod results;
