//! How long a gate takes from the head's own rows: `fit`, `calibrate()` and the answer to one
//! row, on rows around a centre for each class.

use std::{fs, time::Instant};

use oodgate::{
    calibration::CalibrationOptions,
    config::{FitOptions, HeadOptions},
    engine::cpu::CpuEngine,
    head::{FitRows, Head, cross::CrossCalibration},
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;

/// Rows, features and classes.
pub const SHAPES: [&str; 4] = ["150x1280x5", "900x1280x10", "1500x384x150", "6000x1280x10"];

/// Rows that are asked about one by one.
const ANSWERS: usize = 100;

/// Prints a line for each shape: medians over the seeds, in milliseconds.
pub fn print(seeds: &[u64], is_wanted: impl Fn(&str) -> bool) {
    println!(
        "| rows x features x classes | fit, ms | `calibrate()`, ms | answer, ms |\n|---|---|---|---|"
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

    let clock = Clock::start();
    let fit = FitOptions::default().check().expect("options");
    let mut fit = head.begin_fit(features.clone(), &labels, fit, FitRows::default()).expect("rows");
    loop {
        while !head.run_fit(&mut fit, 1000).expect("a fit") {}
        if block_on(head.end_epoch(&mut fit, false)).expect("a fit").last {
            break;
        }
    }
    let fitted = clock.milliseconds();
    let options = CalibrationOptions::from(ScorerName::Auto);
    let mut cross = block_on(CrossCalibration::new(&mut head, &options, None)).expect("rows");
    while !block_on(cross.run(&mut head, 1000)).expect("a calibration") {}
    cross.finish(&mut head).expect("a calibration");
    let calibrated = clock.milliseconds();
    for row in features.chunks_exact(width).take(ANSWERS) {
        block_on(head.gate(row)).expect("a gate");
    }
    let answered = clock.milliseconds() - calibrated;
    [fitted, calibrated - fitted, answered / ANSWERS as f64]
}

/// This thread's time on a processor, which does not depend on what else runs on the machine; where
/// the system does not tell, the time that passes.
struct Clock {
    begun: Instant,
    busy: Option<f64>,
}

impl Clock {
    fn start() -> Self {
        Self { begun: Instant::now(), busy: busy() }
    }

    fn milliseconds(&self) -> f64 {
        match (self.busy, busy()) {
            (Some(begun), Some(now)) => now - begun,
            _ => 1e3 * self.begun.elapsed().as_secs_f64(),
        }
    }
}

fn busy() -> Option<f64> {
    let times = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    times.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e6)
}
