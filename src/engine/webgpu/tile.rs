//! How the kernels divide their work among threads.

use super::layout::Shape;

/// Threads of a workgroup that share tiles: of a product and of the loss.
pub(super) const SHARING: usize = 64;

/// The same of a weight's gradient, and of the totals.
pub(super) const GATHERING: usize = 256;

/// Threads beyond which a real GPU has enough to do.
const PLENTY: usize = 1 << 17;

/// How the threads share a product. A compile-time argument of the kernels.
///
/// A GPU needs many threads, of which neighbours read neighbours: several share each tile, every
/// one walks its part of the sum, and the parts are added up in the workgroup's memory. On an H200,
/// ms of a step's kernels for 768 x 150, 256 rows: 1.25 with a thread for each tile of 4 x 4, 0.17
/// this way.
///
/// A CPU that plays a GPU (SwiftShader) needs few loads, each of which costs it as much as eight
/// multiplications, and no barriers: tiles are as large as a layer still keeps two cores busy with,
/// a thread for each. Measured there, ms of CPU for 768 x 150, 256 rows: forward 55 with 4 x 4, 36
/// with 8 x 8; gradient 75 with 4 x 4, 41 with 8 x 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Tile {
    /// Batch rows.
    pub rows: usize,
    /// Output vectors, in the forward product.
    pub outputs4: usize,
    /// Threads that share a tile of the forward product.
    pub split: usize,
}

impl Tile {
    /// For a batch of about `rows` rows.
    pub fn new(shape: &Shape, rows: usize, software: bool) -> Self {
        if software {
            return match shape.outputs4 {
                ..4 => Self { rows: 4, outputs4: 1, split: 1 },
                4..8 => Self { rows: 8, outputs4: 1, split: 1 },
                _ => Self { rows: 8, outputs4: 2, split: 1 },
            };
        }
        // No more threads than there are vectors to share out.
        let vectors = 1 << shape.inputs4.ilog2();
        let small = Self { rows: 4, outputs4: 1, split: 32.min(vectors) };
        if small.count(shape, rows) * small.split <= PLENTY {
            small
        } else {
            Self { rows: 8, outputs4: 2, split: 8.min(vectors) }
        }
    }

    /// Tiles of a batch's outputs.
    pub fn count(&self, shape: &Shape, rows: usize) -> usize {
        rows.div_ceil(self.rows) * shape.outputs4.div_ceil(self.outputs4)
    }
}

/// The same for a layer's gradient, whose sum runs over the batch's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct GradientTile {
    /// Output vectors.
    pub outputs4: usize,
    /// Input vectors.
    pub inputs4: usize,
    /// Threads that share a tile.
    pub split: usize,
}

impl GradientTile {
    pub fn new(shape: &Shape, software: bool) -> Self {
        if software {
            return match shape.outputs4 {
                few @ ..4 => Self { outputs4: few, inputs4: 2, split: 1 },
                4..8 => Self { outputs4: 2, inputs4: 2, split: 1 },
                _ => Self { outputs4: 2, inputs4: 4, split: 1 },
            };
        }
        let small = Self { outputs4: 1, inputs4: 1, split: 8 };
        if small.count(shape) * small.split <= PLENTY {
            small
        } else {
            Self { outputs4: 2, inputs4: 2, split: 8 }
        }
    }

    /// Tiles of a layer's weight.
    pub fn count(&self, shape: &Shape) -> usize {
        shape.outputs4.div_ceil(self.outputs4) * shape.inputs4.div_ceil(self.inputs4)
    }

    /// Tiles that a workgroup shares.
    pub fn width(&self) -> usize {
        GATHERING / self.split
    }
}
