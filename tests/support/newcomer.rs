//! What a newcomer has and does: five classes of a few rows, a fit and a gate by default.

use oodgate::{
    Error,
    calibration::CalibrationOptions,
    config::FitOptions,
    head::{FitRows, cross::CrossCalibration},
    numeric::random::Random,
};
use pollster::block_on;

use super::heads::{Head, head, sized};

pub const FEATURES: usize = 12;
pub const CLASSES: usize = 5;

/// Normal enough: the sum of four uniform numbers, of variance 1.
pub fn noise(random: &mut Random) -> f32 {
    (0..4).map(|_| random.unit() - 0.5).sum::<f32>() * 3_f32.sqrt()
}

/// Rows of each class around its own corner; `width[class]` is how far they spread.
pub fn rows(random: &mut Random, each: usize, width: &[f32; CLASSES]) -> (Vec<f32>, Vec<f64>) {
    let mut features = Vec::new();
    let labels: Vec<f64> = (0..each * CLASSES).map(|row| (row % CLASSES) as f64).collect();
    for &label in &labels {
        for column in 0..FEATURES {
            let corner = if column % CLASSES == label as usize { 4.0 } else { 0.0 };
            features.push(corner + width[label as usize] * noise(random));
        }
    }
    (features, labels)
}

pub const EVEN: [f32; CLASSES] = [1.0; CLASSES];

/// Rows between the classes, of none of them.
pub fn unknown(random: &mut Random, count: usize) -> Vec<f32> {
    (0..count * FEATURES).map(|_| -4.0 + noise(random)).collect()
}

/// Fits to the end; what the fit warns of.
pub fn fit(
    head: &mut Head,
    features: &[f32],
    labels: &[f64],
    options: FitOptions,
    with: FitRows,
) -> Option<String> {
    let mut fit =
        head.begin_fit(features.to_vec(), labels, options.check().unwrap(), with).unwrap();
    loop {
        while !head.run_fit(&mut fit, 50).unwrap() {}
        if block_on(head.end_epoch(&mut fit, false)).unwrap().last {
            return fit.warning().map(String::from);
        }
    }
}

/// A head fitted by default.
pub fn trained(features: &[f32], labels: &[f64], groups: Option<Vec<f64>>) -> Head {
    let mut head = head(sized(FEATURES, CLASSES));
    fit(
        &mut head,
        features,
        labels,
        FitOptions::default(),
        FitRows { groups, ..FitRows::default() },
    );
    head
}

/// Calibrates from the head's own rows.
pub fn cross(head: &mut Head, options: &CalibrationOptions) -> Result<(), Error> {
    let mut cross = block_on(CrossCalibration::new(head, options, None))?;
    while !block_on(cross.run(head, 50))? {}
    cross.finish(head).map(|_| ())
}

/// The share of rows that the gate rejects.
pub fn rejected(head: &mut Head, features: &[f32]) -> f64 {
    let accepted = block_on(head.gate(features)).unwrap().accepted;
    accepted.iter().filter(|&&accepted| accepted == 0).count() as f64 / accepted.len() as f64
}
