//! The rows that a head remembers, each under an id that stays, and examples of what is none of its
//! classes.

use std::rc::Rc;

use super::{
    limits::Limits,
    rows::{Rows, compact, extend},
};
use crate::{Error, Result, numeric::sort};

/// Rows with a class, and rows of the unknown.
#[derive(Clone, Debug)]
pub struct Memory {
    known: Rows,
    ids: Vec<u32>,
    unknown: Unknown,
    /// What the next row is called.
    next: u32,
    /// Rows that limits have dropped.
    dropped: u64,
}

/// Examples of what is none of the classes.
#[derive(Clone, Debug, Default)]
pub struct Unknown {
    /// `[rows, width]`, finite.
    pub features: Rc<Vec<f32>>,
    /// The id of each.
    pub ids: Vec<u32>,
}

impl Memory {
    /// Nothing.
    pub fn new(width: usize) -> Self {
        let known = Rows::none(width);
        Self { known, ids: Vec::new(), unknown: Unknown::default(), next: 0, dropped: 0 }
    }

    /// What was remembered elsewhere: `ids` are those of the rows and then those of the unknown,
    /// each once and below `next`. Answers nothing where they are not, or not as many.
    pub fn restored(
        known: Option<Rows>,
        unknown: Vec<f32>,
        mut ids: Vec<u32>,
        next: u32,
        width: usize,
    ) -> Option<Self> {
        let empty = Self::new(width);
        let known = known.unwrap_or(empty.known);
        let count = known.count() + unknown.len() / width;
        let sorted = Ids::new(&ids).0;
        let distinct = sorted.windows(2).all(|pair| pair[0] != pair[1]);
        let fit = ids.len() == count && distinct && ids.iter().all(|&id| id < next);
        fit.then(|| {
            let unknown = Unknown { features: Rc::new(unknown), ids: ids.split_off(known.count()) };
            Self { known, ids, unknown, next, dropped: 0 }
        })
    }

    /// The rows with a class, if there are any.
    pub fn known(&self) -> Option<&Rows> {
        (self.known.count() > 0).then_some(&self.known)
    }

    /// The id of each of them.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Examples of the unknown.
    pub fn unknown(&self) -> &Unknown {
        &self.unknown
    }

    /// Rows of each of so many classes.
    pub fn per_class(&self, classes: usize) -> Vec<usize> {
        self.known.per_class(classes)
    }

    /// What the next row will be called.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// Takes rows in the place of those with a class. They were some of `given` rows, `numbers`
    /// says which: ids count all that were given, so that the row of number n has the id of the
    /// first plus n.
    pub fn replace(&mut self, rows: Rows, numbers: &[u32], given: usize) -> Result<()> {
        let first = self.take_ids(given)?;
        self.ids = numbers.iter().map(|&number| first + number).collect();
        self.known = rows;
        Ok(())
    }

    /// [`Self::replace`] with all rows of those that were given.
    pub fn take_place(&mut self, rows: Rows) -> Result<()> {
        let count = rows.count();
        self.replace(rows, &(0..count as u32).collect::<Vec<_>>(), count)
    }

    /// Adds rows with a class, and answers their ids.
    pub fn add(&mut self, rows: &Rows) -> Result<Vec<u32>> {
        let first = self.take_ids(rows.count())?;
        let ids: Vec<u32> = (first..first + rows.count() as u32).collect();
        self.ids.extend_from_slice(&ids);
        self.known.append(rows, &self.ids);
        Ok(ids)
    }

    /// Numbers of those among other rows of which no equal row of the same class is remembered, nor
    /// stands before.
    pub fn not_there(&self, rows: &Rows) -> Vec<u32> {
        let before = self.known.count();
        let of = |number: usize| match number.checked_sub(before) {
            None => (self.known.labels[number], self.known.row(number)),
            Some(number) => (rows.labels[number], rows.row(number)),
        };
        // By their hashes first; each key ends in the number of its row.
        let hash = |number: usize| u64::from(hash(of(number)));
        let all = before + rows.count();
        let mut keys: Vec<u64> = (0..all).map(|n| hash(n) << 32 | n as u64).collect();
        sort::sort(&mut keys);
        let is_new = |&row: &u32| {
            let number = before + row as usize;
            let first = keys.partition_point(|&key| key < hash(number) << 32);
            let alike = keys[first..].iter().map(|&key| sort::row(key));
            !alike.take_while(|&other| other < number).any(|other| equal(of(other), of(number)))
        };
        (0..rows.count() as u32).filter(is_new).collect()
    }

    /// Adds examples of the unknown, and answers their ids.
    pub fn add_unknown(&mut self, features: &[f32]) -> Result<Vec<u32>> {
        let count = features.len() / self.known.width;
        let first = self.take_ids(count)?;
        let ids: Vec<u32> = (first..first + count as u32).collect();
        self.unknown.ids.extend_from_slice(&ids);
        extend(Rc::make_mut(&mut self.unknown.features), features);
        Ok(ids)
    }

    /// Forgets the rows of these ids, and answers them.
    pub fn remove(&mut self, ids: &Ids) -> Vec<f32> {
        let (gone, kept): (Vec<u32>, Vec<u32>) =
            (0..self.ids.len() as u32).partition(|&row| ids.contain(self.ids[row as usize]));
        let mut removed = self.take(&gone, &kept).features.to_vec();
        let width = self.known.width;
        let Unknown { features, ids: unknown } = &mut self.unknown;
        let (gone, kept): (Vec<u32>, Vec<u32>) =
            (0..unknown.len() as u32).partition(|&example| ids.contain(unknown[example as usize]));
        if !gone.is_empty() {
            let row = |&example: &u32| &features[example as usize * width..][..width];
            gone.iter().for_each(|example| removed.extend_from_slice(row(example)));
            compact(Rc::make_mut(features), &kept, width);
            compact(unknown, &kept, 1);
        }
        removed
    }

    /// Forgets a class: its rows become examples of the unknown, or are forgotten and answered.
    /// Classes behind it move up.
    pub fn remove_class(&mut self, class: u32, as_unknown: bool) -> Vec<f32> {
        let (gone, kept): (Vec<u32>, Vec<u32>) = (0..self.known.count() as u32)
            .partition(|&row| self.known.labels[row as usize] == class);
        let ids: Vec<u32> = gone.iter().map(|&row| self.ids[row as usize]).collect();
        let removed = self.take(&gone, &kept);
        let labels = self.known.labels.iter().map(|&label| label - u32::from(label > class));
        self.known.labels = Rc::new(labels.collect());
        if !as_unknown {
            return removed.features.to_vec();
        }
        self.unknown.ids.extend(ids);
        Rc::make_mut(&mut self.unknown.features).extend_from_slice(&removed.features);
        Vec::new()
    }

    /// Drops rows that are more than these limits, and answers how many. Of the examples of the
    /// unknown, the newest stay.
    pub fn keep_within(&mut self, limits: &Limits) -> usize {
        if *limits == Limits::default() {
            return 0;
        }
        let before = self.ids.len() + self.unknown.ids.len();
        let groups = self.known.groups.as_ref().map(|groups| groups.as_slice());
        let kept = limits.kept(&self.known.labels, groups);
        if kept.len() < self.ids.len() {
            compact(&mut self.ids, &kept, 1);
            self.known.keep(&kept);
        }
        let examples = self.unknown.ids.len() as u32;
        if let Some(over @ 1..) = limits
            .per_class
            .map(|most| examples.saturating_sub(u32::try_from(most).unwrap_or(u32::MAX)))
        {
            let kept: Vec<u32> = (over..examples).collect();
            compact(Rc::make_mut(&mut self.unknown.features), &kept, self.known.width);
            compact(&mut self.unknown.ids, &kept, 1);
        }
        let dropped = before - self.ids.len() - self.unknown.ids.len();
        self.dropped += dropped as u64;
        dropped
    }

    /// How many rows limits have dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The same, where so many had been dropped before.
    pub fn after_dropping(self, dropped: u64) -> Self {
        Self { dropped, ..self }
    }

    /// The rows of these numbers, which leaves the others.
    fn take(&mut self, gone: &[u32], kept: &[u32]) -> Rows {
        let removed = self.known.pick(gone);
        if !gone.is_empty() {
            compact(&mut self.ids, kept, 1);
            self.known.keep(kept);
        }
        removed
    }

    /// The first of so many ids that no row had before.
    fn take_ids(&mut self, count: usize) -> Result<u32> {
        let first = self.next;
        let next = u32::try_from(count).ok().and_then(|count| first.checked_add(count));
        self.next = next.ok_or_else(|| {
            Error::OutOfMemory("a head numbers at most 2^32 rows over its life".into())
        })?;
        Ok(first)
    }
}

/// Ids that are looked for.
pub struct Ids(Vec<u64>);

impl Ids {
    /// In any order.
    pub fn new(ids: &[u32]) -> Self {
        let mut sorted: Vec<u64> = ids.iter().copied().map(u64::from).collect();
        sort::sort(&mut sorted);
        Self(sorted)
    }

    /// Whether this is one of them.
    pub fn contain(&self, id: u32) -> bool {
        self.0.binary_search(&id.into()).is_ok()
    }
}

/// FNV-1a over a class and the bits of a row.
fn hash((label, row): (u32, &[f32])) -> u32 {
    let words = [label].into_iter().chain(row.iter().map(|x| x.to_bits()));
    words.fold(0x811C_9DC5, |hash, word| (hash ^ word).wrapping_mul(0x0100_0193))
}

/// Whether two rows are the same, bit by bit, and of one class.
fn equal((label, row): (u32, &[f32]), (other_label, other): (u32, &[f32])) -> bool {
    label == other_label && row.iter().zip(other).all(|(x, y)| x.to_bits() == y.to_bits())
}
