//! Rows that are divided in two where they lie, some moves at a time.

use std::rc::Rc;

use super::rows::Rows;

/// Rows that are being divided.
pub struct Parting {
    features: Vec<f32>,
    /// What the parts have beside their features.
    parts: [Rows; 2],
    /// Which row goes to each place: each row to one.
    order: Vec<u32>,
    is_done: Vec<bool>,
    /// Where the circle of moves began, and its next place.
    start: usize,
    to: usize,
    /// What lay where it began, which goes where it ends; empty between two circles.
    first: Vec<f32>,
}

impl Parting {
    /// Of these rows, in this order.
    pub(super) fn new(features: Vec<f32>, parts: [Rows; 2], order: Vec<u32>) -> Self {
        let is_done = vec![false; order.len()];
        Self { features, parts, order, is_done, start: 0, to: 0, first: Vec::new() }
    }

    /// Moves up to so many rows, each of them once in all.
    pub fn go_on(&mut self, moves: usize) {
        let width = self.parts[0].width;
        for _ in 0..moves {
            if self.first.is_empty() {
                let left = self.is_done.iter().skip(self.to).position(|is_done| !is_done);
                let Some(left) = left else { return };
                self.to += left;
                self.start = self.to;
                self.first.extend_from_slice(&self.features[self.to * width..][..width]);
            }
            self.is_done[self.to] = true;
            let from = self.order[self.to] as usize;
            if from == self.start {
                self.features[self.to * width..][..width].copy_from_slice(&self.first);
                self.first.clear();
                self.to = self.start;
            } else {
                self.features.copy_within(from * width..(from + 1) * width, self.to * width);
                self.to = from;
            }
        }
    }

    /// The parts, after all moves.
    pub fn finish(self) -> [Rows; 2] {
        let Self { mut features, parts: [first, second], .. } = self;
        let others = features.split_off(first.count() * first.width);
        let with = |features, rows| Rows { features: Rc::new(features), ..rows };
        [with(features, first), with(others, second)]
    }
}
