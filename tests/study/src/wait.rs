//! How long a gate takes from the head's own rows: `fit`, `calibrate()` and the first answer, on
//! rows around a centre for each class.

use std::time::Instant;

use oodgate::{
    calibration::CalibrationOptions,
    config::{FitOptions, HeadOptions},
    engine::cpu::CpuEngine,
    head::{FitRows, Head, cross::CrossCalibration},
    numeric::random::Random,
    ood::ScorerName,
};

/// Rows, features and classes.
pub const SHAPES: [&str; 4] = ["150x1280x5", "900x1280x10", "1500x384x150", "6000x1280x10"];

/// Prints a line for each shape: medians over the seeds, in milliseconds.
pub fn print(seeds: &[u64], is_wanted: impl Fn(&str) -> bool) {
    println!(
        "| rows x features x classes | fit, ms | `calibrate()`, ms | first answer, ms |\n|---|---|---|---|"
    );
    for shape in SHAPES.into_iter().filter(|shape| is_wanted(shape)) {
        let mut sizes = shape.split('x').map(|size| size.parse().expect("a size"));
        let [rows, features, classes] = [(); 3].map(|()| sizes.next().expect("three sizes"));
        let mut times: [Vec<f64>; 3] = Default::default();
        for &seed in seeds {
            for (times, time) in times.iter_mut().zip(measure(rows, features, classes, seed)) {
                times.push(time);
            }
        }
        let cells = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            format!("{:.1}", times[times.len() / 2])
        });
        println!("| {shape} | {} |", cells.join(" | "));
    }
}

fn measure(rows: usize, width: usize, classes: usize, seed: u64) -> [f64; 3] {
    let mut random = Random::new(seed);
    let mut noise = |length: usize| -> Vec<f32> {
        (0..length).map(|_| random.unit() + random.unit() - 1.0).collect()
    };
    let centres = noise(classes * width);
    let labels: Vec<f64> = (0..rows).map(|row| (row % classes) as f64).collect();
    let features = noise(rows * width)
        .iter()
        .enumerate()
        .map(|(index, x)| x + 0.7 * centres[(index / width) % classes * width + index % width])
        .collect::<Vec<f32>>();
    let names = (0..classes).map(|class| class.to_string()).collect();
    let options = HeadOptions { features: width as f64, classes: names, ..HeadOptions::default() };
    let config = options.check().expect("options");
    let mut head = Head::new(CpuEngine::new(&config.spec(), config.initial_parameters()), config);

    let begun = Instant::now();
    let fit = FitOptions::default().check().expect("options");
    let mut fit = head.begin_fit(features.clone(), &labels, fit, FitRows::default()).expect("rows");
    loop {
        while !head.run_fit(&mut fit, 1000).expect("a fit") {}
        if head.end_epoch(&mut fit, false).expect("a fit").last {
            break;
        }
    }
    let fitted = Instant::now();
    let options = CalibrationOptions::from(ScorerName::Auto);
    let mut cross = CrossCalibration::new(&mut head, &options, None).expect("rows");
    while !cross.run(&mut head, 1000).expect("a calibration") {}
    cross.finish(&mut head).expect("a calibration");
    let calibrated = Instant::now();
    head.gate(&features[..width]).expect("a gate");
    let milliseconds = |from: Instant, to: Instant| 1e3 * (to - from).as_secs_f64();
    [
        milliseconds(begun, fitted),
        milliseconds(fitted, calibrated),
        milliseconds(calibrated, Instant::now()),
    ]
}
