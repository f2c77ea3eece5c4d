//! A file's tensors: how they are written, and read in the type and shape that they must have.

use ::safetensors::{Dtype, tensor::TensorView};
use half::f16;

use super::header::File;
use crate::{Error, Result, error::Mismatch};

/// How a file holds the rows that its head remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeptRows {
    /// As they are.
    #[default]
    Float32,
    /// At half precision.
    Float16,
    /// Not at all, nor any trace of them: weights and thresholds alone.
    None,
}

/// Name, type, shape and bytes of each tensor.
#[derive(Default)]
pub(super) struct Tensors(Vec<(String, Dtype, Vec<usize>, Vec<u8>)>);

impl Tensors {
    fn add(&mut self, name: String, dtype: Dtype, shape: Vec<usize>, bytes: Vec<u8>) {
        self.0.push((name, dtype, shape, bytes));
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, Dtype, Vec<usize>, Vec<u8>)> {
        self.0.iter()
    }

    /// Nothing where there are none.
    pub(super) fn words(&mut self, name: &str, values: &[u32]) {
        if !values.is_empty() {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            self.add(name.into(), Dtype::I32, vec![values.len()], bytes);
        }
    }

    /// Nothing where there are none.
    pub(super) fn longs(&mut self, name: &str, values: &[u64]) {
        if !values.is_empty() {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            self.add(name.into(), Dtype::I64, vec![values.len()], bytes);
        }
    }

    /// `[rows, width]` of a head's rows; nothing where there are none.
    pub(super) fn rows(
        &mut self,
        name: &str,
        width: usize,
        values: &[f32],
        kept: KeptRows,
    ) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let shape = vec![values.len() / width, width];
        if kept != KeptRows::Float16 {
            self.floats(name.into(), shape, values);
            return Ok(());
        }
        if let Some(value) = values.iter().find(|&&x| !f16::from_f32(x).is_finite()) {
            return Err(Error::InvalidOption(Mismatch::new(
                "options.rows",
                format!("\"float32\" for features beyond {}", f16::MAX),
                format!("\"float16\" for a feature of {value}"),
            )));
        }
        let bytes = values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect();
        self.add(name.into(), Dtype::F16, shape, bytes);
        Ok(())
    }

    /// Nothing where there are none.
    pub(super) fn some_floats(&mut self, name: &str, values: &[f32]) {
        if !values.is_empty() {
            self.floats(name.into(), vec![values.len()], values);
        }
    }

    pub(super) fn floats(&mut self, name: String, shape: Vec<usize>, values: &[f32]) {
        // Not by an iterator of bytes: at the size that this file is built for that is ten times slower.
        let mut bytes = vec![0; size_of_val(values)];
        let places = bytes.as_chunks_mut().0.iter_mut();
        places.zip(values).for_each(|(place, value)| *place = value.to_le_bytes());
        self.add(name, Dtype::F32, shape, bytes);
    }
}

/// A tensor's bytes in elements of `N` bytes. They need not be aligned.
fn elements<'data, const N: usize>(
    view: &TensorView<'data>,
    name: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<&'data [[u8; N]]> {
    if view.dtype() != dtype || view.shape() != shape {
        let got = format!("{} {:?}", view.dtype(), view.shape());
        return Err(refusal(&format!("tensor {name}"), format!("{dtype} {shape:?}"), got));
    }
    Ok(view.data().as_chunks::<N>().0)
}

pub(super) fn floats(tensors: &File, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
    let view = tensors
        .tensor(name)
        .ok_or_else(|| refusal(&format!("tensor {name}"), format!("F32 {shape:?}"), "none"))?;
    Ok(elements(&view, name, Dtype::F32, shape)?
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect())
}

/// The tensor's integers; none where there is no such tensor.
pub(super) fn words(tensors: &File, name: &str) -> Result<Vec<u32>> {
    let Some(view) = tensors.tensor(name) else { return Ok(Vec::new()) };
    let rows = view.shape().first().copied().unwrap_or_default();
    Ok(elements(&view, name, Dtype::I32, &[rows])?
        .iter()
        .map(|&bytes| u32::from_le_bytes(bytes))
        .collect())
}

/// Likewise, of 64 bits.
pub(super) fn longs(tensors: &File, name: &str) -> Result<Vec<u64>> {
    let Some(view) = tensors.tensor(name) else { return Ok(Vec::new()) };
    let rows = view.shape().first().copied().unwrap_or_default();
    Ok(elements(&view, name, Dtype::I64, &[rows])?
        .iter()
        .map(|&bytes| u64::from_le_bytes(bytes))
        .collect())
}

/// The tensor's numbers; none where there is no such tensor.
pub(super) fn some_floats(tensors: &File, name: &str) -> Result<Vec<f32>> {
    let Some(view) = tensors.tensor(name) else { return Ok(Vec::new()) };
    floats(tensors, name, &[view.shape().first().copied().unwrap_or_default()])
}

/// A head's rows, at either precision: so many, or, without a count, as many as there are.
pub(super) fn rows(
    tensors: &File,
    name: &str,
    count: Option<usize>,
    width: usize,
) -> Result<Vec<f32>> {
    let Some(view) = tensors.tensor(name) else {
        let none =
            || refusal(&format!("tensor {name}"), format!("F32 [{count:?}, {width}]"), "none");
        return if count.is_none() { Ok(Vec::new()) } else { Err(none()) };
    };
    let count = count.unwrap_or_else(|| view.shape().first().copied().unwrap_or_default());
    let shape = [count, width];
    if view.dtype() != Dtype::F16 {
        return floats(tensors, name, &shape);
    }
    let halves = elements(&view, name, Dtype::F16, &shape)?;
    Ok(halves.iter().map(|&bytes| f16::from_le_bytes(bytes).to_f32()).collect())
}

pub(super) fn refusal(part: &str, expected: impl ToString, got: impl ToString) -> Error {
    let argument = format!("file, {part}");
    Error::InvalidFile(Box::new(Mismatch {
        argument,
        expected: expected.to_string(),
        got: got.to_string(),
    }))
}
