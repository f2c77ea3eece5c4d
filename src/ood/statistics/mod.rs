//! Statistics of the training rows, each made once for the weights as they are and shared by all
//! scorers that need it.

pub mod blocked;
pub mod cache;
pub mod class_distances;
pub mod covariance;
mod eigen;
pub mod form;
pub mod layers;
pub mod local_density;
pub mod moments;
pub mod nearness;
pub mod neighbours;
pub mod pieces;
pub mod principal;
pub(crate) mod sample;
pub mod shaped;
pub mod standard;
pub mod subspace;
pub mod training;
pub mod triangle;
pub mod unknown;

use std::rc::Rc;

use self::{
    cache::Cache, class_distances::ClassDistances, covariance::Whitening, layers::Layers,
    moments::Moments, nearness::Nearness, neighbours::Bank, pieces::rows_of_piece,
    principal::Principal, shaped::Shaped, standard::Standard, training::Training,
};
use super::{Batch, ScorerName, parameters::refusal};
use crate::{
    Error, Result,
    architecture::Architecture,
    engine::Engine,
    input_map::InputMap,
    numeric::row::{norm, normalized},
    pace::{paced, wait},
    training::rows::Rows,
};

/// Bytes of covariance factors that are kept: those of five ridges at 1280 features.
const KEPT_FACTORS: usize = 32 << 20;

/// Training rows and what was made of them.
pub struct Statistics<M> {
    rows: Option<Rows>,
    /// Examples of what is none of the classes, `[rows, features]`.
    unknown: Option<Rc<Vec<f32>>>,
    /// Distances from the rows, whatever the weights.
    nearness: Option<Rc<Nearness<M>>>,
    of_weights: OfWeights<M>,
}

/// What depends on the weights: dropped on every update.
struct OfWeights<M> {
    layers: Option<Rc<Layers<M>>>,
    training: Option<Rc<Training>>,
    /// See [`super::auto::unsureness`].
    unsureness: Option<(f32, Standard)>,
    /// Of the last layer's inputs as they are, and at unit length.
    moments: [Option<Rc<Moments>>; 2],
    principal: Option<Rc<Principal>>,
    /// The training rows' summed residuals, by the dimensions left out.
    residuals: Option<(usize, f64)>,
    unit_rows: Option<Rc<RowBank<M>>>,
    guided_rows: Option<Rc<Bank<M>>>,
    class_distances: Cache<(bool, u64), Rc<ClassDistances<M>>>,
    backgrounds: Cache<(bool, u64), Rc<Whitening<M>>>,
}

/// Rows to search in, on the host too: distances are computed from the rows themselves.
pub struct RowBank<M> {
    /// `[rows, width]`.
    pub values: Vec<f32>,
    /// The same on the engine.
    pub bank: Bank<M>,
}

impl<M> OfWeights<M> {
    fn new() -> Self {
        Self {
            layers: None,
            training: None,
            unsureness: None,
            moments: [None, None],
            principal: None,
            residuals: None,
            unit_rows: None,
            guided_rows: None,
            class_distances: Cache::new(KEPT_FACTORS),
            backgrounds: Cache::new(KEPT_FACTORS),
        }
    }
}

impl<M> Statistics<M> {
    /// Of these rows and examples of the unknown, if there are any.
    pub fn new(rows: Option<Rows>, unknown: Option<Rc<Vec<f32>>>) -> Self {
        Self { rows, unknown, nearness: None, of_weights: OfWeights::new() }
    }

    /// The training rows.
    pub fn rows(&self) -> Option<&Rows> {
        self.rows.as_ref()
    }

    /// The head's logits of the training rows, where they were asked for.
    pub fn own_logits(&self) -> Option<&[f32]> {
        Some(self.of_weights.training.as_ref()?.batch().logits)
    }

    /// What was kept of [`super::auto::unsureness`].
    pub fn unsureness(&self) -> Option<(f32, Standard)> {
        self.of_weights.unsureness
    }

    /// Keeps that.
    pub fn keep_unsureness(&mut self, made: (f32, Standard)) {
        self.of_weights.unsureness = Some(made);
    }

    /// Drops what was made for weights that are no more.
    pub fn forget_weights(&mut self) {
        self.of_weights = OfWeights::new();
    }
}

/// What a scorer is fitted from.
pub struct Context<'a, E: Engine> {
    /// The head.
    pub engine: &'a mut E,
    /// Its layers.
    pub architecture: &'a Architecture,
    /// The map before the first one.
    pub input: Option<&'a InputMap>,
    /// Seed of random choices among rows.
    pub seed: u64,
    /// Which scorer asks.
    pub name: ScorerName,
    /// What is shared.
    pub statistics: &'a mut Statistics<E::Matrix>,
}

#[maybe_async::maybe_async]
impl<E: Engine> Context<'_, E> {
    /// Length of the last layer's inputs.
    pub fn width(&self) -> usize {
        self.architecture.penultimate()
    }

    fn rows(&self) -> Result<Rows> {
        self.statistics.rows.clone().ok_or(Error::ScorerNotFitted(self.name.as_str()))
    }

    /// The parameters of a head that takes features as they come.
    async fn parameters(&mut self) -> Result<Vec<f32>> {
        let parameters = self.engine.state().await?.parameters;
        Ok(match self.input {
            Some(map) => map.folded(&parameters, self.architecture),
            None => parameters,
        })
    }

    /// The layers for products in both directions.
    pub async fn layers(&mut self) -> Result<Rc<Layers<E::Matrix>>> {
        if let Some(layers) = &self.statistics.of_weights.layers {
            return Ok(layers.clone());
        }
        let layers = Rc::new({
            let parameters = self.parameters().await?;
            Layers::new(self.engine, self.architecture, &parameters)?
        });
        Ok(self.statistics.of_weights.layers.insert(layers).clone())
    }

    /// A factor, and the whitened class means here and on the engine.
    fn factor_bytes(&self) -> usize {
        self.width() * (self.width() + 2 * self.architecture.classes()) * size_of::<f32>()
    }

    /// The rows that nnGuide makes of the training rows.
    pub async fn guided_rows(
        &mut self,
        make: impl Fn(&Batch) -> Vec<f32>,
    ) -> Result<Rc<Bank<E::Matrix>>> {
        if let Some(bank) = &self.statistics.of_weights.guided_rows {
            return Ok(bank.clone());
        }
        let training = paced!(self.training())?;
        let bank = Bank::new(self.engine, &make(&training.batch()), training.width())?;
        Ok(self.statistics.of_weights.guided_rows.insert(Rc::new(bank)).clone())
    }
}

/// What takes long is made in pieces.
impl<E: Engine> Context<'_, E> {
    /// The principal directions of the last layer's inputs.
    pub async fn principal(&mut self) -> Result<Rc<Principal>> {
        if let Some(principal) = &self.statistics.of_weights.principal {
            return Ok(principal.clone());
        }
        let training = self.training().await?;
        let principal = Rc::new(Principal::new(self.engine, &training).await?);
        Ok(self.statistics.of_weights.principal.insert(principal).clone())
    }

    /// The sum of the training rows' residuals beside so many of [`Context::principal`]'s
    /// dimensions.
    pub async fn residuals(&mut self, principal: &Principal, dimensions: usize) -> Result<f64> {
        if let Some((of, residuals)) = self.statistics.of_weights.residuals
            && of == dimensions
        {
            return Ok(residuals);
        }
        let training = self.training().await?;
        let (inputs, width) = (training.batch().inputs, training.width());
        let rest = width - dimensions;
        let complement = self.engine.matrix(principal.vectors[..rest * width].to_vec(), width)?;
        let mut residuals = 0.0;
        for rows in inputs.chunks(rows_of_piece::<E>(width, rest) * width) {
            let products = wait!(self.engine.product(&principal.from_origin(rows), &complement))?;
            residuals += products.chunks_exact(rest).map(norm).sum::<f64>();
            self.engine.pace().piece().await;
        }
        self.statistics.of_weights.residuals = Some((dimensions, residuals));
        Ok(residuals)
    }

    /// The training rows and the head's answers to them.
    pub async fn training(&mut self) -> Result<Rc<Training>> {
        if let Some(training) = &self.statistics.of_weights.training {
            return Ok(training.clone());
        }
        let training = {
            let rows = self.rows()?;
            let parameters = wait!(self.parameters())?;
            Training::new(self.engine, self.architecture, parameters, rows).await?
        };
        Ok(self.statistics.of_weights.training.insert(training).clone())
    }

    /// The last layer's inputs at unit length.
    pub async fn unit_rows(&mut self) -> Result<Rc<RowBank<E::Matrix>>> {
        if let Some(rows) = &self.statistics.of_weights.unit_rows {
            return Ok(rows.clone());
        }
        let training = self.training().await?;
        let (inputs, width) = (training.batch().inputs, training.width());
        let mut values = Vec::with_capacity(inputs.len());
        let mut bank = Bank::new(self.engine, &[], width)?;
        for rows in inputs.chunks(neighbours::BLOCK * width) {
            let unit = normalized(rows, width);
            values.extend_from_slice(&unit);
            bank.add(self.engine, unit)?;
            self.engine.pace().piece().await;
        }
        Ok(self.statistics.of_weights.unit_rows.insert(Rc::new(RowBank { values, bank })).clone())
    }

    /// Means and covariances of the last layer's inputs, at unit length where `normalize`.
    pub async fn moments(&mut self, normalize: bool) -> Result<Rc<Moments>> {
        if let Some(moments) = &self.statistics.of_weights.moments[usize::from(normalize)] {
            return Ok(moments.clone());
        }
        let training = self.training().await?;
        let Batch { inputs, width, .. } = training.batch();
        let lengths: Vec<f64>;
        let rows = if normalize {
            lengths = inputs.chunks_exact(width).map(norm).collect();
            Shaped::unit(inputs, width, &lengths)
        } else {
            Shaped::plain(inputs, width)
        };
        let moments =
            Moments::new(self.engine, &rows, training.labels(), training.classes()).await?;
        Ok(self.statistics.of_weights.moments[usize::from(normalize)]
            .insert(Rc::new(moments))
            .clone())
    }

    /// Distances to the class means of the last layer's inputs under the covariance within classes.
    pub async fn class_distances(
        &mut self,
        normalize: bool,
        ridge: f64,
    ) -> Result<Rc<ClassDistances<E::Matrix>>> {
        let key = (normalize, ridge.to_bits());
        if let Some(distances) = self.statistics.of_weights.class_distances.get(&key) {
            return Ok(distances);
        }
        let moments = self.moments(normalize).await?;
        let distances = Rc::new(ClassDistances::new(self.engine, &moments, ridge).await?);
        let bytes = self.factor_bytes();
        Ok(self.statistics.of_weights.class_distances.keep(key, bytes, distances))
    }

    /// The whitening by the covariance of all rows about their mean.
    pub async fn background(
        &mut self,
        normalize: bool,
        ridge: f64,
    ) -> Result<Rc<Whitening<E::Matrix>>> {
        let key = (normalize, ridge.to_bits());
        if let Some(whitening) = self.statistics.of_weights.backgrounds.get(&key) {
            return Ok(whitening);
        }
        let moments = self.moments(normalize).await?;
        let total = moments.total(moments.within.clone(), &self.engine.pace()).await;
        let whitening = Rc::new(
            Whitening::new(self.engine, &total, ridge, &moments.mean, moments.features).await?,
        );
        let bytes = self.factor_bytes();
        Ok(self.statistics.of_weights.backgrounds.keep(key, bytes, whitening))
    }

    /// The distances from the training rows that "auto" combines.
    pub async fn nearness(&mut self) -> Result<Rc<Nearness<E::Matrix>>> {
        if let Some(nearness) = &self.statistics.nearness {
            return Ok(nearness.clone());
        }
        let rows = self.rows()?;
        let classes = self.architecture.classes();
        let unknown = self.statistics.unknown.clone();
        let nearness = Nearness::new(
            self.engine,
            &rows,
            unknown.as_deref().map(Vec::as_slice),
            classes,
            self.seed,
        )
        .await?;
        Ok(self.statistics.nearness.insert(Rc::new(nearness)).clone())
    }
}

/// The number of neighbours to look for: what was asked for, if there are as many rows, or the
/// usual one, cut to them.
pub fn neighbours_asked(asked: Option<usize>, usual: usize, rows: usize) -> Result<usize> {
    match asked {
        Some(k) if k > rows => {
            Err(refusal("k", format!("at most {rows}, the number of training rows"), k))
        }
        Some(k) => Ok(k),
        None => Ok(usual.min(rows)),
    }
}
