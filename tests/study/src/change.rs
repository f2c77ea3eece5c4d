//! What may happen to features before they reach a head.

/// A change of all rows of a problem.
#[derive(Clone, Copy, PartialEq)]
pub enum Change {
    /// As they are.
    None,
    /// 1000 is added to each.
    Shifted,
    /// Each is a thousandth.
    Shrunk,
    /// The fourth of each row is ten thousand times as large.
    OneLarge,
    /// Each has a unit of its own, between a thousandth and a thousand.
    MixedUnits,
}

impl Change {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Shifted => " + 1000",
            Self::Shrunk => " x 0.001",
            Self::OneLarge => ", one x 10 000",
            Self::MixedUnits => ", mixed units",
        }
    }

    /// Of `[rows, width]`.
    pub fn apply(self, features: &mut [f32], width: usize) {
        // A step that is prime scatters the units over the features.
        let unit = |feature: usize| 10f32.powf((feature * 7919 % 601) as f32 / 100.0 - 3.0);
        match self {
            Self::None => {}
            Self::Shifted => features.iter_mut().for_each(|x| *x += 1000.0),
            Self::Shrunk => features.iter_mut().for_each(|x| *x *= 0.001),
            Self::OneLarge => features.chunks_exact_mut(width).for_each(|row| row[3] *= 1e4),
            Self::MixedUnits => features.chunks_exact_mut(width).for_each(|row| {
                row.iter_mut().enumerate().for_each(|(feature, x)| *x *= unit(feature));
            }),
        }
    }
}
