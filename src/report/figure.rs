//! Numbers as text.

/// More decimal places than a double has: beyond, digits are noise.
const MOST_DIGITS: usize = 17;

/// Where digits before the point say no more than an exponent does: a number holds 16.
const LONGEST: f64 = 1e18;

/// A number with `digits` decimal places and commas between thousands, as in `12,345.6`.
///
/// Rounding is to the nearest, half to even as Rust formats floats. What rounds to zero has no
/// sign. At most 17 decimal places are written.
///
/// ```
/// use mixtouch::report::figure;
///
/// assert_eq!(figure(1_234_567.891, 1), "1,234,567.9");
/// assert_eq!(figure(-1_234.0, 0), "-1,234");
/// assert_eq!(figure(-0.04, 1), "0.0");
/// ```
pub fn figure(number: f64, digits: usize) -> String {
    let digits = digits.min(MOST_DIGITS);
    if !number.is_finite() {
        return number.to_string();
    }
    if number.abs() >= LONGEST {
        return format!("{number:.2e}");
    }
    let plain = format!("{:.digits$}", number.abs());
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let negative = number < 0.0 && plain.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    format!(
        "{}{}{rest}",
        if negative { "-" } else { "" },
        grouped(whole)
    )
}

/// So many decimal places, or more where all numbers are so small that fewer than two digits would be
/// left of the largest: a column of a small unit does not round to 0.
///
/// ```
/// use mixtouch::report::digits_for;
///
/// assert_eq!(digits_for([12.0, 0.3], 0), 0);
/// assert_eq!(digits_for([0.0042, 0.0007], 0), 4);
/// assert_eq!(digits_for([0.0], 2), 2);
/// ```
pub fn digits_for(numbers: impl IntoIterator<Item = f64>, usual: usize) -> usize {
    let finite = numbers.into_iter().filter(|number| number.is_finite());
    let mut largest = finite.fold(0.0_f64, |largest, number| largest.max(number.abs()));
    if largest == 0.0 {
        return usual;
    }
    let mut digits = 0;
    while largest < 10.0 && digits < MOST_DIGITS {
        largest *= 10.0;
        digits += 1;
    }
    usual.max(digits)
}

/// Digits with a comma before every third one from the right.
pub(crate) fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn thousands_signs_and_digits() {
        assert_eq!(figure(1234567.891, 1), "1,234,567.9");
        assert_eq!(figure(-0.04, 1), "0.0");
        assert_eq!(figure(-1234.0, 0), "-1,234");
        assert_eq!(figure(999.0, 2), "999.00");
        assert_eq!(figure(0.0, 0), "0");
        assert_eq!(figure(-1e300, 1), "-1.00e300");
    }

    #[test]
    fn numbers_without_digits_stay_as_they_are() {
        assert_eq!(figure(f64::INFINITY, 1), "inf");
        assert_eq!(figure(f64::NEG_INFINITY, 1), "-inf");
        assert_eq!(figure(f64::NAN, 1), "NaN");
    }
}
