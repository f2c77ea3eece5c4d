//! LogitNorm as a burn module against the closed form that heads are trained with: the same value,
//! and burn's autodiff the same gradient, of any length of logits.

#![cfg(feature = "burn")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use burn::{
    nn::loss::Reduction,
    tensor::{Device, Int, Tensor, TensorData},
};
use oodgate::{
    burn::{LogitNormLoss, LogitNormLossConfig},
    loss::logit_norm,
    numeric::random::Random,
};
use support::{Tolerance, assert_close};

const CLASSES: usize = 5;

/// Rows of every length that `f32` can square, and beyond; the last is of zeros.
fn rows() -> Vec<f32> {
    let mut random = Random::new(11);
    let lengths = [1e-30, 1e-12, 1e-7, 1e-3, 0.1, 1.0, 1.0, 1.0, 30.0, 1e4, 1e15, 1e30, 0.0];
    lengths
        .iter()
        .flat_map(|&length| {
            let row: Vec<f32> =
                (0..CLASSES).map(|_| length * (2.0 * random.unit() - 1.0)).collect();
            row
        })
        .collect()
}

struct Case {
    logits: Vec<f32>,
    labels: Vec<usize>,
    tensor: Tensor<2>,
    targets: Tensor<1, Int>,
}

fn case() -> Case {
    let device = Device::default().autodiff();
    let logits = rows();
    let count = logits.len() / CLASSES;
    let labels: Vec<usize> = (0..count).map(|row| row * 2 % CLASSES).collect();
    let data = TensorData::new(logits.clone(), [count, CLASSES]);
    let indices: Vec<i64> = labels.iter().map(|&label| label as i64).collect();
    Case {
        tensor: Tensor::<2>::from_data(data, &device).require_grad(),
        targets: Tensor::<1, Int>::from_data(TensorData::new(indices, [count]), &device),
        logits,
        labels,
    }
}

/// What the closed form says: losses and gradients of all rows, each gradient times `scale`.
fn closed_form(case: &Case, tau: f32, scale: f32) -> (Vec<f64>, Vec<f64>) {
    let mut gradients = vec![0.0; case.logits.len()];
    let rows = case.logits.chunks_exact(CLASSES).zip(gradients.chunks_exact_mut(CLASSES));
    let losses = rows
        .zip(&case.labels)
        .map(|((row, gradient), &label)| {
            f64::from(logit_norm::row(row, label, tau, 0.0, scale, gradient))
        })
        .collect();
    (losses, gradients.into_iter().map(f64::from).collect())
}

fn values(tensor: Tensor<1>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn loss(tau: f32) -> LogitNormLoss {
    LogitNormLossConfig::new().with_tau(tau).init()
}

#[test]
fn values_and_gradients_are_those_of_the_closed_form() {
    for tau in [0.04, 0.2, 1.0] {
        let case = case();
        let (expected, gradients) = closed_form(&case, tau, 1.0);
        let losses = loss(tau).forward_no_reduction(case.tensor.clone(), case.targets.clone());
        let tolerance = Tolerance { absolute: 2e-5, relative: 2e-5 };
        assert_close(
            &format!("losses at tau {tau}"),
            &values(losses.clone()),
            &expected,
            tolerance,
        );

        let got = case.tensor.grad(&losses.sum().backward()).unwrap();
        let got: Vec<f64> = got.into_data().iter::<f64>().collect();
        for (row, (got, expected)) in got.chunks(CLASSES).zip(gradients.chunks(CLASSES)).enumerate()
        {
            // p - 1 is a rounding of single precision where one class takes almost all (the closed
            // form keeps it), and goes into the gradient with 1 / (length tau).
            let logits = &case.logits[row * CLASSES..][..CLASSES];
            let length = logits.iter().map(|&f| f64::from(f).powi(2)).sum::<f64>().sqrt();
            let rounding =
                f64::from(f32::EPSILON) / ((length + logit_norm::EPSILON) * f64::from(tau));
            let largest = expected.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
            let tolerance = Tolerance { absolute: rounding + 1e-5 * largest, relative: 1e-4 };
            assert_close(&format!("gradient of row {row} at tau {tau}"), got, expected, tolerance);
        }
    }
}

#[test]
fn a_row_of_zeros_has_the_loss_of_a_guess_and_no_gradient() {
    let case = case();
    let losses = loss(0.04).forward_no_reduction(case.tensor.clone(), case.targets.clone());
    let last = *values(losses.clone()).last().unwrap();
    assert!((last - (CLASSES as f64).ln()).abs() < 1e-6, "{last}");
    let gradients = case.tensor.grad(&losses.sum().backward()).unwrap();
    let gradients: Vec<f64> = gradients.into_data().iter::<f64>().collect();
    assert!(gradients.iter().all(|g| g.is_finite()));
    assert_eq!(gradients[gradients.len() - CLASSES..], [0.0; CLASSES]);
}

#[test]
fn reductions_are_the_sum_and_the_mean_of_the_rows() {
    let case = case();
    let (expected, _) = closed_form(&case, 0.1, 1.0);
    let sum: f64 = expected.iter().sum();
    let mean = sum / expected.len() as f64;
    let tolerance = Tolerance { absolute: 0.0, relative: 2e-5 };
    for (reduction, expected) in [
        (Reduction::Sum, sum),
        (Reduction::Mean, mean),
        (Reduction::BatchMean, mean),
        (Reduction::Auto, mean),
    ] {
        let what = format!("{reduction:?}");
        let (logits, targets) = (case.tensor.clone(), case.targets.clone());
        let got = loss(0.1).forward_with_reduction(logits, targets, reduction);
        assert_close(&what, &values(got), &[expected], tolerance);
    }
    let got = loss(0.1).forward(case.tensor.clone(), case.targets.clone());
    assert_close("forward", &values(got), &[mean], tolerance);
}

#[test]
fn it_is_a_module_with_the_papers_temperature() {
    let loss = LogitNormLossConfig::new().init();
    assert_eq!(loss.tau, 0.04);
    assert!(loss.to_string().contains("tau: 0.04"), "{loss}");
}

#[test]
#[should_panic(expected = "tau of a LogitNorm loss must be a number above 0")]
fn a_temperature_of_0_is_refused() {
    loss(0.0);
}

#[test]
#[should_panic(expected = "shape")]
fn as_many_targets_as_rows_are_asked_for() {
    let case = case();
    loss(0.1).forward(case.tensor, case.targets.narrow(0, 0, 3));
}
