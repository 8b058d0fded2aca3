//! Figures in sentences.

use crate::report::{digits_for, figure};
use crate::stats::{ConfidenceLevel, Estimate};
use crate::time::TimeRange;

/// What stands for a figure that there is not.
pub(crate) const UNKNOWN: &str = "not estimated";

/// A figure with three digits that count: `48.2M`, `1,234`, `0.85`.
pub(crate) fn short(amount: f64) -> String {
    if !amount.is_finite() {
        return UNKNOWN.to_owned();
    }
    let size = amount.abs();
    let (divisor, letter) = match size {
        _ if size >= 1e12 => (1e12, "T"),
        _ if size >= 1e9 => (1e9, "B"),
        _ if size >= 1e6 => (1e6, "M"),
        _ if size >= 1e4 => (1e3, "K"),
        _ => (1.0, ""),
    };
    let scaled = amount / divisor;
    let digits = match scaled.abs() {
        x if x >= 100.0 || x == 0.0 => 0,
        x if x >= 10.0 => 1,
        x if x >= 0.1 => 2,
        // what is small is told by two digits that count
        x => digits_for([x], 2),
    };
    format!("{}{letter}", figure(scaled, digits))
}

/// A number of persons or things, whole where it is: `12`, `1,234`, `48.2K`.
pub(crate) fn count(amount: f64) -> String {
    match amount.fract() == 0.0 && amount.abs() < 1e4 {
        true => figure(amount, 0),
        false => short(amount),
    }
}

/// The number with the word for one or for many: `1 person`, `12 persons`.
pub(crate) fn counted(amount: f64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        count(amount),
        if amount == 1.0 { one } else { many }
    )
}

/// A share as a percentage without digits after the point, one where it is small.
pub(crate) fn percent(share: f64) -> String {
    if !share.is_finite() {
        return UNKNOWN.to_owned();
    }
    let digits = usize::from(share.abs() < 0.095);
    format!("{} %", figure(100.0 * share, digits))
}

/// The share of a part of the whole, 0 to 1; none of a whole whose parts have different signs, of
/// which a share could be any number.
pub(crate) fn share(part: f64, whole: f64) -> Option<f64> {
    let share = part / whole;
    (0.0..=1.0).contains(&share).then_some(share)
}

/// A change as a percentage with its sign: `+11 %`.
pub(crate) fn change(share: f64) -> String {
    let sign = if share > 0.0 { "+" } else { "" };
    format!("{sign}{}", percent(share))
}

/// `1.2 to 3.4`.
pub(crate) fn ends(low: f64, high: f64, written: impl Fn(f64) -> String) -> String {
    format!("{} to {}", written(low), written(high))
}

/// What a model explains of what moved, by its coefficient of determination.
pub(crate) fn explained(r2: Option<f64>, kpi: &str) -> String {
    match r2 {
        None => format!("{} does not move: nothing is explained", sentence(kpi)),
        Some(r2) if r2 <= 0.0 => "The model explains nothing of what moved".to_owned(),
        Some(r2) => format!("The model explains {} of what moved", percent(r2)),
    }
}

/// A range of times as a range of days: `2026-01-01 to 2026-03-31`.
pub(crate) fn days(range: TimeRange) -> String {
    // a range that ends at midnight does not reach into that day
    let last = (range.to() - 1).max(range.from());
    let range =
        TimeRange::new(range.from(), last).map_or_else(|_| range.to_string(), |it| it.to_string());
    let day = |time: &str| time.split('T').next().unwrap_or_default().to_owned();
    let days: Vec<String> = range.split(" to ").map(day).collect();
    days.join(" to ")
}

/// `90 %: 1.2 to 3.4`.
pub(crate) fn interval(estimate: &Estimate, written: impl Fn(f64) -> String) -> String {
    format!(
        "{}: {}",
        level(estimate.interval().level()),
        ends(estimate.low(), estimate.high(), written)
    )
}

/// `90 %`.
pub(crate) fn level(level: ConfidenceLevel) -> String {
    percent(level.get())
}

/// The names in a sentence: `a, b and c`; beyond three `a, b and 4 more`.
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [only] => (*only).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

/// The sentence with a capital letter in front.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        let cases = [
            (48_212_345.0, "48.2M"),
            (1_234.0, "1,234"),
            (0.853, "0.85"),
            (12_345.0, "12.3K"),
            (-250.4, "-250"),
            (0.005_23, "0.0052"),
            (0.0, "0"),
        ];
        for (amount, text) in cases {
            assert_eq!(short(amount), text);
        }
        assert_eq!(
            (percent(0.314), percent(0.0314)),
            ("31 %".into(), "3.1 %".into())
        );
    }

    #[test]
    fn parts_of_different_signs_have_no_shares() {
        assert_eq!(share(1.0, 4.0), Some(0.25));
        assert_eq!(share(-1.0, -4.0), Some(0.25));
        for (part, whole) in [(-3.0, 3.2), (6.2, 3.2), (1.0, -4.0), (1.0, 0.0), (0.0, 0.0)] {
            assert_eq!(share(part, whole), None, "{part} of {whole}");
        }
    }

    #[test]
    fn persons_are_whole() {
        assert_eq!(count(12.0), "12");
        assert_eq!(counted(1.0, "person", "persons"), "1 person");
        assert_eq!(counted(23_412.0, "person", "persons"), "23.4K persons");
    }

    #[test]
    fn what_is_no_number_is_not_written_as_one() {
        for amount in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(
                (short(amount), percent(amount)),
                (UNKNOWN.into(), UNKNOWN.into())
            );
        }
        assert!(explained(None, "the KPI").starts_with("The KPI does not move"));
        assert_eq!(
            explained(Some(-0.2), "sales"),
            "The model explains nothing of what moved"
        );
        assert_eq!(
            explained(Some(0.93), "sales"),
            "The model explains 93 % of what moved"
        );
    }

    #[test]
    fn a_range_that_ends_at_midnight_has_the_day_before_as_its_last() {
        let range = |to: i64| TimeRange::new(1_767_225_600, to).unwrap();
        assert_eq!(days(range(1_774_915_200)), "2026-01-01 to 2026-03-30");
        assert_eq!(days(range(1_774_915_201)), "2026-01-01 to 2026-03-31");
    }

    #[test]
    fn names_are_listed() {
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(listed(&["a", "b", "c", "d"]), "a, b and 2 more");
        assert_eq!(sentence("\u{e9}t\u{e9}"), "\u{c9}t\u{e9}");
    }
}
