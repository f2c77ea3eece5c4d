//! A head's out-of-distribution scores: which scorer is meant, and what it is given.

use std::rc::Rc;

use super::Head;
use crate::{
    Error, Result,
    engine::Engine,
    loss::Loss,
    ood::{Fitted, Scorer, ScorerName, ScorerOptions},
};

/// What "auto" resolves to for a head that remembers no training rows. By the tables of
/// `docs/ood.md`: after LogitNorm the best scorer of the head's answer on sentences, though not on
/// images; for cross-entropy the best of these on the mean of all splits.
fn default_without_rows(loss: &Loss) -> ScorerName {
    match loss {
        Loss::LogitNorm { .. } => ScorerName::MaxCosine,
        Loss::CrossEntropy { .. } => ScorerName::Gen,
    }
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// Remembers training rows, `[rows, features]` and a class for each, for the scorers that
    /// compare with them.
    pub fn fit_scorers(&mut self, features: Vec<f32>, labels: &[f64]) -> Result<()> {
        let rows = self.check_rows(features, labels)?;
        self.see(&rows);
        let mut memory = self.memory.clone();
        memory.take_place(rows)?;
        self.remember(memory);
        Ok(())
    }

    /// Out-of-distribution score of each row, `[rows]`; higher = more out-of-distribution. Infinite,
    /// never NaN, where numbers beyond `f32` came up on the way.
    pub async fn ood_score(
        &mut self,
        features: &[f32],
        scorer: &ScorerOptions,
    ) -> Result<Vec<f32>> {
        let question = self.question(Some(self.resolve(scorer)?), features.to_vec())?;
        Ok(self.answer(&question).await?.scores)
    }

    /// The scorer with "auto" replaced by what it stands for: what was selected, else the
    /// combination, else, while there are no training rows to combine anything with, the best
    /// scorer of logits.
    pub(super) fn meant(&self, scorer: &ScorerOptions) -> ScorerOptions {
        match scorer.name {
            ScorerName::Auto if self.rows().is_none() => {
                default_without_rows(&self.config.loss).into()
            }
            ScorerName::Auto => self.selected.unwrap_or(ScorerName::Auto).into(),
            _ => scorer.clone(),
        }
    }

    /// What is meant, checked.
    pub(super) fn resolve(&self, scorer: &ScorerOptions) -> Result<Scorer> {
        let scorer = self.meant(scorer).check()?;
        if scorer.compares() && self.rows().is_none() {
            return Err(Error::ScorerNotFitted(scorer.name.as_str()));
        }
        Ok(scorer)
    }

    /// The scorer fitted to this head.
    pub(super) async fn fitted(&mut self, scorer: &Scorer) -> Result<Rc<Fitted<E::Matrix>>> {
        let (model, scorers) = self.model();
        scorers.fitted(model, scorer).await
    }
}
