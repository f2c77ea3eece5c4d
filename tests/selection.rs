//! The choice of a scorer for "auto".

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    config::FitOptions,
    head::selection::{Selected, Selection},
    ood::ScorerName,
};
use pollster::block_on;
use support::{
    corners::corners,
    heads::{self, Head},
};

fn head(features: usize, classes: usize) -> Head {
    heads::head(heads::sized(features, classes))
}

fn fit(trainer: &mut Head, features: &[f32], labels: &[f64]) {
    let options = FitOptions { epochs: Some(10.0), ..FitOptions::default() };
    heads::fit(trainer, features.to_vec(), labels, options.check().unwrap(), false);
}

fn select(
    trainer: &mut Head,
    data: &(Vec<f32>, Vec<f64>),
    candidates: Option<&[ScorerName]>,
    folds: Option<f64>,
) -> Selected {
    let candidates = candidates.map(<[ScorerName]>::to_vec);
    let mut selection =
        Selection::new(trainer, data.0.clone(), &data.1, candidates, folds).unwrap();
    while !block_on(selection.run(trainer, 5)).unwrap() {}
    selection.finish(trainer).unwrap()
}

#[test]
fn a_selection_ranks_by_classes_left_out() {
    let data = corners(7, 180, 8, &[0, 1, 2, 3, 4, 5], 0.25);
    let mut trainer = head(8, 6);
    fit(&mut trainer, &data.0, &data.1);
    let steps = trainer.steps();
    let selected = select(&mut trainer, &data, None, None);
    assert_eq!(trainer.steps(), steps);
    assert!(
        selected.auroc.iter().any(|&(name, auroc)| name == ScorerName::Auto && auroc > 0.95),
        "{selected:?}"
    );
    // The same again: everything random takes the seed.
    assert_eq!(select(&mut trainer, &data, None, None), selected);

    let single =
        select(&mut trainer, &data, Some(&[ScorerName::Msp, ScorerName::Mahalanobis]), Some(2.0));
    assert_eq!(single.scorer, ScorerName::Mahalanobis, "{single:?}");
    let score = |trainer: &mut Head, name: ScorerName| {
        block_on(trainer.ood_score(&data.0, &name.into())).unwrap()
    };
    assert_eq!(score(&mut trainer, ScorerName::Auto), score(&mut trainer, ScorerName::Mahalanobis));
}

#[test]
fn a_selection_works_with_two_classes_and_refuses_one() {
    let mut trainer = head(4, 3);
    let data = corners(8, 60, 4, &[0, 2], 0.2);
    let selected = select(&mut trainer, &data, None, Some(5.0));
    assert!(selected.auroc.iter().all(|(_, auroc)| (0.0..=1.0).contains(auroc)), "{selected:?}");
    // The rows are there for what was selected, although nobody called fit_scorers.
    assert!(
        block_on(trainer.ood_score(&data.0, &ScorerName::Auto.into()))
            .unwrap()
            .iter()
            .all(|score| score.is_finite())
    );

    let (features, labels) = corners(9, 20, 4, &[1], 0.2);
    let refusal = Selection::new(&mut trainer, features, &labels, None, None).err().unwrap();
    assert_eq!(refusal.code(), "invalid-labels");
    let refusal =
        Selection::new(&mut trainer, data.0.clone(), &data.1, None, Some(1.0)).err().unwrap();
    assert!(refusal.to_string().contains("options.folds"), "{refusal}");
    assert!(Selection::new(&mut trainer, data.0, &data.1, Some(vec![]), None).is_err());
}
