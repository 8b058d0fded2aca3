//! Rules that give the first, last and middle touches fixed parts.

use crate::attribution::model::AttributionModel;
use crate::attribution::parameters::{Parameters, parameters};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// A part for the first touch, one for the last, and one that the touches between share; of two
/// touches the ends share all in proportion, a single touch takes it.
///
/// | | first | middle | last | two touches | source |
/// |---|---|---|---|---|---|
/// | [`Position::u`] | 0.4 | 0.2 | 0.4 | 0.5 / 0.5 | Google Analytics, DP6, fractribution |
/// | [`Position::j`] | 0.2 | 0.2 | 0.6 | 0.25 / 0.75 | Adobe |
/// | [`Position::inverse_j`] | 0.6 | 0.2 | 0.2 | 0.75 / 0.25 | Adobe |
///
/// Adobe's worked example, $50 over four touches, by J:
///
/// ```
/// use mixtouch::{Outcome, PathTable, attribute};
/// use mixtouch::attribution::rules::Position;
///
/// let mut table = PathTable::new();
/// table.push(["paid search", "social", "e-mail", "display"], Outcome::new(1.0, 0.0, 50.0)?)?;
/// let credits = attribute(&table.journeys()?, &Position::j())?;
/// for (channel, value) in [("paid search", 10.0), ("social", 5.0), ("display", 30.0)] {
///     assert!((credits.channel(channel).unwrap().value - value).abs() < 1e-12);
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Position {
    first: f64,
    middle: f64,
    last: f64,
}

#[derive(Deserialize)]
#[serde(default)]
struct PositionFields {
    first: f64,
    middle: f64,
    last: f64,
}

impl Default for PositionFields {
    fn default() -> Self {
        let Position {
            first,
            middle,
            last,
        } = Position::u();
        Self {
            first,
            middle,
            last,
        }
    }
}

read_settings!(Position, PositionFields);

impl TryFrom<PositionFields> for Position {
    type Error = Error;

    fn try_from(fields: PositionFields) -> Result<Self> {
        Self::new(fields.first, fields.middle, fields.last)
    }
}

impl Default for Position {
    fn default() -> Self {
        Self::u()
    }
}

impl Position {
    /// U: 0.4, 0.2, 0.4.
    pub const fn u() -> Self {
        Self {
            first: 0.4,
            middle: 0.2,
            last: 0.4,
        }
    }

    /// J: 0.2, 0.2, 0.6.
    pub const fn j() -> Self {
        Self {
            first: 0.2,
            middle: 0.2,
            last: 0.6,
        }
    }

    /// Inverse J: 0.6, 0.2, 0.2.
    pub const fn inverse_j() -> Self {
        Self {
            first: 0.6,
            middle: 0.2,
            last: 0.2,
        }
    }

    /// Parts of any size, in proportion.
    ///
    /// # Errors
    /// If a part is negative, not finite or above 10^15; or both ends are 0, which would leave
    /// short journeys without credit.
    pub fn new(first: f64, middle: f64, last: f64) -> Result<Self> {
        for (name, part) in [
            ("the first touch's part", first),
            ("the middle touches' part", middle),
            ("the last touch's part", last),
        ] {
            if !(0.0..=1e15).contains(&part) {
                return Err(Error::setting(name, part, "0 to 10^15"));
            }
        }
        if first + last <= 0.0 {
            return Err(Error::setting(
                "the first and the last touch's part",
                "0 both",
                "at least one > 0",
            ));
        }
        Ok(Self {
            first,
            middle,
            last,
        })
    }
}

impl AttributionModel for Position {
    fn parameters(&self) -> Parameters {
        parameters([
            ("first", self.first.into()),
            ("middle", self.middle.into()),
            ("last", self.last.into()),
        ])
    }

    #[inline]
    fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
        if let [first, between @ .., last] = weights {
            let each = self.middle / between.len() as f64;
            between.fill(each);
            *first = self.first;
            *last = self.last;
        } else {
            weights[0] = 1.0;
        }
        0.0
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::channel::ChannelId;
    use crate::journeys::Outcome;

    /// The shares of a journey over these channels, to six digits.
    pub(in crate::attribution::rules) fn shares(
        model: &impl AttributionModel,
        channels: &[u16],
    ) -> Vec<f64> {
        let channels: Vec<ChannelId> = channels.iter().map(|&id| ChannelId(id)).collect();
        let mut weights = vec![0.0; channels.len()];
        model.weigh(
            Journey::new(&channels, &[], 0, Outcome::NULL).unwrap(),
            &mut weights,
        );
        let sum: f64 = weights.iter().sum();
        weights
            .iter()
            .map(|weight| (weight / sum * 1e6).round() / 1e6)
            .collect()
    }

    #[test]
    fn short_journeys_are_renormalised() {
        assert_eq!(shares(&Position::u(), &[0]), [1.0]);
        assert_eq!(shares(&Position::u(), &[0, 0]), [0.5, 0.5]);
        assert_eq!(shares(&Position::j(), &[0, 0]), [0.25, 0.75]);
        assert_eq!(shares(&Position::inverse_j(), &[0, 0]), [0.75, 0.25]);
        assert_eq!(shares(&Position::u(), &[0, 0, 0]), [0.4, 0.2, 0.4]);
        assert_eq!(
            shares(&Position::new(2.0, 4.0, 2.0).unwrap(), &[0, 0, 0, 0]),
            [0.25, 0.25, 0.25, 0.25]
        );
    }

    #[test]
    fn parts_are_checked() {
        for (first, middle, last) in [
            (-0.1, 0.5, 0.5),
            (f64::NAN, 0.5, 0.5),
            (0.0, 1.0, 0.0),
            (f64::INFINITY, 0.0, 0.0),
        ] {
            assert!(Position::new(first, middle, last).is_err());
        }
        assert!(
            serde_json::from_str::<Position>(r#"{"first": 0.0, "middle": 1.0, "last": 0.0}"#)
                .is_err()
        );
    }
}
