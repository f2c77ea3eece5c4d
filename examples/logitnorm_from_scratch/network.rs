//! A small convolutional network, and its training.

use burn::{
    module::Module,
    nn::{
        Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
        loss::CrossEntropyLossConfig,
    },
    optim::{AdamWConfig, GradientsParams},
    tensor::{Device, Int, Tensor, TensorData, activation::relu},
};
use oodgate::{burn::LogitNormLossConfig, numeric::random::Random};

use crate::pictures::{CLASSES, Labelled, PIXELS, SIDE};

/// Pictures that are asked about at a time.
const AT_A_TIME: usize = 500;

#[derive(Module, Debug)]
pub struct Network {
    first: Conv2d,
    second: Conv2d,
    hidden: Linear,
    last: Linear,
}

impl Network {
    fn new(device: &Device) -> Self {
        let halving = |channels| {
            Conv2dConfig::new(channels, [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(device)
        };
        Self {
            first: halving([1, 16]),
            second: halving([16, 32]),
            hidden: LinearConfig::new(32 * (SIDE / 4) * (SIDE / 4), 128).init(device),
            last: LinearConfig::new(128, CLASSES).init(device),
        }
    }

    fn forward(&self, pixels: &[f32], device: &Device) -> Tensor<2> {
        let rows = pixels.len() / PIXELS;
        let data = TensorData::new(pixels.to_vec(), [rows, 1, SIDE, SIDE]);
        let x = relu(self.first.forward(Tensor::<4>::from_data(data, device)));
        let x = relu(self.second.forward(x));
        self.last.forward(relu(self.hidden.forward(x.flatten::<2>(1, 3))))
    }

    /// Raw logits `[rows, CLASSES]`: LogitNorm normalises in training alone.
    pub fn logits(&self, pixels: &[f32]) -> Vec<f32> {
        let network = self.clone().valid();
        let device = Device::default();
        let parts = pixels.chunks(AT_A_TIME * PIXELS);
        parts
            .flat_map(|part| {
                network.forward(part, &device).into_data().iter::<f32>().collect::<Vec<_>>()
            })
            .collect()
    }
}

/// What the network is trained with.
pub enum Objective {
    CrossEntropy,
    LogitNorm { tau: f32 },
}

impl Objective {
    fn loss(&self, logits: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        match *self {
            Self::CrossEntropy => {
                CrossEntropyLossConfig::new().init(&logits.device()).forward(logits, targets)
            }
            Self::LogitNorm { tau } => {
                LogitNormLossConfig::new().with_tau(tau).init().forward(logits, targets)
            }
        }
    }
}

/// AdamW, with a cosine for its steps. One learning rate suits both losses then, whose gradients
/// have different lengths: LogitNorm's goes with one over the length of the logits, times tau.
pub struct Training {
    pub epochs: usize,
    pub batch: usize,
    pub learning_rate: f64,
    pub seed: u64,
}

impl Default for Training {
    fn default() -> Self {
        Self { epochs: 8, batch: 64, learning_rate: 0.001, seed: 1 }
    }
}

impl Training {
    /// Trains a network; the same seed starts from the same weights, and sees the same batches.
    pub fn run(&self, rows: &Labelled, objective: &Objective) -> Network {
        let device = Device::default().autodiff();
        device.seed(self.seed);
        let mut network = Network::new(&device);
        let mut optimizer = AdamWConfig::new().with_weight_decay(0.01).init();
        let mut random = Random::new(self.seed);
        let mut order: Vec<usize> = (0..rows.labels.len()).collect();
        let steps = self.epochs * order.len().div_ceil(self.batch);
        let mut step = 0;
        for _ in 0..self.epochs {
            shuffle(&mut order, &mut random);
            for batch in order.chunks(self.batch) {
                let (pixels, labels) = rows.pick(batch);
                let targets =
                    Tensor::<1, Int>::from_data(TensorData::new(labels, [batch.len()]), &device);
                let loss = objective.loss(network.forward(&pixels, &device), targets);
                let gradients = GradientsParams::from_grads(loss.backward(), &network);
                let turned = std::f64::consts::PI * step as f64 / steps as f64;
                let rate = self.learning_rate * 0.5 * (1.0 + turned.cos());
                network = optimizer.step(rate, network, gradients);
                step += 1;
            }
        }
        network
    }
}

fn shuffle(order: &mut [usize], random: &mut Random) {
    for last in (1..order.len()).rev() {
        let other = (random.unit() * (last + 1) as f32) as usize;
        order.swap(last, other.min(last));
    }
}
