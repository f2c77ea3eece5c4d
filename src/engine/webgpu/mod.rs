//! The WebGPU engine: burn-wgpu's device, memory and launches under a few fused CubeCL kernels.
//!
//! A training step of a linear head is three dispatches and no read-back (a step by itself has one
//! more, which keeps the weights before it in case that it diverges):
//!
//! | kernel | does |
//! |---|---|
//! | `linear::forward` | gathers the batch's rows and computes the logits |
//! | `loss::rows` | loss and hit of each row; replaces its logits by the loss's gradient |
//! | `update::layer` | parameter gradient, the optimiser's update in place, and the totals |
//!
//! Where rows are varied, `vary` gathers them before, and the others take them as they lie.
//!
//! A hidden layer adds one `forward`, one `linear::backward` before the layer behind it is updated,
//! and one `layer`. Nothing is submitted until the runtime's queue is full or something is read. A
//! read is a submission of its own: the runtime submits what is queued before it encodes the copy,
//! so a step with its totals is two. Every sum runs in a fixed order, so results are the same in
//! every run on one device.

mod arguments;
mod device;
mod inverse;
mod largest;
mod launch;
mod layout;
mod linear;
mod loss;
mod numbers;
mod products;
mod scratch;
mod tile;
mod totals;
mod update;
mod vary;

use std::{borrow::Cow, ops::Range, rc::Rc};

use cubecl::server::Handle;

use self::device::Submitted;
pub use self::device::{Gpu, open};
use self::inverse::Inverse;
use self::layout::{Layout, Shape, pad_rows, unpad_rows};
use self::scratch::Scratch;
use super::{Chain, Engine, Outputs, Products, Spec, State, Totals, check_outputs, one_by_one};
use crate::{Result, input_map::InputMap, loss::Loss, optim::Update, pace::Pace};

/// Parameters, moments and scratch memory of one head on a WebGPU device.
pub struct WebGpuEngine {
    gpu: Gpu,
    spec: Spec,
    layout: Layout,
    /// Applied to features on their way to the device.
    input: Option<Rc<InputMap>>,
    /// The parameters, then each moment, in [`Layout`]'s form.
    state: Handle,
    /// A copy of the state, in the same form.
    kept: Option<Handle>,
    /// See [`totals::add`] and [`Totals::diverged`].
    totals: Handle,
    /// Whether anything has been added to the totals since they were read.
    counted: bool,
    scratch: Option<Scratch>,
    /// The last of [`Engine::follow`].
    submitted: Option<Submitted>,
    pace: Pace,
}

/// Rows on the device.
pub struct Data {
    features: Handle,
    labels: Handle,
    /// What each row's loss is multiplied by, if not 1.
    weights: Option<Handle>,
    /// All rows, and how many of them are there, until all are.
    rest: Option<(Rc<Vec<f32>>, usize)>,
}

/// Numbers that are handed to the device in a piece.
const UPLOADED: usize = 1 << 20;

/// Row numbers on the device.
pub struct Order {
    rows: Handle,
    others: Option<Handle>,
}

/// A factor of products: laid out as a layer's weight.
pub struct Matrix {
    values: Handle,
    shape: Shape,
    rows: usize,
    width: usize,
}

/// The rows of a batch: `order[first..first + rows]` of `features`, or, without an order, the first
/// `rows`.
struct Batch<'a> {
    features: &'a Handle,
    order: Option<&'a Order>,
    first: usize,
    rows: usize,
}

impl WebGpuEngine {
    /// Puts `parameters`, laid out as [`crate::architecture::Architecture`] says, on the device;
    /// moments start at zero.
    pub fn new(gpu: &Gpu, spec: Spec, parameters: Vec<f32>) -> Result<Self> {
        gpu.check()?;
        let layout = Layout::new(&spec.architecture);
        let length = layout.length * (1 + spec.moments);
        gpu.fits("parameters and moments", length)?;
        let mut packed = Vec::with_capacity(length);
        layout.pack(&parameters, &mut packed);
        packed.resize(length, 0.0);
        let state = gpu.upload_floats(packed);
        let totals = gpu.upload_floats(vec![0.0; 4]);
        Ok(Self {
            gpu: gpu.clone(),
            spec,
            layout,
            input: None,
            state,
            kept: None,
            totals,
            counted: false,
            scratch: None,
            submitted: None,
            pace: Pace::unbroken(),
        })
    }

    /// Features as the first layer takes them.
    fn mapped<'a>(&self, features: &'a [f32]) -> Cow<'a, [f32]> {
        match &self.input {
            Some(map) => Cow::Owned(map.mapped(features)),
            None => Cow::Borrowed(features),
        }
    }

    /// For another state: whether the one before had diverged counts no more.
    fn forget_totals(&mut self) {
        self.totals = self.gpu.upload_floats(vec![0.0; 4]);
        self.counted = false;
    }

    /// One update.
    fn launch_step(
        &mut self,
        data: &Data,
        order: &Order,
        range: Range<usize>,
        update: &Update,
    ) -> Result<()> {
        self.gpu.check()?;
        let mut scratch = self.scratch(range.len())?;
        let mut batch = self.batch(data, order, &range);
        let varied = match &order.others {
            Some(others) => {
                let varied = self.room_to_vary(&mut scratch)?;
                self.launch_vary(&batch, order, others, &varied);
                Some(varied)
            }
            None => None,
        };
        if let Some(varied) = &varied {
            (batch.features, batch.order) = (varied, None);
        }
        self.launch_forward(&batch, &scratch);
        self.launch_loss(data, order, batch.first, batch.rows, &scratch, true);
        self.launch_updates(&batch, &scratch, update);
        self.scratch = Some(scratch);
        Ok(())
    }

    fn batch<'a>(&self, data: &'a Data, order: &'a Order, range: &Range<usize>) -> Batch<'a> {
        Batch {
            features: &data.features,
            order: Some(order),
            first: range.start,
            rows: range.len(),
        }
    }
}

impl Engine for WebGpuEngine {
    type Data = Data;
    type Order = Order;
    type Matrix = Matrix;
    type Inverse = Inverse;

    /// The page is free while the device works, and each product is read back.
    const PIECE: usize = usize::MAX;

    fn pace(&self) -> Pace {
        self.pace.clone()
    }

    fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    fn beside(&self, spec: Spec, parameters: Vec<f32>) -> Result<Self> {
        Self::new(&self.gpu, spec, parameters)
    }

    fn upload(
        &mut self,
        features: Rc<Vec<f32>>,
        labels: Rc<Vec<u32>>,
        weights: Option<Rc<Vec<f32>>>,
    ) -> Result<Data> {
        self.gpu.check()?;
        let width = self.spec.architecture.features();
        self.gpu.fits("features", labels.len() * width.next_multiple_of(4))?;
        let padded = self.gpu.reserve(labels.len() * width.next_multiple_of(4));
        let labels = self.gpu.upload_words(labels.to_vec());
        let weights = weights.map(|weights| self.gpu.upload_floats(weights.to_vec()));
        Ok(Data { features: padded, labels, weights, rest: Some((features, 0)) })
    }

    fn upload_more(&mut self, data: &mut Data) -> Result<bool> {
        self.gpu.check()?;
        let Some((features, done)) = data.rest.take() else { return Ok(false) };
        let width = self.spec.architecture.features();
        let rows = &features[done * width..];
        let part = &rows[..rows.len().min(UPLOADED.next_multiple_of(width))];
        let padded = pad_rows(self.mapped(part), width);
        self.gpu.write(&data.features, done * width.next_multiple_of(4), padded);
        let (now, goes_on) = (done + part.len() / width, part.len() < rows.len());
        data.rest = goes_on.then_some((features, now));
        Ok(goes_on)
    }

    fn order(&mut self, rows: Vec<u32>, others: Option<Vec<u32>>) -> Result<Order> {
        self.gpu.check()?;
        self.gpu.fits("row numbers", rows.len())?;
        let others = others.map(|others| self.gpu.upload_words(others));
        Ok(Order { rows: self.gpu.upload_words(rows), others })
    }

    fn step(
        &mut self,
        data: &Data,
        order: &Order,
        range: Range<usize>,
        update: &Update,
    ) -> Result<()> {
        self.launch_step(data, order, range, update)?;
        self.counted = true;
        Ok(())
    }

    fn rehearse(
        &mut self,
        data: &Data,
        order: &Order,
        range: Range<usize>,
        update: &Update,
        kernel: usize,
    ) -> Result<bool> {
        let rehearsal = self.gpu.rehearse(kernel);
        self.launch_step(data, order, range, update)?;
        Ok(rehearsal.found_none())
    }

    fn measure(&mut self, data: &Data, order: &Order, range: Range<usize>) -> Result<()> {
        self.gpu.check()?;
        let scratch = self.scratch(range.len())?;
        let batch = self.batch(data, order, &range);
        self.launch_forward(&batch, &scratch);
        self.launch_loss(data, order, batch.first, batch.rows, &scratch, false);
        self.launch_total(batch.rows, &scratch);
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
            Some(&[loss, compensation, correct, diverged]) => Ok(Totals {
                loss: f64::from(loss) - f64::from(compensation),
                correct: f64::from(correct),
                diverged: diverged != 0.0,
            }),
            _ => Ok(Totals::default()),
        }
    }

    fn clear_totals(&mut self) -> Result<()> {
        self.counted = false;
        Ok(())
    }

    fn is_lost(&self) -> bool {
        self.gpu.check().is_err()
    }

    async fn follow(&mut self) -> Result<()> {
        match self.submitted.replace(self.gpu.submit()) {
            Some(before) => before.await,
            None => Ok(()),
        }
    }

    async fn forward(&mut self, features: &[f32]) -> Result<Outputs> {
        let width = self.spec.architecture.features();
        let widest = self
            .layout
            .shapes
            .iter()
            .map(|shape| 4 * shape.inputs4.max(shape.outputs4))
            .max()
            .unwrap_or(4);
        let limit = self.gpu.rows_per_buffer(widest).max(1);
        let classes = self.spec.architecture.classes();
        let hidden = (self.layout.shapes.len() > 1).then(|| self.spec.architecture.penultimate());
        check_outputs(features.len() / width, &self.spec.architecture.layers())?;
        let mut outputs = Outputs { logits: Vec::new(), penultimate: hidden.map(|_| Vec::new()) };
        for part in features.chunks(limit * width) {
            let rows = part.len() / width;
            let uploaded = self.gpu.upload_floats(pad_rows(self.mapped(part), width));
            let scratch = self.reserve(rows)?;
            let batch = Batch { features: &uploaded, order: None, first: 0, rows };
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

    fn matrix(&mut self, values: Vec<f32>, width: usize) -> Result<Matrix> {
        self.gpu.check()?;
        let rows = values.len() / width;
        let shape = Shape::alone(width, rows);
        let mut values = pad_rows(values, width);
        values.resize(4 * shape.bias4, 0.0);
        self.gpu.fits("a matrix", values.len())?;
        Ok(Matrix { values: self.gpu.upload_floats(values), shape, rows, width })
    }

    async fn product(&mut self, left: &[f32], matrix: &Matrix) -> Result<Vec<f32>> {
        self.gpu.check()?;
        let mut product = Vec::with_capacity(left.len() / matrix.width * matrix.rows);
        for part in left.chunks(self.rows_at_a_time(matrix) * matrix.width) {
            let input = self.gpu.upload_floats(pad_rows(part, matrix.width));
            let output = self.product_of(&input, matrix, part.len() / matrix.width);
            let mut read = self.gpu.read(vec![output]).await?.into_iter();
            product.extend(unpad_rows(read.next().unwrap_or_default(), matrix.rows));
        }
        Ok(product)
    }

    async fn products(&mut self, chains: &[Chain<'_, Matrix>]) -> Result<Products> {
        if self.fit_at_once(chains) {
            self.read_products(chains).await
        } else {
            one_by_one(self, chains).await
        }
    }

    fn inverse(&mut self, side: usize) -> Result<Inverse> {
        self.inverse_of(side)
    }

    async fn gram(&mut self, inverse: &mut Inverse, block: Vec<f32>) -> Result<Vec<f64>> {
        self.gram_of(inverse, block).await
    }

    fn extend(&mut self, inverse: &mut Inverse, own: &[f32], size: usize) -> Result<()> {
        self.extend_by(inverse, own, size)
    }

    fn whole(&mut self, inverse: Inverse) -> Result<Matrix> {
        Ok(inverse.whole())
    }

    fn set_input(&mut self, map: Option<Rc<InputMap>>) {
        self.input = map;
    }

    fn set_loss(&mut self, loss: Loss) {
        self.spec.loss = loss;
    }

    fn keep(&mut self) -> Result<bool> {
        self.gpu.check()?;
        let length = self.layout.length * (1 + self.spec.moments);
        let kept = self.kept.get_or_insert_with(|| self.gpu.reserve(length)).clone();
        self.launch_copy(&self.state, &kept);
        Ok(true)
    }

    fn go_back(&mut self) -> Result<u64> {
        self.gpu.check()?;
        self.forget_totals();
        if let Some(kept) = &self.kept {
            self.launch_copy(kept, &self.state);
        }
        Ok(0)
    }

    async fn state(&mut self) -> Result<State> {
        let read = self.gpu.read(vec![self.state.clone()]).await?;
        let mut arrays = read
            .iter()
            .flat_map(|values| values.chunks_exact(self.layout.length))
            .map(|a| self.layout.unpack(a));
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
        self.forget_totals();
        Ok(())
    }
}
