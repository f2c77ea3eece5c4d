//! Made-up rows of several classes.

use oodgate::numeric::random::Random;

/// Rows of `width` around one corner per class.
pub fn corners(
    seed: u64,
    count: usize,
    width: usize,
    classes: &[u32],
    spread: f32,
) -> (Vec<f32>, Vec<f64>) {
    let mut random = Random::new(seed);
    let labels: Vec<u32> = (0..count).map(|row| classes[row % classes.len()]).collect();
    let features = labels.iter().flat_map(|&label| {
        (0..width)
            .map(|column| if column as u32 == label { 1.0 } else { 0.0 })
            .collect::<Vec<f32>>()
    });
    let features =
        features.map(|corner| corner + spread * (random.unit() + random.unit() - 1.0)).collect();
    (features, labels.into_iter().map(f64::from).collect())
}
