//! A safetensors file's header. The crate's own reader keeps everything on its way as values of any
//! kind (serde's `flatten`): lists of numbers took 35 times their bytes. This one reads the parts
//! as what they are, and leaves the checks to the crate.

use std::fmt;

use ::safetensors::{
    SafeTensorError,
    tensor::{Metadata, TensorInfo, TensorView},
};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

/// A safetensors file: its tensors, and our text among the metadata.
pub(crate) struct File<'data> {
    /// What [`super::safetensors`] wrote beside the tensors, if it did.
    pub(crate) description: Option<String>,
    tensors: Metadata,
    data: &'data [u8],
}

/// The metadata's keys that are ours.
#[derive(Deserialize)]
struct Texts {
    oodgate: Option<String>,
}

/// The parts of the JSON.
struct Header {
    description: Option<String>,
    tensors: Vec<(String, TensorInfo)>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Parts)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("tensors by name")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Header, M::Error> {
        let mut header = Header { description: None, tensors: Vec::new() };
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "__metadata__" => header.description = map.next_value::<Texts>()?.oodgate,
                _ => header.tensors.push((name, map.next_value()?)),
            }
        }
        header.tensors.sort_by(|(one, _), (other, _)| one.cmp(other));
        if header.tensors.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(M::Error::custom("two tensors of one name"));
        }
        // As the crate wants them.
        header.tensors.sort_by_key(|(_, info)| info.data_offsets);
        Ok(header)
    }
}

impl<'data> File<'data> {
    /// Reads and checks the header; the tensors stay where they are.
    pub(crate) fn read(file: &'data [u8]) -> Result<Self, SafeTensorError> {
        let (length, rest) = file.split_first_chunk().ok_or(SafeTensorError::HeaderTooSmall)?;
        let length = usize::try_from(u64::from_le_bytes(*length))
            .map_err(|_| SafeTensorError::HeaderTooLarge)?;
        let (header, data) =
            rest.split_at_checked(length).ok_or(SafeTensorError::InvalidHeaderLength)?;
        let header: Header = serde_json::from_slice(header)
            .map_err(SafeTensorError::InvalidHeaderDeserialization)?;
        let tensors = Metadata::new(None, header.tensors)?;
        if tensors.data_len() != data.len() {
            return Err(SafeTensorError::MetadataIncompleteBuffer);
        }
        Ok(Self { description: header.description, tensors, data })
    }

    /// The tensor of a name.
    pub(crate) fn tensor(&self, name: &str) -> Option<TensorView<'data>> {
        let info = self.tensors.info(name)?;
        let data = self.data.get(info.data_offsets.0..info.data_offsets.1)?;
        TensorView::new(info.dtype, info.shape.clone(), data).ok()
    }

    /// The tensors' names, in their order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.tensors.offset_keys()
    }

    /// Bytes of all tensors.
    pub(crate) fn data_length(&self) -> usize {
        self.data.len()
    }
}
