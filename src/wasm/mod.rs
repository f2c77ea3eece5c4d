//! What JavaScript sees of this crate: thin exports that convert, call the core and convert back.
//!
//! Each feature gives a wasm file of its own: the two engines' have the same exports, that of the
//! file formats has others. `pkg/src` chooses between the files and gives these raw types their
//! public names, their call queue and their documentation.

#[cfg(any(feature = "cpu", feature = "webgpu"))]
mod calls;
mod error;
#[cfg(feature = "files")]
mod files;
#[cfg(feature = "webgpu")]
mod gpu;
#[cfg(any(feature = "cpu", feature = "webgpu"))]
mod head;
#[cfg(any(feature = "cpu", feature = "webgpu"))]
mod metrics;
#[cfg(any(feature = "cpu", feature = "webgpu"))]
mod options;
mod panic;
#[cfg(any(feature = "cpu", feature = "webgpu"))]
mod parts;
#[cfg(any(feature = "cpu", feature = "webgpu"))]
mod reader;
#[cfg(any(feature = "cpu", feature = "webgpu"))]
mod results;
#[cfg(any(feature = "cpu", feature = "webgpu"))]
mod snapshot;
