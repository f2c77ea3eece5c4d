//! File formats of a head: one [`safetensors`] file with all that it is, and its gate as an
//! [`onnx`] model.

mod header;
pub mod onnx;
pub mod safetensors;
mod tensors;
