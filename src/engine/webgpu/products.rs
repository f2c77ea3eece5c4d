//! Products with matrices on the device, and those that are made together, so that it is waited for
//! once.

use cubecl::server::Handle;

use super::{
    Matrix, WebGpuEngine,
    arguments::{Arguments, BUFFER, setting},
    largest,
    layout::{Shape, pad_rows, unpad_rows},
    tile::Tile,
};
use crate::{
    Result,
    engine::{Chain, Products, Then},
};

/// What is read back for a chain.
enum Form {
    /// A product of so many columns.
    Product(usize),
    /// A product, and its own with a further matrix.
    Two(usize, usize),
    /// The largest values, and their columns, in one buffer.
    Largest,
}

/// A matrix that lies on the device, in vectors.
#[derive(Clone, Copy)]
pub(super) struct Factor<'a> {
    pub(super) handle: &'a Handle,
    /// Of each of its rows, so many from its start on.
    pub(super) inputs4: usize,
    /// A quarter of its rows.
    pub(super) outputs4: usize,
    /// From one row to the next.
    pub(super) stride4: usize,
}

impl Matrix {
    /// All of it.
    fn factor(&self) -> Factor<'_> {
        let Shape { inputs4, outputs4, .. } = self.shape;
        Factor { handle: &self.values, inputs4, outputs4, stride4: inputs4 }
    }
}

impl WebGpuEngine {
    /// Rows of a product that the device makes at a time.
    pub(super) fn rows_at_a_time(&self, matrix: &Matrix) -> usize {
        let longest = 4 * matrix.shape.inputs4.max(matrix.shape.outputs4);
        self.gpu.rows_per_buffer(longest).max(1)
    }

    /// The product of rows that lie on the device.
    pub(super) fn product_of(&self, input: &Handle, matrix: &Matrix, rows: usize) -> Handle {
        let output = self.gpu.reserve(rows * 4 * matrix.shape.outputs4);
        self.launch_product(input, rows, matrix.factor(), &output);
        output
    }

    /// Whether each product fits a buffer of the device.
    pub(super) fn fit_at_once(&self, chains: &[Chain<'_, Matrix>]) -> bool {
        chains.iter().all(|Chain { left, matrix, then }| {
            let rows = left.len() / matrix.width;
            let further = match then {
                Then::Product(matrix) => self.rows_at_a_time(matrix),
                _ => usize::MAX,
            };
            rows <= self.rows_at_a_time(matrix).min(further)
        })
    }

    /// [`crate::engine::Engine::products`], where they [`Self::fit_at_once`].
    pub(super) async fn read_products(&self, chains: &[Chain<'_, Matrix>]) -> Result<Products> {
        self.gpu.check()?;
        let (mut handles, mut forms) = (Vec::new(), Vec::new());
        // Chains of the same rows share them.
        let mut uploaded: Option<(&[f32], Handle)> = None;
        for &Chain { left, matrix, ref then } in chains {
            let rows = left.len() / matrix.width;
            let input = match uploaded.take_if(|(before, _)| std::ptr::eq(*before, left)) {
                Some((_, input)) => input,
                None => self.gpu.upload_floats(pad_rows(left, matrix.width)),
            };
            let product = self.product_of(&input, matrix, rows);
            uploaded = Some((left, input));
            let largest = match *then {
                Then::Largest(k) => self.launch_largest(&product, matrix, rows, k),
                _ => None,
            };
            if let Some(largest) = largest {
                handles.push(largest);
                forms.push(Form::Largest);
            } else if let Then::Product(then) = *then {
                let further = self.product_of(&product, then, rows);
                handles.extend([product, further]);
                forms.push(Form::Two(matrix.rows, then.rows));
            } else {
                handles.push(product);
                forms.push(Form::Product(matrix.rows));
            }
        }
        let mut read = self.gpu.read(handles).await?.into_iter();
        let mut next = || read.next().unwrap_or_default();
        let products: Vec<_> = forms
            .into_iter()
            .map(|form| match form {
                Form::Product(columns) => [unpad_rows(next(), columns), Vec::new()],
                Form::Two(columns, further) => {
                    [unpad_rows(next(), columns), unpad_rows(next(), further)]
                }
                Form::Largest => {
                    let mut values = next();
                    let columns = values.split_off(values.len() / 2);
                    [values, columns]
                }
            })
            .collect();
        Ok(products.into_iter())
    }

    /// `left matrix^T`, of so many rows, with the first `inputs4` vectors of each row of the matrix.
    pub(super) fn launch_product(
        &self,
        left: &Handle,
        rows: usize,
        matrix: Factor,
        output: &Handle,
    ) {
        let Factor { handle, inputs4, outputs4, stride4 } = matrix;
        let shape = Shape { inputs4, outputs4, weight4: 0, bias4: 0 };
        let tile = Tile::new(&shape, rows, self.gpu.is_software());
        let arguments = Arguments::default()
            .reads4(left)
            // The binding must exist; the kernel does not read it.
            .reads(left)
            .reads4(handle)
            .writes4(output)
            .numbers([rows, 0, inputs4, outputs4, stride4]);
        let threads = tile.count(&shape, rows) * tile.split;
        // SAFETY: without a gather the kernel reads the first `rows` rows, which `left` holds, and
        // writes as many to `output`; the matrix has the rows and columns that it says.
        unsafe { self.launch_forward_kernel(arguments, threads, None, tile, false, false) };
    }

    /// `left matrix`, of so many rows, to vector `first4` of `output` and after, the rows `stride4`
    /// vectors from one another.
    pub(super) fn launch_combination(
        &self,
        left: &Handle,
        rows: usize,
        matrix: Factor,
        output: &Handle,
        [first4, output_stride4]: [usize; 2],
    ) {
        let Factor { handle, inputs4, outputs4, stride4 } = matrix;
        let shape = Shape { inputs4, outputs4, weight4: 0, bias4: 0 };
        let tile = Tile::new(&shape, rows, self.gpu.is_software());
        let arguments = Arguments::default()
            .reads4(left)
            .reads4(handle)
            // The binding must exist; the kernel does not read it.
            .reads4(left)
            .writes4(output)
            .numbers([rows, inputs4, outputs4, stride4, first4, output_stride4]);
        // SAFETY: `left` holds `rows` rows of as many numbers as the matrix has rows, and `output`
        // as many where they are written.
        unsafe { self.launch_backward_kernel(arguments, rows, inputs4, None, tile.rows) };
    }

    /// Of a product's rows the `k` largest values and some more, and behind all of them their
    /// columns; nothing where all products are hardly more.
    pub(super) fn launch_largest(
        &self,
        product: &Handle,
        matrix: &Matrix,
        rows: usize,
        k: usize,
    ) -> Option<Handle> {
        let lanes = largest::lanes(self.gpu.is_software());
        if !largest::is_worth_it(matrix.rows, k, lanes) {
            return None;
        }
        let found = self.gpu.reserve(2 * rows * lanes * k);
        let (settings, device, target) = setting(&self.gpu, self.dim());
        let kernel = largest::largest::Largest::new(
            settings,
            device,
            target,
            BUFFER,
            BUFFER,
            (),
            (),
            (),
            k,
            lanes,
        );
        let arguments = Arguments::default()
            .reads(product)
            .writes(&found)
            .number(rows as u32)
            .number(matrix.rows as u32)
            .number(4 * matrix.shape.outputs4 as u32);
        // SAFETY: the product holds `rows` rows of so many vectors, and `found` two values for each
        // of the `k` that each thread writes.
        unsafe { arguments.launch(&self.gpu, kernel, self.threads(rows * lanes)) };
        Some(found)
    }
}
