//! The short form of `npm run fuzz`: the corpus, and files made from it by seeded changes, under
//! the fuzzer's own conditions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this is how a test fails"
)]

#[path = "../fuzz/allocations.rs"]
mod allocations;
#[path = "../fuzz/loading.rs"]
mod loading;

use std::{fs, panic};

use oodgate::numeric::random::Random;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// Files made by changes.
const MUTATED: usize = 2000;

/// Length of the header's length.
const PREFIX: usize = 8;

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/load_head");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            (path.file_stem().unwrap().to_str().unwrap().to_string(), fs::read(path).unwrap())
        })
        .collect()
}

/// What headers hold, and what they should not.
const TOKENS: [&str; 20] = [
    "0",
    "-1",
    "1e999",
    "9007199254740993",
    "4294967296",
    "null",
    "true",
    "[]",
    "{}",
    "\\\"\\\"",
    ",",
    "[0,0,0,0,0,0,0,0]",
    "\"F32\"",
    "\"I32\"",
    "\"0.weight\"",
    "\\\"auto\\\"",
    "\\\"vim\\\"",
    "\\\"sgd\\\"",
    "hidden",
    "\u{0}",
];

fn below(random: &mut Random, end: usize) -> usize {
    (random.unit() * end as f32) as usize
}

/// Makes one change to the bytes.
fn change(bytes: &mut Vec<u8>, random: &mut Random) {
    if bytes.is_empty() {
        return bytes.push(b'{');
    }
    let at = below(random, bytes.len());
    let length = below(random, 16).min(bytes.len() - at);
    match below(random, 8) {
        0 => bytes[at] ^= 1 << below(random, 8),
        1 => drop(bytes.drain(at..at + length)),
        2 => {
            let piece = bytes[at..at + length].to_vec();
            let to = below(random, bytes.len());
            bytes.splice(to..to, piece);
        }
        3 => bytes.truncate(at),
        4 => {
            // Instead of a number or a word, where there is one.
            let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
            let from = bytes[at..].iter().position(word).map_or(at, |more| at + more);
            let to = bytes[from..]
                .iter()
                .position(|byte| !word(byte))
                .map_or(bytes.len(), |more| from + more);
            bytes.splice(from..to, TOKENS[below(random, TOKENS.len())].bytes());
        }
        _ => {
            if let Some(digit) = bytes[at..].iter_mut().find(|byte| byte.is_ascii_digit()) {
                *digit = b'0' + below(random, 10) as u8;
            }
        }
    }
}

/// Some changes to a file as it is, to its tensors' bytes, or to its header, whose length is put
/// right afterwards.
fn mutate(file: &[u8], random: &mut Random) -> Vec<u8> {
    let mut file = file.to_vec();
    let changes = 1 + below(random, 3);
    let length = file.first_chunk::<PREFIX>().map(|length| u64::from_le_bytes(*length) as usize);
    let tensors = length
        .and_then(|length| length.checked_add(PREFIX))
        .filter(|&tensors| tensors <= file.len());
    let Some(tensors) = tensors.filter(|_| random.unit() > 0.1) else {
        (0..changes).for_each(|_| change(&mut file, random));
        return file;
    };
    if random.unit() < 0.3 && tensors < file.len() {
        for _ in 0..changes {
            let at = tensors + below(random, file.len() - tensors);
            file[at] ^= 1 << below(random, 8);
        }
        return file;
    }
    let mut header = file[PREFIX..tensors].to_vec();
    (0..changes).for_each(|_| change(&mut header, random));
    [&(header.len() as u64).to_le_bytes(), header.as_slice(), &file[tensors..]].concat()
}

#[test]
fn any_file_is_refused_or_makes_a_head_within_a_small_multiple_of_its_size() {
    let corpus = corpus();
    let mut random = Random::new(1);
    let files: Vec<(String, Vec<u8>)> = (0..MUTATED)
        .map(|index| {
            let (name, file) = &corpus[index % corpus.len()];
            (format!("{name}, change {index}"), mutate(file, &mut random))
        })
        .collect();
    let (mut accepted, mut largest) = (0, (0.0, ""));
    for (name, file) in corpus.iter().chain(&files) {
        let outcome = panic::catch_unwind(|| loading::check(file))
            .unwrap_or_else(|_| panic!("the file is {name}"));
        accepted += usize::from(outcome.accepted);
        let factor = outcome.peak as f64 / file.len().max(1) as f64;
        // Of smaller files the constant is the larger part.
        if file.len() > 1024 && factor > largest.0 {
            largest = (factor, name);
        }
    }
    assert!(accepted > MUTATED / 20, "only {accepted} files were heads");
    let (factor, name) = largest;
    println!(
        "{} files of the corpus and {MUTATED} made from them: {accepted} were heads, the others refused;",
        corpus.len()
    );
    println!("loading held at most {factor:.1} times the file ({name})");
}
