//! The inverse of a Cholesky factor, block of rows by block of rows.

use super::{
    matmul::{View, multiply, reach},
    product,
};
use crate::numeric::{quads::change_by, row::wide_dot};

/// Its rows so far.
pub struct Inverse {
    side: usize,
    /// `[*, side]`.
    rows: Vec<f32>,
    /// For the block that is next: what there is so far, `[made, made]`, and L, `[rows, made]`.
    corner: Vec<f32>,
    factor: Vec<f32>,
}

impl Inverse {
    /// Of so many columns.
    pub fn new(side: usize) -> Self {
        let rows = Vec::with_capacity(side * side);
        Self { side, rows, corner: Vec::new(), factor: Vec::new() }
    }

    fn made(&self) -> usize {
        self.rows.len() / self.side
    }

    /// See [`super::Engine::gram`].
    pub fn gram(&mut self, block: &[f32]) -> Vec<f64> {
        let made = self.made();
        self.corner.clear();
        self.rows.chunks_exact(self.side).for_each(|row| self.corner.extend(&row[..made]));
        self.factor = product(block, &self.corner, made, &reach(&self.corner, made));
        let mut gram = Vec::new();
        for (i, a) in self.factor.chunks_exact(made).enumerate() {
            for (j, b) in self.factor.chunks_exact(made).enumerate() {
                gram.push(if j > i { 0.0 } else { wide_dot(a, b) });
            }
        }
        gram
    }

    /// See [`super::Engine::extend`].
    pub fn extend(&mut self, own: &[f32], size: usize) {
        let made = self.made();
        let mut below = vec![0.0; size * made];
        if made > 0 {
            let corner = View::new(&self.corner, made, made);
            multiply(View::new(&self.factor, size, made), corner, 0.0, &mut below);
        }
        for (i, own) in own.chunks_exact(size).enumerate() {
            let start = self.rows.len();
            self.rows.resize(start + self.side, 0.0);
            let row = &mut self.rows[start..];
            row[made..made + size].copy_from_slice(own);
            for (k, &weight) in own[..=i].iter().enumerate() {
                let below = &below[k * made..][..made];
                change_by(&mut row[..made], below, |x, y| x - weight * y);
            }
        }
    }

    /// Their length, and all of them.
    pub fn whole(self) -> (usize, Vec<f32>) {
        (self.side, self.rows)
    }
}
