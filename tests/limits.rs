//! Heads that remember no more than they are told to.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    config::{FitOptions, HeadOptions, MemoryOptions},
    files::safetensors as store,
    head::FitRows,
    ood::ScorerName,
};
use pollster::block_on;
use support::heads::{Head, head, loaded, sized};

const WIDTH: usize = 3;

fn limited(per_class: Option<f64>, per_group: Option<f64>) -> Head {
    let memory = MemoryOptions { per_class, per_group };
    head(HeadOptions { memory, ..sized(WIDTH, 2) })
}

/// Rows whose first feature is their number.
fn numbered(numbers: std::ops::Range<usize>) -> Vec<f32> {
    numbers.flat_map(|number| [number as f32, 1.0, (number % 3) as f32]).collect()
}

#[test]
fn the_oldest_rows_of_a_class_go() {
    let mut head = limited(Some(3.0), None);
    let ids = head.add_rows(numbered(0..5), &[0.0, 1.0, 0.0, 0.0, 0.0], None, None).unwrap();
    assert_eq!((ids, head.memory().ids()), (vec![0, 1, 2, 3, 4], [1, 2, 3, 4].as_slice()));
    head.add_unknown(&numbered(5..10)).unwrap();
    assert_eq!(head.memory().unknown().ids, [7, 8, 9]);
    assert_eq!(head.memory().unknown().features.as_slice(), numbered(7..10));
    let remembered = head.remembered();
    assert_eq!((remembered.per_class, remembered.unknown, remembered.dropped), (vec![3, 1], 3, 3));
    // Ids go on, in the file too, which holds no dropped row.
    let mut again = loaded(&store::write(&block_on(head.snapshot()).unwrap()).unwrap());
    assert_eq!(again.remembered(), head.remembered());
    assert_eq!(again.config().memory, head.config().memory);
    for head in [&mut head, &mut again] {
        assert_eq!(head.add_rows(numbered(10..11), &[0.0], None, None).unwrap(), [10]);
        assert_eq!(head.memory().ids(), [1, 3, 4, 10]);
        assert_eq!(head.remembered().dropped, 4);
    }
}

#[test]
fn groups_stay_even() {
    let mut head = limited(Some(4.0), Some(3.0));
    let groups = [1.0, 1.0, 1.0, 1.0, 2.0, 2.0];
    head.add_rows(numbered(0..6), &[0.0; 6], Some(&groups), None).unwrap();
    assert_eq!(head.memory().ids(), [2, 3, 4, 5]);
}

#[test]
fn a_fit_learns_what_is_remembered_and_says_what_is_not() {
    let labels: Vec<f64> = (0..40).map(|row| f64::from(row % 2)).collect();
    let config = FitOptions { epochs: Some(3.0), ..FitOptions::default() }.check().unwrap();
    let mut limited = limited(Some(8.0), None);
    let mut plain = head(sized(WIDTH, 2));
    let cases = [(&mut limited, 0), (&mut plain, 24)];
    let answers = cases.map(|(head, first)| {
        let rows = (numbered(first..40), &labels[first..]);
        let mut fit = head.begin_fit(rows.0, rows.1, config, FitRows::default()).unwrap();
        loop {
            while !head.run_fit(&mut fit, 50).unwrap() {}
            if block_on(head.end_epoch(&mut fit, false)).unwrap().last {
                break;
            }
        }
        let asked = numbered(3..7);
        let scores = block_on(head.ood_score(&asked, &ScorerName::Auto.into())).unwrap();
        (fit.warning().map(String::from), scores, head.remembered().count)
    });
    let [(warning, scores, count), (none, expected, expected_count)] = answers;
    assert_eq!((scores, count), (expected, expected_count));
    assert!(warning.unwrap().contains("24 rows were dropped"));
    assert_eq!(none, None);
}

#[test]
fn a_limit_is_a_number_of_rows() {
    for value in [0.0, 1.5, f64::NAN, -1.0] {
        let memory = MemoryOptions { per_class: Some(value), per_group: None };
        let error = HeadOptions { memory, ..sized(WIDTH, 2) }.check().unwrap_err();
        assert!(error.to_string().starts_with("options.memory.perClass"), "{error}");
    }
}
