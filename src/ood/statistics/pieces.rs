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
    check_outputs(features.len() / width, &architecture.layers())?;
    let at_a_time = rows_of_piece::<E>(architecture.parameters() as usize, 1);
    if features.len() / width <= at_a_time {
        let outputs = wait!(engine.forward(features))?;
        engine.pace().piece().await;
        return Ok(outputs);
    }
    let mut all = Outputs::default();
    for rows in features.chunks(at_a_time * width) {
        let Outputs { logits, penultimate } = wait!(engine.forward(rows))?;
        all.logits.extend(logits);
        if let Some(inputs) = penultimate {
            all.penultimate.get_or_insert_default().extend(inputs);
        }
        engine.pace().piece().await;
    }
    Ok(all)
}
