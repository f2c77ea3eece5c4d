//! Three distances of a row from the training rows, on the head's features: the parts of
//! [`crate::ood::auto`] that do not depend on the head's weights. Each knows its mean and deviation
//! over the training rows, every row taken as if it had not been among them.

mod arrays;

use super::{
    class_distances::ClassDistances,
    form::Form,
    local_density::LocalDensity,
    moments::Moments,
    sample::{bank_rows, stratified},
    shaped::Shaped,
    standard::Standard,
    subspace::Subspace,
    unknown::Unknown,
};
use crate::{
    Result,
    engine::{Engine, check_square},
    numeric::row::norm,
    training::rows::Rows,
};

/// Pseudo-count of the pooled spread beside a class's own rows.
const PRIOR_ROWS: f64 = 5.0;

/// Rows of which the lengths are taken together.
const CHUNK: usize = 1024;

/// Fitted to training rows.
pub struct Nearness<M> {
    features: usize,
    /// Of the training rows.
    lengths: Vec<f64>,
    form: Form,
    /// Where there are fewer rows than features.
    subspace: Option<Subspace<M>>,
    class: ClassDistances<M>,
    background: ClassDistances<M>,
    density: LocalDensity<M>,
    standards: [Standard; 3],
    /// Where there are examples of what is none of the classes.
    unknown: Option<Unknown<M>>,
}

/// The measures of some rows, `[rows]` each, in the units in which they add up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// Distance to the nearest class.
    pub class: Vec<f64>,
    /// The same relative to all rows.
    pub relative: Vec<f64>,
    /// Local density.
    pub density: Vec<f64>,
    /// What an unusual length adds.
    pub length: Vec<f64>,
    /// What likeness to examples of the unknown adds; empty without examples.
    pub unknown: Vec<f64>,
}

impl Measures {
    /// Their sum, `[rows]`.
    pub fn sum(&self) -> Vec<f64> {
        let mut sum = self.class.clone();
        for part in [&self.relative, &self.density, &self.length, &self.unknown] {
            sum.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
        }
        sum
    }
}

impl<M> Nearness<M> {
    /// Of training rows, and of examples of what is none of their classes, `[rows, features]`.
    pub async fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        rows: &Rows,
        examples: Option<&[f32]>,
        classes: usize,
        seed: u64,
    ) -> Result<Self> {
        let is_spanned = rows.count() < rows.width;
        Self::measured(engine, rows, examples, classes, seed, is_spanned).await
    }

    /// In the span of the rows, or in that of all features.
    async fn measured<E: Engine<Matrix = M>>(
        engine: &mut E,
        known: &Rows,
        examples: Option<&[f32]>,
        classes: usize,
        seed: u64,
        is_spanned: bool,
    ) -> Result<Self> {
        let &Rows { ref features, ref labels, width: count, .. } = known;
        check_square(count)?;
        let pace = engine.pace();
        let columns = known.columns();
        pace.piece().await;
        let mut lengths = Vec::with_capacity(labels.len());
        for rows in features.chunks(CHUNK * count) {
            lengths.extend(rows.chunks_exact(count).map(norm));
            pace.piece().await;
        }
        let form = Form::of(&lengths, features, columns);
        let shaped = form.shaped(features, count, &lengths);
        // The rows of the bank stand for all where only a mean and a deviation are wanted.
        let chosen = stratified(labels, bank_rows(count), seed);
        let unknown = match examples {
            Some(examples) => {
                // Examples may lie outside of the span of the rows.
                let known = shaped.pick(&chosen);
                Some(Unknown::new(engine, known, form.apply(examples, count), count).await?)
            }
            None => None,
        };
        let (mut spanned, mut subspace) = (Vec::new(), None);
        if is_spanned {
            // Few: all of them at once.
            let shaped = shaped.all();
            let span = Subspace::new(engine, &shaped, count).await?;
            spanned = span.of_its_rows(engine, &shaped).await?;
            subspace = Some(span);
        }
        let rows = match &subspace {
            Some(subspace) => Shaped::plain(&spanned, subspace.width()),
            None => shaped,
        };
        let width = rows.width();
        let mut moments = Moments::new(engine, &rows, labels, classes).await?;
        moments.features = count;
        let class = ClassDistances::new(engine, &moments, form.ridge).await?;
        let background = ClassDistances::to_mean(engine, &mut moments, form.ridge).await?;

        let of_chosen: Vec<u32> = chosen.iter().map(|&row| labels[row]).collect();
        let bank = rows.pick(&chosen);
        let whitened = class.whitened(engine, &bank).await?;
        let spreads = spreads(&class.own(&whitened, &of_chosen), &of_chosen, classes);
        let class = class.corrected(&spreads, &moments.counts);
        let near =
            class.nearest_without_itself(engine, &whitened, &of_chosen, &moments.counts).await?;
        drop(whitened);
        let whitened = background.whitened(engine, &bank).await?;
        let one_class = vec![0; chosen.len()];
        let far = background
            .nearest_without_itself(engine, &whitened, &one_class, &[labels.len()])
            .await?;
        drop(whitened);
        let relative: Vec<f32> =
            near.plain.iter().zip(&far.plain).map(|(near, far)| near - far).collect();
        let mut places = vec![None; labels.len()];
        chosen.iter().zip(0..).for_each(|(&row, place)| places[row] = Some(place));
        pace.piece().await;
        let (density, sparseness) =
            LocalDensity::new(engine, bank, of_chosen, places, width).await?;
        pace.piece().await;
        let mut standards =
            [&near.scaled, &relative, &sparseness].map(|scores| Standard::of(scores));
        if standards.iter().all(Standard::is_silent) {
            // One row, or the same one over and over: any distance from it is better than none.
            standards[0] = Standard::PLAIN;
        }
        Ok(Self {
            features: count,
            lengths,
            form,
            subspace,
            class,
            background,
            density,
            standards,
            unknown,
        })
    }
}

#[maybe_async::maybe_async]
impl<M> Nearness<M> {
    /// How many times longer than usual each row is, at least 1; 1 where the length is a feature.
    pub fn stretch(&self, features: &[f32]) -> Vec<f32> {
        features.chunks_exact(self.features).map(|row| self.stretch_of(norm(row))).collect()
    }

    /// The same of the training rows.
    pub fn own_stretch(&self) -> Vec<f32> {
        self.lengths.iter().map(|&length| self.stretch_of(length)).collect()
    }

    fn stretch_of(&self, length: f64) -> f32 {
        let usual =
            if self.form.columns.is_some() { f64::INFINITY } else { self.form.lengths.usual };
        (length / usual).max(1.0) as f32
    }

    /// The measures of `[rows, features]`, distances in deviations from their means. Neighbours
    /// leave out `without[row]`, where given.
    pub async fn measures<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        features: &[f32],
        without: &[Option<u32>],
    ) -> Result<Measures> {
        let shaped = self.form.apply(features, self.features);
        let spanned = match &self.subspace {
            Some(subspace) => Some(subspace.apply(engine, &shaped).await?),
            None => None,
        };
        let rows = spanned.as_deref().unwrap_or(&shaped);
        // Both are about the mean of all rows.
        let offsets = self.class.offsets(rows);
        let searched = self.density.searched(rows);
        let compared = self.unknown.as_ref().map(|unknown| (unknown, unknown.searched(&shaped)));
        let mut chains = vec![self.class.chain(&offsets), self.background.chain(&offsets)];
        self.density.chain(&searched, &mut chains);
        if let Some((unknown, searched)) = &compared {
            unknown.chain(searched, &mut chains);
        }
        let mut products = engine.products(&chains).await?;
        let near = self.class.nearest_by(&mut products);
        let far = self.background.nearest_by(&mut products);
        let sparseness = self.density.scores(&mut products, rows, without);
        let [class, relative, density] = &self.standards;
        let unknown = match &self.unknown {
            Some(unknown) => unknown.scores(&mut products, &shaped, &self.density.places(without)),
            None => Vec::new(),
        };
        let lengths = features.chunks_exact(self.features).map(norm);
        Ok(Measures {
            class: near.scaled.iter().map(|&own| class.apply(own)).collect(),
            relative: near
                .plain
                .iter()
                .zip(&far.plain)
                .map(|(near, far)| relative.apply(near - far))
                .collect(),
            density: sparseness.iter().map(|&sparse| density.apply(sparse)).collect(),
            length: lengths.map(|length| self.form.excess(length)).collect(),
            unknown,
        })
    }

    /// Rows in the form in which they are compared.
    pub fn form(&self, features: &[f32]) -> Vec<f32> {
        self.form.apply(features, self.features)
    }
}

/// For each class, its rows' mean squared distance to the class's mean, drawn towards that of all
/// rows where it has few.
fn spreads(own: &[f32], labels: &[u32], classes: usize) -> Vec<f64> {
    let (mut sums, mut counts) = (vec![0.0; classes], vec![0_usize; classes]);
    for (&distance, &label) in own.iter().zip(labels) {
        sums[label as usize] += f64::from(distance);
        counts[label as usize] += 1;
    }
    let present = counts.iter().filter(|&&count| count > 0).count();
    let freedom = labels.len().saturating_sub(present).max(1);
    let all = sums.iter().sum::<f64>() / freedom as f64;
    let spread = |(sum, &count): (&f64, &usize)| {
        let count = count.max(1) as f64;
        (sum + PRIOR_ROWS * all) / (count - 1.0 + PRIOR_ROWS)
    };
    sums.iter().zip(&counts).map(spread).collect()
}

#[cfg(all(test, feature = "cpu"))]
#[allow(clippy::unwrap_used, reason = "this is how a test fails")]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::{
        architecture::Architecture,
        engine::{Spec, cpu::CpuEngine},
        loss::Loss,
        numeric::random::Random,
    };

    fn noise(seed: u64, length: usize) -> Vec<f32> {
        let mut random = Random::new(seed);
        (0..length).map(|_| 2.0 * random.unit() - 1.0).collect()
    }

    /// Around a corner for each of three classes.
    fn rows(seed: u64, count: usize, width: usize, spread: f32) -> Vec<f32> {
        let mut rows: Vec<f32> =
            noise(seed, count * width).into_iter().map(|x| spread * x).collect();
        rows.chunks_mut(width).enumerate().for_each(|(row, values)| values[row % 3] += 1.0);
        rows
    }

    fn engine() -> CpuEngine {
        let spec = Spec {
            architecture: Architecture::new(1, &[], 1),
            loss: Loss::LogitNorm { tau: 1.0, label_smoothing: 0.0 },
            moments: 0,
        };
        CpuEngine::new(&spec, vec![0.0; 2])
    }

    /// The largest difference of two ways to score the same rows, in deviations.
    fn difference(features: &[f32], width: usize) -> f64 {
        let count = features.len() / width;
        let labels: Vec<f64> = (0..count).map(|row| (row % 3) as f64).collect();
        let known = Rows::check(features.to_vec(), &labels, width, 3).unwrap();
        let examples = rows(7, 4, width, 0.4);
        let mut engine = engine();
        // Near the rows, far from them, and a row itself.
        let mut asked = rows(8, 20, width, 0.4);
        asked.extend(noise(9, 20 * width));
        asked.extend_from_slice(&features[..width]);
        let [all, span] = [false, true].map(|is_spanned| {
            block_on(async {
                let examples = Some(examples.as_slice());
                let nearness =
                    Nearness::measured(&mut engine, &known, examples, 3, 1, is_spanned).await?;
                nearness.measures(&mut engine, &asked, &[]).await.map(|measures| measures.sum())
            })
            .unwrap()
        });
        all.iter().zip(&span).map(|(a, b)| (a - b).abs() / (1.0 + a.abs())).fold(0.0, f64::max)
    }

    #[test]
    fn in_the_span_of_few_rows_distances_are_those_in_all_features() {
        let width = 60;
        let scaled = |rows: Vec<f32>| -> Vec<f32> {
            let factor = |index: usize| 0.4 + 0.2 * (index / width % 7) as f32;
            rows.into_iter().enumerate().map(|(index, x)| factor(index) * x).collect()
        };
        let mut copies = rows(1, 12, width, 0.4);
        copies.extend_from_within(..6 * width);
        let nearly: Vec<f32> =
            copies.iter().zip(noise(2, copies.len())).map(|(x, noise)| x + 1e-5 * noise).collect();
        copies.extend(nearly);
        let mut constant = rows(3, 20, width, 0.4);
        constant.chunks_mut(width).for_each(|row| row[5..30].fill(0.25));
        let cases = [
            ("few rows", rows(4, 20, width, 0.4)),
            ("one row fewer than features", rows(5, width - 1, width, 0.4)),
            ("rows of different lengths", scaled(rows(6, 40, width, 0.4))),
            ("copies and near copies", copies.clone()),
            ("the same of different lengths", scaled(copies)),
            ("constant features", constant.clone()),
            ("the same of different lengths", scaled(constant)),
            ("tight classes far apart", rows(7, 30, width, 1e-3)),
            ("one row", rows(8, 1, width, 0.4)),
            ("one row over and over", rows(9, 1, width, 0.4).repeat(5)),
            ("rows of zeros", vec![0.0; 5 * width]),
        ];
        for (what, features) in cases {
            let difference = difference(&features, width);
            assert!(difference < 1e-4, "{what}: {difference}");
        }
    }

    #[test]
    fn a_class_of_few_rows_is_as_near_as_one_of_many() {
        const WIDTH: usize = 60;
        const SEEDS: u64 = 20;
        let mut engine = engine();
        // Class 0 has few rows, the others forty each.
        for few in [2, 3, 5] {
            let mut farther = 0.0;
            for seed in 0..SEEDS {
                let features = rows(100 + seed, 120, WIDTH, 0.4);
                let kept = || (0..120).filter(|row| row % 3 > 0 || row / 3 < few);
                let labels: Vec<f64> = kept().map(|row| (row % 3) as f64).collect();
                let features = kept().flat_map(|row| &features[row * WIDTH..][..WIDTH]);
                let known = Rows::check(features.copied().collect(), &labels, WIDTH, 3).unwrap();
                let new = rows(200 + seed, 300, WIDTH, 0.4);
                let measures = block_on(async {
                    let nearness = Nearness::new(&mut engine, &known, None, 3, 1).await?;
                    nearness.measures(&mut engine, &new, &[]).await
                })
                .unwrap();
                let [first, second, third] = [0, 1, 2]
                    .map(|class| measures.class.iter().skip(class).step_by(3).sum::<f64>() / 100.0);
                farther += (first - (second + third) / 2.0) / SEEDS as f64;
            }
            // In deviations; 3.3, 2.7 and 1.7 where a mean's error counts as distance.
            assert!(farther.abs() < 0.6, "{few} rows: {farther}");
        }
    }
}
