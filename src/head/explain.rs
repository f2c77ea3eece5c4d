//! Why a row got its verdict: the remembered rows nearest to it, and the parts of its score.

use super::Head;
use crate::{
    Error, Result,
    engine::Engine,
    error::Mismatch,
    numeric::{row::squared_distance, sort},
    ood::{
        Batch, Fitted, Scorer, ScorerName, finite::FiniteRows, fitting::CHUNK,
        statistics::nearness::Measures,
    },
    range::count,
    training::rows::check_features,
};

/// Neighbours that are named unless the caller says how many.
const NEIGHBOURS: usize = 5;

/// Why some rows got their verdicts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// How many neighbours there are of each row.
    pub k: usize,
    /// Ids of the nearest remembered rows, the nearest first, `[rows, k]`.
    pub ids: Vec<u32>,
    /// The class of each; -1 for an example of the unknown.
    pub classes: Vec<i32>,
    /// Their distances, in the form in which "auto" compares rows.
    pub distances: Vec<f32>,
    /// The parts of the score by name, `[rows]` each: they add up to it.
    pub parts: Vec<(&'static str, Vec<f32>)>,
}

impl Explanation {
    /// Adds that of further rows.
    pub(super) fn append(&mut self, other: Self) {
        self.k = other.k;
        self.ids.extend(other.ids);
        self.classes.extend(other.classes);
        self.distances.extend(other.distances);
        if self.parts.is_empty() {
            self.parts = other.parts;
        } else {
            self.parts.iter_mut().zip(other.parts).for_each(|(own, other)| own.1.extend(other.1));
        }
    }
}

/// Where a remembered row is among all: rows with a class first.
struct Place {
    id: u32,
    class: i32,
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// The `k` remembered rows nearest to each of `[rows, features]`, and the parts of the score
    /// that the gate compares, or, before a calibration, of "auto".
    pub async fn explain(&mut self, features: &[f32], k: Option<f64>) -> Result<Explanation> {
        let k = self.check_explanation(features, k)?;
        let scorer = self.explained()?;
        let parts = self.parts(&scorer, features).await?;
        let mut explanation = Explanation { k, parts, ..Explanation::default() };
        self.find_nearest(features, &mut explanation).await?;
        Ok(explanation)
    }

    async fn parts(
        &mut self,
        scorer: &Scorer,
        features: &[f32],
    ) -> Result<Vec<(&'static str, Vec<f32>)>> {
        let fitted = self.fitted(scorer).await?;
        let Fitted::Auto(auto) = fitted.as_ref() else {
            let question = self.question(Some(*scorer), features.to_vec())?;
            let scores = self.answer(&question).await?.scores;
            return Ok(vec![(scorer.name.as_str(), scores)]);
        };
        let outputs = self.engine().forward(features).await?;
        let finite = FiniteRows::of(Batch::new(features, &outputs, self.classes()));
        let batch = finite.batch();
        let names = [
            "unsureness",
            "classDistance",
            "relativeDistance",
            "localDensity",
            "length",
            "unknown",
        ];
        let mut parts = names.map(|name| (name, Vec::new()));
        for start in (0..batch.count()).step_by(CHUNK) {
            let rows = batch.rows(start..batch.count().min(start + CHUNK));
            let (unsure, measures) = auto.parts(self.engine(), &rows).await?;
            let Measures { class, relative, density, length, unknown } = measures;
            let of_rows = [unsure, class, relative, density, length, unknown];
            for ((_, part), values) in parts.iter_mut().zip(of_rows) {
                part.extend(values.into_iter().map(|x| x as f32));
            }
        }
        let has_unknown = !self.memory.unknown().ids.is_empty();
        let parts = parts.into_iter().filter(|(name, _)| has_unknown || *name != "unknown");
        Ok(parts.map(|(name, part)| (name, finite.complete(part))).collect())
    }

    /// Searches all remembered rows, exactly.
    async fn find_nearest(&mut self, features: &[f32], into: &mut Explanation) -> Result<()> {
        let width = self.width();
        let unknown = self.memory.unknown().features.clone();
        let known = self.memory.known().map(|rows| rows.features.clone()).unwrap_or_default();
        // Without rows there is no form to compare them in.
        let form = match known.is_empty() {
            true => None,
            false => {
                let (model, scorers) = self.model();
                Some(scorers.nearness(model).await?)
            }
        };
        let shaped = |rows: &[f32]| match &form {
            Some(form) => form.form(rows),
            None => rows.to_vec(),
        };
        let queries = shaped(features);
        let mut keys = vec![Vec::new(); queries.len() / width];
        let mut number = 0;
        // A copy of some rows at a time: they may be nearly all of the memory there is.
        for rows in known.chunks(CHUNK * width).chain(unknown.chunks(CHUNK * width)) {
            for row in shaped(rows).chunks_exact(width) {
                for (keys, query) in keys.iter_mut().zip(queries.chunks_exact(width)) {
                    keys.push(sort::key(squared_distance(query, row), number));
                }
                number += 1;
            }
        }
        for mut keys in keys {
            sort::sort(&mut keys);
            for &key in &keys[..into.k] {
                let Place { id, class } = self.place(sort::row(key));
                into.ids.push(id);
                into.classes.push(class);
                into.distances.push(sort::value(key).sqrt());
            }
        }
        Ok(())
    }
}

impl<E: Engine> Head<E> {
    /// How many neighbours to name.
    pub(super) fn check_explanation(&self, features: &[f32], k: Option<f64>) -> Result<usize> {
        check_features(features, self.width())?;
        let all = self.memory.ids().len() + self.memory.unknown().ids.len();
        let k = match k.map(|k| count("options.k", k)).transpose()? {
            Some(k) if k > all => {
                let expected = format!("at most {all}, the number of remembered rows");
                return Err(Error::InvalidOption(Mismatch::new("options.k", expected, k)));
            }
            Some(k) => k,
            None => NEIGHBOURS.min(all),
        };
        if all == 0 {
            return Err(Error::TooFewRows(
                "explain names remembered rows, and it remembers none: addRows first".into(),
            ));
        }
        Ok(k)
    }

    /// The scorer that is explained.
    pub(super) fn explained(&self) -> Result<Scorer> {
        match self.calibration() {
            Some(calibration) => Ok(calibration.scorer),
            None => self.resolve(&ScorerName::Auto.into()),
        }
    }

    fn place(&self, number: usize) -> Place {
        let ids = self.memory.ids();
        match self.memory.known() {
            Some(rows) if number < ids.len() => {
                Place { id: ids[number], class: rows.labels[number] as i32 }
            }
            _ => Place { id: self.memory.unknown().ids[number - ids.len()], class: -1 },
        }
    }
}
