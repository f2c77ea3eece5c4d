//! Launches of the kernels: which buffers and how many threads each one gets.

use cubecl::{prelude::CubeCount, server::Handle};

use super::{
    Batch, Data, Order, Scratch, WebGpuEngine,
    arguments::{Arguments, BUFFER, setting},
    layout::Shape,
    linear, loss,
    loss::Kind,
    numbers::{NUMBERS, rule},
    tile::{GATHERING, GradientTile, SHARING, Tile},
    totals, update, vary,
};
use crate::{loss::Loss, optim::Update};

/// Threads of a workgroup on a CPU that plays a GPU: few, for each group runs on one core.
const SOFTWARE: usize = 16;

impl WebGpuEngine {
    /// Threads of a workgroup that share at most tiles of a product.
    pub(super) fn dim(&self) -> usize {
        if self.gpu.is_software() { SOFTWARE } else { SHARING }
    }

    /// Threads of a workgroup that sums over a batch's rows.
    fn gathering(&self) -> usize {
        if self.gpu.is_software() { SOFTWARE } else { GATHERING }
    }

    /// So many workgroups.
    fn cubes(&self, count: usize) -> CubeCount {
        let count = count as u32;
        // One dimension holds at most 65535 on every device; kernels count through all of them.
        let limit = self.gpu.client().properties().hardware.max_cube_count.0;
        CubeCount::Static(count.min(limit), count.div_ceil(limit), 1)
    }

    /// So many threads in workgroups of [`Self::dim`].
    pub(super) fn threads(&self, count: usize) -> CubeCount {
        self.cubes(count.div_ceil(self.dim()))
    }

    /// A batch's rows, varied by others.
    pub(super) fn launch_vary(
        &self,
        batch: &Batch,
        order: &Order,
        others: &Handle,
        varied: &Handle,
    ) {
        let width4 = self.layout.shapes[0].inputs4;
        let (settings, device, target) = setting(&self.gpu, self.dim());
        let kernel = vary::vary::Vary::new(
            settings,
            device,
            target,
            BUFFER,
            BUFFER,
            BUFFER,
            BUFFER,
            (),
            (),
            width4,
        );
        let arguments = Arguments::default()
            .reads4(batch.features)
            .reads(&order.rows)
            .reads(others)
            .writes4(varied)
            .number(batch.rows as u32)
            .number(batch.first as u32);
        // SAFETY: as in `launch_forward`; there are as many others as rows, and `varied` holds
        // `rows` rows.
        unsafe { arguments.launch(&self.gpu, kernel, self.threads(batch.rows * width4)) };
    }

    /// All layers' outputs for a batch.
    pub(super) fn launch_forward(&self, batch: &Batch, scratch: &Scratch) {
        for (i, &shape) in self.layout.shapes.iter().enumerate() {
            let (input, order, gather) = inputs(batch, scratch, i);
            let relu = i + 1 < self.layout.shapes.len();
            // By the rows of a whole batch: a shorter one runs the same kernel.
            let tile = Tile::new(&shape, scratch.rows, self.gpu.is_software());
            let arguments = Arguments::default()
                .reads4(input)
                .reads(order)
                .reads4(&self.state)
                .writes4(&scratch.outputs[i])
                .numbers([batch.rows, batch.first, 0, 0, 0]);
            let threads = tile.count(&shape, batch.rows) * tile.split;
            // SAFETY: the kernel reads rows below the data's count, which callers of the trait
            // guarantee, and writes rows below `rows`, which the scratch memory holds.
            unsafe {
                self.launch_forward_kernel(arguments, threads, Some(shape), tile, gather, relu)
            };
        }
    }

    /// # Safety
    ///
    /// The arguments are those of [`linear::forward`] for so many threads.
    pub(super) unsafe fn launch_forward_kernel(
        &self,
        arguments: Arguments,
        threads: usize,
        fixed: Option<Shape>,
        tile: Tile,
        gather: bool,
        relu: bool,
    ) {
        let (settings, device, target) = setting(&self.gpu, self.dim());
        let kernel = linear::forward::Forward::new(
            settings,
            device,
            target,
            BUFFER,
            BUFFER,
            BUFFER,
            BUFFER,
            (),
            (),
            (),
            (),
            (),
            fixed,
            tile,
            gather,
            relu,
        );
        // SAFETY: the caller's.
        unsafe { arguments.launch(&self.gpu, kernel, self.threads(threads)) };
    }

    /// # Safety
    ///
    /// The arguments are those of [`linear::backward`] for so many rows of so many vectors.
    pub(super) unsafe fn launch_backward_kernel(
        &self,
        arguments: Arguments,
        rows: usize,
        width4: usize,
        fixed: Option<Shape>,
        tile_rows: usize,
    ) {
        let (settings, device, target) = setting(&self.gpu, self.dim());
        let kernel = linear::backward::Backward::new(
            settings,
            device,
            target,
            BUFFER,
            BUFFER,
            BUFFER,
            BUFFER,
            (),
            (),
            (),
            (),
            (),
            (),
            fixed,
            tile_rows,
        );
        let threads = rows.div_ceil(tile_rows) * width4;
        // SAFETY: the caller's.
        unsafe { arguments.launch(&self.gpu, kernel, self.threads(threads)) };
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
        let classes = self.spec.architecture.classes();
        let lanes = loss::lanes(classes, self.gpu.is_software());
        let (settings, device, target) = setting(&self.gpu, self.dim());
        let kernel = loss::rows::Rows::new(
            settings,
            device,
            target,
            BUFFER,
            BUFFER,
            BUFFER,
            BUFFER,
            BUFFER,
            (),
            (),
            (),
            (),
            (),
            classes,
            4 * last.outputs4,
            kind,
            data.weights.is_some(),
            learn,
            lanes,
        );
        let arguments = Arguments::default()
            .writes(logits)
            .reads(&data.labels)
            // The binding must exist; without weights the kernel does not read it.
            .reads(data.weights.as_ref().unwrap_or(&data.labels))
            .reads(&order.rows)
            .writes(&scratch.results)
            .number(rows as u32)
            .number(first as u32)
            .number(1.0 / rows as f32)
            .number(tau)
            .number(label_smoothing);
        // SAFETY: rows are below `rows`, labels below the class count and row numbers below the
        // data's count.
        unsafe { arguments.launch(&self.gpu, kernel, self.threads(rows * lanes)) };
    }

    /// Back through the layers, updating each once the gradient has passed it.
    pub(super) fn launch_updates(&self, batch: &Batch, scratch: &Scratch, update: &Update) {
        let count = self.layout.shapes.len();
        for (i, &shape) in self.layout.shapes.iter().enumerate().rev() {
            let is_last = i + 1 == count;
            let gradient = if is_last { &scratch.outputs[i] } else { &scratch.gradients[i] };
            if i > 0 {
                self.launch_backward(batch.rows, scratch, i, shape, gradient);
            }
            self.launch_update(batch, scratch, update, i, gradient, is_last);
        }
    }

    /// Updates layer `i` by the gradient of its outputs; the last one's adds to the totals, too.
    fn launch_update(
        &self,
        batch: &Batch,
        scratch: &Scratch,
        update: &Update,
        i: usize,
        gradient: &Handle,
        total: bool,
    ) {
        let (rule, numbers) = rule(update, self.spec.moments);
        let shape = self.layout.shapes[i];
        let tile = GradientTile::new(&shape, self.gpu.is_software());
        let (input, order, gather) = inputs(batch, scratch, i);
        let (settings, device, target) = setting(&self.gpu, self.gathering());
        let kernel = update::layer::Layer::new(
            settings,
            device,
            target,
            BUFFER,
            BUFFER,
            BUFFER,
            BUFFER,
            BUFFER,
            BUFFER,
            (),
            (),
            (),
            NUMBERS,
            shape,
            tile,
            self.layout.length / 4,
            rule,
            gather,
            total,
        );
        let mut arguments = Arguments::default()
            .writes4(&self.state)
            .reads4(input)
            .reads(order)
            .reads4(gradient)
            .reads(&scratch.results)
            .writes(&self.totals)
            .number(batch.rows as u32)
            .number(batch.first as u32)
            .number(u32::from(self.counted));
        for number in numbers.in_order() {
            arguments = arguments.number(number);
        }
        let cubes = if tile.split == 1 {
            self.threads(update::threads(&shape, &tile, total))
        } else {
            self.cubes(update::groups(&shape, &tile, total))
        };
        // SAFETY: as in `launch_forward`; vectors of the state are below its length for every tile.
        unsafe { arguments.launch(&self.gpu, kernel, cubes) };
    }

    /// The gradient of layer `i`'s inputs into that of layer `i - 1`'s outputs.
    fn launch_backward(
        &self,
        rows: usize,
        scratch: &Scratch,
        i: usize,
        shape: Shape,
        gradient: &Handle,
    ) {
        let tile = Tile::new(&shape, scratch.rows, self.gpu.is_software());
        let arguments = Arguments::default()
            .reads4(gradient)
            .reads4(&self.state)
            .reads4(&scratch.outputs[i - 1])
            .writes4(&scratch.gradients[i - 1])
            .numbers([rows, 0, 0, 0, 0, 0]);
        // SAFETY: rows are below `rows`, which every buffer holds.
        unsafe {
            self.launch_backward_kernel(arguments, rows, shape.inputs4, Some(shape), tile.rows)
        };
    }

    /// Copies parameters and moments from one buffer to another, unless they have diverged.
    pub(super) fn launch_copy(&self, from: &Handle, to: &Handle) {
        let length4 = self.layout.length * (1 + self.spec.moments) / 4;
        let (settings, device, target) = setting(&self.gpu, self.dim());
        let kernel =
            update::copy::Copy::new(settings, device, target, BUFFER, BUFFER, BUFFER, length4);
        let arguments = Arguments::default().reads4(from).reads(&self.totals).writes4(to);
        // SAFETY: both buffers have this length, and the totals four values.
        unsafe { arguments.launch(&self.gpu, kernel, self.threads(length4)) };
    }

    /// Adds a batch's results to the totals.
    pub(super) fn launch_total(&self, rows: usize, scratch: &Scratch) {
        let lanes = if self.gpu.is_software() { 1 } else { GATHERING };
        let (settings, device, target) = setting(&self.gpu, lanes);
        let kernel =
            totals::total::Total::new(settings, device, target, BUFFER, BUFFER, (), (), lanes);
        let arguments = Arguments::default()
            .reads(&scratch.results)
            .writes(&self.totals)
            .number(rows as u32)
            .number(u32::from(self.counted));
        // SAFETY: the results hold `rows` rows, the totals four values.
        unsafe { arguments.launch(&self.gpu, kernel, self.cubes(1)) };
    }
}

/// What layer `i` reads, the order through which it does, and whether that counts.
fn inputs<'a>(batch: &Batch<'a>, scratch: &'a Scratch, i: usize) -> (&'a Handle, &'a Handle, bool) {
    let input = if i == 0 { batch.features } else { &scratch.outputs[i - 1] };
    match batch.order {
        Some(order) => (input, &order.rows, i == 0),
        // The binding must exist; the kernel does not read it.
        None => (input, input, false),
    }
}
