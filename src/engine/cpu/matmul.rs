//! Matrix products on slices. The only unsafe code of the CPU engine: gemm takes pointers, and this file proves them.

use gemm::{Parallelism, gemm};

/// A matrix seen in a slice, row-major or transposed.
#[derive(Clone, Copy)]
pub struct View<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: isize,
    column_stride: isize,
}

impl<'a> View<'a> {
    /// A row-major matrix `[rows, columns]` at the start of `values`.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self { values: &values[..rows * columns], rows, columns, row_stride: columns as isize, column_stride: 1 }
    }

    /// The same numbers, `[columns, rows]`.
    pub fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, row_stride: self.column_stride, column_stride: self.row_stride, ..self }
    }
}

/// `output = left right + keep output`, with `left` `[m, k]`, `right` `[k, n]` and `output` `[m, n]` row-major. `keep` is 0 or 1.
pub fn multiply(left: View, right: View, keep: f32, output: &mut [f32]) {
    let (m, k, n) = (left.rows, left.columns, right.columns);
    assert!(k == right.rows && output.len() == m * n, "shapes do not fit");
    // SAFETY: a `View` is only made by `new`, whose slice holds rows * columns numbers, and by `transposed`, which
    // addresses the same ones; `output` was just measured, and as a unique borrow it overlaps neither factor.
    unsafe {
        gemm(
            m,
            n,
            k,
            output.as_mut_ptr(),
            1,
            n as isize,
            keep != 0.0,
            left.values.as_ptr(),
            left.column_stride,
            left.row_stride,
            right.values.as_ptr(),
            right.column_stride,
            right.row_stride,
            keep,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
