//! What a kernel is launched with.
//!
//! The launch functions that `#[cube(launch_unchecked)]` makes build a context of types anew for
//! every launch where the runtime is without `std`, as in the browser: three quarters of what a
//! training step took on the host. They need it only for the sizes of types, which are known here.

use std::sync::Arc;

use cubecl::{
    InfoBuilder, ScalarArgType,
    prelude::{
        AddressType, BufferCompilationArg, BufferIOAttr, CubeCount, CubeDim, CubeKernel,
        DeviceProperties, ExecutionMode, KernelSettings, TargetProperties,
    },
    server::{Handle, KernelArguments, KernelResource},
};

use super::Gpu;

/// Bytes of a value, and of a vector of four.
const VALUE: u64 = 4;
const VECTOR: u64 = 16;

/// A buffer of its own, as a kernel is compiled for it.
pub(super) const BUFFER: BufferCompilationArg = BufferCompilationArg { inplace: None };

/// What every kernel is made from, before its own arguments.
pub(super) type Setting = (KernelSettings, Arc<DeviceProperties>, Arc<TargetProperties>);

/// A kernel's buffers and numbers, in the order of its parameters.
#[derive(Default)]
pub(super) struct Arguments {
    bound: KernelArguments,
    info: InfoBuilder,
}

impl Arguments {
    /// `&[f32]` or `&[u32]`.
    pub fn reads(self, buffer: &Handle) -> Self {
        self.buffer(buffer, VALUE, BufferIOAttr::ReadOnly)
    }

    /// `&[Vector4]`.
    pub fn reads4(self, buffer: &Handle) -> Self {
        self.buffer(buffer, VECTOR, BufferIOAttr::ReadOnly)
    }

    /// `&mut [f32]`.
    pub fn writes(self, buffer: &Handle) -> Self {
        self.buffer(buffer, VALUE, BufferIOAttr::ReadWrite)
    }

    /// `&mut [Vector4]`.
    pub fn writes4(self, buffer: &Handle) -> Self {
        self.buffer(buffer, VECTOR, BufferIOAttr::ReadWrite)
    }

    /// A number.
    pub fn number(mut self, value: impl ScalarArgType) -> Self {
        self.info.scalars.push(value);
        self
    }

    /// Counts.
    pub fn numbers<const N: usize>(self, counts: [usize; N]) -> Self {
        counts.into_iter().fold(self, |arguments, count| arguments.number(count as u32))
    }

    fn buffer(mut self, buffer: &Handle, size: u64, io: BufferIOAttr) -> Self {
        self.info.metadata.register_buffer(buffer.size_in_used() / size, AddressType::U32);
        self.bound.resources.push(KernelResource::Buffer(buffer.clone().binding()));
        self.bound.declared_io.push(io);
        self
    }

    /// Launches `kernel`, unless another one is rehearsed.
    ///
    /// # Safety
    ///
    /// These arguments are the kernel's, and with them it neither reads nor writes beyond them.
    pub unsafe fn launch(mut self, gpu: &Gpu, kernel: impl CubeKernel, cubes: CubeCount) {
        if !gpu.takes_launch() {
            return;
        }
        self.bound.info = self.info.finish(AddressType::U32);
        gpu.client().launch(Box::new(kernel), cubes, self.bound);
    }
}

/// What a kernel for workgroups of `dim` threads is made from.
pub(super) fn setting(gpu: &Gpu, dim: usize) -> Setting {
    let client = gpu.client();
    let dim = CubeDim::new_1d(dim as u32);
    (
        KernelSettings::new(dim.into(), ExecutionMode::Unchecked, AddressType::U32),
        client.properties_shared(),
        client.target_properties_shared(),
    )
}
