//! The rows that a head remembers: added, forgotten, counted.

use super::Head;
use crate::{
    Result,
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
        self.changed_memory(|memory| {
            let ids = memory.add(&rows)?;
            memory.keep_within(&limits);
            Ok(ids)
        })
    }

    /// Adds `[rows, features]` as examples of what is none of the classes. Answers the id of each.
    pub fn add_unknown(&mut self, features: &[f32]) -> Result<Vec<u32>> {
        check_features(features, self.width())?;
        let limits = self.config.memory;
        self.changed_memory(|memory| {
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
            let removed = self.changed_memory(|memory| memory.remove(&ids));
            self.forget_seen(&removed);
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

    /// Changes what is remembered, where it lies.
    pub(super) fn changed_memory<T>(&mut self, change: impl FnOnce(&mut Memory) -> T) -> T {
        // Scorers share the rows: as long as they do, a change would copy them.
        self.scorers = FittedScorers::new(None, None);
        let answer = change(&mut self.memory);
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

    /// Forgets that rows were learnt from, but for those that are still remembered.
    pub(super) fn forget_seen(&mut self, removed: &[f32]) {
        if removed.is_empty() {
            return;
        }
        let width = self.width();
        let others = self.memory.known().map(|rows| rows.features.as_slice()).unwrap_or_default();
        self.seen.remove(removed.chunks_exact(width), others.chunks_exact(width));
    }
}
