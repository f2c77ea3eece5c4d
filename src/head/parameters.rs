//! All parameters, as PyTorch's `Sequential(Linear, ReLU, Linear, ...)` has them, out of a head
//! and into it.

use super::Head;
use crate::{Error, Result, engine::Engine, error::Mismatch, numeric::format::number};

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// The parameters of a head that takes features as they come, layer by layer, each its weight
    /// `[out, in]` and its bias: see [`crate::architecture::Architecture::layers`].
    pub async fn parameters(&mut self) -> Result<Vec<f32>> {
        let parameters = self.engine().state().await?.parameters;
        Ok(match &self.input {
            Some(map) => map.folded(&parameters, &self.config.architecture),
            None => parameters,
        })
    }

    /// Takes the place of the parameters; the optimiser's moments and the number of updates stay.
    /// The map before the first layer stays, too; a head that has none yet takes none any more,
    /// since the parameters are for features as they come.
    pub async fn set_parameters(&mut self, parameters: &[f32]) -> Result<()> {
        let length = self.config.architecture.parameters() as usize;
        if parameters.len() != length {
            return Err(Error::InvalidOption(Mismatch::new(
                "weights",
                format!("{length} numbers"),
                parameters.len(),
            )));
        }
        let own = match &self.input {
            Some(map) => map.unfolded(parameters, &self.config.architecture),
            None => parameters.to_vec(),
        };
        if let Some(x) = parameters.iter().chain(&own).find(|x| !x.is_finite()) {
            return Err(Error::NotFinite(Mismatch::new(
                "weights",
                "finite numbers, behind the head's own scaling of features too",
                number(f64::from(*x)),
            )));
        }
        let mut state = self.engine().state().await?;
        state.parameters = own;
        self.engine().set_state(&state)?;
        if self.input.is_none() {
            self.config.standardize = false;
        }
        self.invalidate_weights();
        Ok(())
    }
}
