//! Numbers whose squares fit double precision.

use crate::error::{Error, Result};

/// The largest size of a number whose square, summed over many rows, does not overflow.
const LARGEST: f64 = 1e140;
/// The least largest size of numbers whose squares do not vanish.
const SMALLEST: f64 = 1e-140;

/// The largest of the numbers, where sums of their squares overflow or vanish; none where they are
/// all 0 or their squares fit.
fn unsquarable<'a>(values: impl IntoIterator<Item = &'a f64>) -> Option<f64> {
    let largest = values
        .into_iter()
        .fold(0.0_f64, |largest, value| largest.max(value.abs()));
    (largest != 0.0 && !(SMALLEST..=LARGEST).contains(&largest)).then_some(largest)
}

/// Fails unless the numbers called `what` are finite and sums of their squares fit.
pub(crate) fn check_squarable<'a>(
    what: &str,
    values: impl Iterator<Item = &'a f64> + Clone,
) -> Result<()> {
    if let Some(value) = values.clone().find(|value| !value.is_finite()) {
        return Err(Error::setting(what.to_owned(), value, "a finite number"));
    }
    match unsquarable(values) {
        Some(value) => Err(Error::setting(
            what.to_owned(),
            value,
            "numbers of a size between 1e-140 and 1e140",
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::unsquarable;

    #[test]
    fn only_what_cannot_be_squared_is_found() {
        assert_eq!(unsquarable(&[0.0, 0.0]), None);
        assert_eq!(unsquarable(&[1e-170, -1.0]), None);
        assert_eq!(unsquarable(&[1e-170, -1e-171]), Some(1e-170));
        assert_eq!(unsquarable(&[1.0, -1e300]), Some(1e300));
    }
}
