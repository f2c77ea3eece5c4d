//! What follows from the one table of scorers outside Rust: the TypeScript union and the list that
//! tests and the site read. Written anew by `npm run scorers`, which sets OODGATE_WRITE; without it
//! this test compares.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

use std::fmt::Write;

use oodgate::ood::{Needs, ScorerName, parameters::Kind};

/// The type of a parameter in TypeScript.
fn type_of(kind: &Kind) -> String {
    match kind {
        Kind::Number { .. } | Kind::Count { .. } => "number".into(),
        Kind::Flag => "boolean".into(),
        Kind::Choice(choices) => {
            choices.iter().map(|choice| format!("\"{choice}\"")).collect::<Vec<_>>().join(" | ")
        }
    }
}

/// A union of names, several to a line of at most 100 columns.
fn union(names: impl Iterator<Item = ScorerName>) -> String {
    let mut lines = vec![String::new()];
    for name in names {
        let item = format!(" | \"{}\"", name.as_str());
        if lines[lines.len() - 1].len() + item.len() > 96 {
            lines.push(String::new());
        }
        let last = lines.len() - 1;
        lines[last].push_str(&item);
    }
    lines.iter().map(|line| format!("\n {line}")).collect()
}

fn typescript() -> String {
    let named = |needs: &'static [Needs]| {
        ScorerName::ALL
            .into_iter()
            .filter(move |&name| name != ScorerName::Auto && needs.contains(&name.needs()))
    };
    let mut text = String::from(
        "// Written by `npm run scorers` from the table of scorers, src/ood/table.rs.\n\n",
    );
    let logit = union(named(&[Needs::Answer, Needs::Head]));
    let fitted = union(named(&[Needs::TrainingRows]));
    write!(text, "/** Scores that need no training rows. */\nexport type LogitScorer ={logit};\n")
        .unwrap();
    write!(
        text,
        "/** Scores that compare with the training rows: see `fitScorers`. */\nexport type FittedScorer ={fitted};\n\
         /** Every scorer; \"auto\" combines several, see `selectScorer`. */\n\
         export type ScorerName = LogitScorer | FittedScorer | \"auto\";\n\
         /** A scorer with its parameters; the compiler knows each scorer's own and refuses others. */\n\
         export type ScorerOptions ="
    )
    .unwrap();
    for name in ScorerName::ALL {
        let (about, name_of) = (name.about(), name.as_str());
        write!(text, "\n  | {{\n      /** {about} */\n      name: \"{name_of}\"").unwrap();
        for parameter in name.parameters() {
            let kind = type_of(&parameter.kind);
            write!(
                text,
                ";\n      /** {} */\n      {}?: {kind} | undefined",
                parameter.about, parameter.name
            )
            .unwrap();
        }
        text.push_str(";\n    }");
    }
    text.push_str(";\n/** A scorer by name, or with parameters. */\nexport type Scorer = ScorerName | ScorerOptions;\n");
    text
}

fn list() -> String {
    let scorers: Vec<serde_json::Value> = ScorerName::ALL
        .into_iter()
        .map(|name| {
            let parameter = |of: &oodgate::ood::Parameter| {
                let default = match &of.kind {
                    Kind::Number { default, .. } => serde_json::json!(default),
                    Kind::Count { default } => serde_json::json!(default),
                    Kind::Flag => serde_json::json!(false),
                    Kind::Choice(choices) => serde_json::json!(choices[0]),
                };
                serde_json::json!({ "name": of.name, "type": type_of(&of.kind), "default": default, "about": of.about })
            };
            let needs = match name.needs() {
                Needs::Answer => "answer",
                Needs::Head => "head",
                Needs::TrainingRows => "trainingRows",
            };
            let parameters: Vec<_> = name.parameters().iter().map(parameter).collect();
            serde_json::json!({ "name": name.as_str(), "about": name.about(), "needs": needs, "parameters": parameters })
        })
        .collect();
    serde_json::to_string_pretty(&scorers).unwrap() + "\n"
}

/// The list for the tests' pages, some of whose browsers import no JSON.
fn module(list: &str) -> String {
    format!(
        "// Written by `npm run scorers` from the table of scorers, src/ood/table.rs.\n\nexport const scorers = {};\n\n\
         export const scorerNames = scorers.map(({{ name }}) => name);\n",
        list.trim_end()
    )
}

#[test]
fn what_follows_from_the_table_is_up_to_date() {
    let list = list();
    let files = [
        ("pkg/src/api/types/scorers.ts", typescript()),
        ("tests/lib/scorers.mjs", module(&list)),
        ("pkg/scorers.json", list),
    ];
    for (file, text) in files {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("OODGATE_WRITE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let present = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(present == text, "{file} is not what the table of scorers gives: npm run scorers");
    }
}
