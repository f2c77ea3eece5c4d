//! Distance from the principal subspace of the training rows (the residual of ViM alone: Wang et
//! al., CVPR 2022; OpenOOD `residual_postprocessor`).
//!
//! ```text
//! o = -W^+ b,   R = eigenvectors of 1/n sum_i (z_i - o)(z_i - o)^T but for the `dimensions` largest,   score = |R^T (z - o)|
//! ```
//!
//! o is the point that the last layer maps to 0, or comes nearest to. Needs features that fill
//! fewer dimensions than they have.

use std::rc::Rc;

use super::{
    Batch, FittedArrays, Kept, Parameter, Values,
    fitted_arrays::transposed,
    parameters::refusal,
    scoring::Scoring,
    statistics::{Context, principal::Principal},
};
use crate::{Result, engine::Engine, numeric::row::norm, pace::paced};

/// Its parameters, and those of [`super::vim`].
pub const PARAMETERS: &[Parameter] = &[Parameter::count(
    "dimensions",
    "Principal dimensions left out, at least 1; default half of the features.",
)];

/// Fitted to training rows.
pub struct Residual<M> {
    pub(super) principal: Rc<Principal>,
    /// The last eigenvectors, `[width - dimensions, width]`.
    complement: M,
    rest: usize,
}

/// The principal dimensions of so many that these parameters leave out.
pub fn dimensions(values: &Values, width: usize) -> Result<usize> {
    if width < 2 {
        return Err(refusal(
            "name",
            "a scorer that works with a single feature",
            "vim or residual",
        ));
    }
    let dimensions = values.count("dimensions").unwrap_or(width / 2);
    if dimensions >= width {
        return Err(refusal(
            "dimensions",
            format!("at most {}, one less than the features", width - 1),
            dimensions,
        ));
    }
    Ok(dimensions)
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Residual<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let width = context.width();
        let dimensions = dimensions(values, width)?;
        let principal = paced!(context.principal())?;
        let rest = width - dimensions;
        let complement =
            context.engine.matrix(principal.vectors[..rest * width].to_vec(), width)?;
        Ok(Self { principal, complement, rest })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let residuals =
            engine.product(&self.principal.from_origin(batch.inputs), &self.complement).await?;
        Ok(residuals.chunks_exact(self.rest).map(|row| norm(row) as f32).collect())
    }

    /// The origin, and the complement, `[width, width - dimensions]`.
    async fn arrays(&self, engine: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        let origin = &self.principal.origin;
        out.numbers(origin);
        out.arrays.push(transposed(engine, &self.complement, origin.len()).await?);
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.rest * self.principal.origin.len() * size_of::<f32>()
    }
}
