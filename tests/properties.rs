//! Invariants that must hold for any input, and finite differences for every gradient.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

#[path = "support/heads.rs"]
mod heads;

use oodgate::{engine::Outputs, loss::Loss, metrics, ood::ScorerName};
use proptest::{prelude::*, test_runner::RngSeed};

/// The mean loss in f64, written down from its definition and nothing else.
fn naive_loss(loss: &Loss, logits: &[f64], label: usize) -> f64 {
    let log_softmax = |u: &[f64], k: usize| {
        let max = u.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        u[k] - max - u.iter().map(|x| (x - max).exp()).sum::<f64>().ln()
    };
    let smoothed = |logits: &[f64], label_smoothing: f32| {
        let (s, k) = (f64::from(label_smoothing), logits.len() as f64);
        let spread: f64 = (0..logits.len()).map(|k| log_softmax(logits, k)).sum();
        -(1.0 - s) * log_softmax(logits, label) - s / k * spread
    };
    match *loss {
        Loss::LogitNorm { tau, label_smoothing } => {
            let norm = logits.iter().map(|f| f * f).sum::<f64>().sqrt() + 1e-7;
            let u: Vec<f64> = logits.iter().map(|f| f / (norm * f64::from(tau))).collect();
            smoothed(&u, label_smoothing)
        }
        Loss::CrossEntropy { label_smoothing } => smoothed(logits, label_smoothing),
    }
}

fn loss_and_gradient(loss: &Loss, logits: &[f32], label: usize) -> (f64, Vec<f32>) {
    let mut gradient = vec![0.0; logits.len()];
    let value = loss.row(logits, label, 1.0, &mut gradient);
    (f64::from(value), gradient)
}

/// ln(1 + (k - 1) exp(-sqrt(k / (k - 1)) / tau)): no logits have a smaller LogitNorm loss.
fn tight_bound(classes: usize, tau: f32) -> f64 {
    let k = classes as f64;
    if classes == 1 {
        0.0
    } else {
        ((k - 1.0) * (-(k / (k - 1.0)).sqrt() / f64::from(tau)).exp()).ln_1p()
    }
}

fn row() -> impl Strategy<Value = (Vec<f32>, usize)> {
    (1_usize..40)
        .prop_flat_map(|classes| (prop::collection::vec(-10.0_f32..10.0, classes), 0..classes))
        .prop_filter("a row of zeros has its own test", |(logits, _)| {
            logits.iter().any(|f| f.abs() > 1e-3)
        })
}

fn tau() -> impl Strategy<Value = f32> {
    prop::sample::select(vec![0.01, 0.04, 0.1, 0.5, 1.0])
}

fn smoothing() -> impl Strategy<Value = f32> {
    prop::sample::select(vec![0.0, 0.1, 0.5])
}

fn any_loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        (tau(), smoothing())
            .prop_map(|(tau, label_smoothing)| Loss::LogitNorm { tau, label_smoothing }),
        smoothing().prop_map(|label_smoothing| Loss::CrossEntropy { label_smoothing }),
    ]
}

fn scores_of(name: ScorerName, logits: &[f32]) -> Vec<f32> {
    let outputs = Outputs { logits: logits.to_vec(), penultimate: Some(vec![1.0]) };
    heads::answer_scores(&name.into(), &outputs, logits.len())
}

proptest! {
    // Every run tries the same rows: a failure that comes and goes is nobody's.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn losses_agree_with_their_definition((logits, label) in row(), loss in any_loss()) {
        let wide: Vec<f64> = logits.iter().map(|&f| f64::from(f)).collect();
        let (value, _) = loss_and_gradient(&loss, &logits, label);
        let expected = naive_loss(&loss, &wide, label);
        prop_assert!((value - expected).abs() <= 1e-6 + 1e-6 * expected, "{value} against {expected}");
    }

    #[test]
    fn gradients_agree_with_finite_differences((logits, label) in row(), loss in any_loss()) {
        let wide: Vec<f64> = logits.iter().map(|&f| f64::from(f)).collect();
        let (_, gradient) = loss_and_gradient(&loss, &logits, label);
        let step = 1e-5 * wide.iter().fold(0.0_f64, |largest, f| largest.max(f.abs()));
        let differences: Vec<f64> = (0..wide.len())
            .map(|k| {
                let at = |shift: f64| {
                    let mut moved = wide.clone();
                    moved[k] += shift;
                    naive_loss(&loss, &moved, label)
                };
                (at(step) - at(-step)) / (2.0 * step)
            })
            .collect();
        let largest = differences.iter().fold(0.0_f64, |largest, g| largest.max(g.abs()));
        for (k, (&actual, expected)) in gradient.iter().zip(&differences).enumerate() {
            prop_assert!((f64::from(actual) - expected).abs() <= 1e-5 * largest + 1e-7, "[{k}] {actual} against {expected}");
        }
    }

    #[test]
    fn logit_norm_does_not_see_the_scale((logits, label) in row(), tau in tau(), scale in 0.01_f32..1000.0) {
        let loss = Loss::LogitNorm { tau, label_smoothing: 0.0 };
        let scaled: Vec<f32> = logits.iter().map(|f| f * scale).collect();
        let (value, gradient) = loss_and_gradient(&loss, &logits, label);
        let (scaled_value, scaled_gradient) = loss_and_gradient(&loss, &scaled, label);
        // Rounding of the scaled logits, times 1 / tau; and epsilon, which short rows feel.
        prop_assert!((value - scaled_value).abs() <= 2e-6 / f64::from(tau) * (1.0 + 0.1 / f64::from(scale)));
        // The gradient shrinks as the logits grow.
        let largest = gradient.iter().fold(0.0_f32, |largest, g| largest.max(g.abs()));
        for (g, s) in gradient.iter().zip(&scaled_gradient) {
            prop_assert!((g - s * scale).abs() <= 1e-3 * largest + 1e-6);
        }
    }

    #[test]
    fn logit_norms_gradient_is_orthogonal_to_the_logits((logits, label) in row(), tau in tau()) {
        let (_, gradient) = loss_and_gradient(&Loss::LogitNorm { tau, label_smoothing: 0.0 }, &logits, label);
        let length = |row: &[f32]| row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        let along: f64 = logits.iter().zip(&gradient).map(|(&f, &g)| f64::from(f) * f64::from(g)).sum();
        // Relative to epsilon's own part and to rounding. One class has no gradient to speak of.
        prop_assert!(along.abs() <= 2e-6 * length(&logits) * length(&gradient) + 1e-6 / f64::from(tau), "{along}");
    }

    #[test]
    fn logit_norm_is_never_below_its_bound((logits, label) in row(), tau in tau()) {
        let (value, _) = loss_and_gradient(&Loss::LogitNorm { tau, label_smoothing: 0.0 }, &logits, label);
        // Below the smallest normal f32 (the bound itself can be 1e-62) a loss is 0.
        let bound = tight_bound(logits.len(), tau) * (1.0 - 1e-5) - f64::from(f32::MIN_POSITIVE);
        prop_assert!(value >= bound, "{value}");
    }

    #[test]
    fn cross_entropys_gradient_sums_to_zero((logits, label) in row(), smoothing in 0.0_f32..0.9) {
        let (_, gradient) = loss_and_gradient(&Loss::CrossEntropy { label_smoothing: smoothing }, &logits, label);
        prop_assert!(gradient.iter().sum::<f32>().abs() < 1e-5);
    }

    #[test]
    fn scores_stay_in_their_ranges((logits, _) in row()) {
        let classes = logits.len() as f32;
        let score = |name: ScorerName| scores_of(name, &logits)[0];
        let msp = score(ScorerName::Msp);
        prop_assert!((-1.0..=-1.0 / classes + 1e-6).contains(&msp), "msp {msp}");
        let entropy = score(ScorerName::Entropy);
        prop_assert!((-1e-6..=classes.ln() + 1e-5).contains(&entropy), "entropy {entropy}");
        let cosine = score(ScorerName::MaxCosine);
        prop_assert!((-1.0 - 1e-6..=1.0).contains(&cosine), "cosine {cosine}");
        prop_assert!(score(ScorerName::GradNorm) <= 0.0);
        // The energy is the maximum logit, softened downwards by at most T ln k.
        let (energy, max) = (score(ScorerName::Energy), score(ScorerName::MaxLogit));
        prop_assert!(energy <= max + 1e-5 && energy >= max - classes.ln() - 1e-5, "energy {energy}, max {max}");
    }

    #[test]
    fn max_cosine_does_not_see_the_scale((logits, _) in row(), scale in 0.01_f32..1000.0) {
        let scaled: Vec<f32> = logits.iter().map(|f| f * scale).collect();
        prop_assert!((scores_of(ScorerName::MaxCosine, &logits)[0] - scores_of(ScorerName::MaxCosine, &scaled)[0]).abs() < 1e-6);
    }

    #[test]
    fn auroc_counts_pairs(
        id in prop::collection::vec((0_i32..20).prop_map(f64::from), 1..30),
        ood in prop::collection::vec((0_i32..20).prop_map(f64::from), 1..30),
    ) {
        let pair = |id: f64, ood: f64| if ood > id { 1.0 } else if ood == id { 0.5 } else { 0.0 };
        let pairs: f64 = id.iter().flat_map(|&id| ood.iter().map(move |&ood| pair(id, ood))).sum();
        let expected = pairs / (id.len() * ood.len()) as f64;
        let auroc = metrics::auroc(&id, &ood).unwrap();
        prop_assert!((auroc - expected).abs() < 1e-12);
        prop_assert!((auroc + metrics::auroc(&ood, &id).unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_false_positive_rate_grows_with_the_share_kept(
        id in prop::collection::vec(-5.0_f64..5.0, 1..50),
        ood in prop::collection::vec(-5.0_f64..5.0, 1..50),
        low in 0.05_f64..1.0,
        more in 0.0_f64..0.5,
    ) {
        let high = (low + more).min(1.0);
        prop_assert!(metrics::fpr_at_tpr(&id, &ood, low).unwrap() <= metrics::fpr_at_tpr(&id, &ood, high).unwrap());
    }
}

#[test]
fn a_zero_row_has_the_uniform_loss_and_no_gradient() {
    for classes in [1_usize, 2, 150] {
        let (loss, gradient) = loss_and_gradient(
            &Loss::LogitNorm { tau: 0.04, label_smoothing: 0.0 },
            &vec![0.0; classes],
            classes - 1,
        );
        assert!((loss - (classes as f64).ln()).abs() < 1e-6);
        assert!(gradient.iter().all(|&g| g == 0.0));
    }
}

#[test]
fn the_tight_bound_is_attained() {
    for (classes, tau) in [(2, 1.0), (10, 1.0), (10, 0.3), (150, 0.04)] {
        let mut logits = vec![-1.0; classes];
        logits[0] = (classes - 1) as f32;
        let (value, _) =
            loss_and_gradient(&Loss::LogitNorm { tau, label_smoothing: 0.0 }, &logits, 0);
        let bound = tight_bound(classes, tau);
        assert!(
            (value / bound - 1.0).abs() < 1e-4,
            "{classes} classes, tau {tau}: {value} against {bound}"
        );
    }
}

#[test]
fn huge_logits_stay_finite() {
    for scale in [1e4_f32, 1e15] {
        for loss in [
            Loss::LogitNorm { tau: 0.01, label_smoothing: 0.0 },
            Loss::CrossEntropy { label_smoothing: 0.1 },
        ] {
            let (value, gradient) = loss_and_gradient(&loss, &[scale, -scale, 0.5 * scale], 1);
            assert!(
                value.is_finite() && gradient.iter().all(|g| g.is_finite()),
                "{loss:?}: {value}, {gradient:?}"
            );
        }
    }
}
