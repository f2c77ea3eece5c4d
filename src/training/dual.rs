//! A fit of a linear head on fewer rows than features, in the dual form: gradients lie in the span
//! of the rows, so that inner products of the rows are all that an update needs. Its cost does not
//! depend on the number of features.
//!
//! ```text
//! W = W_0 - sum over the updates of rate m / (sqrt(v) + epsilon)   m, v the moments of g = delta X
//! v_kj = q_k h_j     h_j = mean over k of (d g_kj^2 / |g_k|^2) at the start, q_k the second moment of the rest of g_k^2
//! ```
//!
//! A row that is varied is a combination of rows, too.
//!
//! AdamW keeps a second moment v for each weight, which a combination of rows cannot hold. What it
//! does is to give all weights of a class steps of one size, whether their feature says much of the
//! class or is noise; h does nearly so, and the size of the steps follows from the length of the
//! gradient. Heads trained either way say nearly the same of new rows: their entropies correlate by
//! 0.95 to 0.98 on the features of networks, and their mean is the same within 0.06 of a deviation.
//! Those of a cross-calibration, of which nobody sees the weights, are trained like this;
//! `docs/calibration.md` has what it changes.

mod combined;

use std::rc::Rc;

use self::combined::Combined;
use crate::{
    Result,
    config::FitConfig,
    engine::{Engine, VARIATION},
    loss::Loss,
    numeric::{
        quads::{add_rows, change, change_by, change_by_two},
        random::Random,
        row::norm,
    },
    optim::{Optimizer, Update},
    training::{plan::Plan, variation::others},
};

/// Added to h, whose mean is 1: a feature that the gradient does not show.
const LEAST_SHARE: f64 = 1e-6;

/// What is trained.
pub struct Start<'a> {
    /// Rows as the layer sees them, `[rows, features]`.
    pub rows: Vec<f32>,
    /// A class for each.
    pub labels: &'a [u32],
    /// How much each counts, 1 on the mean; where they do not count alike.
    pub weights: Option<Rc<Vec<f32>>>,
    /// Weights `[classes, features]`, then biases.
    pub parameters: Vec<f32>,
    /// What they make of the rows, `[rows, classes]`.
    pub logits: Vec<f32>,
    /// How it is trained.
    pub plan: Plan,
}

/// A fit under way.
pub struct DualFit {
    loss: Loss,
    plan: Plan,
    optimizer: Optimizer,
    config: FitConfig,
    seed: u64,
    labels: Vec<u32>,
    weights: Option<Rc<Vec<f32>>>,
    /// `[rows, features]`.
    rows: Vec<f32>,
    /// What each feature weighs in inner products.
    metric: Vec<f32>,
    /// Inner products of the rows, `[rows, rows]`.
    gram: Vec<f32>,
    /// The parameters at the start, and how much of the weights decay has left.
    start: Vec<f32>,
    kept: f32,
    classes: Vec<Class>,
    order: Vec<u32>,
    /// The rows that those vary by, if they do.
    others: Vec<u32>,
    step: u64,
    steps: u64,
}

/// One class's weights, as a combination of the rows that is added to those at the start.
struct Class {
    /// `[rows]`, and the first moment of its gradient.
    combination: Vec<f32>,
    first: Vec<f32>,
    /// Logits of all rows without the bias, `[rows]`, and what the first moment makes of them.
    logits: Vec<f32>,
    change: Vec<f32>,
    second: f32,
    bias: f32,
    bias_moments: [f32; 2],
}

#[maybe_async::maybe_async]
impl DualFit {
    /// Prepares to train from a start; there is at least one row. None where the optimiser is not
    /// AdamW, or numbers are too large for products of rows.
    pub async fn new<E: Engine>(
        engine: &mut E,
        start: Start<'_>,
        (loss, optimizer): (Loss, Optimizer),
        config: FitConfig,
        seed: u64,
    ) -> Result<Option<Self>> {
        let Optimizer::AdamW { .. } = optimizer else { return Ok(None) };
        let Start { rows, labels, weights, parameters, logits, plan } = start;
        let (count, classes) = (labels.len(), logits.len() / labels.len());
        let width = rows.len() / count;
        let bias = &parameters[classes * width..];
        let zeros = || vec![0.0; count];
        let class = |class: usize| Class {
            combination: zeros(),
            first: zeros(),
            logits: logits.iter().skip(class).step_by(classes).map(|f| f - bias[class]).collect(),
            change: zeros(),
            second: 0.0,
            bias: bias[class],
            bias_moments: [0.0; 2],
        };
        let classes: Vec<Class> = (0..classes).map(class).collect();
        let order: Vec<u32> = (0..count as u32).collect();
        let steps = count.div_ceil(config.batch_size) as u64 * plan.epochs as u64;
        let first = plan.warm_up.map_or(loss, |warm_up| warm_up.loss(0, steps));
        let at_start = deltas(&first, &classes, (labels, weights.as_deref()), (&order, &[]));
        let metric = metric(&rows, width, &at_start);
        let weighted: Vec<f32> = rows
            .chunks_exact(width)
            .flat_map(|row| row.iter().zip(&metric).map(|(x, weight)| x * weight.sqrt()))
            .collect();
        let matrix = engine.matrix(weighted.clone(), width)?;
        let gram = engine.product(&weighted, &matrix).await?;
        if gram.iter().chain(&metric).any(|x| !x.is_finite()) {
            return Ok(None);
        }
        Ok(Some(Self {
            loss,
            plan,
            optimizer,
            config,
            seed,
            labels: labels.to_vec(),
            weights,
            rows,
            metric,
            gram,
            start: parameters,
            kept: 1.0,
            classes,
            order,
            others: Vec::new(),
            step: 0,
            steps,
        }))
    }
}

impl DualFit {
    /// Makes up to `updates`; true when none is left.
    pub fn run(&mut self, updates: usize) -> bool {
        for _ in 0..updates {
            if self.step == self.steps {
                return true;
            }
            let count = self.labels.len();
            let size = self.config.batch_size;
            let place = (self.step % count.div_ceil(size) as u64) as usize * size;
            if place == 0 && (size < count || self.plan.varies) {
                Random::for_step(self.seed, self.step).shuffle(&mut self.order);
                if self.plan.varies {
                    self.others = others(&self.labels, &self.order);
                }
            }
            self.update(place..count.min(place + size));
        }
        self.step == self.steps
    }

    fn update(&mut self, batch: std::ops::Range<usize>) {
        let (count, rows) = (self.labels.len(), &self.order[batch.clone()]);
        let others = self.others.get(batch).unwrap_or_default();
        let base = self.optimizer.learning_rate();
        let rate = base * self.config.schedule.factor(self.step, self.steps);
        let warm_up = self.plan.warm_up;
        let loss = warm_up.map_or(self.loss, |warm_up| warm_up.loss(self.step, self.steps));
        self.step += 1;
        let Update::AdamW { rate, complement1, beta2, complement2, epsilon, decay, root } =
            self.optimizer.update(self.step, rate)
        else {
            return;
        };
        let sum_of_roots: f32 = self.metric.iter().map(|weight| 1.0 / weight).sum();
        let weights = self.weights.as_deref();
        let delta = deltas(&loss, &self.classes, (&self.labels, weights), (rows, others));
        let mut combined = Combined::new(rows, others, count);
        self.kept *= decay;
        let mut effect = vec![0.0; count];
        for (class, delta) in self.classes.iter_mut().zip(delta.chunks_exact(rows.len())) {
            let (rows, factors) = combined.of(delta);
            effect.fill(0.0);
            add_rows(&mut effect, |i| &self.gram[rows[i] as usize * count..][..count], factors);
            let square: f32 =
                rows.iter().zip(factors).map(|(&row, d)| d * effect[row as usize]).sum();
            class.second = beta2 * class.second + complement2 * square.max(0.0) / sum_of_roots;
            let size = rate / (class.second.sqrt() * root + epsilon);
            change_by(&mut class.change, &effect, |change, x| change + complement1 * (x - change));
            change_by(&mut class.logits, &class.change, |f, change| decay * f - size * change);
            change(&mut class.first, |first| first - complement1 * first);
            for (&row, d) in rows.iter().zip(factors) {
                class.first[row as usize] += complement1 * d;
            }
            change_by(&mut class.combination, &class.first, |c, first| decay * c - size * first);
            let gradient: f32 = delta.iter().sum();
            let [first, second] = &mut class.bias_moments;
            *first += complement1 * (gradient - *first);
            *second = beta2 * *second + complement2 * gradient * gradient;
            class.bias = decay * class.bias - rate * *first / (second.sqrt() * root + epsilon);
        }
    }

    /// Weights `[classes, features]`, then biases.
    pub fn parameters(self) -> Vec<f32> {
        let Self { rows, metric, mut start, kept, classes, .. } = self;
        let width = metric.len();
        let (matrix, biases) = start.split_at_mut(classes.len() * width);
        for ((row, bias), class) in matrix.chunks_exact_mut(width).zip(biases).zip(&classes) {
            let mut sum = vec![0.0; width];
            add_rows(&mut sum, |row| &rows[row * width..][..width], &class.combination);
            change_by_two(row, &sum, &metric, |w, sum, weight| kept * w + weight * sum);
            *bias = class.bias;
        }
        start
    }
}

/// Gradients of the mean loss with respect to the logits of some rows, varied by others where there
/// are any, `[classes, rows]`; labels and weights are those of all rows.
fn deltas(
    loss: &Loss,
    classes: &[Class],
    (labels, weights): (&[u32], Option<&Vec<f32>>),
    (rows, others): (&[u32], &[u32]),
) -> Vec<f32> {
    let mut deltas = vec![0.0; classes.len() * rows.len()];
    let (mut logits, mut gradient) = (vec![0.0; classes.len()], vec![0.0; classes.len()]);
    let scale = 1.0 / rows.len() as f32;
    for (place, &row) in rows.iter().enumerate() {
        for (logit, class) in logits.iter_mut().zip(classes) {
            *logit = class.logits[row as usize] + class.bias;
        }
        let next = (place + 1) % rows.len();
        if let Some(&other) = others.get(next) {
            let (next, other) = (rows[next] as usize, other as usize);
            for (logit, class) in logits.iter_mut().zip(classes) {
                *logit += VARIATION * (class.logits[next] - class.logits[other]);
            }
        }
        let scale = weights.map_or(scale, |weights| scale * weights[row as usize]);
        loss.row(&logits, labels[row as usize] as usize, scale, &mut gradient);
        let places = deltas[place..].iter_mut().step_by(rows.len());
        places.zip(&gradient).for_each(|(delta, &g)| *delta = g);
    }
    deltas
}

/// For each feature `1 / sqrt(h)`, given the gradients with respect to the logits of all rows,
/// `[classes, rows]`.
fn metric(rows: &[f32], width: usize, deltas: &[f32]) -> Vec<f32> {
    let count = rows.len() / width;
    let (mut shape, mut classes) = (vec![0.0; width], 0.0);
    for delta in deltas.chunks_exact(count) {
        let mut gradient = vec![0.0; width];
        add_rows(&mut gradient, |row| &rows[row * width..][..width], delta);
        let square = norm(&gradient).powi(2) / width as f64;
        if square > 0.0 {
            let parts = gradient.iter().map(|&g| f64::from(g).powi(2) / square);
            shape.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            classes += 1.0;
        }
    }
    let classes = f64::max(classes, 1.0);
    shape.iter().map(|sum| (1.0 / (sum / classes + LEAST_SHARE).sqrt()) as f32).collect()
}

#[cfg(all(test, feature = "cpu"))]
#[allow(clippy::unwrap_used, reason = "this is how a test fails")]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::{
        architecture::Architecture,
        config::{FitOptions, HeadOptions},
        engine::{Spec, cpu::CpuEngine},
        numeric::row::{argmax, dot},
        optim::Schedule,
        training::{fit::Fit, rows::Rows, trainer::Trainer},
    };

    const WIDTH: usize = 200;
    const CLASSES: usize = 4;

    /// Features of different sizes around a centre for each class.
    fn rows(seed: u64, count: usize) -> (Vec<f32>, Vec<f64>) {
        let noise = |seed: u64, length: usize| -> Vec<f32> {
            let mut random = Random::new(seed);
            (0..length).map(|_| 2.0 * random.unit() - 1.0).collect()
        };
        let (centres, sizes) = (noise(1, CLASSES * WIDTH), noise(2, WIDTH));
        let mut features = noise(seed, count * WIDTH);
        for (row, values) in features.chunks_mut(WIDTH).enumerate() {
            let centre = &centres[row % CLASSES * WIDTH..][..WIDTH];
            for ((x, centre), size) in values.iter_mut().zip(centre).zip(&sizes) {
                *x = 0.1 * (0.2 + size.abs()) * (*x + 0.5 * centre);
            }
        }
        (features, (0..count).map(|row| (row % CLASSES) as f64).collect())
    }

    fn adamw(weight_decay: f64) -> Optimizer {
        Optimizer::AdamW {
            learning_rate: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay,
        }
    }

    fn logits(engine: &mut CpuEngine, features: &[f32]) -> Vec<f32> {
        block_on(engine.forward(features)).unwrap().logits
    }

    /// Trains both ways, and answers the logits of new rows.
    fn both(
        (loss, plan): (Loss, Plan),
        batch: f64,
        weight_decay: f64,
        weights: Option<Vec<f32>>,
    ) -> [Vec<f32>; 2] {
        let weights = weights.map(Rc::new);
        let (features, labels) = rows(3, 60);
        let options = FitOptions {
            batch_size: Some(batch),
            schedule: Some(Schedule::Cosine),
            ..FitOptions::default()
        };
        let config = options.check().unwrap();
        let architecture = Architecture::new(WIDTH, &[], CLASSES);
        let parameters = architecture.initial_parameters(5);
        let spec = Spec { architecture, loss, moments: 2 };
        let mut engine = CpuEngine::new(&spec, parameters.clone());
        let rows_with_labels = Rows::check(features.clone(), &labels, WIDTH, CLASSES).unwrap();
        let start = Start {
            logits: logits(&mut engine, &features),
            rows: features.clone(),
            labels: &rows_with_labels.labels,
            weights: weights.clone(),
            parameters: parameters.clone(),
            plan,
        };
        let optimizer = adamw(weight_decay);
        let rule = (loss, optimizer);
        let mut dual =
            block_on(DualFit::new(&mut engine, start, rule, config, 7)).unwrap().unwrap();
        while !dual.run(100) {}
        let kept: Vec<f32> = (0..60)
            .flat_map(|row| dual.classes.iter().map(move |class| class.logits[row] + class.bias))
            .collect();
        let state = crate::engine::State {
            parameters: dual.parameters(),
            moments: vec![vec![0.0; parameters.len()]; 2],
        };
        engine.set_state(&state).unwrap();
        for (a, b) in logits(&mut engine, &features).iter().zip(&kept) {
            assert!((a - b).abs() < 1e-3 * (1.0 + b.abs()), "{a} {b}");
        }

        let mut trainer = Trainer::new(CpuEngine::new(&spec, parameters), optimizer);
        let learnt = (&rows_with_labels, weights);
        let mut fit = Fit::new(&mut trainer, learnt, None, (config, plan), 7).unwrap();
        loop {
            while !fit.run(&mut trainer, 100).unwrap() {}
            if block_on(fit.end_epoch(&mut trainer, false)).unwrap().last {
                break;
            }
        }
        let asked = rows(4, 400).0;
        [logits(&mut engine, &asked), logits(trainer.engine(), &asked)]
    }

    #[test]
    fn numbers_too_large_for_products_are_left_to_others() {
        let start = Start {
            rows: vec![1e25; 6],
            labels: &[0, 1],
            weights: None,
            parameters: vec![0.0; 8],
            logits: vec![0.0; 4],
            plan: Plan { epochs: 1, warm_up: None, varies: false },
        };
        let loss = Loss::CrossEntropy { label_smoothing: 0.0 };
        let spec = Spec { architecture: Architecture::new(3, &[], 2), loss, moments: 0 };
        let mut engine = CpuEngine::new(&spec, vec![0.0; 8]);
        let rule = (loss, adamw(0.0));
        let config = FitOptions::default().check().unwrap();
        assert!(block_on(DualFit::new(&mut engine, start, rule, config, 7)).unwrap().is_none());
    }

    #[test]
    fn heads_say_nearly_the_same_as_those_that_train_all_weights() {
        let (norm_loss, entropy) = (
            Loss::LogitNorm { tau: 0.1, label_smoothing: 0.0 },
            Loss::CrossEntropy { label_smoothing: 0.0 },
        );
        let head = HeadOptions::new(WIDTH, ["a", "b", "c", "d"]).check().unwrap();
        let plan = |epochs, rows| {
            let fit = FitOptions { epochs, ..FitOptions::default() }.check().unwrap();
            Plan::of(&head, &fit, 60, rows)
        };
        let (plain, varied, warm) =
            (plan(Some(500.0), None), plan(None, None), plan(None, Some(1)));
        assert!(!plain.varies && varied.varies && warm.warm_up.is_some());
        let uneven: Vec<f32> = (0..60).map(|row| [0.1, 0.4, 1.5, 2.0][row % CLASSES]).collect();
        for (loss, batch, decay, weights) in [
            ((norm_loss, plain), 128.0, 0.0, None),
            ((norm_loss, plain), 16.0, 0.0, None),
            ((norm_loss, varied), 128.0, 0.0, None),
            ((norm_loss, varied), 16.0, 0.0, None),
            ((head.loss, warm), 128.0, 0.0, None),
            ((head.loss, warm), 128.0, 0.0, Some(uneven.clone())),
            ((entropy, plain), 128.0, 0.0, None),
            ((entropy, plain), 128.0, 0.1, None),
            ((entropy, plain), 16.0, 0.0, Some(uneven.clone())),
        ] {
            let is_weighted = weights.is_some();
            let [dual, plain] = both(loss, batch, decay, weights);
            let pairs = || dual.chunks(CLASSES).zip(plain.chunks(CLASSES));
            let alike = pairs().filter(|(a, b)| argmax(a) == argmax(b)).count();
            let cosine =
                pairs().map(|(a, b)| f64::from(dot(a, b)) / norm(a) / norm(b)).sum::<f64>()
                    / pairs().count() as f64;
            let length = |logits: &[f32]| logits.chunks(CLASSES).map(norm).sum::<f64>();
            let longer = length(&dual) / length(&plain);
            assert!(
                alike >= 390 && cosine > 0.96 && (0.8..1.25).contains(&longer),
                "{loss:?}, {batch} rows, decay {decay}, weighted {is_weighted}: {alike} {cosine} {longer}"
            );
        }
    }
}
