//! The rows that a head was trained on, as its present weights see them.

use std::rc::Rc;

use super::pieces;
use crate::{
    Result,
    architecture::Architecture,
    engine::{Engine, Outputs},
    ood::Batch,
    training::rows::Rows,
};

/// Training rows with the head's answers, and its last layer.
pub struct Training {
    rows: Rows,
    outputs: Outputs,
    width: usize,
    classes: usize,
    /// The last layer's weight, `[classes, width]`.
    pub weight: Vec<f32>,
    /// Its bias, `[classes]`.
    pub bias: Vec<f32>,
}

impl Training {
    /// Asks the head for its answers to its own training rows. The parameters are those of a head
    /// that takes features as they come.
    pub async fn new<E: Engine>(
        engine: &mut E,
        architecture: &Architecture,
        parameters: Vec<f32>,
        rows: Rows,
    ) -> Result<Rc<Self>> {
        let (width, classes) = (architecture.penultimate(), architecture.classes());
        let outputs = pieces::forward(engine, architecture, &rows.features).await?;
        let last = parameters.len() - (width + 1) * classes;
        let bias = parameters.len() - classes;
        let (weight, bias) = (parameters[last..bias].to_vec(), parameters[bias..].to_vec());
        Ok(Rc::new(Self { rows, outputs, width, classes, weight, bias }))
    }

    /// The rows and the head's answers.
    pub fn batch(&self) -> Batch<'_> {
        Batch::new(&self.rows.features, &self.outputs, self.classes)
    }

    /// A class for each row.
    pub fn labels(&self) -> &[u32] {
        &self.rows.labels
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.rows.count()
    }

    /// Length of the last layer's input.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of classes, with or without rows.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The mean of the last layer's inputs, `[width]`.
    pub fn mean(&self) -> Vec<f64> {
        let mut mean = vec![0.0; self.width];
        for row in self.batch().inputs() {
            mean.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        mean.iter_mut().for_each(|sum| *sum /= self.count() as f64);
        mean
    }
}
