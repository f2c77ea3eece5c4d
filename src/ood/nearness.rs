//! How near rows lie to the training rows, by three measures on the head's features: the parts of [`super::auto`] that do not depend
//! on the head's weights. Each knows its mean and deviation over the training rows, every row taken as if it had not been among
//! them.

use super::{
    moments::Moments,
    neighbours::{Bank, Neighbour},
    view::normalized,
    whitening::ClassDistances,
};
use crate::{Result, engine::Engine, math, random::Random};

/// Above this deviation of the features' length, in units of its mean, the length is a feature as well (measurements in a table);
/// below, as with the embeddings of a network (0 to 0.1), distances are truer without it.
const LENGTH_MATTERS: f64 = 0.2;

/// Rows that the spread of all classes counts as, beside a class's own.
const PRIOR_ROWS: f64 = 5.0;

/// Training rows that neighbours are looked for among, drawn alike from every class.
const BANK: usize = 4096;

/// Neighbours.
const K: usize = 5;

/// Share of the mean distance in the bank that is added to the one around a row's neighbours.
const FLOOR: f32 = 0.5;

/// Mean and inverse deviation of a score over training rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standard {
    mean: f64,
    inverse_deviation: f64,
}

impl Standard {
    /// Of the finite ones among `scores`; a constant score weighs nothing.
    pub fn of(scores: &[f32]) -> Self {
        let finite = || scores.iter().map(|&score| f64::from(score)).filter(|score| score.is_finite());
        let count = finite().count().max(1) as f64;
        let mean = finite().sum::<f64>() / count;
        let deviation = (finite().map(|score| (score - mean).powi(2)).sum::<f64>() / count).sqrt();
        let constant = deviation <= 1e-6 * mean.abs().max(f64::from(f32::MIN_POSITIVE));
        Self { mean, inverse_deviation: if constant { 0.0 } else { 1.0 / deviation } }
    }

    /// Whether it weighs nothing.
    fn is_silent(&self) -> bool {
        self.inverse_deviation == 0.0
    }

    /// A score in deviations from the mean.
    pub fn apply(&self, score: f32) -> f64 {
        (f64::from(score) - self.mean) * self.inverse_deviation
    }
}

/// The form in which features are compared, and the ridges that suit it, in units of a covariance's mean diagonal.
#[derive(Clone, Copy)]
struct Form {
    /// One scale for all rows; without it each row is taken at unit length.
    scale: Option<f64>,
    class_ridge: f64,
    relative_ridge: f64,
}

impl Form {
    fn of(features: &[f32], width: usize) -> Self {
        let lengths: Vec<f64> = features.chunks_exact(width).map(math::norm).collect();
        let count = lengths.len() as f64;
        let mean = lengths.iter().sum::<f64>() / count;
        let deviation = (lengths.iter().map(|length| (length - mean).powi(2)).sum::<f64>() / count).sqrt();
        if deviation > LENGTH_MATTERS * mean {
            let scale = (lengths.iter().map(|length| length * length).sum::<f64>() / count).sqrt();
            Self { scale: Some(scale), class_ridge: 0.1, relative_ridge: 0.1 }
        } else {
            Self { scale: None, class_ridge: 3.0, relative_ridge: 1.0 }
        }
    }

    fn apply(&self, features: &[f32], width: usize) -> Vec<f32> {
        match self.scale {
            Some(scale) => features.iter().map(|&x| (f64::from(x) / scale) as f32).collect(),
            None => normalized(features, width),
        }
    }
}

/// Fitted to training rows.
pub struct Nearness<M> {
    width: usize,
    form: Form,
    class: ClassDistances<M>,
    factors: Vec<f32>,
    foreground: ClassDistances<M>,
    background: ClassDistances<M>,
    around: Around<M>,
    standards: [Standard; 3],
}

impl<M> Nearness<M> {
    /// Of `[rows, features]` and a class for each.
    pub async fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        features: &[f32],
        labels: &[u32],
        classes: usize,
        seed: u64,
    ) -> Result<Self> {
        let width = features.len() / labels.len();
        let form = Form::of(features, width);
        let rows = form.apply(features, width);
        let moments = Moments::new(engine, &rows, width, labels, classes).await?;
        let class = ClassDistances::new(engine, &moments, form.class_ridge).await?;
        let foreground = ClassDistances::new(engine, &moments, form.relative_ridge).await?;
        let background = ClassDistances::to_mean(engine, &moments, form.relative_ridge).await?;

        let factors = spread_factors(&class.own(engine, &rows, labels).await?, labels, &moments);
        let own = class.nearest_without_itself(engine, &rows, labels, &moments.counts, &factors).await?;
        let even = vec![1.0; classes];
        let near = foreground.nearest_without_itself(engine, &rows, labels, &moments.counts, &even).await?;
        let one_class = vec![0; labels.len()];
        let far = background.nearest_without_itself(engine, &rows, &one_class, &[labels.len()], &[1.0]).await?;
        let relative: Vec<f32> = near.iter().zip(&far).map(|(near, far)| near - far).collect();
        let (around, sparseness) = Around::new(engine, &rows, labels, width, seed).await?;
        let mut standards = [&own, &relative, &sparseness].map(|scores| Standard::of(scores));
        if standards.iter().all(Standard::is_silent) {
            // One row, or the same one over and over: any distance from it is better than none.
            standards[0] = Standard { mean: 0.0, inverse_deviation: 1.0 };
        }
        Ok(Self { width, form, class, factors, foreground, background, around, standards })
    }

    /// The sum of the three measures of `[rows, features]`, each in deviations from its mean. Neighbours leave out
    /// `without[row]`, where given.
    pub async fn scores<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        features: &[f32],
        without: &[Option<u32>],
    ) -> Result<Vec<f64>> {
        let rows = self.form.apply(features, self.width);
        let own = self.class.nearest(engine, &rows, &self.factors).await?;
        let even = vec![1.0; self.factors.len()];
        let near = self.foreground.nearest(engine, &rows, &even).await?;
        let far = self.background.nearest(engine, &rows, &[1.0]).await?;
        let sparseness = self.around.scores(engine, &rows, without).await?;
        let [class, relative, around] = &self.standards;
        let rows = own.iter().zip(near.iter().zip(&far)).zip(&sparseness);
        Ok(rows
            .map(|((own, (near, far)), sparse)| class.apply(*own) + relative.apply(near - far) + around.apply(*sparse))
            .collect())
    }
}

/// For each class, the inverse of its rows' mean distance to their own mean, drawn towards that of all rows where it has few.
fn spread_factors(own: &[f32], labels: &[u32], moments: &Moments) -> Vec<f32> {
    let mut sums = vec![0.0; moments.counts.len()];
    own.iter().zip(labels).for_each(|(&distance, &label)| sums[label as usize] += f64::from(distance));
    let freedom = labels.len().saturating_sub(moments.present().len()).max(1);
    let all = sums.iter().sum::<f64>() / freedom as f64;
    let spread = |(sum, &count): (&f64, &usize)| {
        let count = count.max(1) as f64;
        ((count - 1.0) * sum / count + PRIOR_ROWS * all) / (count - 1.0 + PRIOR_ROWS)
    };
    sums.iter().zip(&moments.counts).map(spread).map(|spread| if spread > 0.0 { (1.0 / spread) as f32 } else { 1.0 }).collect()
}

/// How sparse the training rows are around a row, against how sparse they are around its neighbours (as in the local outlier
/// factor of Breunig et al., SIGMOD 2000).
struct Around<M> {
    k: usize,
    width: usize,
    rows: Vec<f32>,
    bank: Bank<M>,
    /// For each training row, its place in the bank, if it is there.
    places: Vec<Option<u32>>,
    /// For each bank row, the distance to its k-th neighbour.
    gaps: Vec<f32>,
    mean_gap: f32,
}

impl<M> Around<M> {
    /// Also answers the score of each bank row, as if it were not one.
    async fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        training: &[f32],
        labels: &[u32],
        width: usize,
        seed: u64,
    ) -> Result<(Self, Vec<f32>)> {
        let chosen = stratified(labels, BANK, seed);
        let mut places = vec![None; labels.len()];
        chosen.iter().zip(0..).for_each(|(&row, place)| places[row] = Some(place));
        let rows: Vec<f32> = chosen.iter().flat_map(|&row| &training[row * width..][..width]).copied().collect();
        let half_square = |row: &[f32]| -0.5 * math::dot(row, row);
        let bank = Bank::new(engine, &extended(&rows, width, half_square), width + 1)?;
        let k = K.min(chosen.len() - 1);
        let mut around = Self { k, width, rows, bank, places, gaps: Vec::new(), mean_gap: 0.0 };
        if k == 0 {
            return Ok((around, Vec::new()));
        }
        let itself: Vec<Option<u32>> = (0..chosen.len() as u32).map(Some).collect();
        let mut neighbours = Vec::with_capacity(chosen.len());
        for (rows, itself) in around.rows.chunks(CHUNK * width).zip(itself.chunks(CHUNK)) {
            neighbours.extend(around.bank.nearest(engine, &extended(rows, width, |_| 1.0), k, itself).await?);
        }
        around.gaps = around.rows.chunks_exact(width).zip(&neighbours).map(|(row, found)| around.gap(row, found)).collect();
        around.mean_gap = (around.gaps.iter().map(|&gap| f64::from(gap)).sum::<f64>() / chosen.len() as f64) as f32;
        let scores = around.gaps.iter().zip(&neighbours).map(|(gap, found)| around.ratio(*gap, found)).collect();
        Ok((around, scores))
    }

    async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, rows: &[f32], without: &[Option<u32>]) -> Result<Vec<f32>> {
        if self.k == 0 {
            return Ok(vec![0.0; rows.len() / self.width]);
        }
        let place = |row: &Option<u32>| row.and_then(|row| self.places[row as usize]);
        let without: Vec<Option<u32>> = without.iter().map(place).collect();
        let neighbours = self.bank.nearest(engine, &extended(rows, self.width, |_| 1.0), self.k, &without).await?;
        Ok(rows.chunks_exact(self.width).zip(&neighbours).map(|(row, found)| self.ratio(self.gap(row, found), found)).collect())
    }

    /// Distance to the farthest of the neighbours.
    fn gap(&self, row: &[f32], found: &[Neighbour]) -> f32 {
        let square = |place: usize| math::squared_distance(row, &self.rows[place * self.width..][..self.width]);
        found.iter().map(|neighbour| square(neighbour.row)).fold(0.0, f32::max).sqrt()
    }

    fn ratio(&self, gap: f32, found: &[Neighbour]) -> f32 {
        let theirs: f32 = found.iter().map(|neighbour| self.gaps[neighbour.row]).sum();
        gap / (theirs / found.len().max(1) as f32 + FLOOR * self.mean_gap).max(f32::MIN_POSITIVE)
    }
}

/// Rows with one more value each. A bank row's own half square, taken from an inner product, makes the largest product the smallest
/// distance.
fn extended(rows: &[f32], width: usize, value: impl Fn(&[f32]) -> f32) -> Vec<f32> {
    rows.chunks_exact(width).flat_map(|row| row.iter().copied().chain([value(row)])).collect()
}

/// Bank rows searched for at a time.
const CHUNK: usize = 256;

/// Numbers of at most `most` rows, ascending: the same share of every class, by seed.
fn stratified(labels: &[u32], most: usize, seed: u64) -> Vec<usize> {
    if labels.len() <= most {
        return (0..labels.len()).collect();
    }
    let mut by_class = vec![Vec::new(); labels.iter().max().map_or(0, |&label| label as usize + 1)];
    labels.iter().enumerate().for_each(|(row, &label)| by_class[label as usize].push(row));
    let mut random = Random::new(seed);
    let mut ranked = Vec::with_capacity(labels.len());
    for mut rows in by_class {
        random.shuffle(&mut rows);
        let count = rows.len() as f32;
        // Spread over (0, 1): cutting the whole list anywhere takes the same share of every class.
        ranked.extend(rows.into_iter().zip(0..).map(|(row, place)| ((place as f32 + random.unit()) / count, row)));
    }
    ranked.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<usize> = ranked[..most].iter().map(|&(_, row)| row).collect();
    chosen.sort_unstable();
    chosen
}
