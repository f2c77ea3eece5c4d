//! Metrics over plain score arrays. Scores follow the crate's one sign: higher = more
//! out-of-distribution (OOD).
//!
//! Conventions differ between libraries, so each is named here. OOD is the positive class of
//! [`auroc`] and [`aupr_out`]; ties count one half; AUPR is average precision (the trapezoid rule
//! flatters: it gives 0.75 where all scores are tied); the false positive rate of [`fpr_at_tpr`] is
//! the share of OOD that is *accepted* when a share of in-distribution (ID) rows is kept, as in the
//! LogitNorm paper. OpenOOD and pytorch-ood swap the roles there.

use crate::{Error, Result, error::Mismatch, numeric::sort};

/// Area under the ROC curve: the probability that an OOD row scores above an ID row. `id` and `ood`
/// are OOD scores.
pub fn auroc(id: &[f64], ood: &[f64]) -> Result<f64> {
    check("id", id)?;
    check("ood", ood)?;
    // The rank-sum statistic: for each run of equal scores, the pairs it wins and half of the pairs
    // it ties.
    let mut wins = 0.0;
    let mut id_below = 0.0;
    for tie in ties(id, ood) {
        wins += tie.ood * (id_below + 0.5 * tie.id);
        id_below += tie.id;
    }
    Ok(wins / (id.len() as f64 * ood.len() as f64))
}

/// Average precision with OOD as the positive class.
pub fn aupr_out(id: &[f64], ood: &[f64]) -> Result<f64> {
    check("id", id)?;
    check("ood", ood)?;
    Ok(average_precision(ties(id, ood).into_iter().rev().map(|tie| (tie.ood, tie.id)), ood.len()))
}

/// Average precision with ID as the positive class, low scores first.
pub fn aupr_in(id: &[f64], ood: &[f64]) -> Result<f64> {
    check("id", id)?;
    check("ood", ood)?;
    Ok(average_precision(ties(id, ood).into_iter().map(|tie| (tie.id, tie.ood)), id.len()))
}

/// Share of OOD rows at or below the lowest threshold that keeps at least the share `tpr` of the ID
/// rows at or below it.
pub fn fpr_at_tpr(id: &[f64], ood: &[f64], tpr: f64) -> Result<f64> {
    check("id", id)?;
    check("ood", ood)?;
    if !(tpr > 0.0 && tpr <= 1.0) {
        return Err(Error::InvalidOption(Mismatch::new("tpr", "a number in (0, 1]", tpr)));
    }
    let (mut kept, mut accepted) = (0.0, 0.0);
    for tie in ties(id, ood) {
        kept += tie.id;
        accepted += tie.ood;
        // Compared as a quotient: 0.95 * 60 is below 57 in floating point, 57 / 60 is not below
        // 0.95.
        if kept / id.len() as f64 >= tpr {
            break;
        }
    }
    Ok(accepted / ood.len() as f64)
}

/// One point of a ROC curve with OOD as the positive class: what a threshold does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocPoint {
    /// Share of ID rows above the threshold, which are rejected.
    pub false_positives: f64,
    /// Share of OOD rows above it.
    pub true_positives: f64,
}

/// The ROC curve from (0, 0) to (1, 1), a point for each distinct score; the area below it is
/// [`auroc`].
pub fn roc(id: &[f64], ood: &[f64]) -> Result<Vec<RocPoint>> {
    check("id", id)?;
    check("ood", ood)?;
    let (mut of_id, mut of_ood) = (0.0, 0.0);
    let mut points = vec![RocPoint { false_positives: 0.0, true_positives: 0.0 }];
    for tie in ties(id, ood).into_iter().rev() {
        of_id += tie.id;
        of_ood += tie.ood;
        points.push(RocPoint {
            false_positives: of_id / id.len() as f64,
            true_positives: of_ood / ood.len() as f64,
        });
    }
    Ok(points)
}

/// How often each class was taken for each, `[classes, classes]`: a row for each class that it is,
/// a column for each that was said.
pub fn confusion(said: &[u32], labels: &[u32], classes: usize) -> Vec<u32> {
    let mut counts = vec![0; classes * classes];
    for (&said, &label) in said.iter().zip(labels) {
        counts[label as usize * classes + said as usize] += 1;
    }
    counts
}

/// Most bins of an expected calibration error: more than there are `f32` confidences worth telling
/// apart, and 8 MB.
const MAX_BINS: usize = 1 << 20;

/// Expected calibration error over equal-width bins `(lo, hi]` of the largest probability (Guo et
/// al., ICML 2017), in `[0, 1]`. `probabilities` is `[rows, classes]`, `labels` is `[rows]` and
/// below `classes`.
pub fn ece(probabilities: &[f32], labels: &[u32], bins: usize) -> Result<f64> {
    // A bin's share times its mean gap is its summed gap over the number of rows.
    let gaps = self::bins(probabilities, labels, bins)?;
    let sum: f64 = gaps.iter().map(|bin| (bin.right - bin.confidence).abs()).sum();
    Ok(sum / labels.len() as f64)
}

/// Rows of which the largest probability is of one size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many.
    pub rows: f64,
    /// How many of them have it in their label's place.
    pub right: f64,
    /// Its sum.
    pub confidence: f64,
}

/// The bins of [`ece`].
pub fn bins(probabilities: &[f32], labels: &[u32], bins: usize) -> Result<Vec<Bin>> {
    if labels.is_empty() {
        return Err(Error::InvalidLabels(Mismatch::new("labels", "at least one row", "none")));
    }
    let classes = probabilities.len() / labels.len();
    if classes == 0 || probabilities.len() != classes * labels.len() {
        let expected = format!("a multiple of the {} labels", labels.len());
        return Err(Error::InvalidFeatures(Mismatch::new(
            "probabilities",
            expected,
            format!("{} numbers", probabilities.len()),
        )));
    }
    if let Some(index) = probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(Error::NotFinite(Mismatch::new(
            format!("probabilities[{index}]"),
            "a probability in [0, 1]",
            probabilities[index],
        )));
    }
    if let Some(index) = labels.iter().position(|&label| label as usize >= classes) {
        let expected = format!("a class in [0, {classes})");
        return Err(Error::InvalidLabels(Mismatch::new(
            format!("labels[{index}]"),
            expected,
            labels[index],
        )));
    }
    if bins == 0 || bins > MAX_BINS {
        return Err(Error::InvalidOption(Mismatch::new(
            "bins",
            format!("an integer of at least 1 and at most {MAX_BINS}"),
            bins,
        )));
    }
    let mut sums = vec![Bin::default(); bins];
    for (row, &label) in probabilities.chunks_exact(classes).zip(labels) {
        let predicted = crate::numeric::row::argmax(row);
        let confidence = f64::from(row[predicted]);
        let bin = &mut sums[((confidence * bins as f64).ceil() as usize).clamp(1, bins) - 1];
        bin.rows += 1.0;
        bin.right += f64::from(u8::from(predicted == label as usize));
        bin.confidence += confidence;
    }
    Ok(sums)
}

/// Scores as the metrics take them.
pub fn wide(scores: &[f32]) -> Vec<f64> {
    scores.iter().map(|&score| f64::from(score)).collect()
}

/// How many ID and OOD rows share one score.
struct Tie {
    id: f64,
    ood: f64,
}

/// Runs of equal scores, ascending.
fn ties(id: &[f64], ood: &[f64]) -> Vec<Tie> {
    let (id, ood) = (sort::sorted_wide(id), sort::sorted_wide(ood));
    let (mut id, mut ood) = (id.as_slice(), ood.as_slice());
    let mut ties = Vec::new();
    while let Some(&score) = match (id.first(), ood.first()) {
        (Some(a), Some(b)) => Some(if b < a { b } else { a }),
        (a, b) => a.or(b),
    } {
        // Equal as numbers: 0 and -0 are one run although the sort keeps them apart.
        let run = |scores: &[f64]| scores.iter().take_while(|&&other| other == score).count();
        let (of_id, of_ood) = (run(id), run(ood));
        (id, ood) = (&id[of_id..], &ood[of_ood..]);
        ties.push(Tie { id: of_id as f64, ood: of_ood as f64 });
    }
    ties
}

/// Sum over thresholds of the recall gained times the precision reached, from runs of (positive,
/// negative) counts.
fn average_precision(runs: impl Iterator<Item = (f64, f64)>, positives: usize) -> f64 {
    let (mut hits, mut taken, mut sum) = (0.0, 0.0, 0.0);
    for (positive, negative) in runs {
        hits += positive;
        taken += positive + negative;
        sum += positive * hits / taken;
    }
    sum / positives as f64
}

fn check(argument: &str, scores: &[f64]) -> Result<()> {
    if scores.is_empty() {
        return Err(Error::InvalidOption(Mismatch::new(argument, "at least one score", "none")));
    }
    match scores.iter().position(|score| score.is_nan()) {
        Some(index) => Err(Error::NotFinite(Mismatch::new(
            format!("{argument}[{index}]"),
            "a score",
            f64::NAN,
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Example of `ood.md` 3.1 in the reference notes, as OOD scores.
    const ID: [f64; 10] = [-0.9, -0.8, -0.8, -0.7, -0.6, -0.55, -0.5, -0.4, -0.3, -0.2];
    const OOD: [f64; 4] = [-0.75, -0.5, -0.35, -0.1];

    #[test]
    fn the_worked_example() {
        assert!((auroc(&ID, &OOD).unwrap() - 0.6875).abs() < 1e-12);
        assert!((aupr_out(&ID, &OOD).unwrap() - 0.573_052).abs() < 1e-6);
        assert!((aupr_in(&ID, &OOD).unwrap() - 0.858_748).abs() < 1e-6);
        assert_eq!(fpr_at_tpr(&ID, &OOD, 0.95).unwrap(), 0.75);
    }

    #[test]
    fn the_area_below_the_roc_curve_is_the_auroc() {
        let points = roc(&ID, &OOD).unwrap();
        let area: f64 = points
            .windows(2)
            .map(|pair| {
                let width = pair[1].false_positives - pair[0].false_positives;
                width * (pair[0].true_positives + pair[1].true_positives) / 2.0
            })
            .sum();
        assert!((area - 0.6875).abs() < 1e-12);
        let ends = (points[0].true_positives, points[points.len() - 1].false_positives);
        assert_eq!(ends, (0.0, 1.0));
    }

    #[test]
    fn ties_count_one_half() {
        assert_eq!(auroc(&[1.0; 5], &[1.0; 5]).unwrap(), 0.5);
        assert_eq!(aupr_out(&[1.0; 5], &[1.0; 5]).unwrap(), 0.5);
        assert_eq!(fpr_at_tpr(&[1.0; 5], &[1.0; 5], 0.95).unwrap(), 1.0);
        assert_eq!(auroc(&[0.0], &[-0.0]).unwrap(), 0.5);
    }

    #[test]
    fn empty_arrays_and_nan_are_refused() {
        for metric in [auroc, aupr_in, aupr_out] {
            assert_eq!(
                metric(&[], &[1.0]).unwrap_err().to_string(),
                "id: expected at least one score, got none"
            );
            assert_eq!(
                metric(&[1.0], &[]).unwrap_err().to_string(),
                "ood: expected at least one score, got none"
            );
            assert_eq!(metric(&[1.0], &[0.0, f64::NAN]).unwrap_err().code(), "not-finite");
        }
        assert_eq!(fpr_at_tpr(&[1.0], &[1.0], 0.0).unwrap_err().code(), "invalid-option");
    }

    #[test]
    fn the_share_kept_is_not_lost_to_rounding() {
        // 0.95 * 60 = 56.99999999999999 in f64, and 57 rows of 60 are exactly 95 %.
        let id: Vec<f64> = (0..60).map(f64::from).collect();
        assert_eq!(fpr_at_tpr(&id, &[56.0, 56.5], 0.95).unwrap(), 0.5);
    }

    #[test]
    fn confidences_on_an_edge_belong_to_the_lower_bin() {
        // Two bins (0, 0.5] and (0.5, 1]: 0.5 falls in the first, so the two gaps of 0.5 and 0.25
        // do not meet.
        assert_eq!(ece(&[0.5, 0.5, 0.75, 0.25], &[0, 1], 2).unwrap(), (0.5 + 0.75) / 2.0);
    }
}
