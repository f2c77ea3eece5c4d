//! What scorers of few training rows are worth, and how those of a part of them compare.

use super::{Scorer, ScorerName, knn, mahalanobis::Covariance, nn_guide};
use crate::training::rows::Rows;

/// A covariance with a smaller ridge than this takes the rows' word for every direction.
const RIDGE: f64 = 0.1;

impl Scorer {
    /// Neighbours among so many training rows, for one that takes neighbours.
    fn neighbours(&self, rows: usize) -> Option<usize> {
        let usual = match self.name {
            ScorerName::Knn => knn::K,
            ScorerName::NnGuide => nn_guide::K,
            _ => return None,
        };
        Some(self.values.count("k").unwrap_or(usual).min(rows))
    }

    /// The same for so many of all training rows: as large a share of them are neighbours, or the
    /// last one would lie in another class where a class loses rows, and scores be far larger.
    pub fn for_part(&self, part: usize, all: usize) -> Self {
        let Some(k) = self.neighbours(all) else { return *self };
        let k = (k as f64 * part as f64 / all as f64).round().max(1.0);
        Self { values: self.values.with_count("k", k as usize), ..*self }
    }

    /// Why a gate by this score may let anything in: rows are too few for it, `width` numbers each.
    pub fn weakness(&self, rows: &Rows, width: usize, classes: usize) -> Option<String> {
        let (name, count) = (self.name.as_str(), rows.count());
        let per_class = rows.per_class(classes);
        if let (Some(k), ScorerName::Knn) = (self.neighbours(count), self.name) {
            let short = per_class.iter().filter(|&&rows| rows > 0 && rows < k).count();
            return (short > 0).then(|| {
                format!(
                    "\"{name}\" of {k} neighbours, where {short} classes have fewer rows: their distances are those to other classes, \
                     and a gate by them may let anything in; set k to less"
                )
            });
        }
        let is_by_covariance = matches!(self.name, ScorerName::Mahalanobis | ScorerName::Rmd)
            && Covariance::new(&self.values).ridge < RIDGE;
        let present = per_class.iter().filter(|&&rows| rows > 0).count();
        (is_by_covariance && count < 2 * width + present).then(|| {
            format!(
                "\"{name}\" of {count} rows of {width} numbers: their covariance is mostly chance, and a gate by it may let anything in; \
                 take \"auto\", or a ridge of 3"
            )
        })
    }
}
