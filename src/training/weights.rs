//! How much each row counts in the loss of a fit.

use std::rc::Rc;

use super::rows::Rows;
use crate::{Error, Result, config::ClassWeights, error::Mismatch};

/// So many rows at most, and so small a share of the other classes' mean, are outweighed: beside 20
/// rows, a class of 2 is named in half of its new rows, one of 5 in three quarters
/// (`docs/how-many-rows.md`).
const FEW: usize = 9;
const SHARE: usize = 4;

/// What is to be said where a class of few rows counts little in the loss beside the others.
pub fn outweighed(rows: &Rows, class_weights: &ClassWeights, classes: usize) -> Option<String> {
    if rows.weights.is_some() || !class_weights.is_default() {
        return None;
    }
    let counts = rows.per_class(classes);
    let present = || counts.iter().copied().filter(|&count| count > 0);
    let least = present().min()?;
    let others = present().count() - 1;
    let is_outweighed = least <= FEW && SHARE * least * others <= rows.count() - least;
    (is_outweighed && others > 0).then(|| {
        format!(
            "a class of {least} rows beside larger ones is named too seldom: add rows, or set options.classWeights to \"balanced\""
        )
    })
}

/// The product of each row's own weight and its class's, over their mean, so that the size of an
/// update does not depend on how weights are measured; none where all rows count alike.
///
/// "Balanced" gives a class the weight rows / (classes that have rows x its rows), as scikit-learn
/// does.
pub fn row_weights(
    rows: &Rows,
    class_weights: &ClassWeights,
    classes: usize,
) -> Result<Option<Rc<Vec<f32>>>> {
    if rows.weights.is_none() && class_weights.is_default() {
        return Ok(None);
    }
    let of_class = match class_weights {
        ClassWeights::Rows => vec![1.0; classes],
        ClassWeights::Given(weights) => weights.clone(),
        ClassWeights::Balanced => {
            let counts = rows.per_class(classes);
            let present = counts.iter().filter(|&&count| count > 0).count();
            let balanced = |&count: &usize| rows.count() as f64 / (present * count.max(1)) as f64;
            counts.iter().map(balanced).collect()
        }
    };
    let own = |row: usize| rows.weights.as_ref().map_or(1.0, |weights| f64::from(weights[row]));
    let weight = |(row, &label): (usize, &u32)| own(row) * of_class[label as usize];
    let weights: Vec<f64> = rows.labels.iter().enumerate().map(weight).collect();
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    if mean <= 0.0 {
        return Err(Error::InvalidOption(Mismatch::new(
            "options.classWeights",
            "weights that leave some row something to say",
            "0 for all rows",
        )));
    }
    Ok(Some(Rc::new(weights.iter().map(|weight| (weight / mean) as f32).collect())))
}
