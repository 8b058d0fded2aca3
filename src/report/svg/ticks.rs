//! Round numbers on an axis.
//!
//! A tick is `count x step`, where the step is 1, 2 or 5 with a power of ten. The power is read off
//! the decimal text of the range and labels are written from whole numbers, so that no rounding of
//! a logarithm can move a tick.

use crate::report::figure::grouped;

/// What of a range counts as nothing beside the size of its numbers.
const NEXT_TO_NOTHING: f64 = 1e-9;

/// Ticks from `first` to `last` times `digit x 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ticks {
    digit: i64,
    exponent: i32,
    first: i64,
    last: i64,
}

impl Ticks {
    /// Round numbers about `low` and `high`, about `most` of them, the ends included.
    pub(crate) fn around(low: f64, high: f64, most: usize) -> Self {
        let (low, high) = widened(low, high);
        let (digit, exponent) = step((high - low) / most.max(1) as f64);
        let size = decimal(digit, exponent);
        Self {
            digit,
            exponent,
            first: (low / size).floor() as i64,
            last: (high / size).ceil() as i64,
        }
    }

    fn at(&self, count: i64) -> f64 {
        decimal(count * self.digit, self.exponent)
    }

    pub(crate) fn low(&self) -> f64 {
        self.at(self.first)
    }

    pub(crate) fn high(&self) -> f64 {
        self.at(self.last)
    }

    /// Each tick with its label.
    pub(crate) fn labels(&self, percent: bool) -> Vec<(f64, String)> {
        let exponent = self.exponent + if percent { 2 } else { 0 };
        let largest = self.low().abs().max(self.high().abs());
        let (thousands, letter) = match largest {
            _ if percent => (0, " %"),
            size if size >= 1e16 => (0, ""),
            size if size >= 1e12 => (12, "T"),
            size if size >= 1e9 => (9, "B"),
            size if size >= 1e6 => (6, "M"),
            size if size >= 1e4 => (3, "K"),
            _ => (0, ""),
        };
        let label = |count: i64| {
            let number = written(count * self.digit, exponent - thousands);
            let letter = if count == 0 && !percent { "" } else { letter };
            (self.at(count), format!("{number}{letter}"))
        };
        (self.first..=self.last).map(label).collect()
    }
}

/// A range that is wide enough beside its numbers to be divided.
fn widened(low: f64, high: f64) -> (f64, f64) {
    const LARGEST: f64 = 1e300;
    let bounded = |x: f64| x.clamp(-LARGEST, LARGEST);
    let (low, high) = (bounded(low.min(high)), bounded(high.max(low)));
    let size = low.abs().max(high.abs());
    if size < 1e-300 {
        return (0.0, 1.0);
    }
    if high - low > size * NEXT_TO_NOTHING {
        return (low, high);
    }
    (low - size / 10.0, high + size / 10.0)
}

/// 1, 2 or 5 and a power of ten: the least such number that is not below the one given.
fn step(rough: f64) -> (i64, i32) {
    let text = format!("{rough:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or(("1", "0"));
    let mantissa: f64 = mantissa.parse().unwrap_or(1.0);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match mantissa {
        x if x <= 1.0 => (1, exponent),
        x if x <= 2.0 => (2, exponent),
        x if x <= 5.0 => (5, exponent),
        _ => (1, exponent + 1),
    }
}

/// `whole x 10^exponent`, rounded once.
fn decimal(whole: i64, exponent: i32) -> f64 {
    format!("{whole}e{exponent}").parse().unwrap_or(0.0)
}

/// `whole x 10^exponent` as text: `0.25`, `1,200`, `3e20`.
fn written(whole: i64, exponent: i32) -> String {
    if whole == 0 {
        return "0".to_owned();
    }
    if !(-9..=15).contains(&exponent) {
        return format!("{whole}e{exponent}").replace('-', "\u{2212}");
    }
    let sign = if whole < 0 { "\u{2212}" } else { "" };
    let digits = whole.unsigned_abs().to_string();
    if exponent >= 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize);
        return format!("{sign}{}", grouped(&format!("{digits}{zeros}")));
    }
    let places = exponent.unsigned_abs() as usize;
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (before, after) = padded.split_at(padded.len() - places);
    format!("{sign}{}.{after}", grouped(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, most: usize) -> Vec<String> {
        let ticks = Ticks::around(low, high, most);
        ticks
            .labels(false)
            .into_iter()
            .map(|(_, label)| label)
            .collect()
    }

    #[test]
    fn ticks_are_round_and_hold_the_range() {
        assert_eq!(labels(0.0, 6.0, 6), ["0", "1", "2", "3", "4", "5", "6"]);
        assert_eq!(
            labels(-0.13, 0.42, 5),
            ["\u{2212}0.2", "0.0", "0.2", "0.4", "0.6"].map(|x| if x == "0.0" { "0" } else { x })
        );
        assert_eq!(labels(0.0, 123_456.0, 3), ["0", "50K", "100K", "150K"]);
        assert_eq!(
            labels(0.0, 2_400_000.0, 3),
            ["0M", "1M", "2M", "3M"].map(|x| if x == "0M" { "0" } else { x })
        );
    }

    #[test]
    fn ticks_of_odd_ranges() {
        assert_eq!(
            labels(0.0, 0.0, 4),
            ["0.0", "0.5", "1.0"].map(|x| if x == "0.0" { "0" } else { x })
        );
        assert!((3..6).contains(&labels(7.0, 7.0, 3).len()));
        assert_eq!(labels(1e20, 3e20, 2), ["1e20", "2e20", "3e20"]);
        assert_eq!(labels(0.0, 1e-15, 1), ["0", "1e\u{2212}15"]);
        for (low, high) in [
            (-1e308, 1e308),
            (1e15, 1e15 + 0.5),
            (0.0, 5e-324),
            (f64::MIN, f64::MAX),
        ] {
            let ticks = Ticks::around(low, high, 5);
            assert!(ticks.low().is_finite() && ticks.low() < ticks.high());
            assert!(ticks.labels(false).len() < 12, "{:?}", ticks.labels(false));
        }
    }

    #[test]
    fn shares_are_percentages() {
        let labels = Ticks::around(0.0, 0.1, 2).labels(true);
        assert_eq!(labels[1], (0.05, "5 %".into()));
    }
}
