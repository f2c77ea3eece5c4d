//! Which of a calibration's rows a head has learnt from: their scores are too low.

use super::seen::SeenRows;
use crate::{
    numeric::lookup::{Found, Lookup},
    pace::Pace,
    training::rows::Rows,
};

/// What a head learnt from, as far as it knows.
pub struct Learnt {
    /// Rows that it remembers.
    pub rows: Option<Rows>,
    /// Fingerprints of all rows.
    pub seen: SeenRows,
}

/// What is known of some rows.
#[derive(Default)]
pub struct Told {
    /// For each the remembered row that it is, or is as good as, if there is one. Empty where none
    /// are remembered.
    pub own: Vec<Option<u32>>,
    /// Why the promise of a calibration by these rows may not hold.
    pub warning: Option<String>,
}

impl Learnt {
    /// Looks for each of `[rows, width]`. In pieces.
    pub async fn look_for(&self, features: &[f32], width: usize, pace: &Pace) -> Told {
        let count = features.len() / width;
        let mut found = Vec::new();
        if let Some(rows) = &self.rows {
            rows.make_columns(pace).await;
            let mut lookup = Lookup::none(&rows.features, width, rows.columns().spread());
            pace.each(rows.count(), width, &mut |range| lookup.add(range)).await;
            lookup.close();
            let find = &mut |row: usize| lookup.find(&features[row * width..][..width]);
            pace.each(count, width, &mut |range| found.extend(range.map(&mut *find))).await;
        }
        let mut seen = Vec::with_capacity(count);
        let prints = self.seen.ascending();
        let tell = &mut |range: std::ops::Range<usize>| {
            let rows = &features[range.start * width..range.end * width];
            seen.extend(SeenRows::among(&prints, rows, width));
        };
        pace.each(count, width, tell).await;
        let warning = trained_on(&seen, &found);
        Told { own: found.into_iter().map(|found| found.map(|found| found.row)).collect(), warning }
    }
}

/// Why the promise of a calibration may not hold of whose rows some were also trained on: by what is
/// known of all rows that were, and by those among the remembered ones that they are as good as.
fn trained_on(seen: &[bool], found: &[Option<Found>]) -> Option<String> {
    let rows = seen.len();
    let is_own = |row: usize| found.get(row).is_some_and(Option::is_some);
    let count = (0..rows).filter(|&row| seen[row] || is_own(row)).count();
    let is_same = |found: &Option<Found>| found.is_some_and(|found| found.is_same);
    let rounded =
        (0..rows).filter(|&row| !seen[row] && is_own(row) && !is_same(&found[row])).count();
    let but_for = match rounded {
        0 => String::new(),
        _ if rounded == count => " but for rounding".into(),
        _ => format!(" ({rounded} of them but for rounding)"),
    };
    (count > 0).then(|| {
        format!(
            "{count} of the {rows} calibration rows were used in training{but_for}: their scores are too low, and more than alpha of new \
             rows will be rejected"
        )
    })
}
