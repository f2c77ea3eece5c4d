//! "auto": the combination against naive code in `f64`, which really leaves every row out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use nalgebra::{DMatrix, DVector};
use oodgate::{
    calibration::CalibrationOptions, config::FitOptions, engine::Engine, metrics, ood::ScorerName,
};
use pollster::block_on;
use support::{
    Tolerance, assert_close,
    corners::corners,
    heads::{self, Head},
};

fn head(features: usize, classes: usize) -> Head {
    heads::head(heads::sized(features, classes))
}

/// `[rows][width]` in `f64`.
fn wide(rows: &[f32], width: usize) -> Vec<DVector<f64>> {
    rows.chunks(width)
        .map(|row| DVector::from_iterator(width, row.iter().map(|&x| f64::from(x))))
        .collect()
}

fn mean_of<'a>(rows: impl Iterator<Item = &'a DVector<f64>>) -> DVector<f64> {
    let rows: Vec<_> = rows.collect();
    rows.iter().fold(DVector::zeros(rows[0].len()), |sum, row| sum + *row) / rows.len() as f64
}

/// Means and precision of training rows, without row `without`; the ridge is always that of all
/// rows.
struct Gaussian {
    means: Vec<Option<DVector<f64>>>,
    precision: DMatrix<f64>,
}

impl Gaussian {
    fn new(
        rows: &[DVector<f64>],
        labels: &[usize],
        classes: usize,
        ridge: f64,
        without: Option<usize>,
    ) -> Self {
        let width = rows[0].len();
        let fit = |without: Option<usize>| {
            let stays = |&row: &usize| Some(row) != without;
            let of_class =
                |class| (0..rows.len()).filter(stays).filter(move |&row| labels[row] == class);
            let means: Vec<_> = (0..classes)
                .map(|class| {
                    of_class(class).next().map(|_| mean_of(of_class(class).map(|row| &rows[row])))
                })
                .collect();
            let scatter =
                (0..rows.len()).filter(stays).fold(DMatrix::zeros(width, width), |sum, row| {
                    let offset = &rows[row] - means[labels[row]].as_ref().unwrap();
                    sum + &offset * offset.transpose()
                });
            (means, scatter / rows.len() as f64)
        };
        let unit = fit(None).1.trace() / width as f64;
        let (means, scatter) = fit(without);
        let precision =
            (scatter + DMatrix::identity(width, width) * (ridge * unit)).try_inverse().unwrap();
        Self { means, precision }
    }

    fn distance(&self, row: &DVector<f64>, class: usize) -> f64 {
        let Some(mean) = &self.means[class] else { return f64::INFINITY };
        let offset = row - mean;
        offset.dot(&(&self.precision * &offset))
    }

    fn least(&self, row: &DVector<f64>, factors: &[f64], errors: &[f64]) -> f64 {
        factors
            .iter()
            .zip(errors)
            .enumerate()
            .map(|(class, (factor, error))| factor * (self.distance(row, class) - error))
            .fold(f64::INFINITY, f64::min)
    }
}

/// Distances to the nearest bank rows but `without`, with their numbers, nearest first.
fn nearest(
    bank: &[DVector<f64>],
    row: &DVector<f64>,
    k: usize,
    without: Option<usize>,
) -> Vec<(f64, usize)> {
    let others = (0..bank.len()).filter(|&other| Some(other) != without);
    let mut distances: Vec<_> = others.map(|other| ((row - &bank[other]).norm(), other)).collect();
    distances.sort_by(|a, b| a.0.total_cmp(&b.0));
    distances.truncate(k);
    distances
}

fn generalised_entropy(logits: &DVector<f64>, temperature: f64) -> f64 {
    let shares = logits.map(|f| ((f - logits.max()) / temperature).exp());
    let sum = shares.sum();
    shares.iter().map(|share| (share / sum * ((sum - share) / sum)).powf(0.1)).sum()
}

fn standardised(training: &[f64], scores: &[f64]) -> Vec<f64> {
    let finite: Vec<f64> = training.iter().copied().filter(|score| score.is_finite()).collect();
    let mean = finite.iter().sum::<f64>() / finite.len() as f64;
    let deviation = (finite.iter().map(|score| (score - mean).powi(2)).sum::<f64>()
        / finite.len() as f64)
        .sqrt();
    scores.iter().map(|score| (score - mean) / deviation).collect()
}

/// What a row's length says where it is no feature.
struct LengthGuard {
    log_mean: f64,
    log_deviation: f64,
    usual: f64,
}

impl LengthGuard {
    fn new(rows: &[DVector<f64>]) -> Self {
        let lengths: Vec<f64> = rows.iter().map(|row| row.norm()).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let deviation = |values: &[f64]| {
            let middle = mean(values);
            (values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / values.len() as f64)
                .sqrt()
        };
        let logs: Vec<f64> = lengths.iter().map(|length| length.ln()).collect();
        let usual = mean(&lengths) + 2.0 * deviation(&lengths);
        Self { log_mean: mean(&logs), log_deviation: deviation(&logs).max(0.05), usual }
    }

    fn excess(&self, length: f64) -> f64 {
        2.0 * ((length.ln() - self.log_mean).abs() / self.log_deviation - 3.0).max(0.0)
    }

    fn stretch(&self, length: f64) -> f64 {
        (length / self.usual).max(1.0)
    }
}

/// What the scorer is fitted to.
struct Training<'a> {
    rows: &'a [DVector<f64>],
    labels: &'a [usize],
    /// The logits of the rows as they are: the temperature comes from them.
    whole_logits: &'a [DVector<f64>],
    /// Those of the rows cut to their usual length: the entropies come from them.
    logits: &'a [DVector<f64>],
}

/// The formula of `src/ood/auto.rs`, word by word.
fn naive(
    training: &Training,
    queries: (&[DVector<f64>], &[DVector<f64>]),
    classes: usize,
    ridge: f64,
) -> Vec<f64> {
    let &Training { rows, labels, whole_logits, logits: training_logits } = training;
    let (queries, logits) = queries;
    let n = rows.len();
    let range = whole_logits.iter().map(|f| f.max() - f.mean()).sum::<f64>() / n as f64;
    let temperature = range / (3.0 * (classes as f64).ln());
    let doubt = |of: &[DVector<f64>]| {
        of.iter().map(|f| generalised_entropy(f, temperature)).collect::<Vec<_>>()
    };

    let class = Gaussian::new(rows, labels, classes, ridge, None);
    let own: Vec<f64> = (0..n).map(|row| class.distance(&rows[row], labels[row])).collect();
    let present = class.means.iter().flatten().count();
    let all = own.iter().sum::<f64>() / (n - present) as f64;
    let factors: Vec<f64> = (0..classes)
        .map(|class| {
            let of_class: Vec<f64> =
                (0..n).filter(|&row| labels[row] == class).map(|row| own[row]).collect();
            let count = of_class.len() as f64;
            if count == 0.0 {
                return 1.0;
            }
            (count - 1.0 + 5.0) / (of_class.iter().sum::<f64>() + 5.0 * all)
        })
        .collect();
    let even = vec![1.0; classes];
    // What the error of each class's mean adds to distances to it, without a row of it.
    let errors_without = |without: Option<usize>| -> Vec<f64> {
        let rows_of = |class: usize| {
            (0..n).filter(|&row| labels[row] == class && Some(row) != without).count() as f64
        };
        (0..classes).map(|class| 1.0 / factors[class] / rows_of(class).max(1.0)).collect()
    };
    let errors = errors_without(None);
    let zeros = vec![0; n];
    let near = &class;
    let far = Gaussian::new(rows, &zeros, 1, ridge, None);
    let without = |labels: &[usize], classes, ridge, row| {
        Gaussian::new(rows, labels, classes, ridge, Some(row))
    };
    let own_out: Vec<f64> = (0..n)
        .map(|row| {
            without(labels, classes, ridge, row).least(
                &rows[row],
                &factors,
                &errors_without(Some(row)),
            )
        })
        .collect();
    let relative_out: Vec<f64> = (0..n)
        .map(|row| {
            let near = without(labels, classes, ridge, row);
            let near = near.least(&rows[row], &even, &errors_without(Some(row)));
            near - without(&zeros, 1, ridge, row).distance(&rows[row], 0)
        })
        .collect();

    let neighbours: Vec<_> = (0..n).map(|row| nearest(rows, &rows[row], 5, Some(row))).collect();
    // No more neighbours count than the class of the nearest has rows.
    let gap = |found: &[(f64, usize)], itself: Option<usize>| {
        let class = labels[found[0].1];
        let mates = (0..n).filter(|&row| labels[row] == class && Some(row) != itself).count();
        found[mates.min(found.len()) - 1].0
    };
    let gaps: Vec<f64> =
        neighbours.iter().enumerate().map(|(row, found)| gap(found, Some(row))).collect();
    let mean_gap = gaps.iter().sum::<f64>() / n as f64;
    let ratio = |found: &[(f64, usize)], itself: Option<usize>| {
        let theirs = found.iter().map(|(_, row)| gaps[*row]).sum::<f64>() / found.len() as f64;
        gap(found, itself) / (theirs + 0.5 * mean_gap)
    };
    let around_out: Vec<f64> =
        neighbours.iter().enumerate().map(|(row, found)| ratio(found, Some(row))).collect();

    let each = |score: &dyn Fn(&DVector<f64>) -> f64| queries.iter().map(score).collect::<Vec<_>>();
    let parts = [
        standardised(&doubt(training_logits), &doubt(logits)),
        standardised(&own_out, &each(&|row| class.least(row, &factors, &errors))),
        standardised(
            &relative_out,
            &each(&|row| near.least(row, &even, &errors) - far.distance(row, 0)),
        ),
        standardised(&around_out, &each(&|row| ratio(&nearest(rows, row, 5, None), None))),
    ];
    (0..queries.len()).map(|row| parts.iter().map(|part| part[row]).sum()).collect()
}

#[test]
fn the_combination_is_its_formula() {
    [6, 36].into_iter().for_each(is_its_formula);
}

#[test]
fn with_fewer_rows_than_features_it_is_too() {
    is_its_formula(64);
}

fn is_its_formula(width: usize) {
    let classes = 4;
    // One class without rows, one with a single row.
    let (mut features, mut labels) = corners(1, 60, width, &[0, 1], 0.3);
    features.extend(corners(2, 1, width, &[3], 0.3).0);
    labels.push(3.0);
    let queries = corners(3, 40, width, &[0, 1, 2, 3], 0.6).0;
    let unit = |row: &DVector<f64>| row / row.norm();
    // So few features are measurements, whatever their lengths.
    let are_few = width <= 8;
    for lengths_vary in [false, true] {
        let are_measured = are_few || lengths_vary;
        let factor = |row: usize| if lengths_vary { 0.4 + 0.2 * (row % 7) as f32 } else { 1.0 };
        let scaled = |rows: &[f32]| {
            rows.iter().enumerate().map(|(i, x)| x * factor(i / width)).collect::<Vec<f32>>()
        };
        let (features, queries) = (scaled(&features), scaled(&queries));
        let mut trainer = head(width, classes);
        for _ in 0..20 {
            block_on(trainer.train_step(features.clone(), &labels, None)).unwrap();
        }
        trainer.fit_scorers(features.clone(), &labels).unwrap();
        let mut logits =
            |rows: &[f32]| wide(&block_on(trainer.forward(rows)).unwrap().logits, classes);
        let (training_logits, query_logits) = (logits(&features), logits(&queries));
        let rows = wide(&features, width);
        let mean = mean_of(rows.iter());
        let squares = rows.iter().fold(DVector::zeros(width), |sum, row| {
            sum + (row - &mean).component_mul(&(row - &mean))
        });
        let deviation = (squares / rows.len() as f64).map(f64::sqrt);
        let in_deviations =
            |row: &DVector<f64>| (row - &mean).component_div(&deviation) / (width as f64).sqrt();
        let form = |row: &DVector<f64>| if are_measured { in_deviations(row) } else { unit(row) };
        // The length counts where it is no feature.
        let guard = |rows: &[DVector<f64>]| (!are_measured).then(|| LengthGuard::new(rows));
        let guard = guard(&rows);
        let lengths = wide(&queries, width).iter().map(|row| row.norm()).collect::<Vec<_>>();
        let rows: Vec<_> = rows.iter().map(form).collect();
        let asked: Vec<_> = wide(&queries, width).iter().map(form).collect();
        let numbers: Vec<usize> = labels.iter().map(|&label| label as usize).collect();
        let ridge = if are_measured { 0.1 } else { 3.0 };
        let longer = |logits: &[DVector<f64>], lengths: &[f64]| -> Vec<DVector<f64>> {
            let shorten = |(f, length): (&DVector<f64>, &f64)| {
                f / guard.as_ref().map_or(1.0, |guard| guard.stretch(*length))
            };
            logits.iter().zip(lengths).map(shorten).collect()
        };
        let own = wide(&features, width).iter().map(|row| row.norm()).collect::<Vec<_>>();
        let (cut, query_logits) = (longer(&training_logits, &own), longer(&query_logits, &lengths));
        let training = Training {
            rows: &rows,
            labels: &numbers,
            whole_logits: &training_logits,
            logits: &cut,
        };
        let mut expected = naive(&training, (&asked, &query_logits), classes, ridge);
        expected.iter_mut().zip(&lengths).for_each(|(score, &length)| {
            *score += guard.as_ref().map_or(0.0, |guard| guard.excess(length));
        });
        let scores = block_on(trainer.ood_score(&queries, &ScorerName::Auto.into())).unwrap();
        assert_close("auto", &scores, &expected, Tolerance { absolute: 1e-4, relative: 1e-4 });
    }
}

#[test]
fn the_combination_does_not_change_with_calibration() {
    let (features, labels) = corners(4, 90, 6, &[0, 1, 2], 0.3);
    let queries = corners(5, 30, 6, &[0, 1, 2, 3], 0.3).0;
    let mut trainer = head(6, 3);
    trainer.fit_scorers(features, &labels).unwrap();
    let score = |trainer: &mut Head| {
        block_on(trainer.ood_score(&queries, &ScorerName::Auto.into())).unwrap()
    };
    let before = score(&mut trainer);
    let (features, labels) = corners(6, 40, 6, &[0, 1, 2], 0.3);
    let calibration = block_on(trainer.calibrate(
        &features,
        &labels,
        &CalibrationOptions::from(ScorerName::Auto),
    ))
    .unwrap();
    assert_eq!(calibration.scorer.name, ScorerName::Auto);
    assert_eq!(score(&mut trainer), before);
}

fn fit(trainer: &mut Head, features: &[f32], labels: &[f64]) {
    let options = FitOptions { epochs: Some(10.0), ..FitOptions::default() };
    heads::fit(trainer, features.to_vec(), labels, options.check().unwrap(), false);
}

#[test]
fn the_combination_tells_what_it_never_saw() {
    let known = [0, 1, 2];
    for spread in [0.2, 0.35] {
        let (features, labels) = corners(10, 150, 8, &known, spread);
        let mut trainer = head(8, 3);
        fit(&mut trainer, &features, &labels);
        let mut score = |seed: u64, classes: &[u32]| -> Vec<f64> {
            let rows = corners(seed, 100, 8, classes, spread).0;
            block_on(trainer.ood_score(&rows, &ScorerName::Auto.into()))
                .unwrap()
                .into_iter()
                .map(f64::from)
                .collect()
        };
        let auroc = metrics::auroc(&score(11, &known), &score(12, &[3, 4, 5])).unwrap();
        assert!(auroc > 0.97, "{auroc}");
    }
}

#[test]
fn a_single_row_is_enough_to_measure_from() {
    let mut trainer = head(3, 2);
    trainer.fit_scorers(vec![1.0, 0.0, 0.0], &[0.0]).unwrap();
    let rows = [1.0, 0.1, 0.0, 0.0, 1.0, 0.0];
    let scores = block_on(trainer.ood_score(&rows, &ScorerName::Auto.into())).unwrap();
    assert!(scores[0] < scores[1], "{scores:?}");
    let parameters = block_on(trainer.engine().state()).unwrap().parameters;
    assert!(parameters.iter().all(|p| p.is_finite()));
}

#[test]
fn a_point_far_beyond_a_cluster_of_the_plane_is_far() {
    // About as far from the origin as one another, so that no length stands out.
    let centres = [(-0.45, -0.35), (0.45, -0.35), (0.0, 0.56)];
    let mut random = oodgate::numeric::random::Random::new(3);
    let mut features = Vec::new();
    let labels: Vec<f64> = (0..90).map(|row| f64::from(row % 3)).collect();
    for row in 0..90 {
        let (x, y) = centres[row % 3];
        features.extend([x + 0.1 * (random.unit() - 0.5), y + 0.1 * (random.unit() - 0.5)]);
    }
    let mut plane = head(2, 3);
    fit(&mut plane, &features, &labels);
    let mut score = |scale: f32| {
        let point = [centres[0].0 * scale, centres[0].1 * scale];
        block_on(plane.ood_score(&point, &ScorerName::Auto.into())).unwrap()[0]
    };
    let within = score(1.0);
    assert!(score(1.4) > within + 10.0, "beyond {}, within {within}", score(1.4));
    assert!(score(0.4) > within + 10.0, "short of {}, within {within}", score(0.4));
}
