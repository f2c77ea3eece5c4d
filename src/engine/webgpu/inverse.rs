//! The inverse of a Cholesky factor, block of rows by block of rows, all of it on the device.

use cubecl::server::Handle;

use super::{
    Matrix, WebGpuEngine,
    layout::{pad_rows, unpad_rows},
    products::Factor,
};
use crate::{Result, engine::Engine};

/// Its rows so far. Blocks are of a multiple of four rows, but for the last.
pub struct Inverse {
    matrix: Matrix,
    made: usize,
    /// L of the block that is next, `[rows, made]`, rows up to a multiple of four.
    factor: Option<Handle>,
}

impl WebGpuEngine {
    pub(super) fn inverse_of(&mut self, side: usize) -> Result<Inverse> {
        let matrix = self.matrix(vec![0.0; side * side], side)?;
        Ok(Inverse { matrix, made: 0, factor: None })
    }

    /// `L L^T`, `[rows, rows]`, of the block that is next.
    pub(super) async fn gram_of(
        &mut self,
        inverse: &mut Inverse,
        mut block: Vec<f32>,
    ) -> Result<Vec<f64>> {
        self.gpu.check()?;
        let made4 = inverse.made / 4;
        let rows = block.len() / inverse.made;
        let padded = rows.next_multiple_of(4);
        block.resize(padded * inverse.made, 0.0);
        let block = self.gpu.upload_floats(block);
        let factor = self.gpu.reserve(padded * inverse.made);
        self.launch_product(&block, padded, inverse.made_rows(), &factor);
        let gram = self.gpu.reserve(padded * padded);
        let of_factor =
            Factor { handle: &factor, inputs4: made4, outputs4: padded / 4, stride4: made4 };
        self.launch_product(&factor, padded, of_factor, &gram);
        let read = self.gpu.read(vec![gram]).await?.into_iter().next().unwrap_or_default();
        inverse.factor = Some(factor);
        Ok(unpad_rows(read, rows).into_iter().take(rows * rows).map(f64::from).collect())
    }

    /// Adds rows; nothing is read back.
    pub(super) fn extend_by(
        &mut self,
        inverse: &mut Inverse,
        own: &[f32],
        size: usize,
    ) -> Result<()> {
        self.gpu.check()?;
        let (start4, size4) = (inverse.made / 4, size.div_ceil(4));
        let stride4 = inverse.matrix.shape.inputs4;
        let first4 = 4 * start4 * stride4;
        let square = |values: Vec<f32>| {
            let mut padded = pad_rows(values, size);
            padded.resize(16 * size4 * size4, 0.0);
            self.gpu.upload_floats(padded)
        };
        // A product with the identity puts rows where they belong.
        let identity = square((0..size * size).map(|at| f32::from(at % (size + 1) == 0)).collect());
        let rows = 4 * size4;
        let put = |rows_of: &Handle, width4: usize, first4: usize| {
            let factor =
                Factor { handle: rows_of, inputs4: width4, outputs4: size4, stride4: width4 };
            let to = [first4, stride4];
            self.launch_combination(&identity, rows, factor, &inverse.matrix.values, to);
        };
        if let Some(factor) = &inverse.factor {
            let minus = square(own.iter().map(|x| -x).collect());
            let reserve = || self.gpu.reserve(rows * 4 * start4);
            let (combined, below) = (reserve(), reserve());
            let of_factor =
                Factor { handle: factor, inputs4: start4, outputs4: size4, stride4: start4 };
            self.launch_combination(&minus, rows, of_factor, &combined, [0, start4]);
            self.launch_combination(&combined, rows, inverse.made_rows(), &below, [0, start4]);
            put(&below, start4, first4);
        }
        put(&square(own.to_vec()), size4, first4 + start4);
        inverse.made += size;
        inverse.factor = None;
        Ok(())
    }
}

impl Inverse {
    /// What there is so far.
    fn made_rows(&self) -> Factor<'_> {
        let made4 = self.made / 4;
        let Matrix { values, shape, .. } = &self.matrix;
        Factor { handle: values, inputs4: made4, outputs4: made4, stride4: shape.inputs4 }
    }

    pub(super) fn whole(self) -> Matrix {
        self.matrix
    }
}
