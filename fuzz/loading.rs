//! What must hold of any bytes that are loaded as a head. The target of cargo fuzz and the short
//! form in `tests/fuzz.rs` both hold the loader to it.

use std::{fmt::Debug, mem};

use oodgate::{Error, engine::cpu::CpuEngine, files::safetensors as store, ood::ScorerName};
use pollster::block_on;

use crate::allocations;

type Head = oodgate::head::Head<CpuEngine>;

/// The most bytes that loading may hold at once: so many times the file, and a constant for
/// messages and small tables.
const FACTOR: usize = 16;
const CONSTANT: usize = 4096;

/// Heads with more features are loaded and saved, but not asked: "auto" makes eigenvectors, whose
/// time grows with their cube.
const FEATURES_ASKED: usize = 64;

/// What became of a file.
#[allow(dead_code, reason = "libFuzzer counts for itself")]
pub struct Outcome {
    /// Whether it was a head.
    pub accepted: bool,
    /// The most bytes that loading it held at once.
    pub peak: usize,
}

/// As the package does it: a head of the file's options, restored from the rest.
fn load(file: &[u8]) -> Result<Head, Error> {
    let mut snapshot = store::read(file)?;
    let config = mem::take(&mut snapshot.meta.options).check()?;
    let mut head = oodgate::head::Head::new(
        CpuEngine::new(&config.spec(), config.initial_parameters()),
        config,
    );
    head.restore(snapshot)?;
    Ok(head)
}

fn bytes(head: &mut Head) -> Vec<u8> {
    store::write(&block_on(head.snapshot()).expect("a snapshot")).expect("a file")
}

/// Every kind of answer that a head gives; the last of them changes it. As text, in which a NaN
/// equals itself: weights may be so large that scores are none.
fn answers(head: &mut Head) -> Vec<String> {
    let row = vec![0.5; head.config().architecture.features()];
    fn shown<T: Debug>(answer: Result<T, Error>) -> String {
        format!("{answer:?}")
    }
    vec![
        shown(block_on(head.predict(&row))),
        shown(block_on(head.ood_score(&row, &ScorerName::Auto.into()))),
        shown(block_on(head.gate(&row))),
        shown(block_on(head.train_step(row.clone(), &[0.0], None))),
    ]
}

/// Loads the bytes. Panics unless they are refused as a file, or make a head that answers and whose
/// own file makes the same head.
pub fn check(file: &[u8]) -> Outcome {
    let (loaded, peak) = allocations::peak(|| load(file));
    assert!(peak <= FACTOR * file.len() + CONSTANT, "loading {} bytes held {peak}", file.len());
    let mut head = match loaded {
        Ok(head) => head,
        Err(error) => {
            assert_eq!(error.code(), "invalid-file", "{error}");
            return Outcome { accepted: false, peak };
        }
    };
    let saved = bytes(&mut head);
    let mut again = match load(&saved) {
        Ok(again) => again,
        Err(error) => panic!("its own file is refused: {error}"),
    };
    assert_eq!(bytes(&mut again), saved);
    if head.config().architecture.features() <= FEATURES_ASKED {
        assert_eq!(answers(&mut again), answers(&mut head));
    }
    Outcome { accepted: true, peak }
}
