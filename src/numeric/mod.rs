//! What losses, scores and metrics share, without knowing any of them.

pub mod columns;
pub mod fingerprint;
pub mod format;
pub mod lookup;
pub mod quads;
pub mod random;
pub mod row;
pub mod softmax;
pub mod sort;
