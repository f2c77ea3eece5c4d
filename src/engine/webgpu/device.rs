//! Opening the WebGPU device, and turning what it reports into this crate's errors.

use std::{
    cell::Cell,
    future::ready,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use burn_wgpu::{RuntimeOptions, WgpuSetup, try_init_device, wgpu};
use cubecl::{
    Device,
    bytes::Bytes,
    client::Client,
    dry_run::DryRun,
    server::{Handle, IoError, ServerError},
};

use crate::{Error, Result};

/// An open WebGPU device. Clones share it; engines on one device share its compiled kernels and its
/// memory.
#[derive(Clone)]
pub struct Gpu {
    client: Client,
    software: bool,
    largest_buffer: u64,
    fault: Fault,
    rehearsed: Rc<Cell<Rehearsed>>,
}

/// What becomes of launches.
#[derive(Clone, Copy, Default, PartialEq)]
enum Rehearsed {
    /// They are what they are.
    #[default]
    No,
    /// The one after so many is compiled, and no other.
    After(usize),
    Done,
}

/// As long as it lives, a kernel at most is compiled, and nothing is launched.
pub(super) struct Rehearsal {
    state: Rc<Cell<Rehearsed>>,
    _nothing_runs: DryRun,
}

impl Rehearsal {
    /// Whether there is no launch after those before.
    pub(super) fn found_none(self) -> bool {
        self.state.get() != Rehearsed::Done
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        self.state.set(Rehearsed::No);
    }
}

/// Waits until the device has done what was submitted.
pub(super) type Submitted = Pin<Box<dyn Future<Output = Result<()>>>>;

/// The first error that the device reported outside any call.
#[derive(Clone, Default)]
struct Fault(Arc<Mutex<Option<Error>>>);

impl Fault {
    fn record(&self, error: &wgpu::Error) {
        let error = match error {
            wgpu::Error::OutOfMemory { .. } => {
                Error::OutOfMemory("the WebGPU device could not allocate a buffer".into())
            }
            other => Error::DeviceLost(other.to_string()),
        };
        self.first(error);
    }

    /// The first error: this one, if there was none before.
    fn first(&self, error: Error) -> Error {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error).clone()
    }

    fn get(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Opens a device of its own on the fastest adapter. After [`Error::DeviceLost`], open another and
/// build new engines on it.
///
/// The device is requested here and then registered with burn's runtime: the runtime's own set-up
/// can be run only once per page, a registered one any number of times.
pub async fn open() -> Result<Gpu> {
    #[cfg(target_family = "wasm")]
    run_constructors();
    #[cfg(target_family = "wasm")]
    if !wgpu::util::is_browser_webgpu_supported().await {
        return Err(Error::WebGpuUnavailable("this browser offers no WebGPU adapter".into()));
    }
    let backends = if cfg!(target_family = "wasm") {
        wgpu::Backends::BROWSER_WEBGPU
    } else {
        wgpu::Backends::PRIMARY
    };
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    let adapter = instance.request_adapter(&options).await.map_err(unavailable)?;
    // On wasm the runtime panics when it opens a stream on an adapter that cannot time kernels.
    if cfg!(target_family = "wasm") && !adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY)
    {
        return Err(Error::WebGpuUnavailable(
            "the adapter lacks the feature timestamp-query".into(),
        ));
    }
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("oodgate"),
        required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
        required_limits: adapter.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    };
    let (device, queue) = adapter.request_device(&descriptor).await.map_err(unavailable)?;

    let (info, limits) = (adapter.get_info(), device.limits());
    let backend = info.backend;
    let setup = WgpuSetup { instance, adapter, device: device.clone(), queue, backend };
    let registered = try_init_device(setup, RuntimeOptions::try_default().map_err(unavailable)?)
        .map_err(unavailable)?;
    let client = Device::Wgpu(registered).client();

    // The runtime's own handler panics, which on wasm ends the whole instance.
    let fault = Fault::default();
    let record = fault.clone();
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| record.record(&error)));

    Ok(Gpu {
        client,
        software: info.device_type == wgpu::DeviceType::Cpu,
        largest_buffer: limits.max_storage_buffer_binding_size.min(limits.max_buffer_size),
        fault,
        rehearsed: Rc::default(),
    })
}

/// Runs the constructors in which CubeCL's compiler registers its operations, once.
///
/// Where nothing refers to `__wasm_call_ctors`, the linker takes the module for a program and makes
/// every exported function run all constructors again on each call from JavaScript: about a
/// thousand, several milliseconds each time. This reference turns that off, and with it the first
/// run.
#[cfg(target_family = "wasm")]
fn run_constructors() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: the linker's own function, called once and before anything that relies on it.
    ONCE.call_once(|| unsafe { __wasm_call_ctors() });
}

fn unavailable(reason: impl std::fmt::Display) -> Error {
    Error::WebGpuUnavailable(reason.to_string())
}

impl Gpu {
    /// Whether the adapter says that it runs on the CPU.
    pub(super) fn is_software(&self) -> bool {
        self.software
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Fails when the device has reported an error since it was opened.
    pub fn check(&self) -> Result<()> {
        self.fault.get().map_or(Ok(()), Err)
    }

    /// Fails with the numbers when `length` values for `purpose` exceed what one buffer of this
    /// device holds.
    pub(super) fn fits(&self, purpose: &str, length: usize) -> Result<()> {
        let bytes = length as u64 * 4;
        if bytes <= self.largest_buffer {
            return Ok(());
        }
        let limit = self.largest_buffer;
        Err(Error::OutOfMemory(format!(
            "{purpose} need {bytes} bytes, one buffer of this WebGPU device holds {limit}"
        )))
    }

    /// How many rows of `width` values one buffer holds.
    pub(super) fn rows_per_buffer(&self, width: usize) -> usize {
        usize::try_from(self.largest_buffer / (4 * width as u64)).unwrap_or(usize::MAX)
    }

    /// Begins to rehearse the launch after so many others.
    pub(super) fn rehearse(&self, launches: usize) -> Rehearsal {
        self.rehearsed.set(Rehearsed::After(launches));
        Rehearsal { state: self.rehearsed.clone(), _nothing_runs: DryRun::new() }
    }

    /// Whether a launch is to be passed on to the runtime.
    pub(super) fn takes_launch(&self) -> bool {
        match self.rehearsed.get() {
            Rehearsed::No => true,
            Rehearsed::Done => false,
            Rehearsed::After(launches) => {
                let next = launches.checked_sub(1).map_or(Rehearsed::Done, Rehearsed::After);
                self.rehearsed.set(next);
                launches == 0
            }
        }
    }

    /// Replaces values of a buffer, from one on.
    pub(super) fn write(&self, buffer: &Handle, first: usize, values: Vec<f32>) {
        let part = buffer.clone().offset_start(4 * first as u64);
        let behind = part.size_in_used() - 4 * values.len() as u64;
        self.client.write(&part.offset_end(behind), Bytes::from_elems(values));
    }

    pub(super) fn upload_floats(&self, values: Vec<f32>) -> Handle {
        self.client.create(Bytes::from_elems(values))
    }

    pub(super) fn upload_words(&self, values: Vec<u32>) -> Handle {
        self.client.create(Bytes::from_elems(values))
    }

    /// Room for `length` values, with whatever was there before.
    pub(super) fn reserve(&self, length: usize) -> Handle {
        self.client.empty(length * 4)
    }

    /// Copies buffers to the host, all in one submission, after one with everything queued before.
    pub(super) async fn read(&self, handles: Vec<Handle>) -> Result<Vec<Vec<f32>>> {
        self.check()?;
        let bytes = self.client.read_async(handles).await.map_err(|error| self.explain(&error))?;
        Ok(bytes.iter().map(|bytes| floats(bytes)).collect())
    }

    /// Submits what is queued.
    pub(super) fn submit(&self) -> Submitted {
        let (gpu, done) = (self.clone(), self.client.sync());
        let mut submitted: Submitted = Box::pin(async move {
            done.await.map_err(|error| gpu.explain(&error))?;
            gpu.check()
        });
        // The device is asked when it is done at the first poll: that is to be now.
        match submitted.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => Box::pin(ready(result)),
            Poll::Pending => submitted,
        }
    }

    /// What the device reported first says more than what fails in its wake.
    fn explain(&self, error: &ServerError) -> Error {
        self.fault.first(convert(error))
    }
}

fn convert(error: &ServerError) -> Error {
    match error {
        ServerError::Io(IoError::BufferTooBig { size, .. } | IoError::OutOfMemory { size, .. }) => {
            Error::OutOfMemory(format!("a buffer of {size} bytes on the WebGPU device"))
        }
        ServerError::Unwritten { root, .. } => convert(root),
        other => {
            // The runtime's messages end with a backtrace.
            let text = other.to_string();
            let message = text.split("\nBacktrace").next().unwrap_or_default();
            Error::DeviceLost(message.trim().replace('\n', " "))
        }
    }
}

/// Every adapter with WebGPU is little-endian. The bytes need not be aligned for f32.
fn floats(bytes: &[u8]) -> Vec<f32> {
    let (chunks, _) = bytes.as_chunks::<4>();
    chunks.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect()
}
