//! The feature files, and what a head learns and is asked of them.

use std::{collections::HashMap, fs, path::PathBuf, rc::Rc};

use half::f16;
use oodgate::numeric::random::Random;
use safetensors::{Dtype, SafeTensors};

/// Rows of one kind that a head is asked about, at most.
const ASKED: usize = 1000;

/// Thirty intents of CLINC150 about banking and credit cards, which are hard to tell apart.
const BANKING: &str = "transfer transactions balance freeze_account pay_bill bill_balance bill_due \
    interest_rate routing min_payment order_checks pin_change report_fraud account_blocked \
    spending_history credit_score report_lost_card credit_limit rewards_balance new_card \
    application_status card_declined international_fees apr redeem_rewards credit_limit_change \
    damaged_card replacement_card_duration improve_credit_score expiration_date";

/// A split of a file.
struct Split {
    features: Vec<f32>,
    labels: Vec<i32>,
}

struct File {
    width: usize,
    classes: Vec<String>,
    splits: HashMap<String, Split>,
}

/// What one head learns and is asked.
pub struct Problem {
    pub width: usize,
    pub classes: usize,
    /// `[rows, width]`, and a class for each.
    pub features: Vec<f32>,
    pub labels: Vec<u32>,
    /// New rows of the same classes.
    pub test: Vec<f32>,
    pub test_labels: Vec<u32>,
    /// Unknown rows: of classes like the known ones, and of another kind. One of them may be empty.
    pub unknown: [Vec<f32>; 2],
}

/// The files of a folder, each read once.
pub struct Files {
    folder: PathBuf,
    read: HashMap<&'static str, Rc<File>>,
}

impl Files {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, read: HashMap::new() }
    }

    fn get(&mut self, name: &'static str) -> Rc<File> {
        let path = self.folder.join(name).with_extension("safetensors");
        self.read.entry(name).or_insert_with(|| Rc::new(File::read(path))).clone()
    }

    /// A set by its name: a source and how many of its classes are known. The seed draws them, and
    /// the rows. `rows` of each class are learnt from; `None` takes all.
    pub fn problem(&mut self, set: &str, rows: Option<usize>, seed: u64) -> Problem {
        let source = set.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let count: usize =
            set[source.len()..].parse().expect("a set ends with its number of classes");
        let (name, held_out, near, far): (_, &[&str], &[&str], &[&str]) = match source {
            "clinc" | "banking" => ("clinc150-minilm", &["val", "test"], &[], &["oos_test"]),
            "images" => ("cifar10-lite0", &["val", "test"], &[], &["mnist", "fashion"]),
            "signs" => ("gtsrb-10signs-lite0", &["test"], &["near_oos"], &["far_oos"]),
            "beans" => ("beans-5of7", &["test"], &["near_oos"], &["far_oos"]),
            _ => panic!("there is no set {set}"),
        };
        let file = self.get(name);
        let mut random = Random::new(1000 + seed);
        let mut classes: Vec<i32> = (0..file.classes.len() as i32).collect();
        if source == "banking" {
            classes.retain(|&class| {
                BANKING.split(' ').any(|name| name == file.classes[class as usize])
            });
        }
        random.shuffle(&mut classes);
        let (known, unseen) = classes.split_at(count);

        let mut draw = |splits: &[&str], wanted: &[i32], each: usize, all: usize| {
            let mut chosen = file.rows_of(splits, wanted);
            random.shuffle(&mut chosen);
            let mut counts = HashMap::new();
            chosen.retain(|(_, label)| {
                let count = counts.entry(*label).or_insert(0);
                *count += 1;
                *count <= each
            });
            chosen.truncate(all);
            let place = |label| known.iter().position(|&class| class == label).unwrap_or(0) as u32;
            let labels: Vec<u32> = chosen.iter().map(|&(_, label)| place(label)).collect();
            (chosen.iter().flat_map(|(row, _)| *row).copied().collect::<Vec<f32>>(), labels)
        };
        let (features, labels) = draw(&["train"], known, rows.unwrap_or(usize::MAX), usize::MAX);
        let (test, test_labels) = draw(held_out, known, usize::MAX, ASKED);
        let near = match unseen {
            [] => draw(near, &[-1], ASKED, ASKED).0,
            _ => draw(held_out, unseen, ASKED, ASKED).0,
        };
        let far = draw(far, &[-1], 2 * ASKED, 2 * ASKED).0;
        let unknown = [near, far];
        Problem { width: file.width, classes: count, features, labels, test, test_labels, unknown }
    }
}

impl File {
    fn read(path: PathBuf) -> Self {
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let tensors = SafeTensors::deserialize(&bytes).expect("a safetensors file");
        let (_, metadata) = SafeTensors::read_metadata(&bytes).expect("a safetensors file");
        let named = metadata.metadata().as_ref().expect("metadata")["classes"].clone();
        let classes = named.trim_matches(['[', ']']).split(", ");
        let mut file = Self {
            width: 0,
            classes: classes.map(|name| name.trim_matches('"').to_string()).collect(),
            splits: HashMap::new(),
        };
        for (name, tensor) in tensors.iter() {
            let Some(split) = name.strip_suffix(".features") else { continue };
            let labels = tensors.tensor(&format!("{split}.labels")).expect("labels");
            let four = |bytes: &[u8]| [bytes[0], bytes[1], bytes[2], bytes[3]];
            let data = tensor.data();
            let features = match tensor.dtype() {
                Dtype::F16 => {
                    let half = |two: &[u8]| f16::from_le_bytes([two[0], two[1]]).to_f32();
                    data.chunks_exact(2).map(half).collect()
                }
                _ => data.chunks_exact(4).map(|bytes| f32::from_le_bytes(four(bytes))).collect(),
            };
            let labels = labels.data().chunks_exact(4).map(|bytes| i32::from_le_bytes(four(bytes)));
            file.width = tensor.shape()[1];
            file.splits.insert(split.to_string(), Split { features, labels: labels.collect() });
        }
        file
    }

    /// Rows of the splits with a wanted label, and the label.
    fn rows_of(&self, splits: &[&str], wanted: &[i32]) -> Vec<(&[f32], i32)> {
        let rows = splits.iter().map(|name| &self.splits[*name]).flat_map(|split| {
            split.features.chunks_exact(self.width).zip(split.labels.iter().copied())
        });
        rows.filter(|(_, label)| wanted.contains(label)).collect()
    }
}
