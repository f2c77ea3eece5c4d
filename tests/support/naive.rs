//! Every score from its formula, in f64 and word by word, for a head's own logits and last-layer
//! inputs.

use nalgebra::{DMatrix, DVector};
use oodgate::architecture::Layer;

type Rows = Vec<DVector<f64>>;

/// A head as it answered: z is the last layer's input, f its output.
pub struct Answers {
    pub layers: Vec<Layer>,
    pub parameters: Vec<f64>,
    pub classes: usize,
    /// Training rows' z and f, and their classes.
    pub bank: Rows,
    pub bank_logits: Rows,
    pub labels: Vec<usize>,
    /// The same of the rows to score, and what they were before any layer.
    pub x: Rows,
    pub z: Rows,
    pub logits: Rows,
}

pub fn rows(values: &[f32], width: usize) -> Rows {
    values
        .chunks(width)
        .map(|row| DVector::from_iterator(width, row.iter().map(|&x| f64::from(x))))
        .collect()
}

pub fn argmax(row: &DVector<f64>) -> usize {
    (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
}

fn log_sum_exp(row: &DVector<f64>) -> f64 {
    row.max() + row.map(|f| (f - row.max()).exp()).sum().ln()
}

fn softmax(row: &DVector<f64>, temperature: f64) -> DVector<f64> {
    let scaled = row / temperature;
    scaled.map(|u| (u - log_sum_exp(&scaled)).exp())
}

fn mean(rows: &[&DVector<f64>]) -> DVector<f64> {
    rows.iter().fold(DVector::zeros(rows[0].len()), |sum, row| sum + *row) / rows.len() as f64
}

/// numpy's default: linear between neighbours.
fn percentile(mut values: Vec<f64>, percent: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let position = percent / 100.0 * (values.len() - 1) as f64;
    let (below, above) = (position.floor() as usize, position.ceil() as usize);
    values[below] + (position - position.floor()) * (values[above] - values[below])
}

pub fn msp(f: &DVector<f64>, temperature: f64) -> f64 {
    -softmax(f, temperature).max()
}

pub fn max_logit(f: &DVector<f64>) -> f64 {
    -f.max()
}

pub fn energy(f: &DVector<f64>, temperature: f64) -> f64 {
    -temperature * log_sum_exp(&(f / temperature))
}

pub fn entropy(f: &DVector<f64>, temperature: f64) -> f64 {
    softmax(f, temperature).iter().map(|&p| if p > 0.0 { -p * p.ln() } else { 0.0 }).sum()
}

pub fn generalised_entropy(f: &DVector<f64>, temperature: f64, gamma: f64, m: usize) -> f64 {
    let mut p: Vec<f64> = softmax(f, temperature).iter().copied().collect();
    p.sort_by(|a, b| b.total_cmp(a));
    p.iter().take(m).map(|p| p.powf(gamma) * (1.0 - p).powf(gamma)).sum()
}

pub fn max_cosine(f: &DVector<f64>) -> f64 {
    -f.max() / f.norm()
}

pub fn grad_norm(f: &DVector<f64>, z: &DVector<f64>) -> f64 {
    let even = 1.0 / f.len() as f64;
    -softmax(f, 1.0).map(|p| (p - even).abs()).sum() * z.map(f64::abs).sum()
}

impl Answers {
    /// None where a feature does not vary within the classes.
    pub fn gda(&self, ridge: f64) -> Option<Vec<f64>> {
        let (n, d) = (self.bank.len() as f64, self.bank[0].len());
        let of_class = |class: usize| -> Vec<&DVector<f64>> {
            self.bank
                .iter()
                .zip(&self.labels)
                .filter(|(_, label)| **label == class)
                .map(|(z, _)| z)
                .collect()
        };
        let scatter = |rows: &[&DVector<f64>]| {
            let centre = mean(rows);
            rows.iter().fold(DMatrix::zeros(d, d), |sum, z| {
                sum + (*z - &centre) * (*z - &centre).transpose()
            })
        };
        let classes: Vec<usize> =
            (0..self.classes).filter(|&class| !of_class(class).is_empty()).collect();
        let within = classes
            .iter()
            .fold(DMatrix::zeros(d, d), |sum, &class| sum + scatter(&of_class(class)))
            / n;
        let prior = 3.0 * d as f64;
        let densities: Option<Vec<_>> = classes
            .iter()
            .map(|&class| {
                let rows = of_class(class);
                let covariance = (scatter(&rows) + &within * prior) / (rows.len() as f64 + prior)
                    + DMatrix::from_diagonal(&(within.diagonal() * ridge));
                let determinant = covariance.determinant();
                Some((rows.len() as f64 / n, mean(&rows), covariance.try_inverse()?, determinant))
            })
            .collect();
        let densities = densities
            .filter(|all| all.iter().all(|(_, _, _, determinant)| *determinant > 1e-12))?;
        let score = |z: &DVector<f64>| {
            let logs = densities.iter().map(|(share, centre, inverse, determinant)| {
                let offset = z - centre;
                let exponent = -0.5 * offset.dot(&(inverse * &offset));
                share.ln() + exponent
                    - 0.5 * (determinant.ln() + d as f64 * std::f64::consts::TAU.ln())
            });
            -log_sum_exp(&DVector::from_vec(logs.collect()))
        };
        Some(self.z.iter().map(score).collect())
    }

    fn weight(&self, layer: &Layer) -> DMatrix<f64> {
        DMatrix::from_row_slice(layer.outputs, layer.inputs, &self.parameters[layer.weight.clone()])
    }

    fn bias(&self, layer: &Layer) -> DVector<f64> {
        DVector::from_row_slice(&self.parameters[layer.bias.clone()])
    }

    fn last(&self) -> (DMatrix<f64>, DVector<f64>) {
        let layer = self.layers.last().unwrap();
        (self.weight(layer), self.bias(layer))
    }

    fn of_class(&self, class: usize) -> Vec<&DVector<f64>> {
        self.bank
            .iter()
            .zip(&self.labels)
            .filter(|(_, label)| **label == class)
            .map(|(row, _)| row)
            .collect()
    }

    fn bank_mean(&self) -> DVector<f64> {
        mean(&self.bank.iter().collect::<Vec<_>>())
    }

    /// Scores each row by its z and f.
    pub fn each(&self, score: impl Fn(&DVector<f64>, &DVector<f64>) -> f64) -> Vec<f64> {
        self.z.iter().zip(&self.logits).map(|(z, f)| score(z, f)).collect()
    }

    pub fn odin(&self, temperature: f64, epsilon: f64) -> Vec<f64> {
        let score = |x: &DVector<f64>| {
            // Forward, keeping what every layer saw; back again to the features.
            let mut inputs = vec![x.clone()];
            for layer in &self.layers {
                let output = self.weight(layer) * inputs.last().unwrap() + self.bias(layer);
                let is_last = inputs.len() == self.layers.len();
                inputs.push(if is_last { output } else { output.map(|a| a.max(0.0)) });
            }
            let logits = inputs.pop().unwrap();
            let mut gradient = softmax(&logits, temperature);
            gradient[argmax(&logits)] -= 1.0;
            for (layer, input) in self.layers.iter().zip(&inputs).rev() {
                gradient = self.weight(layer).transpose() * gradient;
                if layer.weight.start > 0 {
                    gradient = gradient.zip_map(input, |g, a| if a > 0.0 { g } else { 0.0 });
                }
            }
            let mut moved = x - gradient.map(|g| if g == 0.0 { 0.0 } else { g.signum() }) * epsilon;
            for (index, layer) in self.layers.iter().enumerate() {
                moved = self.weight(layer) * moved + self.bias(layer);
                if index + 1 < self.layers.len() {
                    moved = moved.map(|a| a.max(0.0));
                }
            }
            msp(&moved, temperature)
        };
        self.x.iter().map(score).collect()
    }

    pub fn kl_matching(&self) -> Vec<f64> {
        let p: Rows = self.bank_logits.iter().map(|f| softmax(f, 1.0)).collect();
        let typical = (0..self.classes).filter_map(|class| {
            let taken: Vec<_> = p
                .iter()
                .zip(&self.bank_logits)
                .filter(|(_, f)| argmax(f) == class)
                .map(|(p, _)| p)
                .collect();
            (!taken.is_empty()).then(|| mean(&taken))
        });
        let typical: Rows = typical.collect();
        self.each(|_, f| {
            let p = softmax(f, 1.0);
            let divergence = |d: &DVector<f64>| {
                p.iter().zip(d.iter()).map(|(p, d)| p * (p / d).ln()).sum::<f64>()
            };
            typical.iter().map(divergence).fold(f64::INFINITY, f64::min)
        })
    }

    pub fn knn(&self, k: usize) -> Vec<f64> {
        self.each(|z, _| {
            let mut distances: Vec<f64> =
                self.bank.iter().map(|row| (z.normalize() - row.normalize()).norm()).collect();
            distances.sort_by(f64::total_cmp);
            distances[k - 1]
        })
    }

    pub fn nn_guide(&self, k: usize) -> Vec<f64> {
        let guides: Rows = self
            .bank
            .iter()
            .zip(&self.bank_logits)
            .map(|(z, f)| z.normalize() * log_sum_exp(f))
            .collect();
        self.each(|z, f| {
            let mut products: Vec<f64> =
                guides.iter().map(|guide| z.normalize().dot(guide)).collect();
            products.sort_by(|a, b| b.total_cmp(a));
            -log_sum_exp(f) * products[..k].iter().sum::<f64>() / k as f64
        })
    }

    /// Squared Mahalanobis distances to the nearest class mean, and to the mean of all rows; none
    /// when all rows are the same.
    pub fn distances(&self, ridge: f64, normalize: bool) -> Option<(Vec<f64>, Vec<f64>)> {
        let unit = |z: &DVector<f64>| if normalize { z.normalize() } else { z.clone() };
        let bank: Rows = self.bank.iter().map(unit).collect();
        let of_class = |class: usize| {
            bank.iter()
                .zip(&self.labels)
                .filter(move |(_, label)| **label == class)
                .map(|(row, _)| row)
        };
        let means: Rows =
            (0..self.classes).map(|class| mean(&of_class(class).collect::<Vec<_>>())).collect();
        let overall = mean(&bank.iter().collect::<Vec<_>>());
        let width = overall.len();
        let inverse = |centre: &dyn Fn(usize) -> DVector<f64>| {
            let scatter = (0..bank.len()).fold(DMatrix::zeros(width, width), |sum, row| {
                let offset = &bank[row] - centre(row);
                sum + &offset * offset.transpose()
            }) / bank.len() as f64;
            let added = ridge * scatter.trace() / width as f64;
            (added > 1e-4)
                .then(|| (scatter + DMatrix::identity(width, width) * added).try_inverse().unwrap())
        };
        let (within, total) =
            (inverse(&|row| means[self.labels[row]].clone())?, inverse(&|_| overall.clone())?);
        let distance = |z: &DVector<f64>, mean: &DVector<f64>, inverse: &DMatrix<f64>| {
            let offset = z - mean;
            (offset.transpose() * inverse * offset)[0]
        };
        let near = self.each(|z, _| {
            means.iter().map(|mean| distance(&unit(z), mean, &within)).fold(f64::INFINITY, f64::min)
        });
        Some((near, self.each(|z, _| distance(&unit(z), &overall, &total))))
    }

    /// Norms of the residuals of the bank and of the rows, and what they may be off by when the
    /// second moment is off by its own size: it turns the principal subspace by that over the gap
    /// between eigenvalues. None where there is no gap.
    pub fn residuals(&self, dimensions: usize) -> Option<(Vec<f64>, Vec<f64>, f64)> {
        let (weight, bias) = self.last();
        let origin = -(weight.pseudo_inverse(1e-9).unwrap() * bias);
        let width = origin.len();
        let moment = self.bank.iter().fold(DMatrix::zeros(width, width), |sum, row| {
            let offset = row - &origin;
            sum + &offset * offset.transpose()
        }) / self.bank.len() as f64;
        let eigen = moment.symmetric_eigen();
        let mut order: Vec<usize> = (0..width).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        let (kept, rest) = order.split_at(dimensions);
        let (last, next) = (eigen.eigenvalues[*kept.last()?], eigen.eigenvalues[*rest.first()?]);
        let norm = |z: &DVector<f64>| {
            rest.iter()
                .map(|&i| eigen.eigenvectors.column(i).dot(&(z - &origin)).powi(2))
                .sum::<f64>()
                .sqrt()
        };
        let far = self.z.iter().map(|z| (z - &origin).norm()).fold(origin.norm(), f64::max);
        let sensitivity = far * eigen.eigenvalues.max() / (last - next);
        (last > 1.05 * next).then(|| {
            (self.bank.iter().map(norm).collect(), self.z.iter().map(norm).collect(), sensitivity)
        })
    }

    /// The scores, and their sensitivity likewise.
    pub fn vim(&self, dimensions: usize) -> Option<(Vec<f64>, f64)> {
        let (bank, norms, sensitivity) = self.residuals(dimensions)?;
        let alpha =
            self.bank_logits.iter().map(DVector::max).sum::<f64>() / bank.iter().sum::<f64>();
        Some((
            norms.iter().zip(&self.logits).map(|(norm, f)| alpha * norm + energy(f, 1.0)).collect(),
            alpha * sensitivity,
        ))
    }

    pub fn she(&self) -> Vec<f64> {
        let predicted: Vec<usize> = self.bank_logits.iter().map(argmax).collect();
        let pattern = |class: usize| {
            let correct: Vec<_> = (0..self.bank.len())
                .filter(|&row| self.labels[row] == class && predicted[row] == class)
                .map(|row| &self.bank[row])
                .collect();
            mean(&if correct.is_empty() { self.of_class(class) } else { correct })
        };
        self.each(|z, f| -z.dot(&pattern(argmax(f))))
    }

    pub fn fdbd(&self) -> Vec<f64> {
        let ((weight, _), centre) = (self.last(), self.bank_mean());
        self.each(|z, f| {
            let best = argmax(f);
            let boundary = |class: usize| {
                (f[best] - f[class]).abs() / (weight.row(best) - weight.row(class)).norm()
            };
            let sum: f64 = (0..f.len()).filter(|&class| class != best).map(boundary).sum();
            -sum / (f.len() - 1) as f64 / (z - &centre).norm()
        })
    }

    pub fn nci(&self, alpha: f64) -> Vec<f64> {
        let ((weight, _), centre) = (self.last(), self.bank_mean());
        self.each(|z, f| {
            let offset = z - &centre;
            -weight.row(argmax(f)).transpose().dot(&offset) / offset.norm()
                - alpha * z.map(f64::abs).sum()
        })
    }

    pub fn react(&self, percent: f64) -> Vec<f64> {
        let (weight, bias) = self.last();
        let ceiling = percentile(self.bank.iter().flatten().copied().collect(), percent);
        self.each(|z, _| energy(&(&weight * z.map(|x| x.min(ceiling)) + &bias), 1.0))
    }

    pub fn dice(&self, percent: f64) -> Vec<f64> {
        let ((weight, bias), centre) = (self.last(), self.bank_mean());
        let contributions =
            DMatrix::from_fn(weight.nrows(), weight.ncols(), |k, j| weight[(k, j)] * centre[j]);
        let threshold = percentile(contributions.iter().copied().collect(), percent);
        let sparse = weight.zip_map(&contributions, |w, v| if v > threshold { w } else { 0.0 });
        self.each(|z, _| energy(&(&sparse * z + &bias), 1.0))
    }

    /// `shape` takes a row, whether each input is among the largest, the sum of all and the sum of
    /// these.
    fn shaped(
        &self,
        percent: f64,
        shape: impl Fn(&DVector<f64>, &[bool], f64, f64) -> DVector<f64>,
    ) -> Vec<f64> {
        let (weight, bias) = self.last();
        self.each(|z, _| {
            let count = z.len() - (z.len() as f64 * percent / 100.0).round() as usize;
            let mut order: Vec<usize> = (0..z.len()).collect();
            // Of equal ones the later are kept: a ReLU leaves many zeros, and variant "b" gives a
            // share to each that is kept.
            order.sort_by(|&a, &b| z[a].total_cmp(&z[b]));
            let kept: Vec<bool> =
                (0..z.len()).map(|i| order[z.len() - count..].contains(&i)).collect();
            let sum = (0..z.len()).filter(|&i| kept[i]).map(|i| z[i]).sum();
            energy(&(&weight * shape(z, &kept, z.sum(), sum) + &bias), 1.0)
        })
    }

    pub fn ash(&self, percent: f64, variant: &str) -> Vec<f64> {
        self.shaped(percent, |z, kept, all, sum| {
            let count = kept.iter().filter(|&&kept| kept).count() as f64;
            DVector::from_fn(z.len(), |i, _| match variant {
                _ if !kept[i] => 0.0,
                "p" => z[i],
                "b" => all / count,
                _ => z[i] * (all / sum).exp(),
            })
        })
    }

    pub fn scale(&self, percent: f64) -> Vec<f64> {
        self.shaped(percent, |z, _, all, sum| z * (all / sum).exp())
    }
}
