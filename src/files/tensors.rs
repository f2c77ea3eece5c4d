//! A file's tensors: how they are written, and read in the type and shape that they must have.

use std::ops::Range;

use ::safetensors::{
    Dtype,
    tensor::{Metadata, TensorInfo, TensorView},
};
use half::f16;

use super::header::File;
use crate::{Error, Result, error::Mismatch, numeric::format::number};

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

/// Name, type, shape and bytes of each tensor. Of that which has none, they lie elsewhere.
#[derive(Default)]
pub(super) struct Tensors(Vec<Tensor>);

type Tensor = (String, Dtype, Vec<usize>, Option<Vec<u8>>);

impl Tensors {
    fn add(&mut self, name: String, dtype: Dtype, shape: Vec<usize>, bytes: Vec<u8>) {
        self.0.push((name, dtype, shape, Some(bytes)));
    }

    /// The file of these tensors and a text: its bytes before and behind those that lie elsewhere.
    pub(super) fn around(mut self, key: &str, text: String) -> Result<[Vec<u8>; 2]> {
        // The crate's own order: the widest first, those of one type by their names.
        self.0.sort_by(|(name, dtype, ..), (other, others, ..)| {
            others.cmp(dtype).then_with(|| name.cmp(other))
        });
        let mut offset = 0;
        let info = |(name, dtype, shape, _): &Tensor| {
            let length = shape.iter().product::<usize>() * dtype.bitsize() / 8;
            let data_offsets = (offset, offset + length);
            offset += length;
            (name.clone(), TensorInfo { dtype: *dtype, shape: shape.clone(), data_offsets })
        };
        let infos = self.0.iter().map(info).collect();
        let texts = [(key.to_string(), text)].into_iter().collect();
        let metadata = Metadata::new(Some(texts), infos).map_err(broken)?;
        let mut header = serde_json::to_vec(&metadata).map_err(broken)?;
        header.resize(header.len().next_multiple_of(8), b' ');

        let mut parts = [(header.len() as u64).to_le_bytes().to_vec(), Vec::new()];
        parts[0].append(&mut header);
        let mut part = 0;
        for (.., bytes) in self.0 {
            match bytes {
                Some(bytes) => parts[part].extend(bytes),
                None => part = 1,
            }
        }
        Ok(parts)
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
        if !values.is_empty() {
            let shape = vec![values.len() / width, width];
            self.add(name.into(), kept.dtype(), shape, row_bytes(values, kept)?);
        }
        Ok(())
    }

    /// So many rows whose bytes lie elsewhere; nothing where there are none.
    pub(super) fn rows_elsewhere(
        &mut self,
        name: &str,
        count: usize,
        width: usize,
        kept: KeptRows,
    ) {
        if count > 0 {
            self.0.push((name.into(), kept.dtype(), vec![count, width], None));
        }
    }

    /// Nothing where there are none.
    pub(super) fn some_floats(&mut self, name: &str, values: &[f32]) {
        if !values.is_empty() {
            self.floats(name.into(), vec![values.len()], values);
        }
    }

    pub(super) fn floats(&mut self, name: String, shape: Vec<usize>, values: &[f32]) {
        self.add(name, Dtype::F32, shape, float_bytes(values));
    }
}

impl KeptRows {
    fn dtype(self) -> Dtype {
        if self == Self::Float16 { Dtype::F16 } else { Dtype::F32 }
    }
}

/// Below this, on the mean, numbers keep fewer than three digits in half precision.
const LEAST_HALVES: f64 = 1e-4;

/// The bytes of some rows as a file holds them.
pub fn row_bytes(values: &[f32], kept: KeptRows) -> Result<Vec<u8>> {
    if kept != KeptRows::Float16 {
        return Ok(float_bytes(values));
    }
    if let Some(value) = values.iter().find(|&&x| !f16::from_f32(x).is_finite()) {
        return Err(Error::InvalidOption(Mismatch::new(
            "options.rows",
            format!("\"float32\" for features beyond {}", f16::MAX),
            format!("\"float16\" for a feature of {value}"),
        )));
    }
    // Half precision has fewer digits below 6e-5, and none below 6e-8.
    let (mut count, mut squares) = (0.0, 0.0);
    for &value in values.iter().filter(|&&value| value != 0.0) {
        count += 1.0;
        squares += f64::from(value).powi(2);
    }
    let size = (squares / f64::max(count, 1.0)).sqrt();
    if count > 0.0 && size < LEAST_HALVES {
        return Err(Error::InvalidOption(Mismatch::new(
            "options.rows",
            format!("\"float32\" for features below {}", number(LEAST_HALVES)),
            format!("\"float16\" for features of {} on the mean", number(size)),
        )));
    }
    Ok(half_bytes(values, 1.0))
}

/// In units of `unit`.
pub(super) fn half_bytes(values: &[f32], unit: f32) -> Vec<u8> {
    let mut bytes = vec![0; values.len() * 2];
    let places = bytes.as_chunks_mut().0.iter_mut();
    places.zip(values).for_each(|(place, &x)| *place = f16::from_f32(x / unit).to_le_bytes());
    bytes
}

pub(super) fn float_bytes(values: &[f32]) -> Vec<u8> {
    // Not by an iterator of bytes: where code is optimised for its size, that is ten times slower.
    let mut bytes = vec![0; size_of_val(values)];
    let places = bytes.as_chunks_mut().0.iter_mut();
    places.zip(values).for_each(|(place, value)| *place = value.to_le_bytes());
    bytes
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

/// Examples, at either precision; none where there are none.
pub(super) fn rows(tensors: &File, name: &str, width: usize) -> Result<Vec<f32>> {
    let Some(view) = tensors.tensor(name) else { return Ok(Vec::new()) };
    let count = view.shape().first().copied().unwrap_or_default();
    let file = view.data();
    let rows = RowsInFile::find(tensors, name, [count, width], file)?;
    Ok(rows.values(file, 0..rows.count()))
}

/// Where rows are in a file, at either precision.
#[derive(Default)]
pub struct RowsInFile {
    /// Bytes before them, and theirs.
    offset: usize,
    length: usize,
    is_half: bool,
}

impl RowsInFile {
    /// So many rows.
    pub(super) fn find(tensors: &File, name: &str, shape: [usize; 2], file: &[u8]) -> Result<Self> {
        let Some(view) = tensors.tensor(name) else {
            return Err(refusal(&format!("tensor {name}"), format!("F32 {shape:?}"), "none"));
        };
        let is_half = view.dtype() == Dtype::F16;
        if is_half {
            elements::<2>(&view, name, Dtype::F16, &shape)?;
        } else {
            elements::<4>(&view, name, Dtype::F32, &shape)?;
        }
        // The view is a part of the file.
        let offset = view.data().as_ptr().addr() - file.as_ptr().addr();
        Ok(Self { offset, length: view.data().len(), is_half })
    }

    fn size(&self) -> usize {
        if self.is_half { 2 } else { 4 }
    }

    /// How many numbers they are.
    pub fn count(&self) -> usize {
        self.length / self.size()
    }

    /// Some of the numbers, of the file that they were found in.
    pub fn values(&self, file: &[u8], range: Range<usize>) -> Vec<f32> {
        let place = |number: usize| self.offset + number * self.size();
        let bytes = file.get(place(range.start)..place(range.end)).unwrap_or_default();
        if self.is_half {
            let halves = bytes.as_chunks::<2>().0.iter();
            return halves.map(|&bytes| f16::from_le_bytes(bytes).to_f32()).collect();
        }
        bytes.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
    }
}

pub(super) fn refusal(part: &str, expected: impl ToString, got: impl ToString) -> Error {
    let argument = format!("file, {part}");
    Error::InvalidFile(Box::new(Mismatch {
        argument,
        expected: expected.to_string(),
        got: got.to_string(),
    }))
}

/// Bytes that are no safetensors file, or one whose metadata are not ours.
pub(super) fn broken(reason: impl std::fmt::Display) -> Error {
    let expected = "the bytes of a safetensors file";
    Error::InvalidFile(Mismatch::new("file", expected, format!("others: {reason}")))
}
