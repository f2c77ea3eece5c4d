//! Lengths and distances in operators: the steps of [`crate::ood::statistics`].

use super::{
    fitted::Reader,
    graph::{Graph, Value},
};
use crate::{Result, numeric::row::dot, ood::statistics::local_density};

/// A row's length in two factors, neither of which overflows: the product sums squares in double
/// precision.
pub struct Length {
    /// The largest magnitude, `[rows, 1]`; 1 for a row of zeros.
    pub unit: Value,
    /// The length in these units; 1 for a row of zeros.
    pub rest: Value,
    /// The row in these units.
    scaled: Value,
    /// Where all is 0.
    pub is_zero: Value,
}

impl Length {
    /// Of each row.
    pub fn of(graph: &mut Graph, rows: Value) -> Self {
        let magnitudes = graph.op("Abs", &[rows]);
        let unit = graph.max(magnitudes);
        let (zero, one) = (graph.scalar(0.0), graph.scalar(1.0));
        let is_zero = graph.op("Equal", &[unit, zero]);
        let unit = graph.op("Where", &[is_zero, one, unit]);
        let scaled = graph.op("Div", &[rows, unit]);
        let squares = graph.squares(scaled);
        let length = graph.op("Sqrt", &[squares]);
        let rest = graph.op("Where", &[is_zero, one, length]);
        Self { unit, rest, scaled, is_zero }
    }

    /// The row at unit length; a row of zeros stays one.
    pub fn unit_rows(&self, graph: &mut Graph) -> Value {
        graph.op("Div", &[self.scaled, self.rest])
    }

    /// The length, 0 for a row of zeros.
    pub fn product(&self, graph: &mut Graph) -> Value {
        let zero = graph.scalar(0.0);
        let length = graph.op("Mul", &[self.unit, self.rest]);
        graph.op("Where", &[self.is_zero, zero, length])
    }
}

/// Rows of a width through a whitening. The difference first: far from the origin the product would
/// lose what distinguishes the rows.
pub fn whitened(
    graph: &mut Graph,
    rows: Value,
    width: usize,
    fitted: &mut Reader,
) -> Result<(Value, usize)> {
    let centre = fitted.list(width)?;
    let centre = graph.floats(&[width], centre);
    let matrix = fitted.rows(width)?;
    let whitened_width = matrix.len() / width;
    let offsets = graph.op("Sub", &[rows, centre]);
    let matrix = graph.matrix(whitened_width, matrix);
    Ok((graph.op("MatMul", &[offsets, matrix]), whitened_width))
}

/// Squared Mahalanobis distance to the nearest class mean, less what the mean's error adds: as it
/// is, and, by another class perhaps, times that class's factor. Products find the class, the
/// difference gives the distance.
pub fn nearest_class(
    graph: &mut Graph,
    rows: Value,
    width: usize,
    fitted: &mut Reader,
) -> Result<[Value; 2]> {
    let (whitened, width) = whitened(graph, rows, width, fitted)?;
    let means = fitted.rows(width)?;
    let factors = fitted.list(means.len() / width)?;
    let errors = fitted.list(means.len() / width)?;
    let errors = errors.iter().any(|&error| error != 0.0).then_some(errors);
    let matrix = graph.matrix(width, means);
    let scaled = factors.iter().any(|&factor| factor != 1.0).then_some(factors);
    let about = (factors.len() > 1).then(|| {
        let half_squares = half_squares(graph, means, width);
        let products = graph.products(whitened, matrix, Some(half_squares));
        let square = graph.squares(whitened);
        let two = graph.scalar(2.0);
        let doubled = graph.op("Mul", &[products, two]);
        let about = graph.op("Sub", &[square, doubled]);
        let about = graph.at_least(about, 0.0);
        less(graph, about, errors)
    });
    let means = Means { matrix, errors };
    let plain = nearest_mean(graph, whitened, &means, about, None);
    let scaled = match scaled {
        Some(factors) => nearest_mean(graph, whitened, &means, about, Some(factors)),
        None => plain,
    };
    Ok([plain, scaled])
}

/// Whitened means of classes, `[classes, width]`, and what the error of each adds to distances, where
/// that is taken off.
struct Means<'a> {
    matrix: Value,
    errors: Option<&'a [f32]>,
}

/// The distance to the mean of which `about` is least, times its factor; to the only one without
/// `about`.
fn nearest_mean(
    graph: &mut Graph,
    whitened: Value,
    means: &Means,
    about: Option<Value>,
    factors: Option<&[f32]>,
) -> Value {
    let class = about.map(|about| {
        let about = match factors {
            Some(factors) => {
                let factors = graph.floats(&[factors.len()], factors);
                graph.op("Mul", &[about, factors])
            }
            None => about,
        };
        // The first of equals, as in the head.
        let class = graph.op_with("ArgMin", &[about], "axis", 1);
        graph.squeeze(class)
    });
    let of_class = |graph: &mut Graph, all: Value| match class {
        Some(class) => graph.op("Gather", &[all, class]),
        None => all,
    };
    let column = |graph: &mut Graph, of: &[f32]| {
        let column = graph.floats(&[of.len(), 1], of);
        of_class(graph, column)
    };
    let mean = of_class(graph, means.matrix);
    let offsets = graph.op("Sub", &[whitened, mean]);
    let mut distance = graph.squares(offsets);
    if let Some(errors) = means.errors {
        let error = column(graph, errors);
        distance = graph.op("Sub", &[distance, error]);
    }
    if let Some(factors) = factors {
        let factor = column(graph, factors);
        distance = graph.op("Mul", &[distance, factor]);
    }
    distance
}

/// `[rows, classes]` less a number for each class, where there is one.
fn less(graph: &mut Graph, rows: Value, numbers: Option<&[f32]>) -> Value {
    let Some(numbers) = numbers else { return rows };
    let numbers = graph.floats(&[numbers.len()], numbers);
    graph.op("Sub", &[rows, numbers])
}

/// `-|r|^2 / 2` of each row of a matrix: added to the inner product with `x` it is largest for the
/// row nearest to `x`.
fn half_squares(graph: &mut Graph, rows: &[f32], width: usize) -> Value {
    let halves: Vec<f32> = rows.chunks_exact(width).map(|row| -0.5 * dot(row, row)).collect();
    graph.floats(&[halves.len()], &halves)
}

/// Distance to the farthest of the bank rows at `places`, `[rows, count]`, from the rows
/// themselves.
pub fn farthest(graph: &mut Graph, rows: Value, bank: Value, places: Value) -> Value {
    let found = graph.op("Gather", &[bank, places]);
    let middle = graph.list(&[1]);
    let rows = graph.op("Unsqueeze", &[rows, middle]);
    let offsets = graph.op("Sub", &[found, rows]);
    let squares = graph.op("Mul", &[offsets, offsets]);
    let last = graph.list(&[2]);
    let squares = graph.op_with("ReduceSum", &[squares, last], "keepdims", 0);
    let largest = graph.max(squares);
    graph.op("Sqrt", &[largest])
}

/// Rows to search in.
pub struct Bank {
    rows: Value,
    half_squares: Value,
}

impl Bank {
    /// Of `[rows, width]`.
    pub fn new(graph: &mut Graph, rows: &[f32], width: usize) -> Self {
        let half_squares = half_squares(graph, rows, width);
        Self { rows: graph.matrix(width, rows), half_squares }
    }

    /// The places of the `k` rows nearest to each of `rows`, `[rows, k]`, the nearest first.
    fn places(&self, graph: &mut Graph, rows: Value, k: usize) -> Value {
        let products = graph.products(rows, self.rows, Some(self.half_squares));
        graph.largest(products, k)[1]
    }

    /// The distance to the nearest row, `[rows, 1]`.
    pub fn nearest(&self, graph: &mut Graph, rows: Value) -> Value {
        let places = self.places(graph, rows, 1);
        farthest(graph, rows, self.rows, places)
    }
}

/// The local density ratio by the distances between the bank's rows, of which `counted` says how
/// many neighbours count, where not all do; 0 where there is but one.
pub fn local_density(
    graph: &mut Graph,
    rows: Value,
    bank: &Bank,
    gaps: &[f32],
    counted: &[f32],
    mean_gap: f32,
) -> Value {
    if gaps.is_empty() {
        return graph.scalar(0.0);
    }
    let k = local_density::K.min(gaps.len() - 1);
    let places = bank.places(graph, rows, k);
    let mut near = places;
    if !counted.is_empty() {
        // The nearest one in the place of those that do not count.
        let [zero, one] = [0, 1].map(|number| graph.list(&[number]));
        let nearest = graph.op("Slice", &[places, zero, one, one]);
        let counted = graph.floats(&[counted.len()], counted);
        let counted = graph.op("Gather", &[counted, nearest]);
        let numbers = graph.floats(&[k], &(0..k).map(|number| number as f32).collect::<Vec<_>>());
        let counts = graph.op("Less", &[numbers, counted]);
        near = graph.op("Where", &[counts, places, nearest]);
    }
    let gap = farthest(graph, rows, bank.rows, near);
    let gaps = graph.floats(&[gaps.len()], gaps);
    let theirs = graph.op("Gather", &[gaps, places]);
    let theirs = graph.sum(theirs);
    let count = graph.scalar(k as f32);
    let theirs = graph.op("Div", &[theirs, count]);
    let floor = graph.scalar(local_density::FLOOR * mean_gap);
    let theirs = graph.op("Add", &[theirs, floor]);
    let theirs = graph.at_least(theirs, f32::MIN_POSITIVE);
    graph.op("Div", &[gap, theirs])
}
