//! What is compared with what.

use crate::{
    change::Change,
    input_map::Map,
    trial::{Length, Objective, Training},
};

/// Each case is a line, each training a column.
pub struct Table {
    pub name: &'static str,
    pub title: &'static str,
    pub cases: Vec<Case>,
    pub columns: Vec<(String, Training)>,
    /// Whether "auto" is measured too.
    pub auto: bool,
}

/// A set with so many rows a class (`None`: all), changed.
#[derive(Clone, Copy)]
pub struct Case {
    pub set: &'static str,
    pub rows: Option<usize>,
    pub change: Change,
}

const FEW_TO_ALL: [Option<usize>; 4] = [Some(5), Some(20), Some(50), None];

/// The defaults of 0.1.
fn before(loss: Objective) -> Training {
    Training {
        loss,
        length: Length { updates: 0, epochs: 30 },
        warms_up: false,
        varies: false,
        map: Map::None,
        hidden: vec![],
        learning_rate: 0.01,
    }
}

/// The defaults.
fn now(loss: Objective) -> Training {
    let epochs = if matches!(loss, Objective::CrossEntropy) { 8 } else { 4 };
    let length = Length { updates: 500, epochs };
    Training { length, warms_up: true, varies: true, map: Map::Rule, ..before(loss) }
}

/// The sets on which the defaults are measured.
const SETS: [&str; 10] = [
    "banking2",
    "banking5",
    "banking14",
    "clinc75",
    "clinc150",
    "images2",
    "images6",
    "images10",
    "signs10",
    "beans5",
];

const LOGIT_NORM: Objective = Objective::TauByClasses(0.15);
const LOSSES: [(&str, Objective); 2] = [("LN", LOGIT_NORM), ("CE", Objective::CrossEntropy)];

fn cases(sets: &[&'static str], rows: &[Option<usize>], changes: &[Change]) -> Vec<Case> {
    let mut cases = Vec::new();
    for &set in sets {
        for &rows in rows {
            cases.extend(changes.iter().map(|&change| Case { set, rows, change }));
        }
    }
    cases
}

/// Both losses with each of some values.
fn both<T: Copy>(
    values: &[T],
    name: impl Fn(T) -> String,
    make: impl Fn(Objective, T) -> Training,
) -> Vec<(String, Training)> {
    let each = |(short, loss): (&str, Objective)| {
        let columns =
            values.iter().map(|&value| (format!("{short}, {}", name(value)), make(loss, value)));
        columns.collect::<Vec<_>>()
    };
    LOSSES.into_iter().flat_map(each).collect()
}

pub fn all() -> Vec<Table> {
    vec![defaults(), variation(), changes(), maps(), updates(), tau(), hidden()]
}

fn defaults() -> Table {
    let columns = [
        ("LN, 0.1", before(Objective::Tau(0.04))),
        ("LN", now(LOGIT_NORM)),
        ("CE, 0.1", before(Objective::CrossEntropy)),
        ("CE", now(Objective::CrossEntropy)),
    ];
    Table {
        name: "defaults",
        title: "The defaults, and those of 0.1",
        cases: cases(&SETS, &FEW_TO_ALL, &[Change::None]),
        columns: columns.map(|(name, training)| (name.into(), training)).into(),
        auto: true,
    }
}

fn variation() -> Table {
    let varies = |varies| Training { varies, ..now(LOGIT_NORM) };
    let columns = [
        ("as they are", varies(false)),
        ("varied", varies(true)),
        ("CE", now(Objective::CrossEntropy)),
    ];
    Table {
        name: "variation",
        title: "Rows as they are, and varied",
        cases: cases(&SETS, &FEW_TO_ALL, &[Change::None]),
        columns: columns.map(|(name, training)| (name.into(), training)).into(),
        auto: true,
    }
}

fn changes() -> Table {
    let columns = [
        ("LN, 0.1", before(Objective::Tau(0.04))),
        ("LN", now(LOGIT_NORM)),
        ("CE", now(Objective::CrossEntropy)),
    ];
    let changes =
        [Change::None, Change::Shifted, Change::Shrunk, Change::OneLarge, Change::MixedUnits];
    Table {
        name: "changes",
        title: "Features shifted, scaled, and in mixed units",
        cases: cases(&["banking5", "images6", "signs10", "beans5"], &[Some(20)], &changes),
        columns: columns.map(|(name, training)| (name.into(), training)).into(),
        auto: false,
    }
}

fn maps() -> Table {
    let maps = [Map::None, Map::Scaled, Map::Centred, Map::Standardised, Map::Rule];
    let name = |map| match map {
        Map::None => "none",
        Map::Scaled => "scaled",
        Map::Centred => "centred",
        Map::Standardised => "standardised",
        Map::Rule => "rule",
    };
    Table {
        name: "maps",
        title: "The map in front of the head",
        cases: cases(
            &["banking14", "images6", "signs10", "beans5"],
            &[Some(20), None],
            &[Change::None],
        ),
        columns: both(&maps, |map| name(map).into(), |loss, map| Training { map, ..now(loss) }),
        auto: false,
    }
}

fn updates() -> Table {
    let make = |loss, updates| Training {
        length: Length { updates, epochs: 1 },
        warms_up: false,
        ..now(loss)
    };
    let sets = ["clinc150", "banking14", "images10", "signs10", "beans5"];
    Table {
        name: "updates",
        title: "Number of updates, however many epochs they are",
        cases: cases(&sets, &[Some(5), None], &[Change::None]),
        columns: both(&[125, 250, 500, 1000, 2000], |updates: usize| updates.to_string(), make),
        auto: true,
    }
}

fn tau() -> Table {
    let factors = [0.05, 0.1, 0.15, 0.2, 0.4];
    let column = |factor: f64| (factor.to_string(), now(Objective::TauByClasses(factor)));
    let sets = [
        "banking2",
        "banking3",
        "banking5",
        "banking10",
        "banking14",
        "clinc50",
        "clinc75",
        "clinc150",
        "images2",
        "images10",
        "signs10",
        "beans3",
        "beans5",
    ];
    Table {
        name: "tau",
        title: "LogitNorm's tau times the logarithm of the number of classes",
        cases: cases(&sets, &[Some(20)], &[Change::None]),
        columns: factors.map(column).into(),
        auto: false,
    }
}

fn hidden() -> Table {
    let rates = [0.01, 0.003, 0.001];
    let make = |loss, learning_rate| Training {
        hidden: vec![128],
        learning_rate,
        warms_up: false,
        ..now(loss)
    };
    Table {
        name: "hidden",
        title: "A hidden layer of 128, by learning rate",
        cases: cases(
            &["banking14", "images6", "signs10", "beans5"],
            &[Some(20), None],
            &[Change::None],
        ),
        columns: both(&rates, |rate: f64| rate.to_string(), make),
        auto: true,
    }
}
