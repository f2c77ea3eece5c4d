//! Products that are made together, so that the device is waited for once.

use cubecl::server::Handle;

use super::{
    Matrix, WebGpuEngine,
    launch::Factor,
    layout::{Shape, pad_rows, unpad_rows},
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
}
