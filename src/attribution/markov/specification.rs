//! The specification of a Markov chain.

use crate::attribution::markov::order_range::check_order;
use crate::error::{Error, Result};
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// Removal effect in a Markov chain of channels (Anderl, Becker, von Wangenheim and Schumann 2016).
///
/// Journeys are walks start -> states -> conversion or null. A state is the last `order` channels;
/// a path shorter than that is one shorter state, not filled up. Equal states in a row are one: for
/// order 1, touches of one channel in a row. A channel's removal effect is `1 - P_without / P`,
/// where `P` is the probability of conversion and `P_without` the same when every visit of a state
/// with the channel ends in null. Both come from the linear system of the chain, never from
/// simulation; ChannelAttribution, which simulates, tends to these figures as its number of walks
/// grows. Credit = effect / sum of effects x conversions that have touches; for value each last
/// state pays its mean value per conversion.
///
/// By hand: C1 > C2 > C3 converts, C1 does not, C2 > C3 does not. P = 1/3, effects 1/2, 1 and 1,
/// credit 0.2, 0.4 and 0.4:
///
/// ```
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
/// use mixtouch::attribution::markov::Markov;
///
/// let mut table = PathTable::new();
/// table.push(["C1", "C2", "C3"], Outcome::new(1.0, 0.0, 10.0)?)?;
/// table.push(["C1"], Outcome::new(0.0, 1.0, 0.0)?)?;
/// table.push(["C2", "C3"], Outcome::new(0.0, 1.0, 0.0)?)?;
/// let journeys = table.journeys()?;
/// let model = Markov::order(1)?.fit(&journeys)?;
/// assert!((model.conversion_rate() - 1.0 / 3.0).abs() < 1e-15);
/// let credits = attribute(&journeys, &model)?;
/// for (channel, expected) in [("C1", 0.2), ("C2", 0.4), ("C3", 0.4)] {
///     assert!((credits.channel(channel).unwrap().conversions - expected).abs() < 1e-12);
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Markov {
    pub(super) order: usize,
    pub(super) ignore_nulls: bool,
}

#[derive(Deserialize)]
#[serde(default)]
struct MarkovFields {
    order: usize,
    ignore_nulls: bool,
}

impl Default for MarkovFields {
    fn default() -> Self {
        let Markov {
            order,
            ignore_nulls,
        } = Markov::default();
        Self {
            order,
            ignore_nulls,
        }
    }
}

read_settings!(Markov, MarkovFields);

impl Default for Markov {
    /// Order 1, with the journeys that did not convert.
    fn default() -> Self {
        Self {
            order: 1,
            ignore_nulls: false,
        }
    }
}

impl TryFrom<MarkovFields> for Markov {
    type Error = Error;

    fn try_from(fields: MarkovFields) -> Result<Self> {
        Ok(Self::order(fields.order)?.with_ignore_nulls(fields.ignore_nulls))
    }
}

impl Markov {
    /// A chain whose state is the last `order` channels.
    ///
    /// # Errors
    /// If the order is not 1 to 1000.
    pub fn order(order: usize) -> Result<Self> {
        Ok(Self {
            order: check_order(order)?,
            ignore_nulls: false,
        })
    }

    /// Leaves out journeys without a conversion. Off by default.
    #[must_use]
    pub fn with_ignore_nulls(self, ignore_nulls: bool) -> Self {
        Self {
            ignore_nulls,
            ..self
        }
    }
}
