//! Rows with a class for each, checked: nothing behind this module meets features of another
//! length, a number that is not finite, or a class that does not exist.

use std::{cell::OnceCell, ops::Range, rc::Rc};

use super::parting::Parting;
use crate::{
    Error, Result,
    error::Mismatch,
    numeric::{
        columns::{Columns, Pass},
        row::sum,
    },
    pace::{Pace, finish},
};

/// Checked rows. Shared: the CPU engine trains on the same memory that scorers compare with.
#[derive(Clone, Debug)]
pub struct Rows {
    /// `[rows, width]`, finite.
    pub features: Rc<Vec<f32>>,
    /// A class for each row.
    pub labels: Rc<Vec<u32>>,
    /// Which rows belong together (frames of one recording, sentences of one author), if the caller
    /// said so: a number for each row.
    pub groups: Option<Rc<Vec<u64>>>,
    /// How much each row counts in the loss, if not all alike.
    pub weights: Option<Rc<Vec<f32>>>,
    /// Length of a row.
    pub width: usize,
    /// See [`Rows::columns`].
    pub(crate) columns: Rc<OnceCell<Columns>>,
}

impl Rows {
    /// None.
    pub fn none(width: usize) -> Self {
        Self {
            features: Rc::default(),
            labels: Rc::default(),
            groups: None,
            weights: None,
            width,
            columns: Rc::default(),
        }
    }

    /// Checks `[rows, width]` and a class in `[0, classes)` for each row.
    pub fn check(features: Vec<f32>, labels: &[f64], width: usize, classes: usize) -> Result<Self> {
        let labels = check_labelled(&features, labels, width, classes)?;
        Ok(Self { features: Rc::new(features), labels: Rc::new(labels), ..Self::none(width) })
    }

    /// The same rows with a group for each, if groups are given.
    pub fn grouped(self, groups: Option<&[f64]>) -> Result<Self> {
        let Some(groups) = groups else { return Ok(self) };
        if groups.len() != self.count() {
            let expected = format!("one group for each of the {} rows", self.count());
            return Err(Error::InvalidOption(Mismatch::new(
                "options.groups",
                expected,
                format!("{} groups", groups.len()),
            )));
        }
        if let Some(row) = groups.iter().position(|group| group.is_nan()) {
            return Err(Error::InvalidOption(Mismatch::new(
                format!("options.groups[{row}]"),
                "a number or a text",
                f64::NAN,
            )));
        }
        // By their bits, in which -0 is not 0.
        let groups = groups.iter().map(|group| (group + 0.0).to_bits()).collect();
        Ok(Self { groups: Some(Rc::new(groups)), ..self })
    }

    /// The same rows with a weight for each, if weights are given.
    pub fn weighted(self, weights: Option<&[f64]>) -> Result<Self> {
        let Some(weights) = weights else { return Ok(self) };
        if weights.len() != self.count() {
            let expected = format!("one weight for each of the {} rows", self.count());
            return Err(Error::InvalidOption(Mismatch::new(
                "options.weights",
                expected,
                format!("{} weights", weights.len()),
            )));
        }
        let is_weight = |&weight: &f64| weight >= 0.0 && (weight as f32).is_finite();
        if let Some(row) = weights.iter().position(|weight| !is_weight(weight)) {
            return Err(Error::InvalidOption(Mismatch::new(
                format!("options.weights[{row}]"),
                "a number of at least 0 within float32",
                weights[row],
            )));
        }
        if weights.iter().all(|&weight| weight as f32 == 0.0) {
            let expected = "at least one weight above 0";
            return Err(Error::InvalidOption(Mismatch::new("options.weights", expected, 0.0)));
        }
        let weights = weights.iter().map(|&weight| weight as f32).collect();
        Ok(Self { weights: Some(Rc::new(weights)), ..self })
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// A row's features.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.features[row * self.width..][..self.width]
    }

    /// The features of each of some rows.
    #[inline(never)]
    pub fn each_of(&self, rows: &[u32]) -> Vec<&[f32]> {
        rows.iter().map(|&row| self.row(row as usize)).collect()
    }

    /// The features of the rows from `first` to before `end`, if they are there.
    pub fn range(&self, first: usize, end: usize) -> Option<&[f32]> {
        self.features.get(first * self.width..end * self.width)
    }

    /// Mean and deviation of each feature; there is at least one row. Made once for these rows.
    pub fn columns(&self) -> &Columns {
        self.columns.get_or_init(|| Columns::of(&self.features, self.width))
    }

    /// Makes [`Rows::columns`] in pieces, if they are not made.
    pub async fn make_columns(&self, pace: &Pace) {
        if self.columns.get().is_some() {
            return;
        }
        let mut columns = Columns::none(self.width);
        for pass in Pass::BOTH {
            let add = &mut |range: Range<usize>| {
                columns.add(pass, self.range(range.start, range.end).unwrap_or_default());
            };
            pace.each(self.count(), self.width, add).await;
            columns.close(pass, self.count());
        }
        let _ = self.columns.set(columns);
    }

    /// Number of rows of each of so many classes.
    pub fn per_class(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        self.labels.iter().for_each(|&label| counts[label as usize] += 1);
        counts
    }

    /// Adds rows at the end. Where only some have groups, each of the others is a group of its own:
    /// `ids` numbers these rows and then the others.
    pub fn append(&mut self, others: Self, ids: &[u32]) {
        if self.count() == 0 {
            self.features = others.features.clone();
        } else {
            extend(Rc::make_mut(&mut self.features), &others.features);
        }
        self.append_beside(&others, ids);
    }

    /// What [`Self::append`] adds beside features.
    pub(super) fn append_beside(&mut self, others: &Self, ids: &[u32]) {
        if self.groups.is_some() || others.groups.is_some() {
            let (own, added) = ids.split_at(self.count());
            let groups = [named_groups(self, own), named_groups(others, added)].concat();
            self.groups = Some(Rc::new(groups));
        }
        if self.weights.is_some() || others.weights.is_some() {
            let of = |rows: &Self| match &rows.weights {
                Some(weights) => weights.to_vec(),
                None => vec![1.0; rows.count()],
            };
            self.weights = Some(Rc::new([of(self), of(others)].concat()));
        }
        self.columns = Rc::default();
        Rc::make_mut(&mut self.labels).extend_from_slice(&others.labels);
    }

    /// Some of the rows, copied.
    pub fn pick(&self, rows: &[u32]) -> Self {
        finish(self.pick_in_pieces(rows, &Pace::unbroken()))
    }

    /// The same in pieces.
    pub async fn pick_in_pieces(&self, rows: &[u32], pace: &Pace) -> Self {
        let mut features = Vec::with_capacity(rows.len() * self.width);
        let take = &mut |range: Range<usize>| {
            rows[range].iter().for_each(|&row| features.extend_from_slice(self.row(row as usize)));
        };
        pace.each(rows.len(), self.width, take).await;
        Self { features: Rc::new(features), ..self.pick_beside(rows) }
    }

    /// What some of the rows have beside their features.
    pub(super) fn pick_beside(&self, rows: &[u32]) -> Self {
        Self {
            labels: picked(&self.labels, rows),
            groups: self.groups.as_ref().map(|groups| picked(groups, rows)),
            weights: self.weights.as_ref().map(|weights| picked(weights, rows)),
            ..Self::none(self.width)
        }
    }

    /// Begins to divide the rows into these and those, in this order; each is named once. They
    /// change places where they lie: a copy would take as much memory again.
    pub fn part(mut self, these: &[u32], those: &[u32]) -> Parting {
        let features = Rc::unwrap_or_clone(std::mem::take(&mut self.features));
        let parts = [these, those].map(|rows| self.pick_beside(rows));
        Parting::new(features, parts, [these, those].concat())
    }

    /// Keeps the rows of these numbers, ascending, and nothing of the others, where they lie.
    pub fn keep(&mut self, rows: &[u32]) {
        self.columns = Rc::default();
        compact(Rc::make_mut(&mut self.features), rows, self.width);
        compact(Rc::make_mut(&mut self.labels), rows, 1);
        if let Some(groups) = &mut self.groups {
            compact(Rc::make_mut(groups), rows, 1);
        }
        if let Some(weights) = &mut self.weights {
            compact(Rc::make_mut(weights), rows, 1);
        }
    }
}

/// Adds numbers behind others, with room for an eighth as many more: twice as many, which a vector
/// takes by itself, would double a head's memory.
pub fn extend(values: &mut Vec<f32>, more: &[f32]) {
    if values.capacity() - values.len() < more.len() {
        values.reserve_exact(more.len().max(values.len() / 8));
    }
    values.extend_from_slice(more);
}

/// Moves the rows of these numbers, ascending, to the front, and overwrites what lay behind them.
pub fn compact<T: Copy + Default>(values: &mut Vec<T>, rows: &[u32], width: usize) {
    for (to, &from) in rows.iter().enumerate().filter(|&(to, &from)| to != from as usize) {
        values.copy_within(from as usize * width..(from as usize + 1) * width, to * width);
    }
    let length = rows.len() * width;
    values[length..].fill(T::default());
    values.truncate(length);
}

fn picked<T: Copy>(values: &[T], rows: &[u32]) -> Rc<Vec<T>> {
    Rc::new(rows.iter().map(|&row| values[row as usize]).collect())
}

/// A group for each row. Groups that a caller names are never NaN.
fn named_groups(rows: &Rows, ids: &[u32]) -> Vec<u64> {
    match &rows.groups {
        Some(groups) => groups.to_vec(),
        None => ids.iter().map(|&id| f64::NAN.to_bits() | u64::from(id)).collect(),
    }
}

/// Checks rows without keeping them, and answers their classes.
pub fn check_labelled(
    features: &[f32],
    labels: &[f64],
    width: usize,
    classes: usize,
) -> Result<Vec<u32>> {
    let count = check_features(features, width)?;
    if labels.len() != count {
        let expected = format!("one label for each of the {count} rows");
        return Err(Error::InvalidLabels(Mismatch::new(
            "labels",
            expected,
            format!("{} labels", labels.len()),
        )));
    }
    check_labels(labels, classes)
}

/// Checks `[rows, width]` and counts the rows.
pub fn check_features(features: &[f32], width: usize) -> Result<usize> {
    if features.is_empty() || !features.len().is_multiple_of(width) {
        let expected = format!("a positive multiple of {width} numbers, [rows, {width}]");
        return Err(Error::InvalidFeatures(Mismatch::new(
            "features",
            expected,
            format!("{} numbers", features.len()),
        )));
    }
    // 0 x is 0 for finite x and NaN otherwise: a sum, which the compiler vectorises, where it would
    // not a search.
    if sum(features, |x| 0.0 * x) != 0.0
        && let Some(index) = features.iter().position(|x| !x.is_finite())
    {
        let argument = format!("features, row {}, column {}", index / width, index % width);
        return Err(Error::NotFinite(Mismatch::new(argument, "a finite number", features[index])));
    }
    Ok(features.len() / width)
}

/// Checks that every label is a class index below `classes`.
pub fn check_labels(labels: &[f64], classes: usize) -> Result<Vec<u32>> {
    labels
        .iter()
        .enumerate()
        .map(|(row, &label)| {
            if label >= 0.0 && label < classes as f64 && label.fract() == 0.0 {
                return Ok(label as u32);
            }
            let expected = format!("a class index in [0, {classes})");
            Err(Error::InvalidLabels(Mismatch::new(format!("labels[{row}]"), expected, label)))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "this is how a test fails")]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn parted_rows_are_those_that_were_picked() {
        for (count, width) in [(1, 3), (2, 1), (7, 2), (40, 5)] {
            let features: Vec<f32> = (0..count * width).map(|x| x as f32).collect();
            let labels: Vec<f64> = (0..count).map(|row| (row % 3) as f64).collect();
            let groups: Vec<f64> = (0..count).map(|row| (row / 2) as f64).collect();
            let weights: Vec<f64> = (0..count).map(|row| 1.0 + row as f64).collect();
            let rows = Rows::check(features, &labels, width, 3)
                .and_then(|rows| rows.grouped(Some(&groups))?.weighted(Some(&weights)))
                .unwrap();
            let _ = rows.columns();
            let mut order: Vec<u32> = (0..count as u32).collect();
            Random::new(count as u64).shuffle(&mut order);
            for place in [0, 1, count / 2, count] {
                let (these, those) = order.split_at(place);
                let expected = [rows.pick(these), rows.pick(those)];
                let mut parting = rows.clone().part(these, those);
                // In parts that end within circles.
                (0..count).step_by(3).for_each(|_| parting.go_on(3));
                let [first, second] = parting.finish();
                for (found, expected) in [first, second].iter().zip(&expected) {
                    assert_eq!(found.features, expected.features);
                    assert_eq!(found.labels, expected.labels);
                    assert_eq!(found.groups, expected.groups);
                    assert_eq!(found.weights, expected.weights);
                    if found.count() > 0 {
                        assert_eq!(found.columns().means, expected.columns().means);
                    }
                }
            }
        }
    }
}
