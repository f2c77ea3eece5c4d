//! The whole head's gradient against finite differences of a naive f64 head: what a plain SGD step
//! of learning rate 1 takes off each parameter.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    config::{HeadConfig, HeadOptions, LossOptions, MemoryOptions, OptimizerOptions},
    engine::{Engine, cpu::CpuEngine},
    loss::Loss,
    numeric::random::Random,
};
use pollster::block_on;
use support::{Tolerance, assert_close, heads::Head};

const ROWS: usize = 5;

/// Mean loss in f64, written down from the definitions.
fn naive_loss(config: &HeadConfig, parameters: &[f64], features: &[f32], labels: &[f64]) -> f64 {
    let layers = config.architecture.layers();
    let rows = features.chunks(config.architecture.features()).zip(labels);
    let losses = rows.map(|(row, &label)| {
        let mut x: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
        for (index, layer) in layers.iter().enumerate() {
            if index > 0 {
                x.iter_mut().for_each(|x| *x = x.max(0.0));
            }
            let weight = parameters[layer.weight.clone()].chunks(layer.inputs);
            let outputs = weight.zip(&parameters[layer.bias.clone()]);
            x = outputs
                .map(|(w, b)| b + w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>())
                .collect();
        }
        let (Loss::LogitNorm { label_smoothing, .. } | Loss::CrossEntropy { label_smoothing }) =
            config.loss;
        if let Loss::LogitNorm { tau, .. } = config.loss {
            let norm = x.iter().map(|f| f * f).sum::<f64>().sqrt() + 1e-7;
            x.iter_mut().for_each(|f| *f /= norm * f64::from(tau));
        }
        let (share, mean) = (f64::from(label_smoothing), x.iter().sum::<f64>() / x.len() as f64);
        let target = (1.0 - share) * x[label as usize] + share * mean;
        x.iter().map(|f| f.exp()).sum::<f64>().ln() - target
    });
    losses.sum::<f64>() / labels.len() as f64
}

#[test]
fn every_parameters_gradient_is_its_finite_difference() {
    for loss in [
        LossOptions::LogitNorm { tau: Some(0.2), label_smoothing: None },
        LossOptions::LogitNorm { tau: Some(0.2), label_smoothing: Some(0.2) },
        LossOptions::CrossEntropy { label_smoothing: None },
    ] {
        for hidden in [vec![], vec![7.0], vec![6.0, 5.0]] {
            let sgd = OptimizerOptions::Sgd {
                learning_rate: Some(1.0),
                momentum: None,
                nesterov: None,
                weight_decay: None,
            };
            let options = HeadOptions {
                features: 4.0,
                classes: (0..3).map(|class| class.to_string()).collect(),
                hidden: hidden.clone(),
                loss: Some(loss.clone()),
                optimizer: Some(sgd),
                seed: Some(2.0),
                standardize: Some(false),
                memory: MemoryOptions::default(),
            };
            let config = options.check().unwrap();
            let before = config.initial_parameters();
            let mut random = Random::new(8);
            let features: Vec<f32> = (0..ROWS * 4).map(|_| 4.0 * random.unit() - 2.0).collect();
            let labels: Vec<f64> = (0..ROWS).map(|row| (row % 3) as f64).collect();

            let mut head =
                Head::new(CpuEngine::new(&config.spec(), before.clone()), config.clone());
            block_on(head.train_step(features.clone(), &labels, None)).unwrap();
            let after = block_on(head.engine().state()).unwrap().parameters;
            let gradient: Vec<f32> =
                before.iter().zip(&after).map(|(before, after)| before - after).collect();

            let wide: Vec<f64> = before.iter().map(|&p| f64::from(p)).collect();
            let step = 1e-6;
            let differences: Vec<f64> = (0..wide.len())
                .map(|index| {
                    let at = |shift: f64| {
                        let mut moved = wide.clone();
                        moved[index] += shift;
                        naive_loss(&config, &moved, &features, &labels)
                    };
                    (at(step) - at(-step)) / (2.0 * step)
                })
                .collect();
            let what = format!("{loss:?}, hidden {hidden:?}");
            assert_close(
                &what,
                &gradient,
                &differences,
                Tolerance { absolute: 2e-6, relative: 1e-5 },
            );
        }
    }
}
