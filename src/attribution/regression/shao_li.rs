//! Shao and Li's probabilistic model.

use crate::attribution::channel_sets::ChannelSetCounts;
use crate::attribution::distinct::{spread_evenly, with_distinct};
use crate::attribution::fit::Fit;
use crate::attribution::limits::{MOST_LOOKUPS, MOST_PAIRS};
use crate::attribution::model::AttributionModel;
use crate::attribution::ngram_table::NgramTable;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::{Journey, Outcome};
use serde::{Deserialize, Serialize};

/// The simple probabilistic model of Shao and Li (KDD 2011, section 3.2): conversion rates of
/// persons who met a channel, corrected by those of persons who met pairs. In a journey with `n`
/// channels, channel `i` weighs
///
/// `p(i) + 1 / (2 (n - 1)) x sum over the journey's other channels j of (p(i, j) - p(i) - p(j))`
///
/// with `p(i)` the part of journeys with `i` that convert and `p(i, j)` the same for those with
/// both. A weight below 0, which the correction can make, counts as 0; a channel's weight is spread
/// evenly over its touches.
///
/// ```
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
/// use mixtouch::attribution::regression::ShaoLi;
///
/// let mut table = PathTable::new();
/// table.push(["a"], Outcome::new(1.0, 9.0, 0.0)?)?;
/// table.push(["a", "b"], Outcome::new(4.0, 6.0, 0.0)?)?;
/// let journeys = table.journeys()?;
/// let credits = attribute(&journeys, &ShaoLi.fit(&journeys)?)?;
/// // p(a) = 5/20, p(b) = p(a, b) = 4/10, so a weighs 0.25 + (0.4 - 0.25 - 0.4) / 2 = 0.125,
/// // and b 0.4 - 0.125 = 0.275
/// assert!((credits.channel("b").unwrap().conversions - 4.0 * 0.275 / 0.4).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShaoLi;

/// Conversion rates by channel and by pair: a fitted [`ShaoLi`].
///
/// ```
/// use mixtouch::attribution::regression::ShaoLi;
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = ShaoLi.fit(&journeys)?;
/// let [search, social] = ["search", "social"].map(|name| journeys.channels().id(name).unwrap());
/// assert_eq!((model.rate(social), model.pair_rate(search, social)), (Some(0.25), Some(0.4)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Rates", into = "Rates")]
pub struct ShaoLiModel {
    channels: Channels,
    /// Of one channel, and of two in order.
    rates: NgramTable<f64>,
}

/// The same as sorted pairs.
#[derive(PartialEq, Serialize, Deserialize)]
struct Rates {
    channels: Channels,
    rates: Vec<(Vec<ChannelId>, f64)>,
}

impl From<&ShaoLiModel> for Rates {
    fn from(model: &ShaoLiModel) -> Self {
        let order = model.rates.sorted().into_iter().map(|at| at as usize);
        let rates = order
            .map(|at| (model.rates.key(at).to_vec(), model.rates.get(at)))
            .collect();
        Self {
            channels: model.channels.clone(),
            rates,
        }
    }
}

impl From<ShaoLiModel> for Rates {
    fn from(model: ShaoLiModel) -> Self {
        Self::from(&model)
    }
}

impl PartialEq for ShaoLiModel {
    fn eq(&self, other: &Self) -> bool {
        Rates::from(self) == Rates::from(other)
    }
}

impl TryFrom<Rates> for ShaoLiModel {
    type Error = Error;

    fn try_from(table: Rates) -> Result<Self> {
        let mut rates = NgramTable::default();
        for (key, rate) in &table.rates {
            table.channels.check_ids("a channel with a rate", key)?;
            if !matches!(key[..], [_] | [_, _]) || !(0.0..=1.0).contains(rate) {
                return Err(Error::setting(
                    "a conversion rate",
                    format!("{key:?}: {rate}"),
                    "one or two channels, and 0 to 1",
                ));
            }
            *rates.value(key) = *rate;
        }
        Ok(Self {
            channels: table.channels,
            rates,
        })
    }
}

impl ShaoLiModel {
    /// The share of journeys with this channel that convert, if there are any.
    pub fn rate(&self, channel: ChannelId) -> Option<f64> {
        Some(self.rates.get(self.rates.find(&[channel])?))
    }

    /// The share of journeys with both channels that convert, if there are any.
    pub fn pair_rate(&self, one: ChannelId, other: ChannelId) -> Option<f64> {
        Some(
            self.rates
                .get(self.rates.find(&[one.min(other), one.max(other)])?),
        )
    }

    fn weight(&self, channel: ChannelId, set: &[ChannelId]) -> f64 {
        let Some(own) = self.rate(channel) else {
            return 0.0;
        };
        let joint =
            |other: ChannelId| Some(self.pair_rate(channel, other)? - own - self.rate(other)?);
        let others = set.iter().filter(|&&other| other != channel);
        let correction: f64 = others.filter_map(|&other| joint(other)).sum();
        (own + correction / (2.0 * (set.len() - 1).max(1) as f64)).max(0.0)
    }
}

/// Fails where more pairs of channels meet in journeys than the limits allow.
fn check_size(channels: &Channels, sets: &[(Vec<ChannelId>, Outcome)]) -> Result<()> {
    let pairs = |channels: usize| channels.saturating_mul(channels.saturating_sub(1)) / 2;
    let met: usize = sets.iter().map(|(set, _)| pairs(set.len())).sum();
    if met.min(pairs(channels.len())) <= MOST_PAIRS && met <= MOST_LOOKUPS {
        return Ok(());
    }
    Err(Error::setting(
        "the number of pairs of channels that meet in journeys, for the model of Shao and Li",
        met,
        format!("at most {MOST_PAIRS} pairs that differ and {MOST_LOOKUPS} in all"),
    ))
}

impl Fit for ShaoLi {
    type Evidence = ChannelSetCounts;
    type Model = ShaoLiModel;

    fn evidence(&self, channels: &Channels) -> ChannelSetCounts {
        ChannelSetCounts::new(channels)
    }

    /// # Errors
    /// If more pairs of channels meet than the [limits](crate::attribution#limits) allow.
    fn solve(&self, coalitions: ChannelSetCounts) -> Result<ShaoLiModel> {
        let sets = coalitions.sorted();
        check_size(coalitions.channels(), &sets)?;
        let mut counts = NgramTable::<[f64; 2]>::default();
        let mut count = |key: &[ChannelId], outcome: Outcome| {
            let [converted, all] = counts.value(key);
            *converted += outcome.conversions;
            *all += outcome.conversions + outcome.nulls;
        };
        for (set, outcome) in sets {
            for (at, &one) in set.iter().enumerate() {
                count(&[one], outcome);
                set[at + 1..]
                    .iter()
                    .for_each(|&other| count(&[one, other], outcome));
            }
        }
        let mut rates = NgramTable::default();
        for (key, [converted, all]) in counts.iter().filter(|(_, [_, all])| *all > 0.0) {
            *rates.value(key) = converted / all;
        }
        Ok(ShaoLiModel {
            channels: coalitions.channels().clone(),
            rates,
        })
    }
}

impl AttributionModel for ShaoLiModel {
    fn channels(&self) -> Option<&Channels> {
        Some(&self.channels)
    }

    /// A conversion rate for each channel, and for each pair, that occurs.
    fn free_parameters(&self) -> Option<usize> {
        Some(self.rates.len())
    }

    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        with_distinct(journey.channels(), |set| {
            let values: Vec<f64> = set
                .iter()
                .map(|&channel| self.weight(channel, set))
                .collect();
            spread_evenly(journey.channels(), weights, |channel| {
                set.binary_search(&channel).map_or(0.0, |at| values[at])
            })
        });
        0.0
    }
}
