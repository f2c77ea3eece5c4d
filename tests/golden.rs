//! The core against the golden files of `tests/golden`, which `generate.py` there makes with
//! PyTorch, pytorch-ood and scikit-learn: values, gradients, initialisation, 20-step trajectories,
//! scores and metrics.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    architecture::Architecture,
    config::{HeadOptions, LossOptions, OptimizerOptions},
    engine::{Engine, cpu::CpuEngine},
    loss::Loss,
    metrics,
    ood::ScorerOptions,
};
use serde::Deserialize;
use support::{
    Tolerance, assert_close, golden,
    heads::{Head, answer_scores, sized},
};

#[derive(Deserialize)]
struct File<T> {
    cases: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LossCase {
    name: String,
    kind: String,
    tau: Option<f64>,
    label_smoothing: Option<f64>,
    classes: usize,
    logits: Vec<f32>,
    labels: Vec<usize>,
    loss_per_row: Vec<f64>,
    gradient: Vec<f64>,
}

#[test]
fn losses_and_gradients() {
    let file: File<LossCase> = golden("losses.json");
    for case in &file.cases {
        let loss = match case.kind.as_str() {
            "logitNorm" => Loss::LogitNorm { tau: case.tau.unwrap() as f32, label_smoothing: 0.0 },
            "crossEntropy" => {
                Loss::CrossEntropy { label_smoothing: case.label_smoothing.unwrap() as f32 }
            }
            other => panic!("unknown loss {other}"),
        };
        let scale = 1.0 / case.labels.len() as f32;
        let mut gradient = vec![0.0; case.logits.len()];
        let losses: Vec<f32> = case
            .labels
            .iter()
            .enumerate()
            .map(|(row, &label)| {
                let range = row * case.classes..(row + 1) * case.classes;
                loss.row(&case.logits[range.clone()], label, scale, &mut gradient[range])
            })
            .collect();
        // A handful of f32 roundings; tau = 0.01 multiplies the logits' own by up to 100.
        assert_close(
            &case.name,
            &losses,
            &case.loss_per_row,
            Tolerance { absolute: 1e-6, relative: 1e-6 },
        );
        // A gradient's rounding is relative to its largest part, which the others are differences
        // of.
        let largest = case.gradient.iter().fold(0.0_f64, |largest, g| largest.max(g.abs()));
        assert_close(
            &case.name,
            &gradient,
            &case.gradient,
            Tolerance { absolute: 3e-6 * largest, relative: 0.0 },
        );
    }
}

#[derive(Deserialize)]
struct InitialisationCase {
    name: String,
    seed: u64,
    widths: Vec<usize>,
    parameters: Vec<f32>,
}

#[test]
fn initialisation_is_reproduced_bit_for_bit() {
    let file: File<InitialisationCase> = golden("init.json");
    for case in &file.cases {
        let (features, classes) = (case.widths[0], case.widths[case.widths.len() - 1]);
        let architecture =
            Architecture::new(features, &case.widths[1..case.widths.len() - 1], classes);
        assert_eq!(architecture.initial_parameters(case.seed), case.parameters, "{}", case.name);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trajectory {
    name: String,
    seed: f64,
    features: usize,
    hidden: Vec<f64>,
    classes: usize,
    loss: LossOptions,
    optimizer: OptimizerOptions,
    rows: usize,
    batches: Batches,
    probe_features: Vec<f32>,
    losses: Vec<f64>,
    accuracies: Vec<f64>,
    probe_logits: Vec<f64>,
    final_parameters: Vec<f64>,
}

#[derive(Deserialize)]
struct Batches {
    features: Vec<f32>,
    labels: Vec<f64>,
}

impl Trajectory {
    fn options(&self) -> HeadOptions {
        HeadOptions {
            hidden: self.hidden.clone(),
            loss: Some(self.loss.clone()),
            optimizer: Some(self.optimizer.clone()),
            seed: Some(self.seed),
            standardize: Some(false),
            ..sized(self.features, self.classes)
        }
    }
}

/// PyTorch's own float32 run, started one rounding away, ends up to 8e-5 from its float64 run (see
/// `trajectories.py`).
const TRAJECTORY: Tolerance = Tolerance { absolute: 1e-4, relative: 1e-5 };

#[test]
fn trajectories_of_20_steps() {
    let file: File<Trajectory> = golden("trajectories.json");
    assert!(!file.cases.is_empty());
    for case in &file.cases {
        let config = case.options().check().unwrap();
        let engine = CpuEngine::new(&config.spec(), config.initial_parameters());
        let mut trainer = Head::new(engine, config);
        let (mut losses, mut accuracies) = (Vec::new(), Vec::new());
        for (features, labels) in case
            .batches
            .features
            .chunks(case.rows * case.features)
            .zip(case.batches.labels.chunks(case.rows))
        {
            let step =
                pollster::block_on(trainer.train_step(features.to_vec(), labels, None)).unwrap();
            losses.push(step.loss);
            accuracies.push(step.accuracy);
        }
        assert_close(&format!("{}: losses", case.name), &losses, &case.losses, TRAJECTORY);
        assert_close(
            &format!("{}: accuracies", case.name),
            &accuracies,
            &case.accuracies,
            TRAJECTORY,
        );
        let state = pollster::block_on(trainer.engine().state()).unwrap();
        assert_close(
            &format!("{}: parameters", case.name),
            &state.parameters,
            &case.final_parameters,
            TRAJECTORY,
        );
        let outputs = pollster::block_on(trainer.forward(&case.probe_features)).unwrap();
        assert_close(
            &format!("{}: logits", case.name),
            &outputs.logits,
            &case.probe_logits,
            TRAJECTORY,
        );
    }
}

#[derive(Deserialize)]
struct ScoreCase {
    name: String,
    classes: usize,
    logits: Vec<f32>,
    penultimate: Vec<f32>,
    scores: Vec<ExpectedScores>,
}

#[derive(Deserialize)]
struct ExpectedScores {
    scorer: ScorerOptions,
    expected: Vec<f64>,
}

#[test]
fn scores() {
    let file: File<ScoreCase> = golden("scores.json");
    for case in &file.cases {
        let outputs = oodgate::engine::Outputs {
            logits: case.logits.clone(),
            penultimate: Some(case.penultimate.clone()),
        };
        for expected in &case.scores {
            let scores = answer_scores(&expected.scorer, &outputs, case.classes);
            let what = format!("{}: {:?}", case.name, expected.scorer);
            assert_close(
                &what,
                &scores,
                &expected.expected,
                Tolerance { absolute: 1e-6, relative: 3e-6 },
            );
        }
    }
}

#[derive(Deserialize)]
struct MetricsFile {
    cases: Vec<DetectionCase>,
    ece: Vec<EceCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetectionCase {
    name: String,
    id: Vec<f64>,
    ood: Vec<f64>,
    auroc: f64,
    aupr_in: f64,
    aupr_out: f64,
    fpr95: f64,
    fpr80: f64,
}

#[derive(Deserialize)]
struct EceCase {
    name: String,
    bins: usize,
    probabilities: Vec<f32>,
    labels: Vec<u32>,
    ece: f64,
}

#[test]
fn metrics_agree_with_scikit_learn() {
    let exact = Tolerance { absolute: 1e-11, relative: 0.0 };
    let file: MetricsFile = golden("metrics.json");
    for case in &file.cases {
        let (id, ood) = (&case.id, &case.ood);
        let actual = [
            metrics::auroc(id, ood),
            metrics::aupr_in(id, ood),
            metrics::aupr_out(id, ood),
            metrics::fpr_at_tpr(id, ood, 0.95),
            metrics::fpr_at_tpr(id, ood, 0.8),
        ]
        .map(Result::unwrap);
        assert_close(
            &case.name,
            &actual,
            &[case.auroc, case.aupr_in, case.aupr_out, case.fpr95, case.fpr80],
            exact,
        );
    }
    for case in &file.ece {
        let ece = metrics::ece(&case.probabilities, &case.labels, case.bins).unwrap();
        assert_close(&case.name, &[ece], &[case.ece], exact);
    }
}
