//! Launches of the kernels: which buffers and how many threads each one gets.

use cubecl::{
    prelude::{BufferArg, CubeCount, CubeDim},
    server::Handle,
};

use super::{
    Batch, Data, Matrix, Order, Scratch, WebGpuEngine,
    layout::{Shape, Tile},
    linear, loss,
    loss::Kind,
    update,
    update::{NumbersLaunch, Rule},
};
use crate::{loss::Loss, optim::Update};

impl WebGpuEngine {
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

    /// All layers' outputs for a batch.
    pub(super) fn launch_forward(&self, batch: &Batch, scratch: &Scratch) {
        for (i, &shape) in self.layout.shapes.iter().enumerate() {
            let tile = self.tile(&shape);
            let tiles = batch.rows.div_ceil(tile.rows) * shape.outputs4.div_ceil(tile.outputs4);
            let (input, order, gather) = self.inputs(batch, scratch, i);
            // SAFETY: the kernel reads rows below the data's count, which callers of the trait
            // guarantee, and writes rows below `rows`, which the scratch memory holds.
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

    /// `left matrix^T`: the forward pass of a layer without a bias or a ReLU.
    pub(super) fn launch_product(
        &self,
        left: &Handle,
        matrix: &Matrix,
        output: &Handle,
        rows: usize,
    ) {
        let shape = matrix.shape;
        let tile = self.tile(&shape);
        let width = 4 * shape.inputs4;
        // SAFETY: without a gather the kernel reads the first `rows` rows, which `left` holds, and
        // writes as many to `output`.
        unsafe {
            linear::forward::launch_unchecked(
                self.gpu.client(),
                self.cubes(rows.div_ceil(tile.rows) * shape.outputs4.div_ceil(tile.outputs4)),
                self.dim(),
                buffer4(left, rows * width),
                // The binding must exist; the kernel does not read it.
                buffer(left, rows * width),
                buffer4(&matrix.layer, 4 * shape.end4()),
                buffer4(output, rows * 4 * shape.outputs4),
                rows as u32,
                0,
                shape,
                tile,
                false,
                false,
            );
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

    pub(super) fn launch_loss(
        &self,
        data: &Data,
        order: &Order,
        first: usize,
        rows: usize,
        scratch: &Scratch,
        learn: bool,
    ) {
        let Some(last) = self.layout.shapes.last() else { return };
        let (kind, tau, label_smoothing) = match self.spec.loss {
            Loss::LogitNorm { tau, label_smoothing } => (Kind::LogitNorm, tau, label_smoothing),
            Loss::CrossEntropy { label_smoothing } => (Kind::CrossEntropy, 1.0, label_smoothing),
        };
        let Some(logits) = scratch.outputs.last() else { return };
        // SAFETY: rows are below `rows`, labels below the class count and row numbers below the
        // data's count.
        unsafe {
            loss::rows::launch_unchecked(
                self.gpu.client(),
                self.cubes(rows),
                self.dim(),
                buffer(logits, scratch.rows * 4 * last.outputs4),
                buffer(&data.labels, data.rows),
                // The binding must exist; without weights the kernel does not read it.
                buffer(data.weights.as_ref().unwrap_or(&data.labels), data.rows),
                buffer(&order.rows, order.length),
                buffer(&scratch.results, 2 * scratch.rows),
                rows as u32,
                first as u32,
                1.0 / rows as f32,
                tau,
                label_smoothing,
                self.spec.architecture.classes(),
                4 * last.outputs4,
                kind,
                data.weights.is_some(),
                learn,
            );
        }
    }

    /// Back through the layers, updating each once the gradient has passed it.
    pub(super) fn launch_updates(&self, batch: &Batch, scratch: &Scratch, update: &Update) {
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
            // SAFETY: as in `launch_forward`; vectors of the state are below its length for every
            // tile.
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
    fn launch_backward(
        &self,
        rows: usize,
        scratch: &Scratch,
        i: usize,
        shape: Shape,
        gradient: BufferArg,
    ) {
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

    /// Copies parameters and moments from one buffer to another, unless they have diverged.
    pub(super) fn launch_copy(&self, from: &Handle, to: &Handle) {
        let length = self.layout.length * (1 + self.spec.moments);
        // SAFETY: both buffers have this length, and the totals four values.
        unsafe {
            update::copy::launch_unchecked(
                self.gpu.client(),
                self.cubes(length / 4),
                self.dim(),
                buffer4(from, length),
                buffer(&self.totals, 4),
                buffer4(to, length),
                length / 4,
            );
        }
    }

    /// Adds a batch's results to the totals.
    pub(super) fn launch_total(&self, rows: usize, scratch: &Scratch) {
        // SAFETY: the results hold `rows` rows, the totals four values.
        unsafe {
            update::total::launch_unchecked(
                self.gpu.client(),
                CubeCount::Static(1, 1, 1),
                CubeDim::new_1d(1),
                buffer(&scratch.results, 2 * scratch.rows),
                buffer(&self.totals, 4),
                rows as u32,
                u32::from(self.counted),
            );
        }
    }
}

/// [`update::Numbers`] on the host.
#[derive(Default)]
struct Numbers {
    rate: f32,
    first: f32,
    second: f32,
    complement: f32,
    epsilon: f32,
    decay: f32,
    root: f32,
}

impl Numbers {
    fn launch(&self) -> NumbersLaunch {
        NumbersLaunch::new(
            self.rate,
            self.first,
            self.second,
            self.complement,
            self.epsilon,
            self.decay,
            self.root,
        )
    }
}

fn rule(update: &Update, moments: usize) -> (Rule, Numbers) {
    match *update {
        Update::Sgd { learning_rate, momentum, nesterov, weight_decay } => {
            let rule = if moments == 0 { Rule::Plain } else { Rule::Momentum { nesterov } };
            let numbers = Numbers {
                rate: learning_rate,
                first: momentum,
                decay: weight_decay,
                ..Numbers::default()
            };
            (rule, numbers)
        }
        Update::AdamW { rate, complement1, beta2, complement2, epsilon, decay, root } => (
            Rule::AdamW,
            Numbers {
                rate,
                first: complement1,
                second: beta2,
                complement: complement2,
                epsilon,
                decay,
                root,
            },
        ),
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
