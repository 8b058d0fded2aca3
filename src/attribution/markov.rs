//! Markov chains: how many conversions would be lost without a channel.

mod chain;
mod order;
mod pairs;
mod removal;
mod transitions;

pub use self::order::{OrderChoice, OrderScore};
pub use self::transitions::Transitions;

use crate::attribution::model::{AttributionModel, Fit};
use crate::attribution::parameters::{Parameters, parameters};
use crate::attribution::shares::ChannelShares;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

use crate::attribution::markov::chain::Chain;

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
/// let of = |channel| (credits.channel(channel).unwrap().conversions * 1e12).round() / 1e12;
/// assert_eq!([of("C1"), of("C2"), of("C3")], [0.2, 0.4, 0.4]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MarkovFields")]
pub struct Markov {
    order: usize,
    ignore_nulls: bool,
}

#[derive(Deserialize)]
struct MarkovFields {
    order: usize,
    #[serde(default)]
    ignore_nulls: bool,
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
    /// An order that is not 1 to 1000.
    pub fn order(order: usize) -> Result<Self> {
        Ok(Self {
            order: crate::attribution::markov::transitions::check_order(order)?,
            ignore_nulls: false,
        })
    }

    /// Leaves journeys without a conversion out everywhere, as though the log had none. Off by
    /// default.
    pub fn with_ignore_nulls(self, ignore_nulls: bool) -> Self {
        Self {
            ignore_nulls,
            ..self
        }
    }
}

impl Fit for Markov {
    type Evidence = Transitions;
    type Model = MarkovModel;

    fn evidence(&self, channels: &Channels) -> Transitions {
        Transitions::new(channels, self.order, self.ignore_nulls)
    }

    fn solve(&self, evidence: Transitions) -> Result<MarkovModel> {
        if evidence.order() != self.order {
            return Err(Error::setting(
                "the order of the evidence",
                evidence.order(),
                format!("the specification's, {}", self.order),
            ));
        }
        let chain = Chain::new(&evidence);
        let effects =
            crate::attribution::markov::removal::effects(&chain, evidence.channels().len());
        Ok(MarkovModel {
            specification: *self,
            channels: evidence.channels().clone(),
            shares: ChannelShares::new(effects.conversions, effects.value)?,
            chain,
        })
    }
}

/// Where a walk can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State<'a> {
    /// Before the first touch.
    Start,
    /// Behind these touches, oldest first: as many as the order, or all of a shorter path.
    Channels(&'a [ChannelId]),
    /// Converted.
    Conversion,
    /// Ended without a conversion.
    Null,
}

/// One entry of the transition matrix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Transition<'a> {
    /// The state left.
    pub from: State<'a>,
    /// The state entered.
    pub to: State<'a>,
    /// How often, weighted by outcomes.
    pub weight: f64,
    /// The part of all that left `from`.
    pub probability: f64,
}

impl<'a> Transition<'a> {
    fn new(from: State<'a>, to: State<'a>, weight: f64, all: f64) -> Self {
        Self {
            from,
            to,
            weight,
            probability: weight / all,
        }
    }
}

/// A fitted [`Markov`] chain. In a table it reports channel totals;
/// [`MarkovModel::within_journeys`] divides journey by journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkovModel {
    #[serde(flatten)]
    specification: Markov,
    channels: Channels,
    shares: ChannelShares,
    chain: Chain,
}

impl MarkovModel {
    /// The probability that a walk from the start converts.
    pub fn conversion_rate(&self) -> f64 {
        let started = self.chain.started();
        let converted: f64 = self.chain.ends.iter().map(|ends| ends.conversions).sum();
        if started > 0.0 {
            converted / started
        } else {
            0.0
        }
    }

    /// Each channel with its removal effect on conversions, from 0 to 1.
    pub fn removal_effects(&self) -> impl Iterator<Item = (&str, f64)> {
        self.channels
            .iter()
            .zip(self.shares.removal_effects().iter().copied())
    }

    /// The transition matrix: its entries above 0, sorted by state left, then entered.
    pub fn transitions(&self) -> impl Iterator<Item = Transition<'_>> {
        self.chain.transitions()
    }

    /// Writes the transition matrix, a row for each entry above 0, with header:
    /// `from,to,weight,probability`. The channels of a state are joined by ` > `; the others are
    /// `(start)`, `(conversion)` and `(null)`.
    ///
    /// # Errors
    /// What the writer fails with.
    ///
    /// ```
    /// # use mixtouch::{Fit, Outcome, PathTable};
    /// # use mixtouch::attribution::markov::Markov;
    /// let mut table = PathTable::new();
    /// table.push(["tv", "search", "e-mail"], Outcome::new(1.0, 0.0, 0.0)?)?;
    /// let mut file = Vec::new();
    /// Markov::order(2)?.fit(&table.journeys()?)?.write_transitions_csv(&mut file)?;
    /// assert!(String::from_utf8_lossy(&file).contains("tv > search,search > e-mail,1,1\n"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[cfg(feature = "csv")]
    pub fn write_transitions_csv(&self, writer: impl std::io::Write) -> Result<()> {
        let failed = |error: csv::Error| Error::Io(std::io::Error::other(error));
        let name = |state: State<'_>| match state {
            State::Start => "(start)".to_owned(),
            State::Channels(ids) => ids
                .iter()
                .map(|&id| self.channels.name(id))
                .collect::<Vec<&str>>()
                .join(" > "),
            State::Conversion => "(conversion)".to_owned(),
            State::Null => "(null)".to_owned(),
        };
        let mut rows = csv::Writer::from_writer(writer);
        rows.write_record(["from", "to", "weight", "probability"])
            .map_err(failed)?;
        for Transition {
            from,
            to,
            weight,
            probability,
        } in self.transitions()
        {
            rows.write_record([
                name(from),
                name(to),
                weight.to_string(),
                probability.to_string(),
            ])
            .map_err(failed)?;
        }
        Ok(rows.flush()?)
    }

    /// How many states walks can be in between start and end: those found in the data.
    pub fn states(&self) -> usize {
        self.chain.len()
    }

    /// The same removal effects used to divide each journey's outcome among its own touches: each
    /// weighs its channel's effect, so a channel touched twice counts twice. The channel totals
    /// differ from the model's, for they depend on which channels meet in journeys: on
    /// ChannelAttribution's demo data the channel `alpha` has 8,285.48 conversions this way and
    /// 5,344.95 by the model.
    pub fn within_journeys(&self) -> MarkovJourneys {
        MarkovJourneys(self.clone())
    }
}

impl AttributionModel for MarkovModel {
    fn channels(&self) -> Option<&Channels> {
        Some(&self.channels)
    }

    fn parameters(&self) -> Parameters {
        let Markov {
            order,
            ignore_nulls,
        } = self.specification;
        parameters([
            ("order", (order as f64).into()),
            ("ignore_nulls", ignore_nulls.into()),
        ])
    }

    /// Each touch weighs its channel's removal effect.
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let effects = self.shares.removal_effects();
        weights
            .iter_mut()
            .zip(journey.channels())
            .for_each(|(weight, channel)| *weight = effects[channel.index()]);
        0.0
    }

    fn channel_shares(&self) -> Option<&ChannelShares> {
        Some(&self.shares)
    }
}

/// [`MarkovModel`] dividing each journey's outcome by the removal effects of the journey's own
/// channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MarkovJourneys(MarkovModel);

impl AttributionModel for MarkovJourneys {
    fn channels(&self) -> Option<&Channels> {
        AttributionModel::channels(&self.0)
    }

    fn parameters(&self) -> Parameters {
        self.0.parameters()
    }

    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        self.0.weigh(journey, weights)
    }
}
