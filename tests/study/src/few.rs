//! What a gate is worth that was calibrated from the head's own rows: how many known rows it
//! rejects, how many unknown ones, and how far probabilities are from the truth.

use oodgate::{
    calibration::CalibrationOptions,
    config::{FitOptions, HeadOptions, LossOptions},
    engine::cpu::CpuEngine,
    head::{FitRows, Head, cross::CrossCalibration},
    metrics,
    ood::ScorerName,
};
use pollster::block_on;

use crate::data::{Files, Problem};

/// Sets by number of known classes, with rows of each class.
pub const SETS: [&str; 6] = ["banking5", "clinc50", "images10", "images6", "signs10", "beans5"];
const ROWS: [usize; 4] = [5, 10, 20, 50];
const ALPHAS: [f64; 2] = [0.05, 0.1];

/// Share of the rows that is held out where rows are held out.
const HELD_OUT: f64 = 0.2;

/// What one gate did, in per cent.
#[derive(Clone, Copy, Default)]
struct Gate {
    known: f64,
    unknown: f64,
    ece: f64,
    said: f64,
}

/// Prints a line for each set and number of rows: the mean and, of the known rows rejected, the
/// spread over the seeds.
pub fn print(files: &mut Files, seeds: &[u64], is_wanted: impl Fn(&str) -> bool) {
    println!(
        "| set | rows a class | loss | {} | ECE on new rows / said |\n|---|---|---|{}---|",
        ALPHAS
            .map(|alpha| format!(
                "alpha {} %: known / unknown rejected; a fifth held out",
                100.0 * alpha
            ))
            .join(" | "),
        "---|".repeat(ALPHAS.len())
    );
    for set in SETS.into_iter().filter(|set| is_wanted(set)) {
        for rows in ROWS {
            for loss in [
                LossOptions::LogitNorm { tau: None, label_smoothing: None },
                LossOptions::CrossEntropy { label_smoothing: None },
            ] {
                line(files, set, rows, &loss, seeds);
            }
        }
    }
}

fn line(files: &mut Files, set: &str, rows: usize, loss: &LossOptions, seeds: &[u64]) {
    let mut gates = vec![Vec::new(); ALPHAS.len()];
    let mut held_out = vec![Vec::new(); ALPHAS.len()];
    for &seed in seeds {
        let problem = files.problem(set, Some(rows), seed);
        let mut head = trained(&problem, loss, seed, 0.0);
        let mut split = trained(&problem, loss, seed, HELD_OUT);
        for (index, &alpha) in ALPHAS.iter().enumerate() {
            gates[index].push(cross(&mut head, &problem, alpha));
            held_out[index].push(by_split(&mut split, &problem, alpha));
        }
    }
    let name = match loss {
        LossOptions::LogitNorm { .. } => "LogitNorm",
        LossOptions::CrossEntropy { .. } => "cross-entropy",
    };
    let cells = gates.iter().zip(&held_out).map(|(gates, split)| {
        let mean = |gates: &[Option<Gate>], of: fn(&Gate) -> f64| {
            let values: Vec<f64> = gates.iter().flatten().map(of).collect();
            if values.is_empty() {
                f64::NAN
            } else {
                values.iter().sum::<f64>() / values.len() as f64
            }
        };
        let known = mean(gates, |gate| gate.known);
        let squares: f64 = gates.iter().flatten().map(|gate| (gate.known - known).powi(2)).sum();
        let spread = (squares / (gates.len().max(2) - 1) as f64).sqrt();
        let of_split = match split.iter().flatten().count() {
            0 => "no gate".to_string(),
            _ => format!(
                "{:.1} / {:.0}",
                mean(split, |gate| gate.known),
                mean(split, |gate| gate.unknown)
            ),
        };
        format!("{known:.1} ±{spread:.1} / {:.0}; {of_split}", mean(gates, |gate| gate.unknown))
    });
    let cells: Vec<String> = cells.collect();
    let (ece, said) = gates[0]
        .iter()
        .chain(&gates[1])
        .flatten()
        .fold((0.0, 0.0), |(ece, said), gate| (ece + gate.ece, said + gate.said));
    let count = gates.iter().map(|gates| gates.iter().flatten().count()).sum::<usize>() as f64;
    println!(
        "| {set} | {rows} | {name} | {} | {:.1} / {:.1} |",
        cells.join(" | "),
        ece / count,
        said / count
    );
}

pub fn trained(problem: &Problem, loss: &LossOptions, seed: u64, held_out: f64) -> Head<CpuEngine> {
    let classes = (0..problem.classes).map(|class| class.to_string()).collect();
    let features = problem.width as f64;
    let options = HeadOptions {
        features,
        classes,
        loss: Some(loss.clone()),
        seed: Some(seed as f64),
        ..HeadOptions::default()
    };
    let config = options.check().expect("options");
    let mut head = Head::new(CpuEngine::new(&config.spec(), config.initial_parameters()), config);
    let labels: Vec<f64> = problem.labels.iter().copied().map(f64::from).collect();
    let fit = FitOptions { validation_split: Some(held_out), ..FitOptions::default() };
    let fit = fit.check().expect("options");
    let mut fit =
        head.begin_fit(problem.features.clone(), &labels, fit, FitRows::default()).expect("rows");
    loop {
        while !head.run_fit(&mut fit, 1000).expect("a fit") {}
        if block_on(head.end_epoch(&mut fit, false)).expect("a fit").last {
            return head;
        }
    }
}

fn cross(head: &mut Head<CpuEngine>, problem: &Problem, alpha: f64) -> Option<Gate> {
    let options = CalibrationOptions::from(ScorerName::Auto).at(alpha);
    let mut cross = block_on(CrossCalibration::new(head, &options, None)).ok()?;
    while !block_on(cross.run(head, 1000)).expect("a calibration") {}
    cross.finish(head).expect("a calibration");
    Some(gate(head, problem))
}

/// With the rows that the fit held out, whose p-values do for any alpha that they allow.
fn by_split(head: &mut Head<CpuEngine>, problem: &Problem, alpha: f64) -> Option<Gate> {
    let calibration = head.calibration()?;
    (calibration.conformal.rows() as f64 >= 1.0 / alpha - 1.0).then_some(())?;
    let p_values = |head: &mut Head<CpuEngine>, rows: &[f32]| {
        block_on(head.gate(rows)).expect("a gate").p_values
    };
    let rejected = |values: Vec<f32>| {
        percent(values.iter().filter(|&&p| f64::from(p) <= alpha + 1e-6).count(), values.len())
    };
    let known = rejected(p_values(head, &problem.test));
    let unknown = problem.unknown.concat();
    Some(Gate { known, unknown: rejected(p_values(head, &unknown)), ..Gate::default() })
}

fn gate(head: &mut Head<CpuEngine>, problem: &Problem) -> Gate {
    let said = 100.0 * head.calibration().expect("calibrated").ece_after;
    let known = block_on(head.gate(&problem.test)).expect("a gate");
    let unknown = block_on(head.gate(&problem.unknown.concat())).expect("a gate");
    let rejected = |accepted: &[u8]| {
        percent(accepted.iter().filter(|&&accepted| accepted == 0).count(), accepted.len())
    };
    let ece = metrics::ece(&known.prediction.probabilities, &problem.test_labels, 15)
        .expect("probabilities");
    Gate {
        known: rejected(&known.accepted),
        unknown: rejected(&unknown.accepted),
        ece: 100.0 * ece,
        said,
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}
