//! Scoring embeddings on a server: a head that a page has saved, or one fitted here, and every core
//! at work with a copy of it.
//!
//! ```sh
//! # made-up embeddings: fits, calibrates, saves target/head.safetensors, and asks it about new ones
//! cargo run --release --example score_embeddings
//! # a head from `await head.save()`, and float32 rows [rows, features] as they lie in memory
//! cargo run --release --example score_embeddings -- head.safetensors rows.f32 > verdicts.tsv
//! ```
//!
//! Standard output has a line for each row: class, probability, score, p-value, known or unknown.

#![allow(clippy::print_stdout, reason = "a program")]

use std::{
    env,
    error::Error,
    fs,
    io::{self, BufWriter, Write},
    thread,
    time::Instant,
};

use oodgate::{
    CpuHead,
    config::{FitOptions, HeadOptions},
    head::Verdicts,
    numeric::random::Random,
    ood::ScorerName,
};

type Failure = Box<dyn Error + Send + Sync>;

/// Rows that a thread asks about at a time.
const AT_A_TIME: usize = 1024;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (file, rows) = match arguments.as_slice() {
        [] => made_up()?,
        [head, rows] => (fs::read(head)?, floats(&fs::read(rows)?)?),
        _ => return Err("expected HEAD.safetensors and ROWS.f32, or nothing".into()),
    };
    let head = CpuHead::load(&file)?;
    let began = Instant::now();
    let verdicts = score(&file, &rows, head.features())?;
    let seconds = began.elapsed().as_secs_f64();
    write(&verdicts, head.classes())?;
    let count: usize = verdicts.iter().map(|part| part.accepted.len()).sum();
    let rejected: usize = verdicts
        .iter()
        .map(|part| part.accepted.iter().filter(|&&accepted| accepted == 0).count())
        .sum();
    eprintln!("{count} rows, {rejected} unknown, {:.0} rows a second", count as f64 / seconds);
    Ok(())
}

/// Verdicts on all rows in their order; each thread loads the head for itself.
fn score(file: &[u8], rows: &[f32], features: usize) -> Result<Vec<Verdicts>, Failure> {
    if rows.is_empty() || !rows.len().is_multiple_of(features) {
        return Err(format!("{} numbers are no rows of {features}", rows.len()).into());
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = (rows.len() / features).div_ceil(threads) * features;
    thread::scope(|scope| {
        let workers: Vec<_> = rows
            .chunks(share)
            .map(|part| {
                scope.spawn(move || -> Result<Vec<Verdicts>, Failure> {
                    let mut head = CpuHead::load(file)?;
                    let batches = part.chunks(AT_A_TIME * features);
                    Ok(batches.map(|batch| head.gate(batch)).collect::<Result<_, _>>()?)
                })
            })
            .collect();
        let mut verdicts = Vec::new();
        for worker in workers {
            verdicts.extend(worker.join().map_err(|_| "a thread has failed")??);
        }
        Ok(verdicts)
    })
}

fn write(verdicts: &[Verdicts], classes: &[String]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for part in verdicts {
        let Verdicts { prediction, scores, p_values, accepted, .. } = part;
        for (row, &class) in prediction.class_index.iter().enumerate() {
            let verdict = if accepted[row] == 1 { "known" } else { "unknown" };
            let (name, probability) = (&classes[class as usize], prediction.probability[row]);
            let (score, p_value) = (scores[row], p_values[row]);
            writeln!(out, "{name}\t{probability}\t{score}\t{p_value}\t{verdict}")?;
        }
    }
    out.flush()
}

fn floats(bytes: &[u8]) -> Result<Vec<f32>, Failure> {
    let (floats, rest) = bytes.as_chunks::<4>();
    match rest {
        [] => Ok(floats.iter().copied().map(f32::from_le_bytes).collect()),
        _ => Err(format!("{} bytes are no float32 numbers", bytes.len()).into()),
    }
}

/// A head of made-up embeddings in a file, and rows to ask it about: the last fifth are strangers.
fn made_up() -> Result<(Vec<u8>, Vec<f32>), Failure> {
    const FEATURES: usize = 64;
    const CLASSES: [&str; 4] = ["invoice", "order", "complaint", "praise"];
    let mut random = Random::new(5);
    let mut normal = move || (0..6).map(|_| random.unit() - 0.5).sum::<f32>() * 1.4;
    let centres: Vec<f32> = (0..(CLASSES.len() + 1) * FEATURES).map(|_| normal()).collect();
    let mut around = |kind: usize| -> Vec<f32> {
        centres[kind * FEATURES..][..FEATURES].iter().map(|centre| centre + normal()).collect()
    };
    let labels: Vec<u32> = (0..400).map(|row| row % CLASSES.len() as u32).collect();
    let features: Vec<f32> = labels.iter().flat_map(|&label| around(label as usize)).collect();
    let strangers = CLASSES.len();
    let asked = (0..5000).flat_map(|row| around(if row < 4000 { row % 4 } else { strangers }));
    let asked = asked.collect();

    let mut head = CpuHead::new(HeadOptions::new(FEATURES, CLASSES))?;
    let report = head.fit(&features, &labels, FitOptions::default())?;
    if let Some(warning) = report.warning {
        eprintln!("{warning}");
    }
    // At most 5 % of known rows are rejected, by the head's own rows, left out by turns.
    let calibration = head.calibrate_own(&ScorerName::Auto.into())?;
    eprintln!("temperature {:.3}, threshold {:.3}", calibration.temperature, calibration.threshold);
    let file = head.save()?;
    fs::create_dir_all("target")?;
    fs::write("target/head.safetensors", &file)?;
    Ok((file, asked))
}
