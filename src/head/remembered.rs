//! The rows that a head remembers: added, forgotten, counted.

use super::Head;
use crate::{
    Result,
    calibration::seen::SeenRows,
    engine::Engine,
    ood::fitting::FittedScorers,
    training::{
        memory::{Ids, Memory},
        rows::{Rows, check_features},
    },
};

/// How many rows a head remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Rows with a class.
    pub count: usize,
    /// Rows of each class.
    pub per_class: Vec<usize>,
    /// Examples of what is none of the classes.
    pub unknown: usize,
    /// Rows that were dropped because the head remembers no more of their class or group.
    pub dropped: u64,
}

impl<E: Engine> Head<E> {
    /// Adds `[rows, features]` with a class for each to the rows that the head remembers, without
    /// training. Answers the id of each.
    pub fn add_rows(
        &mut self,
        features: Vec<f32>,
        labels: &[f64],
        groups: Option<&[f64]>,
        weights: Option<&[f64]>,
    ) -> Result<Vec<u32>> {
        let rows = self.check_rows(features, labels)?.grouped(groups)?.weighted(weights)?;
        let limits = self.config.memory;
        self.changed_memory(|memory, _| {
            let ids = memory.add(rows)?;
            memory.keep_within(&limits);
            Ok(ids)
        })
    }

    /// Adds `[rows, features]` as examples of what is none of the classes. Answers the id of each.
    pub fn add_unknown(&mut self, features: &[f32]) -> Result<Vec<u32>> {
        check_features(features, self.width())?;
        let limits = self.config.memory;
        self.changed_memory(|memory, _| {
            let ids = memory.add_unknown(features)?;
            memory.keep_within(&limits);
            Ok(ids)
        })
    }

    /// Forgets the rows of these ids, wherever they are kept, and answers how many there were. Ids
    /// of no row are passed over.
    pub fn remove_rows(&mut self, ids: &[u32]) -> usize {
        let ids = Ids::new(ids);
        let all = self.memory.ids().iter().chain(&self.memory.unknown().ids);
        let count = all.filter(|&&id| ids.contain(id)).count();
        if count > 0 {
            self.changed_memory(|memory, seen| {
                memory.remove(&ids, |gone, others| seen.remove(gone, others));
            });
        }
        count
    }

    /// How many rows are remembered.
    pub fn remembered(&self) -> Remembered {
        Remembered {
            count: self.memory.known().map_or(0, Rows::count),
            per_class: self.memory.per_class(self.classes()),
            unknown: self.memory.unknown().ids.len(),
            dropped: self.memory.dropped(),
        }
    }

    /// The rows that it remembers, and examples of the unknown.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Remembers other rows. What was fitted to those before is dropped, and so is a calibration
    /// for a scorer that compares with rows: its threshold was for scores against others.
    pub(super) fn remember(&mut self, memory: Memory) {
        self.memory = memory;
        self.invalidate_rows();
    }

    /// Changes what is remembered, where it lies, and what is known of rows that were learnt from:
    /// forgotten ones are not, unless others like them are still remembered.
    pub(super) fn changed_memory<T>(
        &mut self,
        change: impl FnOnce(&mut Memory, &mut SeenRows) -> T,
    ) -> T {
        // Scorers share the rows: as long as they do, a change would copy them.
        self.scorers = FittedScorers::new(None, None);
        let answer = change(&mut self.memory, &mut self.seen);
        self.invalidate_rows();
        answer
    }

    /// Goes up when the rows or the classes change.
    pub fn revision(&self) -> u32 {
        self.revision
    }

    fn invalidate_rows(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.scorers = FittedScorers::of(&self.memory);
        self.calibration.take_if(|calibration| calibration.scorer.compares());
    }
}
