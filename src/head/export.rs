//! What a file with the head's gate needs beside its snapshot: the calibrated scorer, fitted, as
//! plain numbers.

use super::Head;
use crate::{
    Error, Result,
    engine::Engine,
    error::Mismatch,
    ood::{
        FittedArrays, ScorerName,
        statistics::sample::{bank_rows, stratified},
    },
    range::count,
};

/// Options of `exportOnnx`, unchecked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExportOptions {
    /// Whether training rows may go along, where the scorer compares with them.
    pub include_training_rows: bool,
    /// How many of them at most; default: all that the scorer searches among.
    pub bank: Option<f64>,
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// The scorer of the calibration, of the head as it is.
    pub async fn fitted_arrays(&mut self, options: ExportOptions) -> Result<FittedArrays> {
        let bank = options.bank.map(|bank| count("options.bank", bank)).transpose()?;
        let scorer = self.calibration().ok_or(Error::NotCalibrated)?.scorer;
        let mut out = FittedArrays::default();
        if !scorer.compares() {
            return Ok(out);
        }
        let Some(rows) = self.rows().cloned() else {
            return Err(Error::ScorerNotFitted(scorer.name.as_str()));
        };
        // Others know means and the like of them, and no row itself.
        let most = match scorer.name {
            ScorerName::Auto => bank_rows(self.width()),
            ScorerName::Knn | ScorerName::NnGuide => usize::MAX,
            _ => 0,
        };
        let kept = bank.unwrap_or(most).min(most).min(rows.count());
        if kept > 0 && !options.include_training_rows {
            let scorer = scorer.name.as_str();
            return Err(Error::InvalidOption(Mismatch::new(
                "exportOnnx",
                format!(
                    "exportOnnx({{ includeTrainingRows: true }}), because the scorer {scorer} compares with training rows and the file \
                     would hold {kept} of them"
                ),
                "exportOnnx()",
            )));
        }
        let is_thinned = kept < most.min(rows.count());
        let chosen = is_thinned.then(|| stratified(&rows.labels, kept, self.config.seed));
        let fitted = self.fitted(&scorer).await?;
        fitted.arrays(self.engine(), chosen.as_deref(), &mut out).await?;
        Ok(out)
    }
}
