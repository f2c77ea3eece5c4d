//! The form in which rows are compared: at unit length, as suits a network's features, or
//! standardised, as suits measurements.

use super::shaped::Shaped;
use crate::numeric::{columns::Columns, row::norm};

/// Above this deviation of the features' length, in units of its mean, features are taken for
/// measurements in a table, of which the length says something; below, as with the embeddings of a
/// network (0 to 0.1), distances are truer without it.
const LENGTH_MATTERS: f64 = 0.2;

/// Features whose mean is so many times as long as they vary were shifted: their direction says
/// nothing. It is 0.3 to 2 on embeddings.
const FAR_OFF: f64 = 10.0;

/// So few features are measurements: at unit length a point in the plane is an angle, and one far
/// beyond a cluster lies in it.
const FEW: usize = 8;

/// Where so many numbers are 0 they are counts, of words for example: a longer row is a longer text.
const SPARSE: f64 = 0.8;

/// Numbers that tell it.
const SOME: usize = 1 << 18;

/// Deviations of the logarithm of the length count as at least this.
const LEAST_DEVIATION: f64 = 0.05;

/// The form in which features are compared, and the ridge that suits it, in units of a covariance's
/// mean diagonal.
pub struct Form {
    /// Each feature in deviations from its mean, all over one length; without it each row is taken
    /// at unit length.
    pub columns: Option<Standardised>,
    /// Of the distances.
    pub ridge: f64,
    /// What lengths were seen.
    pub lengths: Lengths,
}

/// A map of each feature; those that are constant become 0.
pub struct Standardised {
    /// The mean.
    pub shift: Vec<f32>,
    /// The inverse deviation, over the root of the number of features that vary.
    pub scale: Vec<f32>,
}

/// The lengths of the training rows.
#[derive(Clone, Copy)]
pub struct Lengths {
    /// Mean of their logarithm.
    pub log_mean: f64,
    /// Its deviation, not below 0.05.
    pub log_deviation: f64,
    /// Two deviations above their mean: a longer row's logits are larger for its length alone.
    pub usual: f64,
}

impl Lengths {
    /// Of so many lengths.
    pub fn of(lengths: &[f64]) -> Self {
        let moments = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            (mean, (squares / values.len().max(1) as f64).sqrt())
        };
        let logs: Vec<f64> =
            lengths.iter().filter(|&&length| length > 0.0).map(|length| length.ln()).collect();
        let ((log_mean, deviation), (mean, spread)) = (moments(&logs), moments(lengths));
        Self { log_mean, log_deviation: deviation.max(LEAST_DEVIATION), usual: mean + 2.0 * spread }
    }

    /// How far a row's length is outside of those seen: 0 within three deviations, else twice the
    /// deviations beyond.
    pub fn excess(&self, length: f64) -> f64 {
        if length == 0.0 {
            // A row of zeros has no direction, and training rows that had none no length either.
            return 0.0;
        }
        2.0 * ((length.ln() - self.log_mean).abs() / self.log_deviation - 3.0).max(0.0)
    }
}

/// By the first rows.
fn are_sparse(features: &[f32]) -> bool {
    let some = &features[..features.len().min(SOME)];
    some.iter().filter(|&&x| x == 0.0).count() as f64 > SPARSE * some.len() as f64
}

impl Form {
    /// Of rows `[rows, width]` of these lengths, and their columns.
    pub fn of(lengths: &[f64], features: &[f32], columns: &Columns) -> Self {
        let width = columns.means.len();
        let count = lengths.len() as f64;
        let mean = lengths.iter().sum::<f64>() / count;
        let deviation =
            (lengths.iter().map(|length| (length - mean).powi(2)).sum::<f64>() / count).sqrt();
        let lengths = Lengths::of(lengths);
        let are_measured = width <= FEW
            || columns.have_units()
            || (deviation > LENGTH_MATTERS * mean && !are_sparse(features))
            || columns.is_uneven()
            || columns.offset() > FAR_OFF;
        let live = (0..width).filter(|&column| columns.is_live(column)).count();
        if !are_measured || live == 0 {
            return Self { columns: None, ridge: 3.0, lengths };
        }
        let length = (live as f64).sqrt();
        let factor = |column: usize| {
            if columns.is_live(column) { 1.0 / (columns.deviations[column] * length) } else { 0.0 }
        };
        let shift = columns.means.iter().map(|&mean| mean as f32).collect();
        let scale = (0..width).map(|column| factor(column) as f32).collect();
        Self { columns: Some(Standardised { shift, scale }), ridge: 0.1, lengths }
    }

    /// What a row's length adds where it is no feature.
    pub fn excess(&self, length: f64) -> f64 {
        if self.columns.is_some() { 0.0 } else { self.lengths.excess(length) }
    }

    /// Of `[rows, width]`, whose lengths are known, in that form.
    pub fn shaped<'a>(
        &'a self,
        features: &'a [f32],
        width: usize,
        lengths: &'a [f64],
    ) -> Shaped<'a> {
        match &self.columns {
            Some(columns) => Shaped::standardised(features, width, columns),
            None => Shaped::unit(features, width, lengths),
        }
    }

    /// Of `[rows, width]`, in that form.
    pub fn apply(&self, features: &[f32], width: usize) -> Vec<f32> {
        let lengths: Vec<f64> = features.chunks_exact(width).map(norm).collect();
        self.shaped(features, width, &lengths).all()
    }
}
