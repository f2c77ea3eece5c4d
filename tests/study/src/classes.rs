//! What a gate rejects class by class, with one threshold for all rows and with `perClass`.

use oodgate::{
    calibration::CalibrationOptions,
    config::LossOptions,
    engine::cpu::CpuEngine,
    head::{Head, cross::CrossCalibration},
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;

use crate::{data::Files, few};

/// Rows of each class: as many as a threshold of its own takes at alpha 5 %, and more.
const ROWS: [usize; 2] = [20, 50];
const ALPHA: f64 = 0.05;

/// Draws behind what chance alone makes of the worst class.
const DRAWS: usize = 2000;

/// Prints a line for each set and number of rows: means over the seeds, in per cent.
pub fn print(files: &mut Files, seeds: &[u64], is_wanted: impl Fn(&str) -> bool) {
    println!(
        "| set | rows a class | test rows a class | one threshold: all / worst class / unknown | \
         perClass: all / worst class / unknown | worst class by chance |\n|---|---|---|---|---|---|"
    );
    for set in few::SETS.into_iter().filter(|set| is_wanted(set)) {
        for rows in ROWS {
            let mut sums = [[0.0; 3]; 2];
            let mut chance = 0.0;
            let mut tested = 0.0;
            for &seed in seeds {
                let problem = files.problem(set, Some(rows), seed);
                let loss = LossOptions::LogitNorm { tau: None, label_smoothing: None };
                let mut head = few::trained(&problem, &loss, seed, 0.0);
                let mut counts = vec![0; problem.classes];
                problem.test_labels.iter().for_each(|&label| counts[label as usize] += 1);
                tested += counts.iter().sum::<usize>() as f64 / problem.classes as f64;
                chance += worst_by_chance(&counts, seed);
                for (sums, per_class) in sums.iter_mut().zip([false, true]) {
                    let mut options = CalibrationOptions::from(ScorerName::Auto).at(ALPHA);
                    options.per_class = per_class;
                    calibrate(&mut head, &options);
                    let known = rejected(&mut head, &problem.test);
                    let mut by_class = vec![0.0; problem.classes];
                    for (&label, &rejected) in problem.test_labels.iter().zip(&known) {
                        by_class[label as usize] += rejected / counts[label as usize] as f64;
                    }
                    let unknown = rejected(&mut head, &problem.unknown.concat());
                    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
                    let worst = by_class.iter().copied().fold(0.0, f64::max);
                    for (sum, value) in sums.iter_mut().zip([mean(&known), worst, mean(&unknown)]) {
                        *sum += value;
                    }
                }
            }
            let share = |sum: f64| format!("{:.1}", 100.0 * sum / seeds.len() as f64);
            let cells = sums.map(|sums| sums.map(share).join(" / "));
            println!(
                "| {set} | {rows} | {:.0} | {} | {} |",
                tested / seeds.len() as f64,
                cells.join(" | "),
                share(chance)
            );
        }
    }
}

fn calibrate(head: &mut Head<CpuEngine>, options: &CalibrationOptions) {
    let mut cross = block_on(CrossCalibration::new(head, options, None)).expect("rows");
    while !block_on(cross.run(head, 1000)).expect("a calibration") {}
    cross.finish(head).expect("a calibration");
}

/// 1 for each row that is rejected.
fn rejected(head: &mut Head<CpuEngine>, rows: &[f32]) -> Vec<f64> {
    let accepted = block_on(head.gate(rows)).expect("a gate").accepted;
    accepted.iter().map(|&accepted| f64::from(1 - accepted)).collect()
}

/// The mean of the worst class's share where each row is rejected with probability alpha.
fn worst_by_chance(counts: &[usize], seed: u64) -> f64 {
    let mut random = Random::new(seed);
    let mut draw = || {
        let share = |&count: &usize| {
            let hits = (0..count).filter(|_| f64::from(random.unit()) < ALPHA).count();
            hits as f64 / count as f64
        };
        counts.iter().map(share).fold(0.0, f64::max)
    };
    (0..DRAWS).map(|_| draw()).sum::<f64>() / DRAWS as f64
}
