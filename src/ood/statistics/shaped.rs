//! Rows in the form in which they are compared, each made where it is asked for: a copy of all of
//! them would double what a head's rows take.

use super::form::Standardised;

/// Rows as they are compared.
pub struct Shaped<'a> {
    rows: &'a [f32],
    width: usize,
    form: As<'a>,
}

/// What becomes of a row.
enum As<'a> {
    Itself,
    /// Unit length, by the length of each.
    Unit(&'a [f64]),
    Standardised(&'a Standardised),
}

impl<'a> Shaped<'a> {
    /// `[rows, width]` as they are.
    pub fn plain(rows: &'a [f32], width: usize) -> Self {
        Self { rows, width, form: As::Itself }
    }

    /// At unit length, given [`norm`](crate::numeric::row::norm) of each; a row of zeros stays one.
    pub fn unit(rows: &'a [f32], width: usize, lengths: &'a [f64]) -> Self {
        Self { rows, width, form: As::Unit(lengths) }
    }

    /// With each feature mapped.
    pub fn standardised(rows: &'a [f32], width: usize, columns: &'a Standardised) -> Self {
        Self { rows, width, form: As::Standardised(columns) }
    }

    /// Length of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.rows.len() / self.width
    }

    /// A row, which is put together in `made` if it has to be.
    pub fn row<'s>(&'s self, row: usize, made: &'s mut Vec<f32>) -> &'s [f32] {
        if let As::Itself = self.form {
            return &self.rows[row * self.width..][..self.width];
        }
        made.clear();
        self.append(row, made);
        made
    }

    /// Adds a row to others.
    fn append(&self, row: usize, to: &mut Vec<f32>) {
        let values = &self.rows[row * self.width..][..self.width];
        match self.form {
            As::Itself => to.extend_from_slice(values),
            As::Unit(lengths) => {
                let length = lengths[row];
                let factor = if length > 0.0 { 1.0 / length } else { 0.0 };
                to.extend(values.iter().map(|&x| (f64::from(x) * factor) as f32));
            }
            As::Standardised(Standardised { shift, scale }) => {
                let map = |(x, (shift, scale)): (&f32, (&f32, &f32))| (x - shift) * scale;
                to.extend(values.iter().zip(shift.iter().zip(scale)).map(map));
            }
        }
    }

    /// Some of the rows.
    pub fn pick(&self, rows: &[usize]) -> Vec<f32> {
        let mut picked = Vec::with_capacity(rows.len() * self.width);
        rows.iter().for_each(|&row| self.append(row, &mut picked));
        picked
    }

    /// All of them.
    pub fn all(&self) -> Vec<f32> {
        let mut all = Vec::with_capacity(self.rows.len());
        (0..self.count()).for_each(|row| self.append(row, &mut all));
        all
    }
}
