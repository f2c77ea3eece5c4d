//! [`crate::ood::auto`] in operators.

use super::{
    distances::{Bank, Length, local_density, nearest_class},
    fitted::Reader,
    graph::{Graph, Value},
    scores::Head,
};
use crate::{
    Result,
    ood::{
        auto::{GAMMA, TOP},
        statistics::unknown::{BEYOND, MOST, NEARER},
    },
};

/// Scores, `[rows, 1]`.
pub fn score(graph: &mut Graph, head: &Head, fitted: &mut Reader) -> Result<Value> {
    let features = head.outputs.inputs[0];
    let width = head.features;
    let temperature = fitted.number()? as f32;
    let doubt_standard = fitted.numbers(2)?;
    let usual = fitted.number()?;
    let [log_mean, log_deviation] = [fitted.number()?, fitted.number()?];
    let shift = fitted.array()?;
    let scale = fitted.list(shift.len())?;

    let temperature = graph.scalar(temperature);
    let (rows, temperature, excess) = if shift.is_empty() {
        let length = Length::of(graph, features);
        let rows = length.unit_rows(graph);
        let stretch = stretch(graph, &length, usual);
        let temperature = graph.op("Mul", &[temperature, stretch]);
        (rows, temperature, Some(excess(graph, &length, log_mean, log_deviation)))
    } else {
        let (shift, scale) = (graph.floats(&[width], shift), graph.floats(&[width], scale));
        let offsets = graph.op("Sub", &[features, shift]);
        (graph.op("Mul", &[offsets, scale]), temperature, None)
    };

    let factor = graph.op("Reciprocal", &[temperature]);
    let doubt = head.generalised_entropy(graph, GAMMA, TOP, factor);
    let (shaped, features) = (rows, width);
    let (rows, width) = in_span(graph, shaped, features, fitted)?;
    let [near, own] = nearest_class(graph, rows, width, fitted)?;
    let [far, _] = nearest_class(graph, rows, width, fitted)?;
    let nearer = graph.op("Sub", &[near, far]);
    let mean_gap = fitted.number()? as f32;
    let bank = Bank::new(graph, fitted.rows(width)?, width);
    let (gaps, counted) = (fitted.array()?, fitted.array()?);
    let sparse = local_density(graph, rows, &bank, gaps, counted, mean_gap);
    let mut sum = standardised(graph, doubt, doubt_standard);
    for part in [own, nearer, sparse] {
        let part = standardised(graph, part, fitted.numbers(2)?);
        sum = graph.op("Add", &[sum, part]);
    }
    if !fitted.is_at_end() {
        let nearest = bank.nearest(graph, rows);
        let part = unknown(graph, shaped, features, nearest, fitted)?;
        sum = graph.op("Add", &[sum, part]);
    }
    Ok(excess.map_or(sum, |excess| graph.op("Add", &[sum, excess])))
}

/// Rows in the span of the training rows, where these were fewer than features, and how many
/// numbers each has then: [`crate::ood::statistics::subspace`].
fn in_span(
    graph: &mut Graph,
    rows: Value,
    width: usize,
    fitted: &mut Reader,
) -> Result<(Value, usize)> {
    let centre = fitted.array()?;
    if centre.is_empty() {
        fitted.array()?;
        return Ok((rows, width));
    }
    let basis = fitted.rows(width)?;
    let rank = basis.len() / width;
    let centre = graph.floats(&[width], centre);
    let basis = graph.matrix(rank, basis);
    let offsets = graph.op("Sub", &[rows, centre]);
    let coordinates = graph.op("MatMul", &[offsets, basis]);
    let back = graph.op("Transpose", &[basis]);
    let within = graph.op("MatMul", &[coordinates, back]);
    // As a difference of vectors: one of squares would leave nothing but rounding of a short rest.
    let rest = graph.op("Sub", &[offsets, within]);
    let squares = graph.squares(rest);
    let length = graph.op("Sqrt", &[squares]);
    Ok((graph.op_with("Concat", &[coordinates, length], "axis", 1), rank + 1))
}

/// What likeness to examples of the unknown adds: [`crate::ood::statistics::unknown`]. `own` is the
/// distance to the nearest training row.
fn unknown(
    graph: &mut Graph,
    rows: Value,
    width: usize,
    own: Value,
    fitted: &mut Reader,
) -> Result<Value> {
    let (nearer, beyond) = (fitted.numbers(2)?, fitted.numbers(2)?);
    let examples = Bank::new(graph, fitted.rows(width)?, width);
    let theirs = examples.nearest(graph, rows);
    let [own_log, their_log] = [graph.op("Log", &[own]), graph.op("Log", &[theirs])];
    let ratio = graph.op("Sub", &[own_log, their_log]);
    let (is_both, zero) = (graph.op("Equal", &[own, theirs]), graph.scalar(0.0));
    let ratio = graph.op("Where", &[is_both, zero, ratio]);
    let ratio = graph.at_least(ratio, -MOST);
    let most = graph.scalar(MOST);
    let ratio = graph.op("Min", &[ratio, most]);
    let discriminant = graph.floats(&[width], fitted.list(width)?);
    let centre = graph.floats(&[width], fitted.list(width)?);
    let offsets = graph.op("Sub", &[rows, centre]);
    let products = graph.op("Mul", &[offsets, discriminant]);
    let side = graph.sum(products);
    let nearer = above(graph, ratio, nearer, NEARER);
    let beyond = above(graph, side, beyond, BEYOND);
    Ok(graph.op("Add", &[nearer, beyond]))
}

/// Deviations above so many, at least 0.
fn above(graph: &mut Graph, score: Value, standard: &[f64], most: f64) -> Value {
    let deviations = standardised(graph, score, standard);
    let most = graph.scalar(most as f32);
    let above = graph.op("Sub", &[deviations, most]);
    graph.at_least(above, 0.0)
}

/// A score in deviations from its mean.
fn standardised(graph: &mut Graph, score: Value, standard: &[f64]) -> Value {
    let mean = graph.wide(&standard[..1]);
    let offset = graph.minus(score, mean);
    let factor = graph.scalar(standard[1] as f32);
    graph.op("Mul", &[offset, factor])
}

/// How many times longer than usual each row is, at least 1.
fn stretch(graph: &mut Graph, length: &Length, usual: f64) -> Value {
    let usual = graph.scalar(usual as f32);
    let part = graph.op("Div", &[length.unit, usual]);
    let stretch = graph.op("Mul", &[part, length.rest]);
    let stretch = graph.at_least(stretch, 1.0);
    // A row of zeros is not longer than any.
    let one = graph.scalar(1.0);
    graph.op("Where", &[length.is_zero, one, stretch])
}

/// What a length far outside of those seen adds.
fn excess(graph: &mut Graph, length: &Length, log_mean: f64, log_deviation: f64) -> Value {
    // The logarithm of a quotient near 1 where the length is usual; of its root, which always fits
    // float32.
    let usual = log_mean.exp() as f32;
    let rounding = (f64::from(usual).ln() - log_mean) as f32;
    let usual = graph.scalar(usual);
    let part = graph.op("Div", &[length.unit, usual]);
    let part = graph.op("Sqrt", &[part]);
    let rest = graph.op("Sqrt", &[length.rest]);
    let root = graph.op("Mul", &[part, rest]);
    let log = graph.op("Log", &[root]);
    let (two, rounding) = (graph.scalar(2.0), graph.scalar(rounding));
    let log = graph.op("Mul", &[log, two]);
    let log = graph.op("Add", &[log, rounding]);
    let log = graph.op("Abs", &[log]);
    let (deviation, three) = (graph.scalar(log_deviation as f32), graph.scalar(3.0));
    let deviations = graph.op("Div", &[log, deviation]);
    let beyond = graph.op("Sub", &[deviations, three]);
    let beyond = graph.at_least(beyond, 0.0);
    let excess = graph.op("Mul", &[beyond, two]);
    // A row of zeros has no direction, and training rows that had none no length either.
    let zero = graph.scalar(0.0);
    graph.op("Where", &[length.is_zero, zero, excess])
}
