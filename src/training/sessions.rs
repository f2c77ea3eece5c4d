//! Do rows look like groups that nobody named: frames of one recording, shots of one scene?
//! Calibration rows that have near copies among the training rows look too familiar, and the gate
//! that they set rejects what comes from the next recording.

use super::rows::Rows;
use crate::numeric::row::{squared_distance, squared_distance_to_mean};

/// Below this, consecutive rows of a class are more alike than its rows in any order are, if that is
/// so many deviations of chance below 1, too: few rows of few features differ by more.
const IN_ORDER: f64 = 0.86;
const DEVIATIONS: f64 = 3.0;

/// Below this share of its class's width, the nearest row of a class is a near copy.
const NEAR_COPY: f64 = 0.35;

/// Rows that are compared with all others of their class.
const SAMPLED: usize = 128;

/// Numbers that are compared for that, at most: some milliseconds.
const COMPARED: usize = 1 << 25;

/// Fewer features say nothing of near copies.
const MANY: usize = 64;

/// Fewer rows say nothing.
const LEAST: usize = 8;

/// How alike the rows of each class are: rows that came one after the other beside others of their
/// class (von Neumann's ratio, 1 for rows in any order), and rows beside their nearest.
pub struct Likeness {
    /// The rows of each class that has enough.
    of_class: Vec<Vec<usize>>,
    /// Classes that have been compared.
    compared: usize,
    /// Rows of a class that are compared with all others of it.
    each: usize,
    /// Squared distances of rows that came one after the other, and twice the scatter.
    consecutive: f64,
    spread: f64,
    /// Of rows, the distance of their nearest one in their class's widths.
    nearest: Vec<f64>,
}

impl Likeness {
    /// Of no class yet.
    pub fn new(rows: &Rows, classes: usize) -> Self {
        let mut of_class = vec![Vec::new(); classes];
        rows.labels.iter().zip(0..).for_each(|(&label, row)| of_class[label as usize].push(row));
        of_class.retain(|members: &Vec<usize>| members.len() >= LEAST);
        let affordable = COMPARED / (rows.count() * rows.width).max(1);
        let each = (SAMPLED / of_class.len().max(1)).min(affordable).max(1);
        Self { of_class, compared: 0, each, consecutive: 0.0, spread: 0.0, nearest: Vec::new() }
    }

    /// Compares the rows of the next class; whether there was one.
    pub fn compare_class(&mut self, rows: &Rows) -> bool {
        let Some(members) = self.of_class.get(self.compared) else { return false };
        self.compared += 1;
        let within = twice_scatter(rows, members);
        self.spread += within;
        self.consecutive +=
            members.windows(2).map(|pair| distance(rows, pair[0], pair[1])).sum::<f64>();
        let width = within / (members.len() - 1) as f64;
        let others = |row: usize| members.iter().filter(move |&&other| other != row);
        for &row in members.iter().step_by(members.len().div_ceil(self.each)) {
            let least =
                others(row).map(|&other| distance(rows, row, other)).fold(f64::INFINITY, f64::min);
            self.nearest.push(if width > 0.0 { (least / width).sqrt() } else { 0.0 });
        }
        true
    }

    /// Whether they look like groups, when all classes have been compared.
    pub fn of_groups(&self, rows: &Rows) -> bool {
        let Self { of_class, consecutive, spread, nearest, .. } = self;
        if of_class.is_empty() {
            return false;
        }
        // In few dimensions every row has a near neighbour.
        let copies = if rows.width < MANY { 0 } else { 2 };
        let copies = copies * nearest.iter().filter(|&&ratio| ratio < NEAR_COPY).count();
        // The ratio's variance for normal rows in any order.
        let compared = of_class.iter().map(Vec::len).sum::<usize>() as f64;
        let chance = 1.0 / (compared * rows.columns().effective()).sqrt();
        let in_order = IN_ORDER.min(1.0 - DEVIATIONS * chance);
        *spread > 0.0 && (*consecutive < in_order * spread || copies > nearest.len())
    }
}

fn distance(rows: &Rows, one: usize, other: usize) -> f64 {
    f64::from(squared_distance(rows.row(one), rows.row(other)))
}

/// `2 sum |x - mean|^2`: what the squared distances of consecutive rows add up to if their order
/// means nothing.
fn twice_scatter(rows: &Rows, members: &[usize]) -> f64 {
    let mut mean = vec![0.0; rows.width];
    for &row in members {
        mean.iter_mut()
            .zip(rows.row(row))
            .for_each(|(sum, &x)| *sum += f64::from(x) / members.len() as f64);
    }
    let square = |&row: &usize| squared_distance_to_mean(rows.row(row), &mean);
    2.0 * members.iter().map(square).sum::<f64>()
}
