//! A class more, less, or under another name. The other classes keep what they learnt: weights,
//! the optimiser's moments, rows.

use super::Head;
use crate::{
    Error, Result,
    config::{ClassWeights, MAX_PARAMETERS, default_tau},
    engine::{Engine, State},
    error::Mismatch,
    loss::Loss,
    numeric::format::quoted,
    ood::fitting::FittedScorers,
};

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// A new class behind the others, and its index. Until it is learnt its logit is the mean of
    /// the others', which is never the largest: the head's answers stay what they were.
    pub async fn add_class(&mut self, name: String) -> Result<usize> {
        self.check_is_new("name", &name)?;
        let index = self.classes();
        let architecture = self.config.architecture.with_classes(index + 1);
        if architecture.parameters() > MAX_PARAMETERS as f64 {
            return Err(Error::InvalidOption(Mismatch::new(
                "name",
                format!("a class with which the head has at most {MAX_PARAMETERS} parameters"),
                architecture.parameters(),
            )));
        }
        let mut classes = self.config.classes.clone();
        classes.push(name);
        self.change_classes(classes, |values, is_moment| {
            let width = values.len() / index;
            let new = (0..width).map(|column| {
                let sum: f64 =
                    values.iter().skip(column).step_by(width).map(|&x| f64::from(x)).sum();
                if is_moment { 0.0 } else { (sum / index as f64) as f32 }
            });
            values.iter().copied().chain(new.collect::<Vec<_>>()).collect()
        })
        .await?;
        if let Some((_, ClassWeights::Given(weights))) = &mut self.fitted_with {
            weights.push(1.0);
        }
        Ok(index)
    }

    /// Gives a class another name.
    pub fn rename_class(&mut self, from: &str, to: String) -> Result<()> {
        let class = self.class_named("from", from)?;
        if from != to {
            self.check_is_new("to", &to)?;
        }
        self.config.classes[class] = to;
        self.revision = self.revision.wrapping_add(1);
        Ok(())
    }

    /// Removes a class. Its rows become examples of the unknown, or are forgotten. Classes behind
    /// it move up.
    pub async fn remove_class(&mut self, name: &str, rows_as_unknown: bool) -> Result<()> {
        let class = self.class_named("name", name)?;
        let count = self.classes();
        if count == 1 {
            return Err(Error::InvalidOption(Mismatch::new(
                "name",
                "a class beside which there are others",
                format!("{}, the only one", quoted(name)),
            )));
        }
        let mut classes = self.config.classes.clone();
        classes.remove(class);
        self.change_classes(classes, |values, _| {
            let width = values.len() / count;
            let (before, behind) = (&values[..class * width], &values[(class + 1) * width..]);
            [before, behind].concat()
        })
        .await?;
        if let Some((_, ClassWeights::Given(weights))) = &mut self.fitted_with {
            weights.remove(class);
        }
        self.changed_memory(|memory, seen| {
            let forget = |gone: &[&[f32]], others: &[&[f32]]| seen.remove(gone, others);
            memory.remove_class(class as u32, rows_as_unknown, forget);
        });
        Ok(())
    }

    /// Takes other classes: `change` makes the last layer's weight, and its bias, and the same of
    /// each moment, from those before.
    async fn change_classes(
        &mut self,
        classes: Vec<String>,
        change: impl Fn(&[f32], bool) -> Vec<f32>,
    ) -> Result<()> {
        let last = self.config.architecture.layers().pop();
        let State { parameters, moments } = self.engine().state().await?;
        let changed = |values: &[f32], is_moment| match &last {
            None => Vec::new(),
            Some(last) => [
                values[..last.weight.start].to_vec(),
                change(&values[last.weight.clone()], is_moment),
                change(&values[last.bias.clone()], is_moment),
            ]
            .concat(),
        };
        let state = State {
            parameters: changed(&parameters, false),
            moments: moments.iter().map(|moment| changed(moment, true)).collect(),
        };
        let mut config = self.config.clone();
        config.architecture = config.architecture.with_classes(classes.len());
        if let (true, Loss::LogitNorm { tau, .. }) = (config.tau_by_classes, &mut config.loss) {
            *tau = default_tau(classes.len()) as f32;
        }
        config.classes = classes;
        let mut engine = self.engine().beside(config.spec(), state.parameters.clone())?;
        engine.set_state(&state)?;
        engine.set_input(self.input.clone());
        // From here on nothing is refused.
        self.trainer.replace_engine(engine);
        self.config = config;
        self.calibration = None;
        self.scorers = FittedScorers::of(&self.memory);
        self.revision = self.revision.wrapping_add(1);
        Ok(())
    }

    fn check_is_new(&self, argument: &str, name: &str) -> Result<()> {
        if !self.config.classes.iter().any(|class| class == name) {
            return Ok(());
        }
        let expected = "a name that no class of the head has";
        Err(Error::InvalidOption(Mismatch::new(argument, expected, quoted(name))))
    }

    fn class_named(&self, argument: &str, name: &str) -> Result<usize> {
        self.config.classes.iter().position(|class| class == name).ok_or_else(|| {
            let expected = "the name of a class of the head";
            Error::InvalidOption(Mismatch::new(argument, expected, quoted(name)))
        })
    }
}
