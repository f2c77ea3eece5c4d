//! The WebGPU engine: burn-wgpu's device, memory and launches under a few fused CubeCL kernels.
//!
//! A training step of a linear head is three dispatches and no read-back:
//!
//! | kernel | does |
//! |---|---|
//! | `linear::forward` | gathers the batch's rows and computes the logits |
//! | `loss::rows` | loss and hit of each row; replaces its logits by the loss's gradient |
//! | `update::layer` | parameter gradient, the optimiser's update in place, and the totals |
//!
//! A hidden layer adds one `forward`, one `linear::backward` before the layer behind it is updated, and one `layer`.
//! Nothing is submitted until the runtime's queue is full or something is read: upload, step and totals are one submission.
//! Every sum runs in a fixed order, so results are the same in every run on one device.

mod device;
mod layout;
mod linear;
mod loss;
mod update;

use std::ops::Range;

use cubecl::{
    prelude::{BufferArg, CubeCount, CubeDim},
    server::Handle,
};

pub use self::device::{Gpu, open};
use self::{
    layout::{Layout, Shape, Tile, pad_rows, unpad_rows},
    loss::Kind,
    update::{NumbersLaunch, Rule},
};
use super::{Engine, Outputs, Spec, State, Totals};
use crate::{Result, loss::Loss, optim::Update};

/// Parameters, moments and scratch memory of one head on a WebGPU device.
pub struct WebGpuEngine {
    gpu: Gpu,
    spec: Spec,
    layout: Layout,
    /// The parameters, then each moment, in [`Layout`]'s form.
    state: Handle,
    /// See [`update::total`].
    totals: Handle,
    /// Whether anything has been added to the totals since they were read.
    counted: bool,
    scratch: Option<Scratch>,
}

/// Rows on the device.
pub struct Data {
    features: Handle,
    labels: Handle,
    rows: usize,
}

/// Row numbers on the device.
pub struct Order {
    rows: Handle,
    length: usize,
}

/// What a batch leaves between kernels.
struct Scratch {
    rows: usize,
    /// Each layer's outputs, `[rows, 4 outputs4]`; the last is logits and then their gradient.
    outputs: Vec<Handle>,
    /// Gradients of the hidden layers' outputs, shaped like them.
    gradients: Vec<Handle>,
    /// Loss and hit of each row.
    results: Handle,
}

/// The rows of a batch: `order[first..first + rows]` of `features`, or, without an order, the first `rows`.
struct Batch<'a> {
    features: &'a Handle,
    length: usize,
    order: Option<&'a Order>,
    first: usize,
    rows: usize,
}

impl WebGpuEngine {
    /// Puts `parameters`, laid out as [`crate::head::Architecture`] says, on the device; moments start at zero.
    pub fn new(gpu: &Gpu, spec: Spec, parameters: Vec<f32>) -> Result<Self> {
        gpu.check()?;
        let layout = Layout::new(&spec.architecture);
        let length = layout.length * (1 + spec.moments);
        gpu.fits("parameters and moments", length)?;
        let mut packed = Vec::with_capacity(length);
        layout.pack(&parameters, &mut packed);
        packed.resize(length, 0.0);
        let state = gpu.upload_floats(packed);
        let totals = gpu.reserve(4);
        Ok(Self { gpu: gpu.clone(), spec, layout, state, totals, counted: false, scratch: None })
    }

    /// The device it runs on.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    fn state_arg(&self) -> BufferArg {
        buffer4(&self.state, self.layout.length * (1 + self.spec.moments))
    }

    /// Threads of one workgroup: small for a CPU that draws, where each group runs on one core.
    fn cube(&self) -> u32 {
        if self.gpu.is_software() { 16 } else { 64 }
    }

    fn cubes(&self, threads: usize) -> CubeCount {
        let cubes = threads.div_ceil(self.cube() as usize) as u32;
        // One dimension holds at most 65535 on every device; kernels count through all of them.
        let limit = self.gpu.client().properties().hardware.max_cube_count.0;
        CubeCount::Static(cubes.min(limit), cubes.div_ceil(limit), 1)
    }

    fn tile(&self, shape: &Shape) -> Tile {
        Tile::new(shape, self.gpu.is_software())
    }

    fn dim(&self) -> CubeDim {
        CubeDim::new_1d(self.cube())
    }

    /// Scratch memory for a batch, kept for the next one.
    fn scratch(&mut self, rows: usize) -> Result<Scratch> {
        match self.scratch.take() {
            Some(scratch) if scratch.rows >= rows => Ok(scratch),
            _ => self.reserve(rows),
        }
    }

    fn reserve(&self, rows: usize) -> Result<Scratch> {
        let mut outputs = Vec::with_capacity(self.layout.shapes.len());
        let mut gradients = Vec::new();
        for (i, shape) in self.layout.shapes.iter().enumerate() {
            let length = rows * 4 * shape.outputs4;
            self.gpu.fits("a batch's activations", length)?;
            outputs.push(self.gpu.reserve(length));
            if i + 1 < self.layout.shapes.len() {
                gradients.push(self.gpu.reserve(length));
            }
        }
        Ok(Scratch { rows, outputs, gradients, results: self.gpu.reserve(2 * rows) })
    }

    /// All layers' outputs for a batch.
    fn launch_forward(&self, batch: &Batch, scratch: &Scratch) {
        for (i, &shape) in self.layout.shapes.iter().enumerate() {
            let tile = self.tile(&shape);
            let tiles = batch.rows.div_ceil(tile.rows) * shape.outputs4.div_ceil(tile.outputs4);
            let (input, order, gather) = self.inputs(batch, scratch, i);
            // SAFETY: the kernel reads rows below the data's count, which callers of the trait guarantee, and writes rows
            // below `rows`, which the scratch memory holds.
            unsafe {
                linear::forward::launch_unchecked(
                    self.gpu.client(),
                    self.cubes(tiles),
                    self.dim(),
                    input,
                    order,
                    self.state_arg(),
                    buffer4(&scratch.outputs[i], scratch.rows * 4 * shape.outputs4),
                    batch.rows as u32,
                    batch.first as u32,
                    shape,
                    tile,
                    gather,
                    i + 1 < self.layout.shapes.len(),
                );
            }
        }
    }

    /// What layer `i` reads, the order through which it does, and whether that counts.
    fn inputs(&self, batch: &Batch, scratch: &Scratch, i: usize) -> (BufferArg, BufferArg, bool) {
        let (input, width) = match i {
            0 => (batch.features, batch.length),
            _ => (&scratch.outputs[i - 1], scratch.rows * 4 * self.layout.shapes[i].inputs4),
        };
        let (order, gather) = match batch.order {
            Some(order) => (buffer(&order.rows, order.length), i == 0),
            // The binding must exist; the kernel does not read it.
            None => (buffer(input, width), false),
        };
        (buffer4(input, width), order, gather)
    }

    fn launch_loss(&self, data: &Data, order: &Order, first: usize, rows: usize, scratch: &Scratch, learn: bool) {
        let Some(last) = self.layout.shapes.last() else { return };
        let (kind, constant) = match self.spec.loss {
            Loss::LogitNorm { tau } => (Kind::LogitNorm, tau),
            Loss::CrossEntropy { label_smoothing } => (Kind::CrossEntropy, label_smoothing),
        };
        let Some(logits) = scratch.outputs.last() else { return };
        // SAFETY: rows are below `rows`, labels below the class count and row numbers below the data's count.
        unsafe {
            loss::rows::launch_unchecked(
                self.gpu.client(),
                self.cubes(rows),
                self.dim(),
                buffer(logits, scratch.rows * 4 * last.outputs4),
                buffer(&data.labels, data.rows),
                buffer(&order.rows, order.length),
                buffer(&scratch.results, 2 * scratch.rows),
                rows as u32,
                first as u32,
                1.0 / rows as f32,
                constant,
                self.spec.architecture.classes(),
                4 * last.outputs4,
                kind,
                learn,
            );
        }
    }

    /// Back through the layers, updating each once the gradient has passed it.
    fn launch_updates(&self, batch: &Batch, scratch: &Scratch, update: &Update) {
        let (rule, numbers) = rule(update, self.spec.moments);
        let count = self.layout.shapes.len();
        for (i, &shape) in self.layout.shapes.iter().enumerate().rev() {
            let gradient = if i + 1 == count { &scratch.outputs[i] } else { &scratch.gradients[i] };
            let gradient = || buffer4(gradient, scratch.rows * 4 * shape.outputs4);
            if i > 0 {
                self.launch_backward(batch.rows, scratch, i, shape, gradient());
            }
            let total = i + 1 == count;
            let tile = self.tile(&shape);
            let (input, order, gather) = self.inputs(batch, scratch, i);
            // SAFETY: as in `launch_forward`; vectors of the state are below its length for every tile.
            unsafe {
                update::layer::launch_unchecked(
                    self.gpu.client(),
                    self.cubes(update::threads(&shape, &tile, total)),
                    self.dim(),
                    self.state_arg(),
                    input,
                    order,
                    gradient(),
                    buffer(&scratch.results, 2 * scratch.rows),
                    buffer(&self.totals, 4),
                    batch.rows as u32,
                    batch.first as u32,
                    u32::from(self.counted),
                    numbers.launch(),
                    shape,
                    tile,
                    self.layout.length / 4,
                    rule,
                    gather,
                    total,
                );
            }
        }
    }

    /// The gradient of layer `i`'s inputs into that of layer `i - 1`'s outputs.
    fn launch_backward(&self, rows: usize, scratch: &Scratch, i: usize, shape: Shape, gradient: BufferArg) {
        let length = scratch.rows * 4 * shape.inputs4;
        let tile = self.tile(&shape);
        // SAFETY: rows are below `rows`, which every buffer holds.
        unsafe {
            linear::backward::launch_unchecked(
                self.gpu.client(),
                self.cubes(rows.div_ceil(tile.rows) * shape.inputs4),
                self.dim(),
                gradient,
                self.state_arg(),
                buffer4(&scratch.outputs[i - 1], length),
                buffer4(&scratch.gradients[i - 1], length),
                rows as u32,
                shape,
                tile,
            );
        }
    }
}

/// [`update::Numbers`] on the host.
struct Numbers {
    rate: f32,
    first: f32,
    second: f32,
    epsilon: f32,
    decay: f32,
    root: f32,
}

impl Numbers {
    fn launch(&self) -> NumbersLaunch {
        NumbersLaunch::new(self.rate, self.first, self.second, self.epsilon, self.decay, self.root)
    }
}

fn rule(update: &Update, moments: usize) -> (Rule, Numbers) {
    match *update {
        Update::Sgd { learning_rate, momentum, nesterov, weight_decay } => {
            let rule = if moments == 0 { Rule::Plain } else { Rule::Momentum { nesterov } };
            let numbers =
                Numbers { rate: learning_rate, first: momentum, second: 0.0, epsilon: 0.0, decay: weight_decay, root: 0.0 };
            (rule, numbers)
        }
        Update::AdamW { rate, beta1, beta2, epsilon, decay, root } => {
            (Rule::AdamW, Numbers { rate, first: beta1, second: beta2, epsilon, decay, root })
        }
    }
}

/// A buffer of `length` values of 32 bits.
fn buffer(handle: &Handle, length: usize) -> BufferArg {
    // SAFETY: every handle here was made for the length that comes with it.
    unsafe { BufferArg::from_raw_parts(handle.clone(), length) }
}

/// The same in vectors of four.
fn buffer4(handle: &Handle, length: usize) -> BufferArg {
    buffer(handle, length / 4)
}

impl Engine for WebGpuEngine {
    type Data = Data;
    type Order = Order;

    fn upload(&mut self, features: Vec<f32>, labels: Vec<u32>) -> Result<Data> {
        self.gpu.check()?;
        let rows = labels.len();
        let width = self.spec.architecture.features();
        self.gpu.fits("features", rows * width.next_multiple_of(4))?;
        let features = self.gpu.upload_floats(pad_rows(features, width));
        Ok(Data { features, labels: self.gpu.upload_words(labels), rows })
    }

    fn order(&mut self, rows: Vec<u32>) -> Result<Order> {
        self.gpu.check()?;
        let length = rows.len();
        self.gpu.fits("row numbers", length)?;
        Ok(Order { rows: self.gpu.upload_words(rows), length })
    }

    fn step(&mut self, data: &Data, order: &Order, range: Range<usize>, update: &Update) -> Result<()> {
        self.gpu.check()?;
        let scratch = self.scratch(range.len())?;
        let batch = self.batch(data, order, &range);
        self.launch_forward(&batch, &scratch);
        self.launch_loss(data, order, batch.first, batch.rows, &scratch, true);
        self.launch_updates(&batch, &scratch, update);
        self.counted = true;
        self.scratch = Some(scratch);
        Ok(())
    }

    fn measure(&mut self, data: &Data, order: &Order, range: Range<usize>) -> Result<()> {
        self.gpu.check()?;
        let scratch = self.scratch(range.len())?;
        let batch = self.batch(data, order, &range);
        self.launch_forward(&batch, &scratch);
        self.launch_loss(data, order, batch.first, batch.rows, &scratch, false);
        // SAFETY: the results hold `rows` rows, the totals four values.
        unsafe {
            update::total::launch_unchecked(
                self.gpu.client(),
                CubeCount::Static(1, 1, 1),
                CubeDim::new_1d(1),
                buffer(&scratch.results, 2 * scratch.rows),
                buffer(&self.totals, 4),
                batch.rows as u32,
                u32::from(self.counted),
            );
        }
        self.counted = true;
        self.scratch = Some(scratch);
        Ok(())
    }

    async fn totals(&mut self) -> Result<Totals> {
        if !self.counted {
            return Ok(Totals::default());
        }
        let read = self.gpu.read(vec![self.totals.clone()]).await?;
        self.counted = false;
        match read.first().map(Vec::as_slice) {
            Some(&[loss, compensation, correct, _]) => {
                Ok(Totals { loss: f64::from(loss) - f64::from(compensation), correct: f64::from(correct) })
            }
            _ => Ok(Totals::default()),
        }
    }

    fn clear_totals(&mut self) -> Result<()> {
        self.counted = false;
        Ok(())
    }

    async fn finish(&mut self) -> Result<()> {
        self.gpu.finish().await
    }

    async fn forward(&mut self, features: &[f32]) -> Result<Outputs> {
        let width = self.spec.architecture.features();
        let widest = self.layout.shapes.iter().map(|shape| 4 * shape.inputs4.max(shape.outputs4)).max().unwrap_or(4);
        let limit = self.gpu.rows_per_buffer(widest).max(1);
        let classes = self.spec.architecture.classes();
        let hidden = (self.layout.shapes.len() > 1).then(|| self.spec.architecture.penultimate());
        let mut outputs = Outputs { logits: Vec::new(), penultimate: hidden.map(|_| Vec::new()) };
        for part in features.chunks(limit * width) {
            let rows = part.len() / width;
            let length = rows * width.next_multiple_of(4);
            let uploaded = self.gpu.upload_floats(pad_rows(part, width));
            let scratch = self.reserve(rows)?;
            let batch = Batch { features: &uploaded, length, order: None, first: 0, rows };
            self.launch_forward(&batch, &scratch);
            let kept = scratch.outputs.len() - 1 - usize::from(hidden.is_some());
            let mut read = self.gpu.read(scratch.outputs[kept..].to_vec()).await?.into_iter().rev();
            outputs.logits.extend(unpad_rows(read.next().unwrap_or_default(), classes));
            if let (Some(width), Some(penultimate)) = (hidden, &mut outputs.penultimate) {
                penultimate.extend(unpad_rows(read.next().unwrap_or_default(), width));
            }
        }
        Ok(outputs)
    }

    async fn state(&mut self) -> Result<State> {
        let read = self.gpu.read(vec![self.state.clone()]).await?;
        let mut arrays = read.iter().flat_map(|values| values.chunks_exact(self.layout.length)).map(|a| self.layout.unpack(a));
        let parameters = arrays.next().unwrap_or_default();
        Ok(State { parameters, moments: arrays.collect() })
    }

    fn set_state(&mut self, state: &State) -> Result<()> {
        self.gpu.check()?;
        let mut packed = Vec::with_capacity(self.layout.length * (1 + self.spec.moments));
        for values in std::iter::once(&state.parameters).chain(&state.moments) {
            self.layout.pack(values, &mut packed);
        }
        self.state = self.gpu.upload_floats(packed);
        Ok(())
    }
}

impl WebGpuEngine {
    fn batch<'a>(&self, data: &'a Data, order: &'a Order, range: &Range<usize>) -> Batch<'a> {
        let length = data.rows * 4 * self.layout.shapes.first().map_or(0, |shape| shape.inputs4);
        Batch { features: &data.features, length, order: Some(order), first: range.start, rows: range.len() }
    }
}
