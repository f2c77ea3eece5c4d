//! The page's one WebGPU device, shared by all heads.

use std::cell::RefCell;

use crate::{
    Result,
    engine::webgpu::{self, Gpu},
};

thread_local! {
    static OPEN: RefCell<Option<Gpu>> = const { RefCell::new(None) };
}

/// Opens the device for the first head; a device that has reported an error is replaced.
pub async fn open() -> Result<Gpu> {
    if let Some(gpu) = OPEN.with_borrow(Clone::clone)
        && gpu.check().is_ok()
    {
        return Ok(gpu);
    }
    let gpu = webgpu::open().await?;
    OPEN.set(Some(gpu.clone()));
    Ok(gpu)
}
