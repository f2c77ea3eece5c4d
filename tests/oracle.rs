//! The engine against burn: the same head as burn tensors, with burn's autodiff for the gradient
//! and burn's optimisers for the update. Two implementations that share nothing must walk the same
//! path.

#![cfg(feature = "burn")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use burn::{
    module::{Module, Param},
    nn::{Linear, LinearConfig, loss::CrossEntropyLossConfig},
    optim::{
        AdamWConfig, GradientsParams, ModuleOptimizer, SgdConfig, decay::WeightDecayConfig,
        momentum::MomentumConfig,
    },
    tensor::{Device, Int, Tensor, TensorData},
};
use oodgate::{
    architecture::Architecture,
    burn::LogitNormLossConfig,
    config::{HeadConfig, HeadOptions, LossOptions, MemoryOptions, OptimizerOptions},
    engine::{Engine, cpu::CpuEngine},
    loss::Loss,
    numeric::random::Random,
    optim::Optimizer,
};
use support::{Tolerance, assert_close, heads::Head};

const ROWS: usize = 9;
const STEPS: usize = 8;

#[derive(Module, Debug)]
struct BurnHead {
    layers: Vec<Linear>,
}

impl BurnHead {
    fn new(architecture: &Architecture, parameters: &[f32], device: &Device) -> Self {
        let layer = |layer: oodgate::architecture::Layer| {
            let mut linear = LinearConfig::new(layer.inputs, layer.outputs).init(device);
            // burn keeps weights as [inputs, outputs].
            let weight =
                TensorData::new(parameters[layer.weight].to_vec(), [layer.outputs, layer.inputs]);
            let bias = TensorData::new(parameters[layer.bias].to_vec(), [layer.outputs]);
            linear.weight = Param::from_tensor(Tensor::<2>::from_data(weight, device).transpose());
            linear.bias = Some(Param::from_tensor(Tensor::<1>::from_data(bias, device)));
            linear
        };
        Self { layers: architecture.layers().into_iter().map(layer).collect() }
    }

    fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                x = burn::tensor::activation::relu(x);
            }
            x = layer.forward(x);
        }
        x
    }

    /// All parameters in our order and layout.
    fn parameters(&self) -> Vec<f64> {
        let values = |data: TensorData| data.iter::<f64>().collect::<Vec<_>>();
        self.layers
            .iter()
            .flat_map(|layer| {
                let weight = values(layer.weight.val().transpose().into_data());
                let bias = values(layer.bias.as_ref().unwrap().val().into_data());
                [weight, bias].concat()
            })
            .collect()
    }
}

fn burn_loss(loss: &Loss, logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    match *loss {
        // The module is the paper's: with smoothing, its formula on normalised logits.
        Loss::LogitNorm { tau, label_smoothing: 0.0 } => {
            LogitNormLossConfig::new().with_tau(tau).init().forward(logits, labels)
        }
        Loss::LogitNorm { tau, label_smoothing } => {
            let norm = logits.clone().powf_scalar(2.0).sum_dim(1).sqrt() + 1e-7;
            let logits = logits / norm / tau;
            CrossEntropyLossConfig::new()
                .with_smoothing(Some(label_smoothing))
                .init(&logits.device())
                .forward(logits, labels)
        }
        Loss::CrossEntropy { label_smoothing } => CrossEntropyLossConfig::new()
            .with_smoothing((label_smoothing > 0.0).then_some(label_smoothing))
            .init(&logits.device())
            .forward(logits, labels),
    }
}

fn burn_optimizer(optimizer: &Optimizer) -> ModuleOptimizer {
    match *optimizer {
        Optimizer::Sgd { momentum, nesterov, weight_decay, .. } => {
            let momentum = (momentum > 0.0).then(|| {
                MomentumConfig::new()
                    .with_momentum(momentum)
                    .with_dampening(0.0)
                    .with_nesterov(nesterov)
            });
            let decay = (weight_decay > 0.0).then(|| WeightDecayConfig::new(weight_decay as f32));
            SgdConfig::new().with_momentum(momentum).with_weight_decay(decay).init()
        }
        Optimizer::AdamW { beta1, beta2, epsilon, weight_decay, .. } => AdamWConfig::new()
            .with_beta_1(beta1 as f32)
            .with_beta_2(beta2 as f32)
            .with_epsilon(epsilon as f32)
            .with_weight_decay(weight_decay as f32)
            .init(),
    }
}

/// Trains both heads on the same batches and compares losses and parameters after every step.
fn compare(config: HeadConfig) {
    let device = Device::default().autodiff();
    let (features, classes) = (config.architecture.features(), config.architecture.classes());
    let mut random = Random::new(7);
    let mut theirs = BurnHead::new(&config.architecture, &config.initial_parameters(), &device);
    let mut optimizer = burn_optimizer(&config.optimizer);
    let engine = CpuEngine::new(&config.spec(), config.initial_parameters());
    let mut ours = Head::new(engine, config.clone());

    for step in 0..STEPS {
        let x: Vec<f32> = (0..ROWS * features).map(|_| 4.0 * random.unit() - 2.0).collect();
        let labels: Vec<f64> =
            (0..ROWS).map(|_| f64::from((random.unit() * classes as f32).floor())).collect();

        let input = Tensor::<2>::from_data(TensorData::new(x.clone(), [ROWS, features]), &device);
        let indices: Vec<i64> = labels.iter().map(|&label| label as i64).collect();
        let targets = Tensor::<1, Int>::from_data(TensorData::new(indices, [ROWS]), &device);
        let loss = burn_loss(&config.loss, theirs.forward(input), targets);
        let expected: f64 = loss.clone().into_scalar::<f32>().into();
        let gradients = GradientsParams::from_grads(loss.backward(), &theirs);
        theirs = optimizer.step(config.optimizer.learning_rate(), theirs, gradients);

        let result = pollster::block_on(ours.train_step(x, &labels, None)).unwrap();
        let state = pollster::block_on(ours.engine().state()).unwrap();
        let what = format!("{config:?}, step {step}");
        let tolerance = Tolerance { absolute: 2e-5, relative: 2e-5 };
        assert_close(&format!("loss of {what}"), &[result.loss], &[expected], tolerance);
        assert_close(
            &format!("parameters of {what}"),
            &state.parameters,
            &theirs.parameters(),
            tolerance,
        );
    }
}

#[test]
fn every_combination_walks_burns_path() {
    let losses = [
        LossOptions::LogitNorm { tau: Some(0.1), label_smoothing: None },
        LossOptions::LogitNorm { tau: Some(0.1), label_smoothing: Some(0.1) },
        LossOptions::CrossEntropy { label_smoothing: None },
        LossOptions::CrossEntropy { label_smoothing: Some(0.1) },
    ];
    let sgd = |momentum, nesterov, weight_decay| OptimizerOptions::Sgd {
        learning_rate: Some(0.05),
        momentum: Some(momentum),
        nesterov: Some(nesterov),
        weight_decay: Some(weight_decay),
    };
    let adamw = |weight_decay| OptimizerOptions::AdamW {
        learning_rate: None,
        beta1: None,
        beta2: None,
        epsilon: None,
        weight_decay: Some(weight_decay),
    };
    let optimizers =
        [sgd(0.0, false, 0.0), sgd(0.9, false, 0.01), sgd(0.9, true, 0.0), adamw(0.0), adamw(0.05)];
    for hidden in [vec![], vec![6.0], vec![8.0, 5.0]] {
        for loss in &losses {
            for optimizer in &optimizers {
                let options = HeadOptions {
                    features: 11.0,
                    classes: (0..7).map(|class| class.to_string()).collect(),
                    hidden: hidden.clone(),
                    loss: Some(loss.clone()),
                    optimizer: Some(optimizer.clone()),
                    seed: Some(3.0),
                    standardize: Some(false),
                    memory: MemoryOptions::default(),
                };
                compare(options.check().unwrap());
            }
        }
    }
}
