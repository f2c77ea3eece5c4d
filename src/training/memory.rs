//! The rows that a head remembers, each under an id that stays, and examples of what is none of its
//! classes.

use std::rc::Rc;

use super::{
    joining::{Joining, Pass},
    limits::Limits,
    rows::{Rows, compact, extend},
};
use crate::{Error, Result, numeric::sort, pace::Pace};

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
    pub fn add(&mut self, rows: Rows) -> Result<Vec<u32>> {
        let ids = self.take_new(rows.count())?;
        self.known.append(rows, &self.ids);
        Ok(ids)
    }

    /// Adds those among rows with a class of which no equal row of the same class is remembered,
    /// nor stands before. In pieces.
    pub async fn add_new(&mut self, rows: Rows, pace: &Pace) -> Result<()> {
        let mut joining = Joining::new(self.known.clone(), rows);
        let count = joining.count();
        for pass in Pass::ALL {
            let go_on = &mut |range| joining.go_on(pass, range);
            pace.each(count, self.known.width, go_on).await;
        }
        self.take_new(joining.new_ones())?;
        self.known = joining.finish(&self.ids);
        Ok(())
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

    /// Forgets the rows of these ids. `forget` gets them as they lie, and the rows with a class
    /// that stay.
    pub fn remove(&mut self, ids: &Ids, forget: impl FnOnce(&[&[f32]], &[&[f32]])) {
        let [gone, kept] = parted(&self.ids, &|id| ids.contain(id));
        let Unknown { features, ids: unknown } = &self.unknown;
        let [gone_examples, kept_examples] = parted(unknown, &|id| ids.contain(id));
        let width = self.known.width;
        let mut rows = self.known.each_of(&gone);
        let example = |&example: &u32| &features[example as usize * width..][..width];
        rows.extend(gone_examples.iter().map(example));
        forget(&rows, &self.known.each_of(&kept));
        self.keep(&kept);
        if !gone_examples.is_empty() {
            compact(Rc::make_mut(&mut self.unknown.features), &kept_examples, width);
            compact(&mut self.unknown.ids, &kept_examples, 1);
        }
    }

    /// Forgets a class: its rows become examples of the unknown, or are forgotten, as
    /// [`Self::remove`] has it. Classes behind it move up.
    pub fn remove_class(
        &mut self,
        class: u32,
        as_unknown: bool,
        forget: impl FnOnce(&[&[f32]], &[&[f32]]),
    ) {
        let [gone, kept] = parted(&self.known.labels, &|label| label == class);
        let rows = self.known.each_of(&gone);
        if as_unknown {
            let Unknown { features, ids } = &mut self.unknown;
            ids.extend(gone.iter().map(|&row| self.ids[row as usize]));
            let features = Rc::make_mut(features);
            rows.into_iter().for_each(|row| features.extend_from_slice(row));
        } else {
            forget(&rows, &self.known.each_of(&kept));
        }
        self.keep(&kept);
        let labels = self.known.labels.iter().map(|&label| label - u32::from(label > class));
        self.known.labels = Rc::new(labels.collect());
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
        self.keep(&kept);
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

    /// Leaves the rows of these numbers, ascending.
    fn keep(&mut self, kept: &[u32]) {
        if kept.len() < self.ids.len() {
            compact(&mut self.ids, kept, 1);
            self.known.keep(kept);
        }
    }

    /// Numbers so many rows more with a class, and answers their ids.
    fn take_new(&mut self, count: usize) -> Result<Vec<u32>> {
        let first = self.take_ids(count)?;
        let ids: Vec<u32> = (first..first + count as u32).collect();
        self.ids.extend_from_slice(&ids);
        Ok(ids)
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

/// Numbers of those of which something holds, and of the others.
fn parted(values: &[u32], holds: &dyn Fn(u32) -> bool) -> [Vec<u32>; 2] {
    let (these, others) =
        (0..values.len() as u32).partition(|&number| holds(values[number as usize]));
    [these, others]
}
