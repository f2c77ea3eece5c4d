//! Numbers in messages. The standard library's floats, exact to the last digit, take eighteen
//! kilobytes of the CPU file; six digits tell a reader what came.

/// What a message can show.
pub trait Shown {
    /// As a reader of the message sees it.
    fn shown(&self) -> String;
}

impl Shown for f64 {
    fn shown(&self) -> String {
        number(*self)
    }
}

impl Shown for f32 {
    fn shown(&self) -> String {
        number(f64::from(*self))
    }
}

impl Shown for usize {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for u32 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for &str {
    fn shown(&self) -> String {
        (*self).to_string()
    }
}

impl Shown for String {
    fn shown(&self) -> String {
        self.clone()
    }
}

/// A text between quotation marks, as it is: the standard library's escapes bring tables of all of
/// Unicode.
pub fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A number to six significant digits.
pub fn number(x: f64) -> String {
    if !x.is_finite() {
        let text = if x.is_nan() {
            "NaN"
        } else if x > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        return text.to_string();
    }
    if x.fract() == 0.0 && x.abs() < 1e15 {
        return format!("{}", x as i64);
    }
    let sign = if x < 0.0 { "-" } else { "" };
    let (digits, exponent) = scientific(x.abs());
    let digits = digits.trim_end_matches('0');
    match exponent {
        // Rounded to a whole number: its zeros were trimmed.
        5 if digits.len() <= 6 => format!("{sign}{digits}{}", "0".repeat(6 - digits.len())),
        -7..=-1 => format!("{sign}0.{}{digits}", "0".repeat((-1 - exponent) as usize)),
        0..=4 => {
            // Not a slice by index, whose refusal would bring the same tables.
            let (whole, part) =
                digits.split_at_checked(exponent as usize + 1).unwrap_or((digits, ""));
            let zeros = "0".repeat(exponent as usize + 1 - whole.len());
            let point = if part.is_empty() { "" } else { "." };
            format!("{sign}{whole}{zeros}{point}{part}")
        }
        _ => {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
            let point = if rest.is_empty() { "" } else { "." };
            format!("{sign}{first}{point}{rest}e{exponent}")
        }
    }
}

/// Six digits and the power of ten of the first.
fn scientific(x: f64) -> (String, i32) {
    let mut exponent = x.log10().floor() as i32;
    // In two steps: 10^-324 does not exist, and a subnormal needs more than 10^308.
    let scaled = |exponent: i32| {
        (x * 10_f64.powi((5 - exponent) / 2) * 10_f64.powi(5 - exponent - (5 - exponent) / 2))
            .round()
    };
    if scaled(exponent) >= 1e6 {
        exponent += 1;
    }
    (format!("{}", scaled(exponent) as u64), exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        let expected = [
            (0.0, "0"),
            (-0.0, "0"),
            (3.0, "3"),
            (-1e9, "-1000000000"),
            (0.5, "0.5"),
            (-0.04, "-0.04"),
            (0.1 + 0.2, "0.3"),
            (1e-7, "0.0000001"),
            (1.5e-9, "1.5e-9"),
            (123.456, "123.456"),
            (99_999.95, "100000"),
            (0.999_999_96, "1"),
            (12_345.678, "12345.7"),
            (1e39, "1e39"),
            (f64::MAX, "1.79769e308"),
            (5e-324, "4.94066e-324"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (x, text) in expected {
            assert_eq!(number(x), text);
        }
    }
}
