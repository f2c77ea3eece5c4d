//! The measures of [`Nearness`] as plain numbers, for a file's graph of them.

use super::Nearness;
use crate::{
    Result,
    engine::Engine,
    ood::{
        FittedArrays, Kept,
        statistics::{form::Lengths, standard::Standard},
    },
};

#[maybe_async::maybe_async]
impl<M> Nearness<M> {
    /// Adds, of the lengths: two deviations above their mean, mean and deviation of their logarithm;
    /// shift and scale of each feature, empty where rows are taken at unit length; centre and basis of
    /// the span of the rows, empty where distances are measured between all features; mean and inverse
    /// deviation of each measure, and what it is made of; and the part of the unknown, if there is
    /// one. Of a bank with fewer rows deviations in it are its own.
    pub async fn arrays<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        kept: Kept<'_>,
        out: &mut FittedArrays,
    ) -> Result<()> {
        let Lengths { usual, log_mean, log_deviation } = self.form.lengths;
        out.numbers(&[usual, log_mean, log_deviation]);
        let (shift, scale) = match &self.form.columns {
            Some(columns) => (columns.shift.as_slice(), columns.scale.as_slice()),
            None => Default::default(),
        };
        out.array(shift);
        out.array(scale);
        match &self.subspace {
            Some(subspace) => subspace.arrays(engine, out).await?,
            None => (0..2).for_each(|_| out.array(&[])),
        }
        for distances in [&self.class, &self.background] {
            distances.arrays(engine, out).await?;
        }
        let [class, relative, mut sparse] = self.standards;
        let thinned = match kept {
            None => None,
            Some(kept) => {
                let places = self.density.kept(kept);
                let unknown = match &self.unknown {
                    Some(unknown) => Some(unknown.among(engine, &places).await?),
                    None => None,
                };
                let (density, sparseness) = self.density.among(engine, &places).await?;
                sparse = Standard::of(&sparseness);
                Some((density, unknown))
            }
        };
        let (density, unknown) = match &thinned {
            None => (&self.density, &self.unknown),
            Some((density, unknown)) => (density, unknown),
        };
        density.arrays(out);
        [class, relative, sparse].iter().for_each(|standard| standard.numbers(out));
        if let Some(unknown) = unknown {
            unknown.arrays(out);
        }
        Ok(())
    }
}
