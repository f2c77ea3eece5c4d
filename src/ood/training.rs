//! The rows that a head was trained on: what the fitted scorers compare new rows with.

use std::rc::Rc;

use super::{View, moments::Moments, view::normalized};
use crate::{
    Result,
    engine::{Engine, Outputs},
    head::Architecture,
};

/// Training rows as they were given: the rows of the last `fit` or `fitScorers`.
#[derive(Clone)]
pub struct TrainingRows {
    /// `[rows, features]`.
    pub features: Rc<Vec<f32>>,
    /// A class for each row.
    pub labels: Rc<Vec<u32>>,
}

/// The same rows as the head sees them with its present weights.
pub struct Training {
    rows: TrainingRows,
    outputs: Outputs,
    width: usize,
    classes: usize,
    /// The last layer's weight, `[classes, width]`.
    pub weight: Vec<f32>,
    /// Its bias, `[classes]`.
    pub bias: Vec<f32>,
    raw: Option<Rc<Moments>>,
    unit: Option<Rc<Moments>>,
}

#[maybe_async::maybe_async]
impl Training {
    /// Asks the head for its answers to its own training rows.
    pub async fn new(engine: &mut impl Engine, architecture: &Architecture, rows: TrainingRows) -> Result<Self> {
        let outputs = engine.forward(&rows.features).await?;
        let parameters = engine.state().await?.parameters;
        let (width, classes) = (architecture.penultimate(), architecture.classes());
        let last = parameters.len() - (width + 1) * classes;
        let bias = parameters.len() - classes;
        let (weight, bias) = (parameters[last..bias].to_vec(), parameters[bias..].to_vec());
        Ok(Self { rows, outputs, width, classes, weight, bias, raw: None, unit: None })
    }

    /// The rows and the head's answers.
    pub fn view(&self) -> View<'_> {
        View::new(&self.rows.features, &self.outputs, self.classes)
    }

    /// The features as they came, `[rows, features]`.
    pub fn features(&self) -> &[f32] {
        &self.rows.features
    }

    /// A class for each row.
    pub fn labels(&self) -> &[u32] {
        &self.rows.labels
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.rows.labels.len()
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
        for row in self.view().inputs() {
            mean.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        mean.iter_mut().for_each(|sum| *sum /= self.count() as f64);
        mean
    }

    /// Means and covariances of the last layer's inputs, at unit length where `normalize`.
    pub async fn moments(&mut self, engine: &mut impl Engine, normalize: bool) -> Result<Rc<Moments>> {
        let kept = if normalize { &self.unit } else { &self.raw };
        if let Some(moments) = kept {
            return Ok(moments.clone());
        }
        let view = self.view();
        let unit = normalize.then(|| normalized(view.inputs, view.width));
        let rows = unit.as_deref().unwrap_or(view.inputs);
        let moments = Rc::new(Moments::new(engine, rows, self.width, self.labels(), self.classes).await?);
        let kept = if normalize { &mut self.unit } else { &mut self.raw };
        Ok(kept.insert(moments).clone())
    }
}
