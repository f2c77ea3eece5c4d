//! One head: trained one way, then asked about new rows and unknown ones.

use std::rc::Rc;

use oodgate::{
    architecture::Architecture,
    engine::{Engine, Spec, cpu::CpuEngine},
    loss::Loss,
    metrics,
    numeric::{random::Random, row},
    ood::{
        r#gen, msp,
        statistics::{nearness::Nearness, standard::Standard},
    },
    optim::{Optimizer, Schedule},
    training::{rows::Rows, variation::others, warm_up::WarmUp},
};
use pollster::block_on;

use crate::{
    data::Problem,
    input_map::{InputMap, Map},
};

/// Rows of an update.
const BATCH: usize = 128;

/// How a head is trained.
#[derive(Clone)]
pub struct Training {
    pub loss: Objective,
    pub length: Length,
    /// Whether LogitNorm begins with cross-entropy where rows are few.
    pub warms_up: bool,
    /// Whether LogitNorm learns from rows that are varied.
    pub varies: bool,
    pub map: Map,
    pub hidden: Vec<usize>,
    pub learning_rate: f64,
}

#[derive(Clone, Copy)]
pub enum Objective {
    /// LogitNorm with this tau.
    Tau(f64),
    /// LogitNorm with this over the logarithm of the number of classes.
    TauByClasses(f64),
    CrossEntropy,
}

/// How long.
#[derive(Clone, Copy)]
pub struct Length {
    /// At least so many updates,
    pub updates: usize,
    /// and at least so many epochs.
    pub epochs: usize,
}

/// In per cent. Of MSP and "auto" the AUROC, the mean over the kinds of unknown rows.
#[derive(Clone, Copy, Default)]
pub struct Figures {
    pub accuracy: f64,
    pub msp: f64,
    pub auto: f64,
}

/// The distances of "auto", of test rows and of each kind of unknown ones. They see the features as
/// they come, whatever the head, so that all heads of a problem share them.
pub struct Distances {
    test: Vec<f64>,
    unknown: [Vec<f64>; 2],
}

impl Distances {
    pub fn new(problem: &Problem, seed: u64) -> Self {
        let architecture = Architecture::new(problem.width, &[], problem.classes);
        let loss = Loss::CrossEntropy { label_smoothing: 0.0 };
        let parameters = architecture.initial_parameters(seed);
        let mut engine = CpuEngine::new(&Spec { architecture, loss, moments: 0 }, parameters);
        let labels: Vec<f64> = problem.labels.iter().copied().map(f64::from).collect();
        let rows = Rows::check(problem.features.clone(), &labels, problem.width, problem.classes);
        let rows = rows.expect("rows");
        let nearness =
            block_on(Nearness::new(&mut engine, &rows, None, problem.classes, seed)).expect("rows");
        let mut of = |rows: &[f32]| -> Vec<f64> {
            let parts = rows.chunks(256 * problem.width);
            let mut measures =
                |part| block_on(nearness.measures(&mut engine, part, &[])).expect("rows");
            parts.flat_map(|part| measures(part).sum()).collect()
        };
        Self { test: of(&problem.test), unknown: problem.unknown.each_ref().map(|rows| of(rows)) }
    }
}

impl Training {
    /// Trains a head and asks it; "auto" where there are distances.
    pub fn run(&self, problem: &Problem, distances: Option<&Distances>, seed: u64) -> Figures {
        let map = InputMap::new(self.map, &problem.features, problem.width);
        let features = Rc::new(map.apply(&problem.features));
        let mut engine = self.train(problem, features.clone(), seed);
        let classes = problem.classes;
        let mut ask = |rows: &[f32]| block_on(engine.forward(rows)).expect("finite rows").logits;

        let confidence = Confidence::new(&ask(&features), classes);
        let test = ask(&map.apply(&problem.test));
        let right = |(row, label): (&[f32], &u32)| row::argmax(row) == *label as usize;
        let hits = test.chunks_exact(classes).zip(&problem.test_labels);
        let accuracy = share(hits.filter(|&pair| right(pair)).count(), problem.test_labels.len());

        let mut figures = Figures { accuracy, ..Figures::default() };
        let kinds = problem.unknown.iter().filter(|rows| !rows.is_empty()).count() as f64;
        for (kind, rows) in problem.unknown.iter().enumerate().filter(|(_, rows)| !rows.is_empty())
        {
            let unknown = ask(&map.apply(rows));
            figures.msp += auroc(&by_msp(&test, classes), &by_msp(&unknown, classes)) / kinds;
            if let Some(Distances { test: near, unknown: far }) = distances {
                let [known, unknown] = [(&test, near), (&unknown, &far[kind])]
                    .map(|(logits, distances)| confidence.auto(logits, distances));
                figures.auto += auroc(&known, &unknown) / kinds;
            }
        }
        figures
    }

    fn train(&self, problem: &Problem, features: Rc<Vec<f32>>, seed: u64) -> CpuEngine {
        let architecture = Architecture::new(problem.width, &self.hidden, problem.classes);
        let logarithm = (problem.classes as f64).ln();
        let loss = match self.loss {
            Objective::Tau(tau) => Loss::LogitNorm { tau: tau as f32, label_smoothing: 0.0 },
            Objective::TauByClasses(factor) => {
                Loss::LogitNorm { tau: (factor / logarithm) as f32, label_smoothing: 0.0 }
            }
            Objective::CrossEntropy => Loss::CrossEntropy { label_smoothing: 0.0 },
        };
        let learning_rate = self.learning_rate;
        let (beta1, beta2, epsilon, weight_decay) = (0.9, 0.999, 1e-8, 0.0);
        let optimizer = Optimizer::AdamW { learning_rate, beta1, beta2, epsilon, weight_decay };
        let parameters = architecture.initial_parameters(seed);
        let spec = Spec { architecture, loss, moments: optimizer.moments() };
        let mut engine = CpuEngine::new(&spec, parameters);

        let rows = problem.labels.len();
        let per_epoch = rows.div_ceil(BATCH);
        let Length { updates, epochs } = self.length;
        let updates = per_epoch * updates.div_ceil(per_epoch).max(epochs);
        let warm_up = WarmUp::of_few(loss, rows, problem.classes).filter(|_| self.warms_up);
        let data = engine.upload(features, Rc::new(problem.labels.clone()), None).expect("memory");
        let mut rows_in_order: Vec<u32> = (0..rows as u32).collect();
        let varies = self.varies && matches!(loss, Loss::LogitNorm { .. });
        let mut order = engine.order(Vec::new(), None).expect("memory");
        for update in 0..updates {
            let position = update % per_epoch * BATCH;
            if position == 0 {
                Random::for_step(seed, update as u64).shuffle(&mut rows_in_order);
                let others = varies.then(|| others(&problem.labels, &rows_in_order));
                order = engine.order(rows_in_order.clone(), others).expect("memory");
            }
            let factor = Schedule::Cosine.factor(update as u64, updates as u64);
            let rule = optimizer.update(update as u64 + 1, learning_rate * factor);
            if let Some(warm_up) = warm_up {
                engine.set_loss(warm_up.loss(update as u64, updates as u64));
            }
            let batch = position..rows.min(position + BATCH);
            engine.step(&data, &order, batch, &rule).expect("finite rows");
        }
        engine
    }
}

/// The part of "auto" that asks the head: GEN at a temperature from the training rows, as in
/// `src/ood/auto.rs`.
struct Confidence {
    classes: usize,
    temperature: f32,
    standard: Standard,
}

impl Confidence {
    fn new(training: &[f32], classes: usize) -> Self {
        let range = |logits: &[f32]| row::max(logits) - logits.iter().sum::<f32>() / classes as f32;
        let ranges: f64 = training.chunks_exact(classes).map(|row| f64::from(range(row))).sum();
        let mean = ranges / (training.len() / classes) as f64;
        let temperature = (mean / (3.0 * (classes as f64).ln())) as f32;
        let mut confidence = Self { classes, temperature, standard: Standard::of(&[]) };
        confidence.standard = Standard::of(&confidence.doubts(training));
        confidence
    }

    fn doubts(&self, logits: &[f32]) -> Vec<f32> {
        let mut scratch = vec![0.0; self.classes];
        let rows = logits.chunks_exact(self.classes);
        rows.map(|row| r#gen::row(row, 0.1, 100, self.temperature, &mut scratch)).collect()
    }

    fn auto(&self, logits: &[f32], distances: &[f64]) -> Vec<f64> {
        let doubts = self.doubts(logits);
        doubts.iter().zip(distances).map(|(&doubt, far)| self.standard.apply(doubt) + far).collect()
    }
}

fn by_msp(logits: &[f32], classes: usize) -> Vec<f64> {
    let mut scratch = vec![0.0; classes];
    let rows = logits.chunks_exact(classes);
    rows.map(|row| f64::from(msp::row(row, 1.0, &mut scratch))).collect()
}

fn auroc(known: &[f64], unknown: &[f64]) -> f64 {
    100.0 * metrics::auroc(known, unknown).expect("rows on both sides")
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}
