//! A table as it comes: measurements in millimetres and grams, twenty rows of each class.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    calibration::CalibrationOptions,
    config::{FitOptions, HeadOptions, LossOptions},
    head::{FitRows, cross::CrossCalibration},
    metrics::auroc,
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;
use support::heads::{Head, fit, head, sized};

/// Species, and four measurements, of 342 penguins (Horst, Hill and Gorman 2020, CC0).
const PENGUINS: &str = include_str!("data/penguins.csv");
const SPECIES: [&str; 3] = ["Adelie", "Chinstrap", "Gentoo"];
const FEATURES: usize = 4;
const EACH: usize = 20;

/// The rows of a species, in an order drawn by the seed.
fn penguins(species: &str, seed: u64) -> Vec<Vec<f32>> {
    let rows = PENGUINS.lines().filter_map(|line| line.strip_prefix(species)?.strip_prefix(','));
    let mut rows: Vec<Vec<f32>> =
        rows.map(|row| row.split(',').map(|x| x.parse().unwrap()).collect()).collect();
    Random::new(seed).shuffle(&mut rows);
    rows
}

/// With one species left out: share of the others' remaining rows that are named right, and how
/// well "auto" tells it from them.
fn without(unknown: &str, loss: LossOptions, seed: u64) -> (f64, f64) {
    let known = SPECIES.into_iter().filter(|&species| species != unknown);
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    let (mut asked, mut answers) = (Vec::new(), Vec::new());
    for (class, species) in known.enumerate() {
        let rows = penguins(species, seed);
        let (learnt, others) = rows.split_at(EACH);
        features.extend(learnt.concat());
        labels.extend(vec![class as f64; EACH]);
        asked.extend(others.concat());
        answers.extend(vec![class as u32; others.len()]);
    }
    let mut head = head(HeadOptions { loss: Some(loss), ..sized(FEATURES, 2) });
    fit(&mut head, features, &labels, FitOptions::default().check().unwrap(), false);
    let named = block_on(head.predict(&asked)).unwrap().class_index;
    let right = named.iter().zip(&answers).filter(|(named, answer)| named == answer).count();
    let mut scores = |rows: &[f32]| -> Vec<f64> {
        let scores = block_on(head.ood_score(rows, &ScorerName::Auto.into())).unwrap();
        scores.into_iter().map(f64::from).collect()
    };
    let (known, unknown) = (scores(&asked), scores(&penguins(unknown, seed).concat()));
    (right as f64 / answers.len() as f64, auroc(&known, &unknown).unwrap())
}

#[test]
fn grams_beside_millimetres_do_not_decide_alone() {
    let logit_norm = LossOptions::LogitNorm { tau: None, label_smoothing: None };
    for loss in [logit_norm, LossOptions::CrossEntropy { label_smoothing: None }] {
        let runs: Vec<(f64, f64)> = (0..5)
            .flat_map(|seed| SPECIES.map(|unknown| without(unknown, loss.clone(), seed)))
            .collect();
        let mean = |of: fn(&(f64, f64)) -> f64| runs.iter().map(of).sum::<f64>() / 15.0;
        let (accuracy, auroc) = (mean(|run| run.0), mean(|run| run.1));
        // Logistic regression on standardised features: 0.99; distances to class means: 0.985.
        assert!(accuracy > 0.97 && auroc > 0.96, "{loss:?}: {accuracy} {auroc} {runs:?}");
    }
}

/// A fit of what the head remembers.
fn refit(head: &mut Head) {
    let config = FitOptions::default().check().unwrap();
    let mut fit = head.begin_refit(config, FitRows::default()).unwrap();
    loop {
        while !head.run_fit(&mut fit, 50).unwrap() {}
        if block_on(head.end_epoch(&mut fit, false)).unwrap().last {
            return;
        }
    }
}

fn share_named(head: &mut Head, class: u32, rows: &[f32]) -> f64 {
    let named = block_on(head.predict(rows)).unwrap().class_index;
    named.iter().filter(|&&named| named == class).count() as f64 / named.len() as f64
}

#[test]
fn a_row_far_out_that_is_removed_leaves_no_trace() {
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for (class, species) in SPECIES.into_iter().enumerate() {
        features.extend(penguins(species, 1)[..EACH].concat());
        labels.extend(vec![class as f64; EACH]);
    }
    // One penguin in micrometres and milligrams.
    features[7 * FEATURES..8 * FEATURES].iter_mut().for_each(|x| *x *= 1000.0);
    let mut head = head(sized(FEATURES, 3));
    fit(&mut head, features, &labels, FitOptions::default().check().unwrap(), false);
    head.remove_rows(&[7]);
    refit(&mut head);
    for (class, species) in SPECIES.into_iter().enumerate() {
        let share = share_named(&mut head, class as u32, &penguins(species, 1)[EACH..].concat());
        assert!(share > 0.95, "{species}: {share}");
    }
}

#[test]
fn a_class_that_comes_later_is_told_by_a_feature_that_was_constant() {
    // The last feature is 1 for the third class, and 0 for the two before it.
    let marked = |species: &str, mark: f32| -> Vec<Vec<f32>> {
        let rows = penguins(species, 2).into_iter();
        rows.map(|row| [row.as_slice(), &[mark]].concat()).collect()
    };
    let classes = [marked("Adelie", 0.0), marked("Gentoo", 0.0), marked("Adelie", 1.0)];
    let rows = |class: usize| classes[class][..EACH].concat();
    let mut head = head(sized(FEATURES + 1, 2));
    let labels: Vec<f64> = (0..2 * EACH).map(|row| f64::from(u8::from(row >= EACH))).collect();
    let config = FitOptions::default().check().unwrap();
    fit(&mut head, [rows(0), rows(1)].concat(), &labels, config, false);
    block_on(head.add_class("marked".into())).unwrap();
    head.add_rows(rows(2), &[2.0; EACH], None, None).unwrap();
    refit(&mut head);
    for (class, rows) in classes.iter().enumerate() {
        let share = share_named(&mut head, class as u32, &rows[EACH..].concat());
        assert!(share > 0.95, "class {class}: {share}");
    }
}

/// How often each of 1000 words occurs in texts of 3 to 20 of them, every second one about a topic of
/// twelve words; the others are the commoner the lower their number.
fn texts(topic: usize, count: usize, random: &mut Random) -> Vec<f32> {
    const WORDS: usize = 1000;
    let below = |random: &mut Random, most: usize| (random.unit() * most as f32) as usize;
    let text = |random: &mut Random| {
        let mut counts = vec![0.0; WORDS];
        for place in 0..3 + below(random, 18) {
            let word = match place % 2 {
                0 => 100 + 12 * topic + below(random, 12),
                _ => (WORDS as f64).powf(f64::from(random.unit())) as usize % WORDS,
            };
            counts[word] += 1.0;
        }
        counts
    };
    (0..count).flat_map(|_| text(random)).collect()
}

#[test]
fn counts_of_words_are_not_measurements() {
    let mut random = Random::new(3);
    let mut learnt = Vec::new();
    let mut known = Vec::new();
    for topic in 0..5 {
        learnt.extend(texts(topic, EACH, &mut random));
        known.extend(texts(topic, 60, &mut random));
    }
    let labels: Vec<f64> = (0..5 * EACH).map(|row| (row / EACH) as f64).collect();
    let unknown: Vec<f32> = (5..10).flat_map(|topic| texts(topic, 60, &mut random)).collect();
    let mut head = head(sized(1000, 5));
    fit(&mut head, learnt, &labels, FitOptions::default().check().unwrap(), false);
    let mut scores = |rows: &[f32]| -> Vec<f64> {
        let scores = block_on(head.ood_score(rows, &ScorerName::Auto.into())).unwrap();
        scores.into_iter().map(f64::from).collect()
    };
    let auroc = auroc(&scores(&known), &scores(&unknown)).unwrap();
    // 0.83 by words in deviations, and 0.998 at unit length.
    assert!(auroc > 0.95, "{auroc}");
}

#[test]
fn one_class_alone_is_told_from_others() {
    // In a head of one class, and in one whose other class has no rows yet.
    for classes in [1, 2] {
        let (mut kept, mut caught, mut asked) = (0, 0, [0; 2]);
        for seed in 0..5 {
            let rows = penguins("Adelie", seed);
            let (learnt, others) = rows.split_at(60);
            let mut head = head(sized(FEATURES, classes));
            let config = FitOptions::default().check().unwrap();
            fit(&mut head, learnt.concat(), &[0.0; 60], config, false);
            let options = CalibrationOptions::from(ScorerName::Auto).at(0.1);
            let mut cross = block_on(CrossCalibration::new(&mut head, &options, None)).unwrap();
            while !block_on(cross.run(&mut head, 100)).unwrap() {}
            cross.finish(&mut head).unwrap();
            let strangers = penguins("Gentoo", seed);
            let mut accepted = |rows: &[Vec<f32>]| {
                let verdicts = block_on(head.gate(&rows.concat())).unwrap();
                verdicts.accepted.iter().filter(|&&accepted| accepted == 1).count()
            };
            kept += accepted(others);
            caught += strangers.len() - accepted(&strangers);
            asked = [asked[0] + others.len(), asked[1] + strangers.len()];
        }
        let share = |count: usize, of: usize| count as f64 / of as f64;
        let (kept, caught) = (share(kept, asked[0]), share(caught, asked[1]));
        assert!(kept > 0.8 && caught > 0.95, "{classes}: {kept} kept, {caught} caught");
    }
}
