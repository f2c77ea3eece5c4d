//! What a fitted scorer hands over, read back in the order in which the scorer put it down.

use std::slice::Iter;

use super::graph::{Graph, Value};
use crate::{Error, Result, error::Mismatch, ood::FittedArrays};

/// The numbers and arrays that have not been read yet.
pub struct Reader<'a> {
    numbers: &'a [f64],
    arrays: Iter<'a, Vec<f32>>,
}

impl<'a> Reader<'a> {
    /// Of a scorer, from the start.
    pub fn new(fitted: &'a FittedArrays) -> Self {
        Self { numbers: &fitted.numbers, arrays: fitted.arrays.iter() }
    }

    /// So many numbers.
    pub fn numbers(&mut self, count: usize) -> Result<&'a [f64]> {
        let (numbers, rest) = self.numbers.split_at_checked(count).ok_or_else(refusal)?;
        self.numbers = rest;
        Ok(numbers)
    }

    /// All numbers that are left, rows so long.
    pub fn rest(&mut self, width: usize) -> Result<&'a [f64]> {
        let count = self.numbers.len();
        if count == 0 || !count.is_multiple_of(width) {
            Err(refusal())
        } else {
            self.numbers(count)
        }
    }

    /// One number.
    pub fn number(&mut self) -> Result<f64> {
        Ok(self.numbers(1)?[0])
    }

    /// An array of any length.
    pub fn array(&mut self) -> Result<&'a [f32]> {
        self.arrays.next().map(Vec::as_slice).ok_or_else(refusal)
    }

    /// An array so long.
    pub fn list(&mut self, length: usize) -> Result<&'a [f32]> {
        let array = self.array()?;
        if array.len() == length { Ok(array) } else { Err(refusal()) }
    }

    /// An array of rows so long, at least one of them.
    pub fn rows(&mut self, width: usize) -> Result<&'a [f32]> {
        let rows = self.array()?;
        if rows.is_empty() || !rows.len().is_multiple_of(width) { Err(refusal()) } else { Ok(rows) }
    }

    /// A matrix `[*, width]` as a constant.
    pub fn matrix(&mut self, graph: &mut Graph, width: usize) -> Result<Value> {
        Ok(graph.matrix(width, self.rows(width)?))
    }

    /// Whether all was read.
    pub fn is_at_end(&self) -> bool {
        self.numbers.is_empty() && self.arrays.len() == 0
    }

    /// Refuses what nobody has read.
    pub fn finish(self) -> Result<()> {
        if self.is_at_end() { Ok(()) } else { Err(refusal()) }
    }
}

fn refusal() -> Error {
    let expected = "the arrays of the calibrated scorer";
    Error::InvalidFile(Mismatch::new("head, scorer", expected, "others"))
}
