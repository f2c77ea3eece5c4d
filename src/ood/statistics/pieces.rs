//! Large products piece by piece.

use crate::{
    Result,
    architecture::Architecture,
    engine::{Engine, Outputs, check_outputs},
    pace::wait,
};

/// A right factor is laid out anew for each product: fewer rows than these would cost more by that
/// than by themselves.
const LEAST_ROWS: usize = 32;

/// Numbers of the rows that a head answers for at a time: it may have to map a copy of them.
const ANSWERED: usize = 1 << 20;

/// The same where each answer is waited for.
const AWAITED: usize = 1 << 23;

/// Rows of a width that go into one piece of a product with so many columns, or, of several, the
/// most.
pub fn rows_of_piece<E: Engine>(width: usize, columns: usize) -> usize {
    (E::PIECE / (width * columns).max(1)).max(LEAST_ROWS)
}

/// `[rows, width]` times the transpose of a matrix of so many rows.
pub async fn product<E: Engine>(
    engine: &mut E,
    left: &[f32],
    width: usize,
    matrix: &E::Matrix,
    columns: usize,
) -> Result<Vec<f32>> {
    let at_a_time = rows_of_piece::<E>(width, columns);
    if left.len() <= at_a_time * width {
        let product = wait!(engine.product(left, matrix))?;
        engine.pace().piece().await;
        return Ok(product);
    }
    let mut all = Vec::with_capacity(left.len() / width * columns);
    for rows in left.chunks(at_a_time * width) {
        all.extend(wait!(engine.product(rows, matrix))?);
        engine.pace().piece().await;
    }
    Ok(all)
}

/// What a head of these layers answers for `[rows, features]`.
pub async fn forward<E: Engine>(
    engine: &mut E,
    architecture: &Architecture,
    features: &[f32],
) -> Result<Outputs> {
    let width = architecture.features();
    let count = features.len() / width;
    check_outputs(count, &architecture.layers())?;
    let most = rows_of_piece::<E>(architecture.parameters() as usize, 1);
    let answered = if E::IS_AWAITED { AWAITED } else { ANSWERED };
    let parts = count.div_ceil(most.min(answered / width).max(LEAST_ROWS));
    if parts == 1 {
        let outputs = wait!(engine.forward(features))?;
        engine.pace().piece().await;
        return Ok(outputs);
    }
    let mut all = Outputs::default();
    all.logits.reserve_exact(count * architecture.classes());
    for part in 0..parts {
        // Of one size: the engine's sums of a few rows differ from those of many in the last place.
        let place = |part: usize| count * part / parts * width;
        let rows = &features[place(part)..place(part + 1)];
        let Outputs { logits, penultimate } = wait!(engine.forward(rows))?;
        all.logits.extend(logits);
        if let Some(inputs) = penultimate {
            let room = || Vec::with_capacity(count * architecture.penultimate());
            all.penultimate.get_or_insert_with(room).extend(inputs);
        }
        engine.pace().piece().await;
    }
    Ok(all)
}
