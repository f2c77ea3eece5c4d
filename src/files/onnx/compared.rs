//! The scorers that compare with training rows, in operators, `[rows, 1]` each. Formulas and papers
//! stand in [`crate::ood`]; each reads what its scorer there put down.

use super::{
    auto,
    distances::{Length, farthest, nearest_class, whitened},
    fitted::Reader,
    graph::{Graph, Value},
    last_layer::LastLayer,
    scores::Head,
};
use crate::{
    Error, Result,
    ood::{Scorer, ScorerName, fdbd},
};

/// Of the neighbours found by products, so many of the last ones may be the farthest: the others
/// are nearer by more than products round.
const LAST: usize = 8;

/// A head whose scorer compares rows with training rows.
pub struct Compared<'a> {
    pub head: &'a Head<'a>,
    /// The last layer's input, and its length.
    pub inputs: Value,
    pub width: usize,
    pub last: LastLayer<'a>,
}

impl Compared<'_> {
    /// The scores.
    pub fn score(&self, graph: &mut Graph, scorer: &Scorer, fitted: &mut Reader) -> Result<Value> {
        let values = &scorer.values;
        Ok(match scorer.name {
            ScorerName::Auto => auto::score(graph, self.head, fitted)?,
            ScorerName::KlMatching => self.kl_matching(graph, fitted)?,
            ScorerName::Knn => self.knn(graph, fitted)?,
            ScorerName::Mahalanobis => {
                let rows = self.rows(graph, values.flag("normalize"));
                nearest_class(graph, rows, self.width, fitted)?[0]
            }
            ScorerName::Rmd => {
                let rows = self.rows(graph, values.flag("normalize"));
                let [near, _] = nearest_class(graph, rows, self.width, fitted)?;
                let (far, _) = whitened(graph, rows, self.width, fitted)?;
                let far = graph.squares(far);
                graph.op("Sub", &[near, far])
            }
            ScorerName::Gda => self.density(graph, fitted)?,
            ScorerName::Residual => self.residual(graph, fitted)?,
            ScorerName::Vim => {
                let alpha = graph.scalar(fitted.number()? as f32);
                let residual = self.residual(graph, fitted)?;
                let energy = self.head.energy(graph, 1.0);
                let scaled = graph.op("Mul", &[residual, alpha]);
                graph.op("Add", &[scaled, energy])
            }
            ScorerName::She => {
                let pattern = fitted.matrix(graph, self.width)?;
                let pattern = self.of_predicted(graph, pattern);
                let products = graph.op("Mul", &[self.inputs, pattern]);
                let product = graph.sum(products);
                graph.op("Neg", &[product])
            }
            ScorerName::NnGuide => self.nn_guide(graph, fitted)?,
            ScorerName::Fdbd => self.boundary_distance(graph, fitted)?,
            ScorerName::Nci => self.alignment(graph, fitted, values.number("alpha"))?,
            ScorerName::React => {
                let ceiling = graph.scalar(fitted.number()? as f32);
                let cut = graph.op("Min", &[self.inputs, ceiling]);
                self.last.energy(graph, cut)
            }
            ScorerName::Dice => {
                let weight = fitted.matrix(graph, self.head.classes)?;
                self.last.energy_by(graph, self.inputs, weight)
            }
            ScorerName::Ash => {
                let shaped = values.choice("variant");
                self.last.ash(graph, self.inputs, values.wide("percentile"), shaped)
            }
            ScorerName::Scale => self.last.scale(graph, self.inputs, values.wide("percentile")),
            // Those of the head's answer have been dealt with.
            _ => {
                return self
                    .head
                    .score(graph, scorer)
                    .ok_or(Error::ScorerNotFitted(scorer.name.as_str()));
            }
        })
    }

    /// The last layer's input, at unit length if asked for.
    fn rows(&self, graph: &mut Graph, normalize: bool) -> Value {
        if normalize { Length::of(graph, self.inputs).unit_rows(graph) } else { self.inputs }
    }

    /// The row of a matrix `[classes, *]` that belongs to the predicted class.
    fn of_predicted(&self, graph: &mut Graph, matrix: Value) -> Value {
        let class = graph.op_with("ArgMax", &[self.head.outputs.logits], "axis", 1);
        let class = graph.squeeze(class);
        graph.op("Gather", &[matrix, class])
    }

    /// The row less a mean, and its length.
    fn offset(&self, graph: &mut Graph, fitted: &mut Reader) -> Result<(Value, Value)> {
        let mean = graph.wide(fitted.numbers(self.width)?);
        let offset = graph.minus(self.inputs, mean);
        let length = Length::of(graph, offset).product(graph);
        Ok((offset, length))
    }

    fn kl_matching(&self, graph: &mut Graph, fitted: &mut Reader) -> Result<Value> {
        let (logits, classes) = (self.head.outputs.logits, self.head.classes);
        let log_typical: Vec<f32> = fitted.rest(classes)?.iter().map(|&log| log as f32).collect();
        // At most ln 1e-300: in half as many digits that would be off by a third.
        let log_typical = graph.floats(&[log_typical.len() / classes, classes], &log_typical);
        let log_p = graph.op_with("LogSoftmax", &[logits], "axis", 1);
        let p = graph.op("Exp", &[log_p]);
        let products = graph.products(p, log_typical, None);
        // Products find the class; the difference gives the divergence.
        let class = graph.op_with("ArgMax", &[products], "axis", 1);
        let class = graph.squeeze(class);
        let typical = graph.op("Gather", &[log_typical, class]);
        let behind = graph.op("Sub", &[log_p, typical]);
        let terms = graph.op("Mul", &[p, behind]);
        Ok(graph.sum(terms))
    }

    fn knn(&self, graph: &mut Graph, fitted: &mut Reader) -> Result<Value> {
        let k = fitted.number()? as usize;
        let bank = fitted.matrix(graph, self.width)?;
        let rows = self.rows(graph, true);
        let products = graph.products(rows, bank, None);
        let [_, places] = graph.largest(products, k);
        let last: Vec<i64> = (k.saturating_sub(LAST) as i64..k as i64).collect();
        let last = graph.list(&last);
        let places = graph.op_with("Gather", &[places, last], "axis", 1);
        Ok(farthest(graph, rows, bank, places))
    }

    fn nn_guide(&self, graph: &mut Graph, fitted: &mut Reader) -> Result<Value> {
        let k = fitted.number()? as usize;
        let bank = fitted.matrix(graph, self.width)?;
        let rows = self.rows(graph, true);
        let products = graph.products(rows, bank, None);
        let [products, _] = graph.largest(products, k);
        let sum = graph.sum(products);
        let count = graph.scalar(k as f32);
        let guidance = graph.op("Div", &[sum, count]);
        // Of the free energy, which is the score of that name with its sign turned.
        let energy = self.head.energy(graph, 1.0);
        Ok(graph.op("Mul", &[guidance, energy]))
    }

    fn density(&self, graph: &mut Graph, fitted: &mut Reader) -> Result<Value> {
        let half = graph.scalar(0.5);
        let mut logs = Vec::new();
        while !fitted.is_at_end() {
            let offset = graph.scalar(fitted.number()? as f32);
            let (whitened, _) = whitened(graph, self.inputs, self.width, fitted)?;
            let square = graph.squares(whitened);
            let square = graph.op("Mul", &[square, half]);
            logs.push(graph.op("Sub", &[offset, square]));
        }
        let logs = graph.op_with("Concat", &logs, "axis", 1);
        let largest = graph.max(logs);
        let behind = graph.op("Sub", &[logs, largest]);
        let shares = graph.op("Exp", &[behind]);
        let sum = graph.sum(shares);
        let log = graph.op("Log", &[sum]);
        let log = graph.op("Add", &[largest, log]);
        Ok(graph.op("Neg", &[log]))
    }

    fn residual(&self, graph: &mut Graph, fitted: &mut Reader) -> Result<Value> {
        let origin = graph.wide(fitted.numbers(self.width)?);
        let from_origin = graph.minus(self.inputs, origin);
        let complement = fitted.rows(self.width)?;
        let complement = graph.matrix(complement.len() / self.width, complement);
        let residual = graph.op("MatMul", &[from_origin, complement]);
        Ok(Length::of(graph, residual).product(graph))
    }

    fn boundary_distance(&self, graph: &mut Graph, fitted: &mut Reader) -> Result<Value> {
        let (_, distance) = self.offset(graph, fitted)?;
        let distance = graph.at_least(distance, fdbd::LEAST as f32);
        let gaps = fitted.matrix(graph, self.head.classes)?;
        let gaps = self.of_predicted(graph, gaps);
        let logits = self.head.outputs.logits;
        let largest = graph.max(logits);
        let behind = graph.op("Sub", &[largest, logits]);
        let distances = graph.op("Mul", &[behind, gaps]);
        let sum = graph.sum(distances);
        let others = graph.scalar(self.head.classes.saturating_sub(1).max(1) as f32);
        let mean = graph.op("Div", &[sum, others]);
        let ratio = graph.op("Div", &[mean, distance]);
        Ok(graph.op("Neg", &[ratio]))
    }

    fn alignment(&self, graph: &mut Graph, fitted: &mut Reader, alpha: f32) -> Result<Value> {
        let mean = graph.wide(fitted.numbers(self.width)?);
        let offset = graph.minus(self.inputs, mean);
        let direction = Length::of(graph, offset).unit_rows(graph);
        let weight = self.last.weight(graph);
        let weight = self.of_predicted(graph, weight);
        let products = graph.op("Mul", &[weight, direction]);
        let cosine = graph.sum(products);
        let sizes = graph.op("Abs", &[self.inputs]);
        let size = graph.sum(sizes);
        let alpha = graph.scalar(alpha);
        let size = graph.op("Mul", &[size, alpha]);
        let sum = graph.op("Add", &[cosine, size]);
        Ok(graph.op("Neg", &[sum]))
    }
}
