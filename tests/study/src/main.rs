//! The study behind the defaults of training: which map in front of the head, how many updates,
//! which tau. `docs/training.md` says what was found; `npm run table -- --what training` runs this:
//!
//!   oodgate-study FOLDER TABLES SEEDS [SETS]      for example: features defaults,tau 0,1,2 beans5
//!
//! Prints Markdown. Heads are trained on the CPU engine itself, by the loop that `fit` drives.

mod change;
mod classes;
mod data;
mod few;
mod input_map;
mod tables;
mod trial;
mod unknowns;
mod wait;

use std::{env, time::Instant};

use data::{Files, Problem};
use tables::{Case, Table};
use trial::{Distances, Figures};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, names, seeds, sets @ ..] = arguments.as_slice() else {
        panic!("FOLDER TABLES SEEDS [SETS]")
    };
    let is_wanted = |set: &str| sets.is_empty() || sets[0].split(',').any(|wanted| wanted == set);
    let seeds: Vec<u64> = seeds.split(',').map(|seed| seed.parse().expect("a seed")).collect();
    let mut tables = tables::all();
    let known = |set: &str| {
        few::SETS.contains(&set)
            || wait::SHAPES.contains(&set)
            || tables.iter().flat_map(|table| &table.cases).any(|case| case.set == set)
    };
    for set in sets.iter().flat_map(|sets| sets.split(',')) {
        assert!(known(set), "there is no set {set}");
    }
    tables.iter_mut().for_each(|table| table.cases.retain(|case| is_wanted(case.set)));
    let chosen = |name: &str| {
        let table = tables.iter().find(|table| table.name == name);
        table.unwrap_or_else(|| panic!("there is no table {name}"))
    };
    let mut files = Files::new(folder.into());
    for name in names.split(',') {
        if name == "few" {
            println!("## Gates calibrated from the rows that were learnt from\n");
            few::print(&mut files, &seeds, is_wanted);
            continue;
        }
        if name == "classes" {
            println!("## Rejected class by class\n");
            classes::print(&mut files, &seeds, is_wanted);
            continue;
        }
        if name == "unknowns" {
            println!("## Examples of the unknown\n");
            unknowns::print(&mut files, &seeds, is_wanted);
            continue;
        }
        if name == "wait" {
            println!("## From rows to a gate\n");
            wait::print(&seeds, is_wanted);
            continue;
        }
        let table = chosen(name);
        let begun = Instant::now();
        println!("## {}\n", table.title);
        print(table, &mut files, &seeds);
        println!("\nMeasured in {} s.\n", begun.elapsed().as_secs());
    }
}

/// Accuracy / AUROC of `msp` / AUROC of "auto", line by line as they are measured, and their means.
fn print(table: &Table, files: &mut Files, seeds: &[u64]) {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    println!(
        "| set | rows a class | {} |\n|---|---|{}",
        names.join(" | "),
        "---|".repeat(names.len())
    );
    let mut sums = vec![Figures::default(); names.len()];
    for case in &table.cases {
        let means = measure(table, case, files, seeds);
        let rows = case.rows.map_or("all".into(), |rows| rows.to_string());
        println!("| {}{} | {rows} | {} |", case.set, case.change.name(), cells(&means, table.auto));
        for (sum, mean) in sums.iter_mut().zip(&means) {
            add(sum, mean, table.cases.len());
        }
    }
    println!("| **mean** | | {} |", cells(&sums, table.auto));
}

/// One line: the mean over the seeds of each column.
fn measure(table: &Table, case: &Case, files: &mut Files, seeds: &[u64]) -> Vec<Figures> {
    let mut means = vec![Figures::default(); table.columns.len()];
    for &seed in seeds {
        let mut problem = files.problem(case.set, case.rows, seed);
        let Problem { width, features, test, unknown, .. } = &mut problem;
        let [near, far] = unknown;
        [features, test, near, far].into_iter().for_each(|rows| case.change.apply(rows, *width));
        let distances = table.auto.then(|| Distances::new(&problem, seed));
        for (mean, (_, training)) in means.iter_mut().zip(&table.columns) {
            add(mean, &training.run(&problem, distances.as_ref(), seed), seeds.len());
        }
    }
    means
}

fn add(sum: &mut Figures, part: &Figures, of: usize) {
    sum.accuracy += part.accuracy / of as f64;
    sum.msp += part.msp / of as f64;
    sum.auto += part.auto / of as f64;
}

fn cells(figures: &[Figures], auto: bool) -> String {
    let cell = |Figures { accuracy, msp, auto: combined }: &Figures| match auto {
        true => format!("{accuracy:.1} / {msp:.1} / {combined:.1}"),
        false => format!("{accuracy:.1} / {msp:.1}"),
    };
    figures.iter().map(cell).collect::<Vec<_>>().join(" | ")
}
