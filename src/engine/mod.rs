//! The narrow interface behind which the numbers are crunched, and its two implementations.
//!
//! An engine owns the parameters and the optimiser's moments, lays rows out on its device, and runs
//! whole training steps: gather, logits, loss and its closed-form gradient, backward, update.
//! Nothing is read back inside a step; loss and hits add up on the device until [`Engine::totals`]
//! asks for them. Everything that waits for a device is asynchronous, because a browser cannot wait
//! for a GPU in any other way. The CPU engine answers at once, and in its own file (the feature
//! `sync`) no function is asynchronous.

#[cfg(feature = "cpu")]
pub mod cpu;
#[cfg(feature = "webgpu")]
pub mod webgpu;

use std::rc::Rc;

use crate::{
    Error, Result,
    architecture::{Architecture, Layer},
    input_map::InputMap,
    loss::Loss,
    optim::Update,
    pace::Pace,
};

/// What an engine is built for; it may specialise its kernels to all of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// Layer widths and the layout of the parameter array.
    pub architecture: Architecture,
    /// The training loss.
    pub loss: Loss,
    /// Arrays shaped like the parameters that the update rule keeps:
    /// [`crate::optim::Optimizer::moments`].
    pub moments: usize,
}

/// Parameters and the optimiser's moments on the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// All parameters in the order of [`Architecture::layers`].
    pub parameters: Vec<f32>,
    /// [`Spec::moments`] arrays, each as long as `parameters`: velocity for SGD; first and second
    /// moment for AdamW.
    pub moments: Vec<Vec<f32>>,
}

/// Loss and hits added up over rows since they were last read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Sum of the losses of all rows, nats.
    pub loss: f64,
    /// Rows whose largest logit (the first of equals) was the label's.
    pub correct: f64,
    /// Whether a parameter is NaN, or too large to have a square in `f32`, so that no length that
    /// it has a part in is a number; or a moment is not finite.
    pub diverged: bool,
}

/// What a head answers for some rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    /// Raw logits, `[rows, classes]`.
    pub logits: Vec<f32>,
    /// Inputs of the last layer, `[rows, penultimate]`, when they are not the features themselves
    /// (a head with hidden layers).
    pub penultimate: Option<Vec<f32>>,
}

/// A product that is wanted, and what comes of it.
#[derive(Debug)]
pub struct Chain<'a, M> {
    /// `[rows, width]`.
    pub left: &'a [f32],
    /// [`Engine::product`]'s.
    pub matrix: &'a M,
    /// What the product is for.
    pub then: Then<'a, M>,
}

/// What comes of a product.
#[derive(Debug)]
pub enum Then<'a, M> {
    /// Nothing: it is wanted itself.
    Nothing,
    /// It is wanted, and its own product with this matrix.
    Product(&'a M),
    /// Of each row only so many of the largest are wanted, of equal ones the first.
    Largest(usize),
}

/// What [`Engine::products`] answers, chain by chain: the product, and its own with a further
/// matrix. Where the largest are wanted: all of them and nothing, or some that hold the largest and
/// their columns, `[rows, as many]` each, a column that does not exist where there is none.
pub type Products = std::vec::IntoIter<[Vec<f32>; 2]>;

/// See [`Engine::order`]: [`crate::training::variation`]'s s.
pub const VARIATION: f32 = 0.5;

/// Most numbers in one layer's outputs for all rows of a call: a gigabyte, of which a wasm memory
/// holds four.
const MAX_OUTPUTS: usize = 1 << 28;

/// Refuses rows whose outputs would not fit in memory: an instance that reserves in vain is lost.
pub(crate) fn check_outputs(rows: usize, layers: &[Layer]) -> Result<()> {
    let widest = layers.iter().map(|layer| layer.outputs).max().unwrap_or_default();
    if rows as u64 * widest as u64 <= MAX_OUTPUTS as u64 {
        return Ok(());
    }
    Err(Error::OutOfMemory(format!(
        "{rows} rows of {widest} outputs are more than {MAX_OUTPUTS} numbers; ask for fewer rows at a time"
    )))
}

/// Longest side of a square matrix of statistics: half a gigabyte in 64 bits, and several exist at
/// once. From 65 536 on the size itself would be more than a 32-bit `usize` counts.
const MAX_SQUARE: usize = 8192;

/// Refuses statistics of size `side` x `side` that would not fit in memory.
pub(crate) fn check_square(side: usize) -> Result<()> {
    if side <= MAX_SQUARE {
        return Ok(());
    }
    Err(Error::OutOfMemory(format!(
        "statistics of {side} x {side} numbers; at most {MAX_SQUARE} features, or classes, for this scorer"
    )))
}

/// Most numbers of a table of statistics: half a gigabyte in 64 bits.
const MAX_TABLE: u64 = (MAX_SQUARE * MAX_SQUARE) as u64;

/// Refuses a table of `rows` x `columns` statistics that would not fit in memory.
pub(crate) fn check_table(rows: usize, columns: usize) -> Result<()> {
    if rows as u64 * columns as u64 <= MAX_TABLE {
        return Ok(());
    }
    Err(Error::OutOfMemory(format!(
        "statistics of {rows} x {columns} numbers; at most {MAX_TABLE} for this scorer: fewer classes, or fewer features"
    )))
}

/// A place where a head's arithmetic runs.
///
/// Callers pass what [`crate::head`] has checked: finite features of the right length, labels below
/// the class count, row numbers below the row count.
#[allow(async_fn_in_trait, reason = "both engines and every caller live on one thread")]
#[maybe_async::maybe_async(AFIT)]
pub trait Engine: 'static {
    /// Rows on the device.
    type Data;
    /// An order in which to visit rows, on the device.
    type Order;
    /// A factor of many products, on the device.
    type Matrix: 'static;
    /// The inverse of a Cholesky factor while it is made, on the device.
    type Inverse;

    /// Multiply-adds of a product that are made at once where training rows are compared.
    const PIECE: usize;

    /// Whether products are waited for, each as large as it may be.
    const IS_AWAITED: bool = Self::PIECE == usize::MAX;

    /// The numbers of a matrix that lies on the host.
    fn values(_: &Self::Matrix) -> Option<&[f32]> {
        None
    }

    /// The pace at which statistics are made on it.
    fn pace(&self) -> Pace;

    /// Makes statistics at another pace.
    fn set_pace(&mut self, pace: Pace);

    /// Another head's engine on the same device; its moments start at zero.
    fn beside(&self, spec: Spec, parameters: Vec<f32>) -> Result<Self>
    where
        Self: Sized;

    /// Lays out `[rows, features]`, one label per row, and what the loss of each row is multiplied
    /// by, if not 1. Shared, so that the CPU engine need not copy them. [`Engine::upload_more`] is to
    /// follow.
    fn upload(
        &mut self,
        features: Rc<Vec<f32>>,
        labels: Rc<Vec<u32>>,
        weights: Option<Rc<Vec<f32>>>,
    ) -> Result<Self::Data>;

    /// Lays out more of the rows; false where all are there.
    fn upload_more(&mut self, _: &mut Self::Data) -> Result<bool> {
        Ok(false)
    }

    /// Lays out row numbers, to be picked from by range. With others, as many, [`Engine::step`]
    /// learns from row `i` of the range plus [`VARIATION`] times the difference of row `i + 1` (of
    /// the last, the first) and its other.
    fn order(&mut self, rows: Vec<u32>, others: Option<Vec<u32>>) -> Result<Self::Order>;

    /// One update on the rows `order[range]`: mean loss, its gradient, `update`. Adds to the totals
    /// the values before the update.
    fn step(
        &mut self,
        data: &Self::Data,
        order: &Self::Order,
        range: std::ops::Range<usize>,
        update: &Update,
    ) -> Result<()>;

    /// Of the kernels of such a step, in the order of their launches, compiles one, and makes no step;
    /// true where there is none so far behind.
    fn rehearse(
        &mut self,
        _: &Self::Data,
        _: &Self::Order,
        _: std::ops::Range<usize>,
        _: &Update,
        _kernel: usize,
    ) -> Result<bool> {
        Ok(true)
    }

    /// Adds the loss and hits of the rows `order[range]`, as they are, to the totals without learning
    /// from them.
    fn measure(
        &mut self,
        data: &Self::Data,
        order: &Self::Order,
        range: std::ops::Range<usize>,
    ) -> Result<()>;

    /// Reads the totals and sets them back to zero. The one read-back of a training step.
    async fn totals(&mut self) -> Result<Totals>;

    /// Sets the totals back to zero without reading them.
    fn clear_totals(&mut self) -> Result<()>;

    /// Whether the device has failed, and everything on it is gone.
    fn is_lost(&self) -> bool;

    /// Submits everything asked for so far, and waits until what was submitted the time before has
    /// been done: a device works while the host queues more, and is never more than two calls
    /// behind.
    async fn follow(&mut self) -> Result<()>;

    /// Raw logits, and the last layer's inputs, of `[rows, features]`.
    async fn forward(&mut self, features: &[f32]) -> Result<Outputs>;

    /// Lays out a matrix `[rows, width]`.
    fn matrix(&mut self, values: Vec<f32>, width: usize) -> Result<Self::Matrix>;

    /// The same of a matrix that will be searched, by [`Then::Largest`].
    fn bank(&mut self, values: Vec<f32>, width: usize) -> Result<Self::Matrix> {
        self.matrix(values, width)
    }

    /// What [`Then::Largest`] asks for, where there is a quicker way than all products.
    fn largest(&mut self, _: &[f32], _: &Self::Matrix, _: usize) -> Option<[Vec<f32>; 2]> {
        None
    }

    /// `left matrix^T`: the inner products of `left`, `[rows, width]`, with the matrix's rows,
    /// `[rows, matrix rows]`.
    async fn product(&mut self, left: &[f32], matrix: &Self::Matrix) -> Result<Vec<f32>>;

    /// What the chains ask for. A device is waited for once.
    async fn products(&mut self, chains: &[Chain<'_, Self::Matrix>]) -> Result<Products> {
        one_by_one(self, chains).await
    }

    /// An inverse X of so many rows, none of which are made.
    fn inverse(&mut self, side: usize) -> Result<Self::Inverse>;

    /// Given the block of a covariance below the one whose inverse has been made, `[rows, made]`:
    /// `L L^T`, `[rows, rows]`, with `L = block X^T`, which [`Engine::extend`] takes. Only the lower
    /// half counts.
    async fn gram(&mut self, inverse: &mut Self::Inverse, block: Vec<f32>) -> Result<Vec<f64>>;

    /// Adds the rows `[-D L X, D]`, given D, `[size, size]`; of the first ones, D alone.
    fn extend(&mut self, inverse: &mut Self::Inverse, own: &[f32], size: usize) -> Result<()>;

    /// X, all of whose rows are made.
    fn whole(&mut self, inverse: Self::Inverse) -> Result<Self::Matrix>;

    /// Maps features before the first layer from now on, in training and in answers, or takes them
    /// as they are. Rows that lie on the engine already may stay as they were mapped.
    fn set_input(&mut self, map: Option<Rc<InputMap>>);

    /// Trains and measures with another loss from now on.
    fn set_loss(&mut self, loss: Loss);

    /// Marks parameters and moments as those to go back to, unless they have diverged: then those
    /// before stay marked. False where that is known.
    fn keep(&mut self) -> Result<bool>;

    /// Takes parameters and moments back to those marked, or to finite ones after them; answers how
    /// many updates after.
    fn go_back(&mut self) -> Result<u64>;

    /// Copies parameters and moments to the host.
    async fn state(&mut self) -> Result<State>;

    /// Replaces parameters and moments.
    fn set_state(&mut self, state: &State) -> Result<()>;
}

/// [`Engine::products`], each by itself.
#[maybe_async::maybe_async]
async fn one_by_one<E: Engine + ?Sized>(
    engine: &mut E,
    chains: &[Chain<'_, E::Matrix>],
) -> Result<Products> {
    let mut products = Vec::with_capacity(chains.len());
    for &Chain { left, matrix, ref then } in chains {
        let largest = match *then {
            Then::Largest(k) => engine.largest(left, matrix, k),
            _ => None,
        };
        if let Some(largest) = largest {
            products.push(largest);
            continue;
        }
        let product = engine.product(left, matrix).await?;
        let further = match then {
            Then::Product(matrix) => engine.product(&product, matrix).await?,
            _ => Vec::new(),
        };
        products.push([product, further]);
    }
    Ok(products.into_iter())
}
