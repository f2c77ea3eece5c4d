//! What examples of the unknown are worth: AUROC of "auto" for the classes that a head was not
//! taught, and for things of another kind, with and without examples of either.

use oodgate::{config::LossOptions, engine::cpu::CpuEngine, head::Head, metrics, ood::ScorerName};

use crate::{
    data::{Files, Problem},
    few::{SETS, trained},
};
use pollster::block_on;

const ROWS: [usize; 2] = [20, 50];
const EXAMPLES: [usize; 4] = [5, 10, 20, 40];

/// Unknown rows, of which the first ones are examples and the rest are asked about.
struct Kind<'a> {
    examples: &'a [f32],
    asked: &'a [f32],
}

impl<'a> Kind<'a> {
    /// None where there are not enough rows.
    fn of(rows: &'a [f32], width: usize) -> Option<Self> {
        let examples = EXAMPLES[EXAMPLES.len() - 1] * width;
        let (examples, asked) = rows.split_at_checked(examples)?;
        (asked.len() >= 20 * width).then_some(Self { examples, asked })
    }
}

/// Prints a line for each set and number of rows: AUROC for unseen classes without examples, and
/// what 5, 10, 20 and 40 of the same kind and of the other kind add to it, in points.
pub fn print(files: &mut Files, seeds: &[u64], is_wanted: impl Fn(&str) -> bool) {
    println!(
        "| set | rows a class | asked about | AUROC without | examples like it: 5 / 10 / 20 / 40 | of another kind: 5 / 10 / 20 / 40 |"
    );
    println!("|---|---|---|---|---|---|");
    for set in SETS.into_iter().filter(|set| is_wanted(set)) {
        for rows in ROWS {
            let problems: Vec<(Problem, u64)> =
                seeds.iter().map(|&seed| (files.problem(set, Some(rows), seed), seed)).collect();
            for (kind, name) in ["unseen classes", "another kind"].into_iter().enumerate() {
                line(set, rows, kind, name, &problems);
            }
        }
    }
}

fn line(set: &str, rows: usize, kind: usize, name: &str, problems: &[(Problem, u64)]) {
    let mut without = Vec::new();
    let mut gains = [vec![Vec::new(); EXAMPLES.len()], vec![Vec::new(); EXAMPLES.len()]];
    for (problem, seed) in problems {
        let Some(asked) = Kind::of(&problem.unknown[kind], problem.width) else { continue };
        let mut head = trained(
            problem,
            &LossOptions::LogitNorm { tau: None, label_smoothing: None },
            *seed,
            0.0,
        );
        let plain = auroc(&mut head, problem, asked.asked);
        without.push(plain);
        let sources = [Some(asked.examples), other(problem, kind)];
        for (source, gains) in sources.into_iter().zip(&mut gains) {
            for (count, gains) in EXAMPLES.into_iter().zip(gains) {
                let Some(source) = source else { continue };
                let ids = head.add_unknown(&source[..count * problem.width]).expect("rows");
                gains.push(auroc(&mut head, problem, asked.asked) - plain);
                head.remove_rows(&ids);
            }
        }
    }
    if without.is_empty() {
        return;
    }
    let cells = gains.map(|gains| {
        let shown = |gains: &Vec<f64>| match gains.is_empty() {
            true => "-".to_string(),
            false => format!("{:+.1}", mean(gains)),
        };
        gains.iter().map(shown).collect::<Vec<_>>().join(" / ")
    });
    println!("| {set} | {rows} | {name} | {:.1} | {} |", mean(&without), cells.join(" | "));
}

/// Examples of the other kind, where there are some.
fn other(problem: &Problem, kind: usize) -> Option<&[f32]> {
    Kind::of(&problem.unknown[1 - kind], problem.width).map(|kind| kind.examples)
}

/// In per cent.
fn auroc(head: &mut Head<CpuEngine>, problem: &Problem, unknown: &[f32]) -> f64 {
    let mut score = |rows: &[f32]| -> Vec<f64> {
        let scores = block_on(head.ood_score(rows, &ScorerName::Auto.into())).expect("scores");
        scores.into_iter().map(f64::from).collect()
    };
    let (known, unknown) = (score(&problem.test), score(unknown));
    100.0 * metrics::auroc(&known, &unknown).expect("scores")
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
