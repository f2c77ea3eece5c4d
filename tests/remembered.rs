//! Rows that come and go: what a head remembers, in whatever order it came, is all that counts;
//! classes that come and go leave the others what they learnt.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    config::{ClassWeights, FitOptions, HeadOptions, LossOptions},
    files::safetensors as store,
    head::{FitRows, Remember, cross::CrossCalibration},
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;
use proptest::{prelude::*, test_runner::RngSeed};
use support::heads::{Head, head, loaded, sized};

const WIDTH: usize = 4;

fn rows(count: usize, class: usize, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed);
    (0..count * WIDTH)
        .map(|index| random.unit() + if index % WIDTH == class { 2.0 } else { 0.0 })
        .collect()
}

fn options(epochs: f64) -> FitOptions {
    FitOptions { epochs: Some(epochs), batch_size: Some(8.0), ..FitOptions::default() }
}

fn run(head: &mut Head, mut fit: oodgate::head::HeadFit<oodgate::engine::cpu::CpuEngine>) {
    loop {
        while !head.run_fit(&mut fit, 50).unwrap() {}
        if block_on(head.end_epoch(&mut fit, false)).unwrap().last {
            return;
        }
    }
}

fn refit(head: &mut Head, with: FitRows) {
    let fit = head.begin_refit(options(3.0).check().unwrap(), with).unwrap();
    run(head, fit);
}

fn scores(head: &mut Head, scorer: ScorerName) -> Vec<f32> {
    let asked = [rows(4, 0, 90), rows(4, 3, 91)].concat();
    block_on(head.ood_score(&asked, &scorer.into())).unwrap()
}

/// A head that is taught by a list of rows at once.
fn at_once(names: &[String], known: &[(Vec<f32>, usize)], unknown: &[Vec<f32>]) -> Head {
    let classes = names.to_vec();
    let mut head = head(HeadOptions { features: WIDTH as f64, classes, ..HeadOptions::default() });
    let features: Vec<f32> = known.iter().flat_map(|(row, _)| row.clone()).collect();
    let labels: Vec<f64> = known.iter().map(|&(_, class)| class as f64).collect();
    if !known.is_empty() {
        head.add_rows(features, &labels, None, None).unwrap();
    }
    if !unknown.is_empty() {
        head.add_unknown(&unknown.concat()).unwrap();
    }
    head
}

/// One thing that a caller does.
#[derive(Clone, Debug)]
enum Step {
    Add { class: usize, count: usize },
    AddUnknown { count: usize },
    Remove { every: usize },
    AddClass,
    RemoveClass { class: usize, as_unknown: bool },
    Rename { class: usize },
    SaveAndLoad,
    Fit,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_usize..5, 1_usize..6).prop_map(|(class, count)| Step::Add { class, count }),
        1 => (1_usize..4).prop_map(|count| Step::AddUnknown { count }),
        1 => (2_usize..5).prop_map(|every| Step::Remove { every }),
        1 => Just(Step::AddClass),
        1 => (0_usize..5, any::<bool>())
            .prop_map(|(class, as_unknown)| Step::RemoveClass { class, as_unknown }),
        1 => (0_usize..5).prop_map(|class| Step::Rename { class }),
        1 => Just(Step::SaveAndLoad),
        1 => Just(Step::Fit),
    ]
}

/// What the head should remember, told beside it.
#[derive(Default)]
struct Ledger {
    names: Vec<String>,
    known: Vec<(Vec<f32>, usize, u32)>,
    unknown: Vec<(Vec<f32>, u32)>,
    made: usize,
}

impl Ledger {
    fn apply(&mut self, head: &mut Head, step: &Step) {
        self.made += 1;
        let seed = self.made as u64;
        match *step {
            Step::Add { class, count } => {
                let class = class % self.names.len();
                let new = rows(count, class, seed);
                let labels = vec![class as f64; count];
                let ids = head.add_rows(new.clone(), &labels, None, None).unwrap();
                let rows = new.chunks(WIDTH).map(<[f32]>::to_vec).zip(ids);
                self.known.extend(rows.map(|(row, id)| (row, class, id)));
            }
            Step::AddUnknown { count } => {
                let new = rows(count, 3, seed);
                let ids = head.add_unknown(&new).unwrap();
                self.unknown.extend(new.chunks(WIDTH).map(<[f32]>::to_vec).zip(ids));
            }
            Step::Remove { every } => {
                let gone = |id: u32| (id as usize).is_multiple_of(every);
                let ids: Vec<u32> = (0..100).filter(|&id| gone(id)).collect();
                let before = self.known.len() + self.unknown.len();
                self.known.retain(|&(_, _, id)| !gone(id));
                self.unknown.retain(|&(_, id)| !gone(id));
                let left = self.known.len() + self.unknown.len();
                assert_eq!(head.remove_rows(&ids), before - left);
            }
            Step::AddClass => {
                let name = format!("class {seed}");
                assert_eq!(block_on(head.add_class(name.clone())).unwrap(), self.names.len());
                self.names.push(name);
            }
            Step::RemoveClass { class, as_unknown } => {
                let class = class % self.names.len();
                let name = self.names[class].clone();
                if self.names.len() == 1 {
                    block_on(head.remove_class(&name, as_unknown)).unwrap_err();
                    return;
                }
                block_on(head.remove_class(&name, as_unknown)).unwrap();
                self.names.remove(class);
                let (gone, kept): (Vec<_>, Vec<_>) =
                    self.known.drain(..).partition(|&(_, of, _)| of == class);
                if as_unknown {
                    self.unknown.extend(gone.into_iter().map(|(row, _, id)| (row, id)));
                }
                let up = |of: usize| of - usize::from(of > class);
                self.known = kept.into_iter().map(|(row, of, id)| (row, up(of), id)).collect();
            }
            Step::Rename { class } => {
                let class = class % self.names.len();
                let to = format!("renamed {seed}");
                head.rename_class(&self.names[class], to.clone()).unwrap();
                self.names[class] = to;
            }
            Step::SaveAndLoad => {
                let file = store::write(&block_on(head.snapshot()).unwrap()).unwrap();
                *head = loaded(&file);
            }
            Step::Fit if self.known.is_empty() => {
                let config = options(1.0).check().unwrap();
                head.begin_refit(config, FitRows::default()).map(|_| ()).unwrap_err();
            }
            Step::Fit => refit(head, FitRows::default()),
        }
    }

    /// The head remembers what the ledger says, and scores by it as a head that got it at once.
    fn check(&self, head: &mut Head) {
        assert_eq!(head.config().classes, self.names);
        let remembered = head.remembered();
        assert_eq!((remembered.count, remembered.unknown), (self.known.len(), self.unknown.len()));
        let ids: Vec<u32> = self.known.iter().map(|&(_, _, id)| id).collect();
        assert_eq!(head.memory().ids(), ids);
        let unknown: Vec<u32> = self.unknown.iter().map(|&(_, id)| id).collect();
        assert_eq!(head.memory().unknown().ids, unknown);
        let known: Vec<_> =
            self.known.iter().map(|(row, class, _)| (row.clone(), *class)).collect();
        let unknown: Vec<_> = self.unknown.iter().map(|(row, _)| row.clone()).collect();
        let mut other = at_once(&self.names, &known, &unknown);
        // With this head's weights, whatever they learnt on the way.
        let parameters = block_on(head.parameters()).unwrap();
        block_on(other.set_parameters(&parameters)).unwrap();
        if known.is_empty() {
            return;
        }
        for scorer in [ScorerName::Auto, ScorerName::Knn, ScorerName::Mahalanobis] {
            for (one, other) in scores(head, scorer).iter().zip(scores(&mut other, scorer)) {
                // Logits of a head behind its input map round differently.
                let allowed = 2e-3 * (1.0 + other.abs());
                assert!(one == &other || (one - other).abs() < allowed, "{one} {other}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        rng_seed: RngSeed::Fixed(12),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_sequence_ends_in_what_the_final_rows_at_once_give(
        steps in prop::collection::vec(step(), 1..25)
    ) {
        let play = || {
            let mut ledger = Ledger { names: vec!["a".into(), "b".into()], ..Ledger::default() };
            let mut head = head(HeadOptions {
                features: WIDTH as f64,
                classes: ledger.names.clone(),
                ..HeadOptions::default()
            });
            steps.iter().for_each(|step| ledger.apply(&mut head, step));
            ledger.check(&mut head);
            store::write(&block_on(head.snapshot()).unwrap()).unwrap()
        };
        // The same again is the same, bit by bit.
        prop_assert!(play() == play());
    }
}

fn taught(options: HeadOptions) -> Head {
    let mut head = head(options);
    let features = [rows(12, 0, 1), rows(12, 1, 2)].concat();
    let labels: Vec<f64> = (0..24).map(|row| f64::from(u8::from(row >= 12))).collect();
    head.add_rows(features, &labels, None, None).unwrap();
    refit(&mut head, FitRows::default());
    head
}

#[test]
fn other_classes_keep_weights_and_moments_bit_by_bit() {
    for hidden in [vec![], vec![5.0]] {
        let mut head = taught(HeadOptions { hidden, ..sized(WIDTH, 2) });
        let before = block_on(head.snapshot()).unwrap().state;
        let tau = head.config().loss;
        block_on(head.add_class("2".into())).unwrap();
        assert_ne!(head.config().loss, tau, "tau follows the number of classes");
        block_on(head.remove_class("2", false)).unwrap();
        assert_eq!(block_on(head.snapshot()).unwrap().state, before);
        assert_eq!(head.config().loss, tau);
    }
    let loss = Some(LossOptions::LogitNorm { tau: Some(0.1), label_smoothing: None });
    let mut given = taught(HeadOptions { loss, ..sized(WIDTH, 2) });
    let tau = given.config().loss;
    block_on(given.add_class("2".into())).unwrap();
    assert_eq!(given.config().loss, tau, "a tau that was given stays");
}

#[test]
fn a_head_with_other_classes_goes_on_after_a_restart_as_it_would_have() {
    let mut head = taught(sized(WIDTH, 2));
    block_on(head.add_class("2".into())).unwrap();
    head.add_rows(rows(6, 2, 3), &[2.0; 6], None, Some(&[2.0; 6])).unwrap();
    let file = store::write(&block_on(head.snapshot()).unwrap()).unwrap();
    let mut other = loaded(&file);
    for head in [&mut head, &mut other] {
        block_on(head.train_step(rows(3, 2, 4), &[2.0; 3], None)).unwrap();
        refit(head, FitRows { class_weights: ClassWeights::Balanced, ..FitRows::default() });
        block_on(head.add_class("3".into())).unwrap();
    }
    let [one, two] = [&mut head, &mut other].map(|head| block_on(head.snapshot()).unwrap());
    assert_eq!(one, two);
}

#[test]
fn a_class_without_rows_is_told_by_a_fit_of_what_is_remembered() {
    let mut head = taught(sized(WIDTH, 2));
    block_on(head.add_class("fox".into())).unwrap();
    let config = options(1.0).check().unwrap();
    let fit = head.begin_refit(config, FitRows::default()).unwrap();
    assert!(fit.warning().is_some_and(|warning| warning.contains("\"fox\"")));
    head.add_rows(rows(10, 2, 5), &[2.0; 10], None, None).unwrap();
    assert_eq!(head.begin_refit(config, FitRows::default()).unwrap().warning(), None);
}

#[test]
fn parts_of_a_row_beyond_f32_are_infinite_as_its_score_is() {
    // Its logits overflow.
    let mut head = taught(HeadOptions { hidden: vec![64.0], ..sized(WIDTH, 2) });
    let asked = [[3.4e38; WIDTH].as_slice(), &rows(1, 0, 6)].concat();
    let explained = block_on(head.explain(&asked, None)).unwrap();
    let sum = |row: usize| explained.parts.iter().map(|(_, part)| part[row]).sum::<f32>();
    let scores = block_on(head.ood_score(&asked, &ScorerName::Auto.into())).unwrap();
    assert_eq!((sum(0), scores[0]), (f32::INFINITY, f32::INFINITY));
    assert!((sum(1) - scores[1]).abs() < 1e-4 * (1.0 + scores[1].abs()));
}

#[test]
fn a_weight_of_two_is_a_row_twice() {
    let features = [rows(3, 0, 1), rows(3, 1, 2)].concat();
    let twice: Vec<f32> = features.chunks(WIDTH).flat_map(|row| [row, row].concat()).collect();
    let config = FitOptions { epochs: Some(1.0), ..FitOptions::default() }.check().unwrap();
    let mut options = sized(WIDTH, 2);
    options.standardize = Some(false);
    // Three of the six rows once, three of them twice.
    let (once, labels) = (features.clone(), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    let weights = Some(vec![1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
    let mut weighted = head(options.clone());
    let with = FitRows { weights, ..FitRows::default() };
    let fit = weighted.begin_fit(once, &labels, config, with).unwrap();
    run(&mut weighted, fit);
    let keep = [0, 2, 3, 4, 6, 7, 8, 10, 11];
    let repeated: Vec<f32> =
        keep.iter().flat_map(|&row| twice[row * WIDTH..][..WIDTH].to_vec()).collect();
    let labels = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let mut plain = head(options);
    let fit = plain.begin_fit(repeated, &labels, config, FitRows::default()).unwrap();
    run(&mut plain, fit);
    let [a, b] = [&mut weighted, &mut plain].map(|head| block_on(head.parameters()).unwrap());
    for (a, b) in a.iter().zip(&b) {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
}

#[test]
fn rows_that_are_there_are_not_stored_twice() {
    let mut head = taught(sized(WIDTH, 2));
    let features = [rows(12, 0, 1), rows(2, 0, 8), rows(2, 0, 8)].concat();
    let with = FitRows { remember: Remember::Add, ..FitRows::default() };
    let fit = head.begin_fit(features, &[0.0; 16], options(1.0).check().unwrap(), with).unwrap();
    run(&mut head, fit);
    assert_eq!(head.remembered().per_class, [14, 12]);
}

#[test]
fn examples_raise_scores_of_their_kind_and_never_lower_any() {
    let mut head = taught(sized(WIDTH, 2));
    let asked = [rows(10, 0, 5), rows(10, 1, 6), rows(10, 3, 7)].concat();
    let plain = block_on(head.ood_score(&asked, &ScorerName::Auto.into())).unwrap();
    head.add_unknown(&rows(10, 3, 8)).unwrap();
    let shown = block_on(head.ood_score(&asked, &ScorerName::Auto.into())).unwrap();
    assert!(shown.iter().zip(&plain).all(|(shown, plain)| shown >= plain));
    let gain = |rows: std::ops::Range<usize>| {
        rows.clone().map(|row| shown[row] - plain[row]).sum::<f32>() / rows.len() as f32
    };
    assert!(gain(20..30) > 1.0 && gain(0..20) < 0.5, "{} {}", gain(20..30), gain(0..20));
    // They set no threshold: only rows with a class calibrate.
    let mut cross =
        block_on(CrossCalibration::new(&mut head, &ScorerName::Auto.into(), None)).unwrap();
    while !block_on(cross.run(&mut head, 100)).unwrap() {}
    assert_eq!(cross.finish(&mut head).unwrap().conformal.rows(), 24);
}
