//! Conformal p-values in operators: one of each row, or one for each class.

use super::{
    graph::{Graph, Value},
    proto::data_type,
};
use crate::calibration::conformal::{Conformal, Kind};

/// Steps of a table of the t distribution's tail: interpolated, it is off by less than 2e-7.
const STEPS: usize = 4096;

/// Calibration scores laid end to end, and which of them each column takes.
pub struct Tables<'a> {
    distinct: Vec<&'a Conformal>,
    /// For each column, the position in `distinct`.
    of_column: Vec<usize>,
}

impl<'a> Tables<'a> {
    /// One for each column of the scores; those of the same calibration scores share them.
    pub fn new(columns: impl IntoIterator<Item = &'a Conformal>) -> Self {
        let mut tables = Self { distinct: Vec::new(), of_column: Vec::new() };
        for conformal in columns {
            let same = |known: &&Conformal| std::ptr::eq(*known, conformal);
            let place = tables.distinct.iter().position(same).unwrap_or_else(|| {
                tables.distinct.push(conformal);
                tables.distinct.len() - 1
            });
            tables.of_column.push(place);
        }
        tables
    }

    /// p-values of `[rows, columns]`.
    pub fn p_values(&self, graph: &mut Graph, scores: Value) -> Value {
        match self.distinct.first().map(|first| first.kind()) {
            Some(Kind::Parametric) => tail(graph, scores, self.distinct[0]),
            kind => self.counted(graph, scores, kind == Some(Kind::Interpolated)),
        }
    }

    /// A bisection of the ascending scores, each of its halvings written out: memory for a few
    /// numbers a row, where comparing each row with each calibration score would take as many as
    /// there are of those.
    fn counted(&self, graph: &mut Graph, scores: Value, is_interpolated: bool) -> Value {
        // One more in front of each, so that the score before a position is found at that position,
        // and one behind, for interpolation.
        let mut table = Vec::new();
        let mut starts = Vec::new();
        for conformal in &self.distinct {
            starts.push(table.len() as i32);
            table.push(f32::NEG_INFINITY);
            table.extend(conformal.scores());
            table.push(f32::INFINITY);
        }
        let table = graph.floats(&[table.len()], &table);
        let starts = self.column(graph, |place| starts[place]);
        let mut open: Vec<usize> = self.distinct.iter().map(|conformal| conformal.rows()).collect();
        // How many scores are below: at least `below`, at most `open` more.
        let mut below = None;
        while open.iter().any(|&open| open > 0) {
            let halves: Vec<usize> = open.iter().map(|open| (open / 2).max(1).min(*open)).collect();
            let step = self.column(graph, |place| halves[place] as i32);
            let further = match below {
                None => step,
                Some(below) => graph.op("Add", &[below, step]),
            };
            let position = graph.op("Add", &[starts, further]);
            let calibrated = graph.op("Gather", &[table, position]);
            // Asked in this way, a score that is no number ends up above them all.
            let reaches = graph.op("GreaterOrEqual", &[calibrated, scores]);
            let before = below.unwrap_or_else(|| graph.ints(&[0]));
            below = Some(graph.op("Where", &[reaches, before, further]));
            open.iter_mut().zip(halves).for_each(|(open, half)| *open -= half);
        }
        let below = below.unwrap_or_else(|| graph.ints(&[0]));
        let mut count = graph.op_with("Cast", &[below], "to", data_type::FLOAT.into());
        if is_interpolated {
            let position = graph.op("Add", &[starts, below]);
            let last = self.column(graph, |place| self.distinct[place].rows() as i32);
            let part = between_neighbours(graph, scores, table, position, [below, last]);
            count = graph.op("Add", &[count, part]);
        }
        let all: Vec<f32> =
            self.of_column.iter().map(|&place| self.distinct[place].rows() as f32 + 1.0).collect();
        let all = graph.floats(&[all.len()], &all);
        let count = graph.op("Sub", &[all, count]);
        graph.op("Div", &[count, all])
    }

    fn column(&self, graph: &mut Graph, of: impl Fn(usize) -> i32) -> Value {
        let values: Vec<i32> = self.of_column.iter().map(|&place| of(place)).collect();
        graph.ints(&values)
    }
}

/// Where a score lies between the last calibration score below it and the first that is not, in [0,
/// 1]; 0 where there are not both.
fn between_neighbours(
    graph: &mut Graph,
    score: Value,
    table: Value,
    position: Value,
    [below, last]: [Value; 2],
) -> Value {
    let one = graph.ints(&[1]);
    let above = graph.op("Add", &[position, one]);
    let low = graph.op("Gather", &[table, position]);
    let high = graph.op("Gather", &[table, above]);
    let part = graph.op("Sub", &[score, low]);
    let width = graph.op("Sub", &[high, low]);
    let part = graph.op("Div", &[part, width]);
    // Outside of the scores, or of a score that is no number, the quotient means nothing.
    let zero = graph.scalar(0.0);
    let has_low = graph.op("GreaterOrEqual", &[below, one]);
    let part = graph.op("Where", &[has_low, part, zero]);
    let has_high = graph.op("Less", &[below, last]);
    graph.op("Where", &[has_high, part, zero])
}

/// The t distribution's tail, from a table over t / (1 + |t|), which spreads both tails evenly,
/// whatever the degrees of freedom.
fn tail(graph: &mut Graph, scores: Value, conformal: &Conformal) -> Value {
    let (mean, spread) = conformal.location();
    let (zero, one) = (graph.scalar(0.0), graph.scalar(1.0));
    let is_number = graph.op("Equal", &[scores, scores]);
    // What is no number has no place in a table.
    let numbers = graph.op("Where", &[is_number, scores, zero]);
    let mean = graph.wide(&[mean]);
    let distance = graph.minus(numbers, mean);
    let p_value = if spread > 0.0 {
        let tails: Vec<f32> = (0..=STEPS)
            .map(|step| {
                let part = 2.0 * step as f64 / STEPS as f64 - 1.0;
                conformal.tail(part / (1.0 - part.abs())) as f32
            })
            .collect();
        let table = graph.floats(&[tails.len()], &tails);
        let spread = graph.scalar(spread as f32);
        let t = graph.op("Div", &[distance, spread]);
        let (least, most) = (graph.scalar(-1e30), graph.scalar(1e30));
        let t = graph.op("Max", &[t, least]);
        let t = graph.op("Min", &[t, most]);
        let size = graph.op("Abs", &[t]);
        let size = graph.op("Add", &[size, one]);
        let part = graph.op("Div", &[t, size]);
        let half = graph.scalar(STEPS as f32 / 2.0);
        let position = graph.op("Mul", &[part, half]);
        let position = graph.op("Add", &[position, half]);
        let step = graph.op("Floor", &[position]);
        let last = graph.scalar(STEPS as f32 - 1.0);
        let step = graph.op("Min", &[step, last]);
        let part = graph.op("Sub", &[position, step]);
        let step = graph.op_with("Cast", &[step], "to", data_type::INT32.into());
        let next = graph.ints(&[1]);
        let next = graph.op("Add", &[step, next]);
        let low = graph.op("Gather", &[table, step]);
        let high = graph.op("Gather", &[table, next]);
        let width = graph.op("Sub", &[high, low]);
        let part = graph.op("Mul", &[part, width]);
        graph.op("Add", &[low, part])
    } else {
        let is_beyond = graph.op("Greater", &[distance, zero]);
        graph.op("Where", &[is_beyond, zero, one])
    };
    graph.op("Where", &[is_number, p_value, zero])
}
